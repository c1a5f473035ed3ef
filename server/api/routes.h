// Routes: requests of HTTP to answers of the service. A function of a request, no sockets.
//
// Every reply is JSON; what goes wrong is application/problem+json (server/api/problem.h).
// grammar-docs/http.md describes the paths.
#pragma once

#include "engine/budget.h"
#include "server/http/http_message.h"
#include "server/service.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

struct RoutesOptions {
  unsigned threads = 1;                       ///< of one query
  std::chrono::milliseconds timeout{30'000};  ///< of a query that asks for none, and the most
  std::uint64_t memory = std::uint64_t{256} << 20U;  ///< bytes a query may hold
  bool read_only = false;                            ///< nothing is written
};

/// What a server says of itself.
struct ServerStatus {
  std::chrono::steady_clock::time_point started;
  std::size_t connections = 0;
  std::size_t running = 0;
  std::size_t queued = 0;
  std::uint64_t requests = 0;
  std::uint64_t refused_busy = 0;
};

struct RouteName {
  std::string method;
  std::string path;  ///< "/v1/tags/{tag}"
  std::vector<std::string> parameters;
};

struct Api;
struct Call;
struct Route;

/// Thread-safe.
class Routes {
 public:
  /// `service` and what `status` reads outlive it.
  Routes(Service& service, const RoutesOptions& options, std::function<ServerStatus()> status);

  ~Routes();
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  /// Never throws but for memory running out. The budget's limits are set here.
  [[nodiscard]] HttpReply answer(const HttpRequest& request, engine::Budget& budget) const;
  /// Health checks, which must not wait behind queries, and counts that are kept (server/api/
  /// kept_replies.h); nothing for all else. Never waits.
  [[nodiscard]] std::optional<HttpReply> quick(const HttpRequest& request) const;
  /// Every method at every path, for what describes them.
  [[nodiscard]] std::vector<RouteName> names() const;

 private:
  struct Entry;
  struct Kept;
  [[nodiscard]] HttpReply answer_by(const Route& route, const Call& call) const;
  const RoutesOptions options_;
  const std::function<ServerStatus()> status_;
  const std::unique_ptr<Api> api_;
  std::vector<Entry> table_;
  const std::unique_ptr<Kept> kept_;  ///< null: the database cannot be read
};

/// Words for a request that was refused before routes saw it (HttpHandlers::refuse).
[[nodiscard]] HttpReply refusal_of(const HttpRequest& request, unsigned status,
                                   std::uint64_t header_bytes_max, std::uint64_t body_bytes_max);

}  // namespace tagline::server
