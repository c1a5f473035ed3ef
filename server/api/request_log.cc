#include "server/api/request_log.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <vector>

namespace tagline::server {
namespace {

constexpr std::size_t kShownBytes = 2000;
constexpr unsigned kServerFault = 500;
// Busy, too late, disk full: an operator should know, but nothing is broken.
constexpr std::array<unsigned, 4> kExpected{501, 503, 504, 507};

LogLevel level_of(const HttpRequest& request, const HttpOutcome& outcome) {
  if (outcome.status >= kServerFault) {
    const bool expected =
        std::find(kExpected.begin(), kExpected.end(), outcome.status) != kExpected.end();
    return expected ? LogLevel::Warning : LogLevel::Error;
  }
  // They come every few seconds, and say nothing while all is well.
  const bool probe =
      request.target == "/healthz" || request.target == "/readyz" || request.target == "/metrics";
  return probe ? LogLevel::Debug : LogLevel::Info;
}

double ms_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

RequestLog::RequestLog(Log& log, const Routes& routes, std::chrono::milliseconds slow)
    : log_(log), slow_(slow) {
  const auto names = routes.names();
  std::transform(names.begin(), names.end(), std::back_inserter(routes_),
                 [](const RouteName& each) { return each.path; });
}

void RequestLog::note(const HttpRequest& request, const HttpOutcome& outcome) {
  const bool slow = slow_.count() > 0 && outcome.elapsed >= slow_;
  const LogLevel level = level_of(request, outcome);
  if (!log_.wants(level) && !(slow && log_.wants(LogLevel::Warning))) {
    return;
  }
  const std::string_view target = request.target;
  const std::string_view route = outcome.route == 0 || outcome.route > routes_.size()
                                     ? std::string_view("-")
                                     : std::string_view(routes_[outcome.route - 1]);
  // A path with a variable may have somebody's id in it.
  const std::string_view path = route.find('{') != std::string_view::npos
                                    ? route
                                    : target.substr(0, std::min(target.find('?'), kShownBytes));
  const std::string_view key = outcome.key.empty() ? "-" : std::string_view(outcome.key);
  const double ms = ms_of(outcome.elapsed);
  const double waited = ms_of(outcome.waited.value_or(std::chrono::nanoseconds(0)));
  const auto write = [&](LogLevel of, std::string_view event, bool asked) {
    std::vector<LogField> fields{{"id", request.id},
                                 {"method", request.method},
                                 {"path", path},
                                 {"route", route},
                                 {"status", std::uint64_t{outcome.status}},
                                 {"ms", ms},
                                 {"waited_ms", waited},
                                 {"received", outcome.received},
                                 {"sent", outcome.sent},
                                 {"whole", outcome.written},
                                 {"key", key},
                                 {"peer", request.peer}};
    if (asked) {
      fields.push_back({"target", target.substr(0, kShownBytes)});
      fields.push_back({"body", std::string_view(request.body).substr(0, kShownBytes)});
    }
    log_.write(of, event, fields);
  };
  write(level, "request", log_.wants(LogLevel::Debug));
  if (slow) {
    write(LogLevel::Warning, "slow-request", true);
  }
}

}  // namespace tagline::server
