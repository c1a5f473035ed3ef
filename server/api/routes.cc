#include "server/api/routes.h"

#include "server/api/metrics.h"
#include "server/api/route_groups.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

using Parts = std::vector<std::string_view>;

constexpr unsigned kGoOn = 100;

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
      queries_(std::make_unique<RunningQueries>()),
      schemas_(std::make_unique<SavedSchemas>(service.store().folder() / "schemas")) {
  if (!options_.read_only) {
    jobs_ = std::make_unique<LoadJobs>(service, service.store().folder() / "incoming");
  }
  for (auto group : {health_routes, document_routes, query_routes, editor_routes, catalogue_routes,
                     metrics_routes, load_routes, schema_routes, backup_routes}) {
    for (Route& route : group()) {
      Parts parts = parts_of(route.path);
      table_.push_back({std::move(route), std::move(parts)});
    }
  }
  std::stable_sort(table_.begin(), table_.end(), [](const Entry& a, const Entry& b) {
    return variables_in(a.parts) < variables_in(b.parts);
  });
  std::vector<Metrics::Route> measured;
  for (const Entry& each : table_) {
    measured.push_back({std::string(each.route.method), std::string(each.route.path)});
  }
  metrics_ = std::make_unique<Metrics>(std::move(measured));
  api_ = std::make_unique<Api>(
      Api{service, options_, status_, *queries_, *metrics_, *schemas_, jobs_.get()});
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

void Routes::note(const HttpOutcome& outcome) const {
  metrics_->note(outcome);
}

HttpReply Routes::answer(const Route& route, const Call& call, std::uint32_t number) {
  HttpReply reply = route.answer(call);
  reply.route = number;
  if (reply.stream) {
    // What it streams is part of the query.
    reply.stream = [stream = std::move(reply.stream), place = call.place,
                    status = reply.status](const BodySink& sink) {
      stream(sink);
      place->ends(status);
    };
  } else {
    call.place->ends(reply.status);
  }
  return reply;
}

std::vector<std::pair<std::string, std::string>> Routes::large() const {
  std::vector<std::pair<std::string, std::string>> large;
  for (const Entry& each : table_) {
    if (each.route.begin != nullptr) {
      large.emplace_back(each.route.method, each.route.path);
    }
  }
  return large;
}

std::uint64_t Routes::body_bytes_max(const HttpRequest& request, std::uint64_t ordinary) const {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  const bool large = std::any_of(table_.begin(), table_.end(), [&](const Entry& each) {
    return each.route.begin != nullptr && each.route.method == request.method &&
           each.route.path == path;
  });
  return large ? options_.load_bytes : ordinary;
}

HttpLargeBody Routes::large_body(const HttpRequest& request) const {
  engine::Budget unlimited;
  HttpReply reply = answer(request, unlimited, Stage::Header);
  if (reply.status != kGoOn) {
    return {std::move(reply), {}, 0};
  }
  return {std::nullopt, jobs_->folder(), options_.load_bytes};
}

HttpReply Routes::answer(const HttpRequest& request, engine::Budget& budget) const {
  return answer(request, budget, Stage::Whole);
}

HttpReply Routes::answer(const HttpRequest& request, engine::Budget& budget, Stage stage) const {
  const std::optional<Target> target = parse_target(request.target);
  if (!target.has_value()) {
    return problem(request, bad_input("the address cannot be read: " + request.target,
                                      "无法解析该地址：" + request.target,
                                      {"escape special characters as % and two hex digits of UTF-8",
                                       "特殊字符请写成 % 加两位十六进制的 UTF-8"}));
  }
  std::vector<std::string_view> methods;
  std::size_t variables = 0;
  for (std::size_t place = 0; place < table_.size(); ++place) {
    const auto& [route, parts] = table_[place];
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
      HttpReply reply = problem(request, *fault);
      reply.route = static_cast<std::uint32_t>(place + 1);
      return reply;
    }
    Call call{*api_, request, *target, budget, {}, queries_->enter(request, route.path, budget)};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (is_variable(parts[i])) {
        call.variables.push_back(target->path[i]);
      }
    }
    const auto number = static_cast<std::uint32_t>(place + 1);
    if (stage == Stage::Header) {
      HttpReply reply;
      if (auto refusal = route.begin(call); refusal.has_value()) {
        reply = std::move(*refusal);
      } else {
        reply.status = kGoOn;
      }
      reply.route = number;
      return reply;
    }
    return answer(route, call, number);
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
