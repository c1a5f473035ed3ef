#include "server/api/routes.h"

#include "server/api/route_groups.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

using Parts = std::vector<std::string_view>;

Parts parts_of(std::string_view path) {
  Parts parts;
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

// "/v1/tags/search" is not the tag "search": fewer variables win.
std::size_t variables_in(const Parts& pattern) {
  return static_cast<std::size_t>(std::count_if(pattern.begin(), pattern.end(), is_variable));
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list;
}

std::optional<Error> fault_of_parameters(const Target& target,
                                         const std::vector<std::string_view>& known) {
  for (std::size_t i = 0; i < target.query.size(); ++i) {
    const std::string& name = target.query[i].first;
    const auto same = [&name](const auto& other) { return other.first == name; };
    const auto here = target.query.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const Text hint = known.empty()
                            ? Text{"this path takes none", "该路径不带参数"}
                            : Text{"it takes " + listed(known), "可用的参数：" + listed(known)};
      return bad_input("unknown parameter \"" + name + "\"", "未知参数“" + name + "”", hint);
    }
    if (std::find_if(target.query.begin(), here, same) != here) {
      return bad_input("the parameter \"" + name + "\" stands twice",
                       "参数“" + name + "”出现了两次", {"keep one of them", "只保留一个"});
    }
  }
  return std::nullopt;
}

}  // namespace

struct Routes::Entry {
  Route route;
  Parts parts;
};

Routes::Routes(Service& service, const RoutesOptions& options, std::function<ServerStatus()> status)
    : options_(options),
      status_(std::move(status)),
      api_(std::make_unique<Api>(Api{service, options_, status_})) {
  for (auto group : {health_routes, document_routes, query_routes, editor_routes, catalogue_routes,
                     segment_routes}) {
    for (Route& route : group()) {
      Parts parts = parts_of(route.path);
      table_.push_back({std::move(route), std::move(parts)});
    }
  }
  std::stable_sort(table_.begin(), table_.end(), [](const Entry& a, const Entry& b) {
    return variables_in(a.parts) < variables_in(b.parts);
  });
}

Routes::~Routes() = default;

std::vector<RouteName> Routes::names() const {
  std::vector<RouteName> names;
  std::transform(table_.begin(), table_.end(), std::back_inserter(names), [](const Entry& each) {
    return RouteName{std::string(each.route.method),
                     std::string(each.route.path),
                     {each.route.parameters.begin(), each.route.parameters.end()}};
  });
  return names;
}

std::optional<HttpReply> Routes::quick(const HttpRequest& request) const {
  if (request.target != "/healthz") {
    return std::nullopt;
  }
  engine::Budget unlimited;
  return answer(request, unlimited);
}

HttpReply Routes::answer(const HttpRequest& request, engine::Budget& budget) const {
  const std::optional<Target> target = parse_target(request.target);
  if (!target.has_value()) {
    return problem(request, bad_input("the address cannot be read: " + request.target,
                                      "无法解析该地址：" + request.target,
                                      {"escape special characters as % and two hex digits of UTF-8",
                                       "特殊字符请写成 % 加两位十六进制的 UTF-8"}));
  }
  std::vector<std::string_view> methods;
  std::size_t variables = 0;
  for (const auto& [route, parts] : table_) {
    if (!matches(parts, target->path) || (!methods.empty() && variables_in(parts) != variables)) {
      continue;
    }
    variables = variables_in(parts);
    if (route.method != request.method && !(route.method == "GET" && request.method == "HEAD")) {
      methods.push_back(route.method);
      if (route.method == "GET") {
        methods.push_back("HEAD");
      }
      continue;
    }
    if (const auto fault = fault_of_parameters(*target, route.parameters); fault.has_value()) {
      return problem(request, *fault);
    }
    Call call{*api_, request, *target, budget, {}};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (is_variable(parts[i])) {
        call.variables.push_back(target->path[i]);
      }
    }
    return route.answer(call);
  }
  if (!methods.empty()) {
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
  for (const Entry& each : table_) {
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
