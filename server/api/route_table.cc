#include "server/api/route_table.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

using Parts = std::vector<std::string_view>;

Parts parts_of(std::string_view path) {
  Parts parts;
  if (path == "/") {
    return parts;  // as of a target
  }
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool is_variable(std::string_view part) {
  return !part.empty() && part.front() == '{';
}

bool matches(const Parts& pattern, const std::vector<std::string>& path) {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](std::string_view expected, const std::string& found) {
                      return is_variable(expected) ? !found.empty() : expected == found;
                    });
}

std::size_t variables_in(const Parts& pattern) {
  return static_cast<std::size_t>(std::count_if(pattern.begin(), pattern.end(), is_variable));
}

}  // namespace

void RouteTable::add(Route route) {
  Parts parts = parts_of(route.path);
  const auto place = std::upper_bound(entries_.begin(), entries_.end(), variables_in(parts),
                                      [](std::size_t variables, const RouteEntry& entry) {
                                        return variables < variables_in(entry.parts);
                                      });
  entries_.insert(place, {std::move(route), std::move(parts)});
}

RouteTable::Found RouteTable::find(std::string_view method,
                                   const std::vector<std::string>& path) const {
  Found found;
  for (const RouteEntry& entry : entries_) {
    if (!matches(entry.parts, path) ||
        (!found.at_path.empty() &&
         variables_in(entry.parts) != variables_in(found.at_path.front()->parts))) {
      continue;
    }
    found.at_path.push_back(&entry);
    const std::string_view answered = entry.route.method;
    if (answered == method || (answered == "GET" && method == "HEAD")) {
      found.entry = &entry;
      return found;
    }
  }
  return found;
}

std::uint32_t RouteTable::number_of(const RouteEntry& entry) const {
  return static_cast<std::uint32_t>(&entry - entries_.data() + 1);
}

std::vector<std::string> RouteTable::variables(const RouteEntry& entry,
                                               const std::vector<std::string>& path) {
  std::vector<std::string> variables;
  for (std::size_t i = 0; i < entry.parts.size(); ++i) {
    if (is_variable(entry.parts[i])) {
      variables.push_back(path[i]);
    }
  }
  return variables;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list;
}

HttpReply nothing_there(const HttpRequest& request, const RouteTable& table,
                        const RouteTable::Found& found) {
  if (!found.at_path.empty()) {
    std::vector<std::string_view> methods;
    for (const RouteEntry* entry : found.at_path) {
      methods.push_back(entry->route.method);
      if (entry->route.method == "GET") {
        methods.push_back("HEAD");
      }
    }
    const std::string allowed = listed(methods);
    HttpReply reply =
        problem(request, 405,
                bad_input("\"" + request.method + "\" is not what " + request.target + " answers",
                          request.target + " 不支持 " + request.method,
                          {"it answers " + allowed, "支持的方法：" + allowed}));
    reply.set("Allow", allowed);
    return reply;
  }
  std::vector<std::string_view> paths;
  for (const RouteEntry& each : table.entries()) {
    if (std::find(paths.begin(), paths.end(), each.route.path) == paths.end()) {
      paths.push_back(each.route.path);
    }
  }
  return problem(request,
                 Error(ErrorCode::NotFound,
                       {"there is nothing at " + request.target, request.target + " 不存在"},
                       {"the paths are " + listed(paths), "可用的路径：" + listed(paths)}));
}

}  // namespace tagline::server
