// Routes: requests of HTTP to answers of the service. A function of a request, no sockets.
//
// Every reply is JSON; what goes wrong is application/problem+json (server/problem.h).
// grammar-docs/http.md describes the paths.
#pragma once

#include "engine/budget.h"
#include "server/http_message.h"
#include "server/service.h"

#include <chrono>
#include <functional>
#include <string>

namespace tagline::server {

struct RoutesOptions {
  unsigned threads = 1;                       ///< of one query
  std::chrono::milliseconds timeout{30'000};  ///< of a query that asks for none, and the most
  std::uint64_t memory = std::uint64_t{256} << 20U;  ///< bytes a query may hold
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

/// Thread-safe.
class Routes {
 public:
  /// `service` and what `status` reads outlive it.
  Routes(Service& service, const RoutesOptions& options, std::function<ServerStatus()> status);

  /// Never throws but for memory running out. The budget's limits are set here.
  [[nodiscard]] HttpReply answer(const HttpRequest& request, engine::Budget& budget) const;
  /// Health checks, which must not wait behind queries; nothing for all else.
  [[nodiscard]] std::optional<HttpReply> quick(const HttpRequest& request) const;

 private:
  struct Call;
  struct Route;
  static const std::vector<Route>& table();

  HttpReply healthz(const Call& call) const;
  HttpReply readyz(const Call& call) const;
  HttpReply status(const Call& call) const;
  HttpReply count(const Call& call) const;
  HttpReply query(const Call& call) const;
  HttpReply check(const Call& call) const;
  HttpReply tags(const Call& call) const;
  HttpReply run_query(const Call& call, QueryRequest request,
                      std::optional<std::uint64_t> timeout_ms) const;

  Service& service_;
  const RoutesOptions options_;
  const std::function<ServerStatus()> status_;
};

/// Words for a request that was refused before routes saw it (HttpHandlers::refuse).
[[nodiscard]] HttpReply refusal_of(const HttpRequest& request, unsigned status,
                                   std::uint64_t header_bytes_max, std::uint64_t body_bytes_max);

}  // namespace tagline::server
