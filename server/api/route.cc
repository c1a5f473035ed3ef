#include "server/api/route.h"

#include "server/day_text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kJson = "application/json";

bool is_negative(std::string_view text) {
  return text.size() > 1 && text.front() == '-' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::int64_t seconds_since_1970() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

const std::string* Call::parameter(std::string_view name) const {
  const auto found = std::find_if(target.query.begin(), target.query.end(),
                                  [name](const auto& each) { return each.first == name; });
  return found == target.query.end() ? nullptr : &found->second;
}

std::optional<HttpReply> Call::needs(Role role) const {
  if (caller.role >= role) {
    return std::nullopt;
  }
  const std::string needed(name_of(role));
  const std::string has(name_of(caller.role));
  return fail(
      Error(ErrorCode::Forbidden,
            {"this needs the role " + needed + "; the key \"" + caller.name + "\" is of a " + has,
             "该请求需要角色 " + needed + "；密钥“" + caller.name + "”的角色是 " + has},
            {"ask for a key with `tagline key create --role " + needed + "`",
             "请申请由 `tagline key create --role " + needed + "` 创建的密钥"}));
}

std::optional<HttpReply> Call::needs_no_floor() const {
  if (caller.floor == 0) {
    return std::nullopt;
  }
  const std::string floor = std::to_string(caller.floor);
  return fail(Error(
      ErrorCode::Forbidden,
      {"this is not told to callers with a privacy floor; yours is " + floor + " people",
       "设有隐私下限的调用者不能请求此内容；您的下限是 " + floor + " 人"},
      {"ask for counts of today: GET /v1/count?q=..., or POST /v1/query with \"expression\" or "
       "\"expressions\" alone",
       "请查询当日人数：GET /v1/count?q=...，或 POST /v1/query 并只给出 \"expression\" 或 "
       "\"expressions\""}));
}

dsl::CheckOptions Call::checking(const dsl::CheckOptions& options) const {
  dsl::CheckOptions own = options;
  if (caller.floor != 0) {
    own.people = [](engine::RowKey) { return std::optional<std::uint64_t>(); };
    own.newest = {};
  }
  return own;
}

Route keeping_floor(Route route) {
  route.keeps_floor = true;
  return route;
}

Route express(Route route) {
  route.express = true;
  return route;
}

std::optional<HttpReply> Call::may_export(std::string_view expression) const {
  if (auto refused = needs(Role::Analyst); refused.has_value()) {
    return refused;
  }
  const Status logged = audit->begin(AuditKind::Export, expression);
  return logged.has_value() ? std::nullopt : std::optional(unlogged(request, logged.error()));
}

HttpReply unlogged(const HttpRequest& request, const Error& error) {
  const unsigned status = http_status(error.code());
  constexpr unsigned kFull = 507;
  constexpr unsigned kUnavailable = 503;
  return problem(request, status == kFull ? kFull : kUnavailable, error);
}

std::optional<HttpReply> came_too_late(const HttpRequest& request, std::chrono::milliseconds time) {
  if (!request.arrived.has_value() || std::chrono::steady_clock::now() < *request.arrived + time) {
    return std::nullopt;
  }
  const std::string limit = std::to_string(time.count());
  return problem(request,
                 Error(ErrorCode::DeadlineExceeded,
                       {"the request waited for its turn until its " + limit +
                            " ms were over; it was not begun",
                        "请求排队等待已超过其 " + limit + " 毫秒的时限；尚未开始执行"},
                       {"the server is busy: try again later, or allow more time (timeout_ms)",
                        "服务器繁忙：请稍后重试，或放宽时限（timeout_ms）"}));
}

std::optional<HttpReply> Call::limit(std::optional<std::uint64_t> timeout_ms) const {
  const auto most = static_cast<std::uint64_t>(api.options.timeout.count());
  const std::chrono::milliseconds timeout(std::min(timeout_ms.value_or(most), most));
  budget.deadline = request.arrived.value_or(std::chrono::steady_clock::now()) + timeout;
  budget.memory = api.options.memory;
  if (place != nullptr) {
    place->is_query();
  }
  return came_too_late(request, timeout);
}

void Call::note_asked(const std::string& expression) const {
  if (!expression.empty()) {
    api.asked->asked(expression, seconds_since_1970());
  }
}

QueryRequest Call::query(std::string expression, std::optional<std::chrono::sys_days> as_of) const {
  if (place != nullptr && !expression.empty()) {
    place->asks(expression);
  }
  note_asked(expression);
  QueryRequest query;
  query.expression = std::move(expression);
  query.as_of = as_of;
  query.threads = api.options.threads;
  query.budget = &budget;
  query.names = &api.service.names();
  query.answers = api.service.answers();
  return query;
}

HttpReply json_reply(std::string body) {
  HttpReply reply;
  reply.set("Content-Type", kJson);
  // Counts change with every write.
  reply.set("Cache-Control", "no-store");
  reply.body = std::move(body) + "\n";
  return reply;
}

Error nothing_is_written() {
  return Error(ErrorCode::ReadOnly,
               {"this server writes nothing (--read-only)", "该服务器不写入数据（--read-only）"},
               {"ask one that does, or use tagline load", "请使用可写的服务器，或 tagline load"});
}

Error bad_input(std::string en, std::string zh, Text hint) {
  return Error(ErrorCode::BadInput, {std::move(en), std::move(zh)}, std::move(hint));
}

Result<std::uint64_t> number_of(std::string_view name, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) {
    const std::string key(name);
    const std::string found(text);
    if (fault == std::errc::result_out_of_range && end == text.data() + text.size()) {
      const std::string most = std::to_string(std::numeric_limits<std::uint64_t>::max());
      return tl::unexpected(bad_input(key + ": " + found + " is larger than any number can be",
                                      key + "：" + found + " 过大",
                                      {"write at most " + most, "最大为 " + most}));
    }
    const Text hint{"write digits only, e.g. 1000", "请只写数字，例如 1000"};
    if (is_negative(text)) {
      return tl::unexpected(bad_input(key + ": " + found + " is below 0, expected 0 or more",
                                      key + "：" + found + " 小于 0，应为 0 或以上", hint));
    }
    return tl::unexpected(text.empty()
                              ? bad_input(key + ": nothing is given, expected a whole number",
                                          key + "：内容为空，应为整数", hint)
                              : bad_input(key + ": \"" + found + "\" is no whole number",
                                          key + "：“" + found + "”不是整数", hint));
  }
  return value;
}

Result<std::optional<std::uint64_t>> number_parameter(const Call& call, std::string_view name) {
  const std::string* text = call.parameter(name);
  if (text == nullptr) {
    return std::optional<std::uint64_t>();
  }
  return number_of(name, *text).map([](std::uint64_t value) { return std::optional(value); });
}

Result<std::optional<std::chrono::sys_days>> day_parameter(const Call& call,
                                                           std::string_view name) {
  const std::string* text = call.parameter(name);
  if (text == nullptr) {
    return std::optional<std::chrono::sys_days>();
  }
  const auto day = parse_day(*text);
  if (!day.has_value()) {
    const std::string key(name);
    return tl::unexpected(bad_input(key + ": \"" + *text + "\" is no day of the years 1 to 9999",
                                    key + "：“" + *text + "”不是公元 1 至 9999 年的日期",
                                    {"write it as 2026-01-31, or leave " + key + " out for today",
                                     "请写成 2026-01-31；省略 " + key + " 则表示今天"}));
  }
  return day;
}

}  // namespace tagline::server
