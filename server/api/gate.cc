#include "server/api/gate.h"

#include "server/access/addresses.h"
#include "server/access/key_file.h"
#include "server/access/privacy_floor.h"
#include "server/api/problem.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

// Wrong keys from one address. A right one is let in all the same, or one wrong client would lock
// out all others behind its proxy: it is 256 random bits that keep guessers out, and this the
// noise.
constexpr Rate kFailures{20, std::chrono::seconds(60)};
constexpr unsigned kMisdirected = 421;
constexpr unsigned kUnavailable = 503;
constexpr const char* kChallenge = "Bearer realm=\"tagline\"";

const Hint kHowToSend{
    {},
    {"send it as Authorization: Bearer KEY, or as X-API-Key: KEY; `tagline key "
     "create` makes one",
     "请以 Authorization: Bearer KEY 或 X-API-Key: KEY 发送；用 `tagline key "
     "create` 创建密钥"},
    {"give it with --key KEY, or set TAGLINE_KEY; `tagline key create` makes one",
     "请用 --key 密钥 给出，或设置 TAGLINE_KEY；用 `tagline key create` 创建密钥"}};

/// The key as sent, or nothing. Another scheme of Authorization may be meant for a proxy.
std::optional<std::string_view> key_sent(const HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  if (auto sent = request.field("Authorization");
      sent.has_value() && same_text(sent->substr(0, kScheme.size()), kScheme)) {
    sent->remove_prefix(std::min(sent->find_first_not_of(' ', kScheme.size()), sent->size()));
    return sent;
  }
  return request.field("X-API-Key");
}

bool is_safe(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

/// Whether a page of another origin sent it.
bool is_cross_site(const HttpRequest& request) {
  const auto origin = request.field("Origin");
  if (!origin.has_value()) {
    return false;
  }
  const std::size_t mark = origin->find("://");
  return mark == std::string_view::npos ||
         !same_text(origin->substr(mark + 3), request.field("Host").value_or(""));
}

HttpReply too_often(const HttpRequest& request, const RateLimiter::Standing& standing,
                    const Text& message) {
  const std::string wait = std::to_string(standing.retry.count());
  HttpReply reply = problem(request, Error(ErrorCode::RateLimited, message,
                                           {"try again in " + wait + " s (Retry-After)",
                                            "请在 " + wait + " 秒后重试（Retry-After）"}));
  reply.set("Retry-After", wait);
  return reply;
}

bool has_live_key(const KeySet& keys) {
  const auto now = std::chrono::system_clock::now();
  return std::any_of(keys.by_id.begin(), keys.by_id.end(), [now](const auto& each) {
    return state_of(each.second, now) == KeyState::Live;
  });
}

}  // namespace

Gate::Gate(const AccessOptions& options, std::unique_ptr<AuditLog> audit, Report report)
    : options_(options),
      cors_(options.cors),
      report_(std::move(report)),
      audit_(std::move(audit)),
      ring_(options.key_file) {}

Result<std::unique_ptr<Gate>> Gate::open(const AccessOptions& options, Report report) {
  auto audit = AuditLog::open(options.audit_file);
  if (!audit.has_value()) {
    const Error& error = audit.error();
    if (!options.audit_may_be_missing || error.code() != ErrorCode::ReadOnly) {
      return tl::unexpected(error);
    }
    if (report) {
      report(Error(error.code(),
                   {error.message().en + "; exports are refused until it can be",
                    error.message().zh + "；在此之前拒绝导出"},
                   error.faced_hint()));
    }
    audit = AuditLog::unopened(options.audit_file);
  }
  std::unique_ptr<Gate> gate(new Gate(options, std::move(*audit), std::move(report)));
  const auto keys = gate->ring_.keys();
  if (keys->fault.has_value()) {
    return tl::unexpected(*keys->fault);
  }
  if (!options.loopback && !has_live_key(*keys)) {
    return failure(ErrorCode::Forbidden,
                   {"others can reach this address, and there is no key yet that they would need",
                    "其他机器可以访问该地址，但还没有任何可用的密钥"},
                   {"make one with `tagline key create --db DIR NAME --role admin`, or listen on "
                    "127.0.0.1",
                    "请先用 `tagline key create --db DIR NAME --role admin` 创建密钥，或监听 "
                    "127.0.0.1"});
  }
  return gate;
}

void Gate::report(const Error& error) const {
  if (report_) {
    report_(error);
  }
}

void Gate::report_fault(const KeySet& keys) {
  const std::string fault = keys.fault.has_value() ? keys.fault->message().en : std::string();
  {
    const std::lock_guard lock(mutex_);
    if (fault == reported_) {
      return;
    }
    reported_ = fault;
  }
  if (keys.fault.has_value()) {
    report(*keys.fault);
  }
}

Gate::Entry Gate::enter(const HttpRequest& request) {
  return decide(request, Taking::Yes);
}

Gate::Entry Gate::look(const HttpRequest& request) {
  return decide(request, Taking::No);
}

Gate::Entry Gate::decide(const HttpRequest& request, Taking taking) {
  const auto keys = ring_.keys();
  report_fault(*keys);
  if (!keys->needed && !options_.require_key && options_.loopback) {
    return without_key(request, taking);
  }
  Entry entry;
  const auto sent = key_sent(request);
  if (!sent.has_value()) {
    entry.refused = unknown(request, {"this needs a key", "该请求需要密钥"}, false);
    return entry;
  }
  if (keys->fault.has_value()) {
    entry.refused = problem(
        request, kUnavailable,
        Error(ErrorCode::System,
              {"the server cannot read its keys, so nobody is let in",
               "服务器无法读取密钥文件，因此拒绝所有请求"},
              {"whoever runs the server finds why in its log", "请服务器管理员查看日志中的原因"}));
    return entry;
  }
  const ApiKey* key = keys->find(*sent);
  if (key == nullptr) {
    entry.refused = unknown(request, {"this key is not known", "未知的密钥"}, true);
    return entry;
  }
  switch (state_of(*key, std::chrono::system_clock::now())) {
    case KeyState::Expired:
      entry.refused = unknown(
          request, {"the key \"" + key->name + "\" has expired", "密钥“" + key->name + "”已过期"},
          true);
      return entry;
    case KeyState::Revoked:
      entry.refused = unknown(
          request,
          {"the key \"" + key->name + "\" has been revoked", "密钥“" + key->name + "”已被撤销"},
          true);
      return entry;
    case KeyState::Live:
      break;
  }
  entry.caller = {key->id, key->name, key->role, floor_for(options_.floors, key->role)};
  if (const auto rate = key->rate.has_value() ? key->rate : options_.rate; rate.has_value()) {
    limit(request, "key " + key->id, *rate, taking, entry);
  }
  return entry;
}

// Whoever reaches loopback may do all, so what a browser was tricked into sending is kept out: a
// page whose name leads to this machine (DNS rebinding), and a page of another site that has
// something changed, the answer to which it need not see.
Gate::Entry Gate::without_key(const HttpRequest& request, Taking taking) {
  Entry entry;
  const auto host = request.field("Host");
  if (host.has_value() && !is_own_host(*host, options_.hosts)) {
    const std::string name(*host);
    entry.refused = problem(
        request, kMisdirected,
        Error(ErrorCode::Forbidden,
              {"this server is not known as \"" + name + "\"", "该服务器的名称不是“" + name + "”"},
              {"ask localhost or its address, or start it with --host NAME",
               "请访问 localhost 或其地址，或以 --host NAME 启动服务器"}));
    return entry;
  }
  if (!is_safe(request.method) && is_cross_site(request) &&
      !cors_.allows(request.field("Origin").value_or(""))) {
    const std::string origin(request.field("Origin").value_or(""));
    entry.refused =
        problem(request, Error(ErrorCode::Forbidden,
                               {"pages of " + origin + " may not change anything here",
                                "来自 " + origin + " 的页面不能在此进行更改"},
                               {"whoever runs the server allows them with --cors ORIGIN",
                                "服务器管理员可用 --cors ORIGIN 放行"}));
    return entry;
  }
  entry.caller.floor = floor_for(options_.floors, entry.caller.role);
  if (options_.rate.has_value()) {
    limit(request, "from " + network_of(request.peer), *options_.rate, taking, entry);
  }
  return entry;
}

HttpReply Gate::unknown(const HttpRequest& request, const Text& message, bool given) {
  const auto standing =
      failures_.take(network_of(request.peer), kFailures, RateLimiter::Clock::now());
  HttpReply reply =
      standing.allowed
          ? problem(request, Error(ErrorCode::Unauthorized, message, kHowToSend))
          : too_often(request, standing,
                      {message.en + ", and too many requests without a good one came from there",
                       message.zh + "，且来自该地址的无效请求过多"});
  if (standing.allowed) {
    reply.set("WWW-Authenticate",
              std::string(kChallenge) + (given ? ", error=\"invalid_token\"" : ""));
  }
  return reply;
}

void Gate::limit(const HttpRequest& request, const std::string& caller, const Rate& rate,
                 Taking taking, Entry& entry) {
  const auto now = RateLimiter::Clock::now();
  const RateLimiter::Standing standing =
      taking == Taking::Yes ? limiter_.take(caller, rate, now) : limiter_.look(caller, rate, now);
  entry.fields = {{"RateLimit-Limit", std::to_string(rate.requests)},
                  {"RateLimit-Remaining", std::to_string(standing.remaining)},
                  {"RateLimit-Reset", std::to_string(standing.reset.count())}};
  if (!standing.allowed) {
    entry.refused =
        too_often(request, standing,
                  {"more than " + text_of(rate) + " requests", "请求频率超过 " + text_of(rate)});
    entry.refused->fields.insert(entry.refused->fields.end(), entry.fields.begin(),
                                 entry.fields.end());
  }
}

}  // namespace tagline::server
