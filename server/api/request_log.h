// RequestLog: one line a request, and one more for a slow one.
#pragma once

#include "server/api/routes.h"
#include "server/http/http_server.h"
#include "server/log.h"

#include <chrono>
#include <string>
#include <vector>

namespace tagline::server {

/// Thread-safe.
///
/// What people ask may be sensitive, so a line has the path without its parameters. The whole of it
/// (address and the beginning of the body) is in the lines of slow requests, and at LogLevel::Debug
/// in all.
class RequestLog {
 public:
  /// `log` outlives it. `slow`: from how long on a request is slow; 0: none is.
  RequestLog(Log& log, const Routes& routes, std::chrono::milliseconds slow);

  void note(const HttpRequest& request, const HttpOutcome& outcome);

 private:
  Log& log_;
  std::vector<std::string> routes_;  ///< their paths, by HttpReply::route - 1
  const std::chrono::milliseconds slow_;
};

}  // namespace tagline::server
