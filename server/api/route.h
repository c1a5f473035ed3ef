// Route: one method at one path of the API, and the function that answers it. Included by
// server/api/*.cc only.
//
// A group of routes is a function that gives a list of them (server/api/route_groups.h), one file a
// noun. grammar-docs/http.md describes the paths.
#pragma once

#include "dsl/check.h"
#include "engine/budget.h"
#include "engine/error.h"
#include "server/api/asked_counts.h"
#include "server/api/audit_record.h"
#include "server/api/caller.h"
#include "server/api/problem.h"
#include "server/api/role.h"
#include "server/api/routes.h"
#include "server/api/running_queries.h"
#include "server/api/stream_room.h"
#include "server/daily_recorder.h"
#include "server/http/http_message.h"
#include "server/http/temporary_file.h"
#include "server/ingest_queue.h"
#include "server/load_jobs.h"
#include "server/saved_schemas.h"
#include "server/service.h"
#include "server/tag_fields.h"
#include "server/value_expiry.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

[[nodiscard]] std::int64_t seconds_since_1970();  ///< UTC

/// What every route may use. Outlives all calls.
struct Api {
  Service& service;
  const RoutesOptions& options;
  const std::function<ServerStatus()>& status;
  std::shared_ptr<StreamRoom> streams;  ///< for what replies in pieces hold
  RunningQueries& queries;
  const Metrics& metrics;
  const SavedSchemas& schemas;
  LoadJobs* jobs;                  ///< null: nothing is written
  std::shared_ptr<DiskRoom> room;  ///< of large bodies
  IngestQueue* ingest;             ///< null: nothing is written
  DailyRecorder* daily;            ///< null: nothing is kept of the past
  ValueExpiry* expiry;             ///< null: nothing is written
  /// A backup is being made or sent.
  std::shared_ptr<std::atomic<bool>> backing_up = std::make_shared<std::atomic<bool>>(false);
  /// Of count and query, for who wants to know what is still asked about.
  std::shared_ptr<AskedExpressions> asked =
      std::make_shared<AskedExpressions>(seconds_since_1970());
  /// What callers with a privacy floor were told.
  std::shared_ptr<AskedCounts> told = std::make_shared<AskedCounts>();
  const KafkaConsumer* kafka = nullptr;  ///< null: none
};

/// One request on its way through a route.
struct Call {
  const Api& api;
  const HttpRequest& request;
  const Target& target;
  engine::Budget& budget;
  std::vector<std::string> variables;  ///< of the path, in order
  const Caller& caller;
  /// Told to the audit log. A streamed reply keeps it, to add the ids it has sent.
  std::shared_ptr<AuditRecord> audit;
  std::shared_ptr<RunningQueries::Place> place = nullptr;  ///< null: it is not listed

  /// The parameter of the address, or null. Only those the route names can be there, each once.
  [[nodiscard]] const std::string* parameter(std::string_view name) const;
  [[nodiscard]] HttpReply fail(const Error& error) const { return problem(request, error); }

  /// For what only some callers of a route may have: 403 when this one has not the role.
  [[nodiscard]] std::optional<HttpReply> needs(Role role) const;
  /// To be asked before ids of people are given out by a route that also gives less: 403 when the
  /// caller may not have them (analysts may), 503 or 507 when that cannot be logged. What follows
  /// is logged as an export of the expression; audit->add_ids() says how many went.
  [[nodiscard]] std::optional<HttpReply> may_export(std::string_view expression) const;

  /// For what a caller with a privacy floor may not have: 403 when this one has a floor.
  [[nodiscard]] std::optional<HttpReply> needs_no_floor() const;
  /// What to check an expression with: a caller with a floor is told no numbers of people in hints.
  [[nodiscard]] dsl::CheckOptions checking(const dsl::CheckOptions& options) const;

  /// Sets the budget of a query: at most the server's time, from the request's arrival on, and its
  /// memory. From now on it is listed as a query, and can be cancelled. 504 when that time is over
  /// already: nothing is to be run then.
  [[nodiscard]] std::optional<HttpReply> limit(std::optional<std::uint64_t> timeout_ms) const;
  /// For who wants to know what is still asked about; query() does it for its own.
  void note_asked(const std::string& expression) const;
  /// A request for the service with the server's threads and this call's budget.
  [[nodiscard]] QueryRequest query(std::string expression,
                                   std::optional<std::chrono::sys_days> as_of) const;
};

/// What the audit log is told of a route's requests. ByRole: of those that need more than a viewer,
/// those of GET are exports and the others writes.
enum class Audited : std::uint8_t { ByRole, No, Write, Export };
/// Who is let in: those with a key (where keys are needed), or everybody.
enum class Entrance : std::uint8_t { Key, Open };

struct Route {
  std::string_view method;  ///< GET serves HEAD too
  std::string_view path;    ///< "/v1/tags/{tag}": a part in braces stands for any one part
  std::vector<std::string_view> parameters;
  Role role = Role::Viewer;  ///< who may call it
  HttpReply (*answer)(const Call&) = nullptr;
  Audited audited = Audited::ByRole;
  Entrance entrance = Entrance::Key;
  /// A reply of status 200 depends on the address, the data and the day alone, and may be kept.
  bool keeps = false;
  /// Of a route with large bodies, which come as HttpRequest::file and may have
  /// RoutesOptions::load_bytes: refuses before one is read.
  std::optional<HttpReply> (*begin)(const Call&) = nullptr;
  /// It keeps to the caller's privacy floor, or tells no numbers of people. All other routes refuse
  /// callers with a floor.
  bool keeps_floor = false;
  /// How long a body may be that is held in memory; 0: RoutesOptions::body_bytes.
  std::uint64_t body_bytes = 0;
  /// Takes a moment, and is answered while all workers are busy.
  bool express = false;
};

/// The route, told to keep to the floor.
[[nodiscard]] Route keeping_floor(Route route);
/// The route, told to be answered while all workers are busy.
[[nodiscard]] Route express(Route route);

/// 504 when the request's time, from its arrival on, is over before it is begun.
[[nodiscard]] std::optional<HttpReply> came_too_late(const HttpRequest& request,
                                                     std::chrono::milliseconds time);
/// 507 or 503: what would have to be written into the audit log could not be, and was not done.
[[nodiscard]] HttpReply unlogged(const HttpRequest& request, const Error& error);
[[nodiscard]] HttpReply json_reply(std::string body);
/// Of a server that was told to write nothing.
[[nodiscard]] Error nothing_is_written();
[[nodiscard]] Error bad_input(std::string en, std::string zh, Text hint);

/// A whole number of 0 or more, digits only.
[[nodiscard]] Result<std::uint64_t> number_of(std::string_view name, std::string_view text);
/// As number_of, of a parameter that may be missing.
[[nodiscard]] Result<std::optional<std::uint64_t>> number_parameter(const Call& call,
                                                                    std::string_view name);
[[nodiscard]] Result<std::optional<std::chrono::sys_days>> day_parameter(const Call& call,
                                                                         std::string_view name);

}  // namespace tagline::server
