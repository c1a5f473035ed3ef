#include "server/routes.h"

#include "dsl/check.h"
#include "server/answer_json.h"
#include "server/day_text.h"
#include "server/diagnostic_json.h"
#include "server/json_reader.h"
#include "server/problem.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

constexpr const char* kJson = "application/json";

HttpReply json_reply(std::string body) {
  HttpReply reply;
  reply.set("Content-Type", kJson);
  // Counts change with every write.
  reply.set("Cache-Control", "no-store");
  reply.body = std::move(body) + "\n";
  return reply;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list;
}

Error bad(std::string en, std::string zh, Text hint) {
  return Error(ErrorCode::BadInput, {std::move(en), std::move(zh)}, std::move(hint));
}

// "application/json", with or without parameters.
bool is_json(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') {
    type.remove_suffix(1);
  }
  const std::string_view json = kJson;
  return std::equal(type.begin(), type.end(), json.begin(), json.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

Result<std::optional<std::chrono::sys_days>> day_of(const std::string& text) {
  if (text.empty()) {
    return std::optional<std::chrono::sys_days>();
  }
  const auto day = parse_day(text);
  if (!day.has_value()) {
    return tl::unexpected(bad("as_of: \"" + text + "\" is no day", "as_of：“" + text + "”不是日期",
                              {"write it as 2026-01-31", "请写成 2026-01-31"}));
  }
  return day;
}

Result<std::uint64_t> number_of(std::string_view name, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) {
    const std::string key(name);
    const std::string found(text);
    return tl::unexpected(bad(key + ": \"" + found + "\" is no whole number",
                              key + "：“" + found + "”不是整数",
                              {"write digits only, e.g. 1000", "请只写数字，例如 1000"}));
  }
  return value;
}

}  // namespace

struct Routes::Call {
  const HttpRequest& request;
  const Target& target;
  engine::Budget& budget;

  [[nodiscard]] const std::string* parameter(std::string_view name) const {
    const auto found = std::find_if(target.query.begin(), target.query.end(),
                                    [name](const auto& each) { return each.first == name; });
    return found == target.query.end() ? nullptr : &found->second;
  }
  [[nodiscard]] HttpReply fail(const Error& error) const { return problem(request, error); }
};

struct Routes::Route {
  std::string_view method;  ///< GET serves HEAD too
  std::vector<std::string_view> path;
  std::vector<std::string_view> parameters;
  HttpReply (Routes::*answer)(const Call&) const = nullptr;
};

const std::vector<Routes::Route>& Routes::table() {
  static const std::vector<Route> kTable = {
      {"GET", {"healthz"}, {}, &Routes::healthz},
      {"GET", {"readyz"}, {}, &Routes::readyz},
      {"GET", {"v1", "status"}, {}, &Routes::status},
      {"GET", {"v1", "count"}, {"q", "as_of", "timeout_ms"}, &Routes::count},
      {"POST", {"v1", "query"}, {}, &Routes::query},
      {"POST", {"v1", "check"}, {}, &Routes::check},
      {"GET", {"v1", "tags"}, {}, &Routes::tags},
  };
  return kTable;
}

Routes::Routes(Service& service, const RoutesOptions& options, std::function<ServerStatus()> status)
    : service_(service), options_(options), status_(std::move(status)) {}

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
    return problem(request, bad("the address cannot be read: " + request.target,
                                "无法解析该地址：" + request.target,
                                {"escape special characters as % and two hex digits of UTF-8",
                                 "特殊字符请写成 % 加两位十六进制的 UTF-8"}));
  }
  std::vector<std::string_view> methods;
  for (const Route& route : table()) {
    if (!std::equal(route.path.begin(), route.path.end(), target->path.begin(),
                    target->path.end())) {
      continue;
    }
    if (route.method != request.method && !(route.method == "GET" && request.method == "HEAD")) {
      methods.push_back(route.method);
      if (route.method == "GET") {
        methods.push_back("HEAD");
      }
      continue;
    }
    for (std::size_t i = 0; i < target->query.size(); ++i) {
      const std::string& name = target->query[i].first;
      const auto same = [&name](const auto& other) { return other.first == name; };
      const auto here = target->query.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::find(route.parameters.begin(), route.parameters.end(), name) ==
          route.parameters.end()) {
        const Text hint = route.parameters.empty()
                              ? Text{"this path takes none", "该路径不带参数"}
                              : Text{"it takes " + listed(route.parameters),
                                     "可用的参数：" + listed(route.parameters)};
        return problem(request,
                       bad("unknown parameter \"" + name + "\"", "未知参数“" + name + "”", hint));
      }
      if (std::find_if(target->query.begin(), here, same) != here) {
        return problem(request,
                       bad("the parameter \"" + name + "\" stands twice",
                           "参数“" + name + "”出现了两次", {"keep one of them", "只保留一个"}));
      }
    }
    return (this->*route.answer)({request, *target, budget});
  }
  if (!methods.empty()) {
    const std::string allowed = listed(methods);
    HttpReply reply =
        problem(request, 405,
                bad("\"" + request.method + "\" is not what " + request.target + " answers",
                    request.target + " 不支持 " + request.method,
                    {"it answers " + allowed, "支持的方法：" + allowed}));
    reply.set("Allow", allowed);
    return reply;
  }
  std::string paths;
  for (const Route& route : table()) {
    std::string path;
    for (const std::string_view part : route.path) {
      path += "/" + std::string(part);
    }
    paths += (paths.empty() ? "" : ", ") + path;
  }
  return problem(request,
                 Error(ErrorCode::NotFound,
                       {"there is nothing at " + request.target, request.target + " 不存在"},
                       {"the paths are " + paths, "可用的路径：" + paths}));
}

HttpReply Routes::healthz(const Call& /*call*/) const {
  return json_reply(R"({"status":"ok"})");
}

HttpReply Routes::readyz(const Call& call) const {
  const auto database = service_.standing();
  if (!database.has_value()) {
    return problem(call.request, 503, database.error());
  }
  return json_reply(dump(Json{{"status", "ok"}, {"version", database->version}}));
}

HttpReply Routes::status(const Call& call) const {
  const auto database = service_.standing();
  if (!database.has_value()) {
    return call.fail(database.error());
  }
  const ServerStatus now = status_();
  const auto up = std::chrono::steady_clock::now() - now.started;
  Json json{{"version", database->version},
            {"population", database->population},
            {"time_zone", database->time_zone},
            {"languages", {"en", "zh-CN"}},
            {"uptime_s", std::chrono::duration_cast<std::chrono::seconds>(up).count()},
            {"connections", now.connections},
            {"queries_running", now.running},
            {"queries_queued", now.queued},
            {"requests", now.requests},
            {"refused_busy", now.refused_busy}};
  if (const auto kept = service_.kept_answers(); kept.has_value()) {
    json["cache"] = {{"answers", kept->answers},     {"bytes", kept->bytes},
                     {"bytes_max", kept->bytes_max}, {"hits", kept->hits},
                     {"misses", kept->misses},       {"forgotten", kept->forgotten}};
  }
  return json_reply(dump(json));
}

HttpReply Routes::run_query(const Call& call, QueryRequest request,
                            std::optional<std::uint64_t> timeout_ms) const {
  const auto most = static_cast<std::uint64_t>(options_.timeout.count());
  const std::uint64_t timeout = std::min(timeout_ms.value_or(most), most);
  call.budget.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout);
  call.budget.memory = options_.memory;
  request.threads = options_.threads;
  request.budget = &call.budget;
  const auto answer = service_.query(request);
  return answer.has_value() ? json_reply(answer_json(*answer, request.expression))
                            : problem(call.request, answer.error(), request.expression);
}

HttpReply Routes::count(const Call& call) const {
  const std::string* expression = call.parameter("q");
  if (expression == nullptr) {
    return call.fail(bad(
        "the parameter \"q\" is missing", "缺少参数“q”",
        {"give the expression: /v1/count?q=age%3A25-34", "请给出表达式：/v1/count?q=age%3A25-34"}));
  }
  QueryRequest request;
  request.expression = *expression;
  if (const std::string* text = call.parameter("as_of"); text != nullptr) {
    const auto day = day_of(*text);
    if (!day.has_value()) {
      return call.fail(day.error());
    }
    request.as_of = *day;
  }
  std::optional<std::uint64_t> timeout_ms;
  if (const std::string* text = call.parameter("timeout_ms"); text != nullptr) {
    const auto number = number_of("timeout_ms", *text);
    if (!number.has_value()) {
      return call.fail(number.error());
    }
    timeout_ms = *number;
  }
  return run_query(call, std::move(request), timeout_ms);
}

namespace {

struct Body {
  std::string expression;
  std::optional<std::chrono::sys_days> as_of;
  std::optional<std::uint64_t> timeout_ms;
  bool explain = false;
};

// What is wrong with a body is not a schema's fault.
Error of_body(const Error& fault) {
  return Error(ErrorCode::BadInput, fault.message(), fault.hint());
}

tl::expected<Body, HttpReply> read_body(const HttpRequest& request,
                                        std::initializer_list<std::string_view> known) {
  const std::string_view type = request.field("Content-Type").value_or("");
  if (!is_json(type)) {
    const std::string found(type);
    HttpReply reply = problem(
        request, 415,
        bad(found.empty() ? "the body's content type is missing"
                          : "the body is \"" + found + "\", expected application/json",
            found.empty() ? "缺少内容类型" : "内容类型为“" + found + "”，应为 application/json",
            {"send Content-Type: application/json", "请发送 Content-Type: application/json"}));
    reply.set("Accept", kJson);
    return tl::unexpected(std::move(reply));
  }
  std::optional<Error> fault;
  const auto json = parse_json(request.body, fault);
  Body body;
  if (!fault.has_value()) {
    JsonReader reader(*json, "", fault);
    reader.only(known);
    if (!reader.has("expression") && !fault.has_value()) {
      reader.fail("expression", "nothing", {"an expression, e.g. \"vip\"", "表达式，例如 \"vip\""});
    }
    reader.read("expression", body.expression);
    reader.read("explain", body.explain);
    std::string as_of;
    reader.read("as_of", as_of);
    if (reader.has("timeout_ms")) {
      std::optional<std::int64_t> timeout;
      reader.read_scaled("timeout_ms", 0, timeout);
      if (timeout.has_value() && *timeout < 0) {
        reader.fail("timeout_ms", std::to_string(*timeout), {"0 or more", "0 或以上"});
      }
      body.timeout_ms = static_cast<std::uint64_t>(timeout.value_or(0));
    }
    if (const auto day = day_of(as_of); day.has_value()) {
      body.as_of = *day;
    } else if (!fault.has_value()) {
      fault = day.error();
    }
  }
  if (fault.has_value()) {
    return tl::unexpected(problem(request, of_body(*fault)));
  }
  return body;
}

}  // namespace

HttpReply Routes::query(const Call& call) const {
  auto body = read_body(call.request, {"expression", "as_of", "timeout_ms", "explain"});
  if (!body.has_value()) {
    return std::move(body).error();
  }
  QueryRequest request;
  request.expression = std::move(body->expression);
  request.as_of = body->as_of;
  request.explain = body->explain;
  return run_query(call, std::move(request), body->timeout_ms);
}

HttpReply Routes::check(const Call& call) const {
  const auto body = read_body(call.request, {"expression", "as_of"});
  if (!body.has_value()) {
    return std::move(body).error();
  }
  HttpReply reply;
  const Status read = service_.with_catalogue(
      body->as_of, [&](const dsl::Catalogue& catalogue, std::chrono::sys_days day) {
        dsl::CheckOptions options;
        options.as_of = day;
        reply = json_reply(
            checked_json(dsl::check(body->expression, catalogue, options), body->expression));
      });
  return read.has_value() ? reply : call.fail(read.error());
}

HttpReply Routes::tags(const Call& call) const {
  const auto catalog = service_.tags();
  return catalog.has_value() ? json_reply(catalog_json(*catalog)) : call.fail(catalog.error());
}

HttpReply refusal_of(const HttpRequest& request, unsigned status, std::uint64_t header_bytes_max,
                     std::uint64_t body_bytes_max) {
  const std::string headers = std::to_string(header_bytes_max);
  const std::string bodies = std::to_string(body_bytes_max);
  switch (status) {
    case 400:
      return problem(request, status,
                     bad("this is no HTTP/1.1 request that can be read", "无法解析为 HTTP/1.1 请求",
                         {"check the request line, the header fields and the body's length",
                          "请检查请求行、头字段和内容长度"}));
    case 408:
      return problem(request, status,
                     bad("the request did not arrive in time", "请求未能及时送达",
                         {"send it without pauses", "请不间断地发送"}));
    case 413:
      return problem(request, status,
                     Error(ErrorCode::TooLarge,
                           {"the body is larger than " + bodies + " bytes",
                            "请求内容超过 " + bodies + " 字节"},
                           {"send it in parts", "请分几次发送"}));
    case 431:
      return problem(request, status,
                     Error(ErrorCode::TooLarge,
                           {"the header is larger than " + headers + " bytes",
                            "请求头超过 " + headers + " 字节"},
                           {"send long expressions in the body of POST /v1/query",
                            "长表达式请放在 POST /v1/query 的内容里"}));
    case 503: {
      HttpReply reply = problem(request, status,
                                Error(ErrorCode::Busy,
                                      {"too many requests are waiting, or the server is ending",
                                       "等待处理的请求过多，或服务器正在关闭"},
                                      {"try again in a second", "请一秒后重试"}));
      reply.set("Retry-After", "1");
      return reply;
    }
    default:
      return problem(
          request, status,
          Error(
              ErrorCode::Internal, {"the request could not be answered", "请求未能得到答复"},
              {"the server's log has request " + request.id, "服务器日志中有请求 " + request.id}));
  }
}

}  // namespace tagline::server
