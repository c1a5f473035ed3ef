// Routes: requests of HTTP to answers of the service. A function of a request, no sockets.
//
// Every reply is JSON; what goes wrong is application/problem+json (server/api/problem.h).
// grammar-docs/http.md describes the paths.
#pragma once

#include "engine/budget.h"
#include "server/api/caller.h"
#include "server/api/role.h"
#include "server/build.h"
#include "server/http/http_message.h"
#include "server/http/http_server.h"
#include "server/service.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::server {

struct RoutesOptions {
  unsigned threads = 1;                       ///< of one query
  unsigned workers = 2;                       ///< that answer requests
  std::chrono::milliseconds timeout{30'000};  ///< of a query that asks for none, and the most
  std::uint64_t memory = std::uint64_t{256} << 20U;  ///< bytes a query may hold
  bool read_only = false;                            ///< nothing is written
  std::uint64_t keep_days = 0;  ///< of histories, taken once a day; 0: none is taken
  Build build;                  ///< the program
  std::uint64_t load_bytes = std::uint64_t{16} << 30U;  ///< of a large body: a load, a list of ids
  std::uint64_t body_bytes = std::uint64_t{1} << 20U;   ///< of a body, where the route says nothing
  /// Told of what goes wrong apart from any request; may be empty. Called by several threads.
  std::function<void(const Error&)> report = {};
};

/// What a server says of itself.
struct ServerStatus {
  std::chrono::steady_clock::time_point started;
  std::size_t connections = 0;
  std::size_t running = 0;
  std::size_t queued = 0;
  std::uint64_t requests = 0;
  std::uint64_t refused_busy = 0;
  std::uint64_t accepted = 0;     ///< connections since it began
  std::uint64_t log_dropped = 0;  ///< lines that nobody took in time
  bool ending = false;            ///< it was told to stop
};

struct RouteName {
  std::string method;
  std::string path;  ///< "/v1/tags/{tag}"
  std::vector<std::string> parameters;
  Role role = Role::Viewer;
  bool open = false;  ///< everybody is let in
};

/// A load that was asked for and not done.
struct DroppedLoad {
  std::string id;
  std::string name;
};

struct Api;
struct Call;
class DailyRecorder;
class Gate;
class IngestQueue;
class KafkaConsumer;
class ValueExpiry;
class LoadJobs;
class Metrics;
class RouteTable;
struct RouteEntry;
class RunningQueries;
class SavedSchemas;
class StreamRoom;
struct Route;

/// Thread-safe.
class Routes {
 public:
  /// `service`, `gate` and what `status` reads outlive it. Without a gate everybody may do all and
  /// nothing is logged.
  Routes(Service& service, const RoutesOptions& options, std::function<ServerStatus()> status,
         Gate* gate = nullptr);

  ~Routes();
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  /// Another one. Before the first request.
  void add(Route route);
  /// Tells of it in /v1/status and /metrics. Before the first request; it outlives the last.
  void show(const KafkaConsumer& kafka);
  /// Which commits changes of single users; null: nothing is written.
  [[nodiscard]] IngestQueue* ingest_queue() const { return ingest_.get(); }

  /// Never throws but for memory running out. The budget's limits are set here. Waits for replies
  /// that come later.
  [[nodiscard]] HttpReply answer(const HttpRequest& request, engine::Budget& budget) const;
  /// For HttpHandlers::answer: as `answer`, and does not wait (HttpReply::later). `request` and
  /// `budget` outlive the reply.
  [[nodiscard]] HttpReply respond(const HttpRequest& request, engine::Budget& budget) const;
  /// Health checks, which must not wait behind queries, browsers' preflights, refusals of those
  /// who are not let in, and counts whose reply is kept; nothing for all else.
  [[nodiscard]] std::optional<HttpReply> quick(const HttpRequest& request) const;
  /// For HttpHandlers::admit: who is not let in, or may not call the route, is refused, and what
  /// else can be seen of a request with a large body; where the body goes, and how long it may be.
  [[nodiscard]] HttpAdmission admission(const HttpRequest& request) const;
  /// For HttpHandlers::refuse.
  [[nodiscard]] HttpReply refusal(const HttpRequest& request, unsigned status,
                                  std::uint64_t header_bytes_max) const;
  /// For HttpHandlers::fail.
  [[nodiscard]] HttpReply fault(const HttpRequest& request, const Error& error) const;
  /// For HttpHandlers::express: of a route that must be answered while all workers are busy.
  [[nodiscard]] bool is_express(const HttpRequest& request) const;
  /// For HttpHandlers::busy: whether a load runs or waits.
  [[nodiscard]] bool is_loading() const;
  /// When no request comes any more: takes no more loads, and ends those there are, but for one
  /// that is being written. Those that are not done.
  [[nodiscard]] std::vector<DroppedLoad> end_loads();
  /// For HttpHandlers::done: counts it.
  void note(const HttpOutcome& outcome) const;
  /// Every method at every path, for what describes them.
  [[nodiscard]] std::vector<RouteName> names() const;

 private:
  /// Of a request with a body, the header is looked at first, and who is not let in is refused
  /// then; status 100 when it may go on.
  enum class Stage : std::uint8_t { Header, Whole };
  [[nodiscard]] HttpReply answer(const HttpRequest& request, engine::Budget& budget,
                                 Stage stage) const;
  [[nodiscard]] HttpReply admit(const HttpRequest& request, const Target& target,
                                engine::Budget& budget, Stage stage) const;
  [[nodiscard]] HttpReply run(const RouteEntry& entry, const HttpRequest& request,
                              const Target& target, const Caller& caller, engine::Budget& budget,
                              Stage stage) const;
  void dress(const HttpRequest& request, HttpReply& reply) const;
  /// A reply that is kept and still true, for who is let in.
  [[nodiscard]] std::optional<HttpReply> known(const HttpRequest& request) const;
  [[nodiscard]] HttpReply answer_by(const RouteEntry& entry, const Call& call) const;
  [[nodiscard]] HttpReply answer(const RouteEntry& entry, Call& call, Stage stage) const;
  /// Of the route's requests; null: of no route.
  [[nodiscard]] std::uint64_t body_bytes_max(const RouteEntry* entry) const;
  /// Makes what depends on the whole table.
  void settle();

  const RoutesOptions options_;
  const std::function<ServerStatus()> status_;
  Gate* const gate_;
  Service& service_;
  std::unique_ptr<RouteTable> table_;
  std::shared_ptr<DiskRoom> room_;
  std::unique_ptr<RunningQueries> queries_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<SavedSchemas> schemas_;
  std::shared_ptr<StreamRoom> streams_;
  std::unique_ptr<LoadJobs> jobs_;        ///< null: nothing is written
  std::unique_ptr<IngestQueue> ingest_;   ///< null: nothing is written
  std::unique_ptr<DailyRecorder> daily_;  ///< null: nothing is kept of the past
  std::unique_ptr<ValueExpiry> expiry_;   ///< the same; uses ingest_
  std::unique_ptr<Api> api_;
  struct Kept;
  const std::unique_ptr<Kept> kept_;  ///< null: the database cannot be read
};

/// Words for a request that was refused before routes saw it. `is_large`: its route takes large
/// bodies. `ending`: the server was told to stop.
[[nodiscard]] HttpReply refusal_of(const HttpRequest& request, unsigned status,
                                   std::uint64_t header_bytes_max, std::uint64_t body_bytes_max,
                                   bool is_large, bool ending);

}  // namespace tagline::server
