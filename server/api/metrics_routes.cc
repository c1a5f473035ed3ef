// /metrics, /v1/queries: what the server is doing.
#include "server/api/kafka_report.h"
#include "server/api/metrics.h"
#include "server/api/process_figures.h"
#include "server/api/route_groups.h"
#include "server/api/running_queries.h"
#include "server/diagnostic_json.h"
#include "server/utc_text.h"

#include <optional>
#include <string>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kCounter = "counter";
constexpr const char* kGauge = "gauge";
constexpr const char* kHistogram = "histogram";

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

void write_server(const Call& call, MetricsText& text) {
  const ServerStatus now = call.api.status();
  const Build& build = call.api.options.build;
  text.family("tagline_build_info", kGauge, "Always 1; the program's version and commit.");
  text.sample(MetricsText::label("version", build.version) + "," +
                  MetricsText::label("commit", build.commit),
              std::uint64_t{1});
  text.single("tagline_uptime_seconds", kGauge, "Since the server began.",
              seconds(std::chrono::steady_clock::now() - now.started));
  text.single("tagline_http_connections", kGauge, "Connections open.",
              std::uint64_t{now.connections});
  text.single("tagline_log_dropped_lines_total", kCounter,
              "Lines of the log that were not taken in time.", now.log_dropped);
  text.single("tagline_http_connections_total", kCounter, "Connections accepted.", now.accepted);
  text.single("tagline_http_requests_in_flight", kGauge, "Requests that workers answer.",
              std::uint64_t{now.running});
  text.single("tagline_http_queue_length", kGauge, "Requests that wait for a worker.",
              std::uint64_t{now.queued});
}

void write_queries(const RunningQueries::Figures& now, MetricsText& text) {
  text.family("tagline_queries_total", kCounter, "Queries that are over, by how they ended.");
  text.sample(MetricsText::label("outcome", "answered"), now.answered);
  text.sample(MetricsText::label("outcome", "refused"), now.refused);
  text.sample(MetricsText::label("outcome", "cancelled"), now.cancelled);
  text.sample(MetricsText::label("outcome", "deadline"), now.too_late);
  text.sample(MetricsText::label("outcome", "broken_off"), now.broken_off);
  text.single("tagline_query_seconds_total", kCounter, "Time that queries took.",
              seconds(now.time));
  text.single("tagline_queries_running", kGauge, "Queries being answered.",
              std::uint64_t{now.running});
}

void write_data(Service& service, MetricsText& text) {
  if (const auto kept = service.kept_answers(); kept.has_value()) {
    text.single("tagline_cache_answers", kGauge, "Answers kept.", std::uint64_t{kept->answers});
    text.single("tagline_cache_bytes", kGauge, "Bytes of answers kept.",
                std::uint64_t{kept->bytes});
    text.single("tagline_cache_max_bytes", kGauge, "Bytes that may be kept.",
                std::uint64_t{kept->bytes_max});
    text.single("tagline_cache_hits_total", kCounter, "Answers found.", std::uint64_t{kept->hits});
    text.single("tagline_cache_misses_total", kCounter, "Answers not found.",
                std::uint64_t{kept->misses});
    text.single("tagline_cache_forgotten_total", kCounter, "Answers given up for others.",
                std::uint64_t{kept->forgotten});
  }
  const auto database = service.standing();
  text.single("tagline_database_up", kGauge, "1 when the database can be read.",
              std::uint64_t{database.has_value() ? 1U : 0U});
  if (database.has_value()) {
    text.single("tagline_database_version", kGauge, "Version of the data.", database->version);
    text.single("tagline_database_population", kGauge, "Users.", database->population);
    text.single("tagline_database_bytes", kGauge, "Bytes of the database file in use.",
                service.store().file_bytes());
    text.single("tagline_database_map_bytes", kGauge, "Bytes of the memory map.",
                service.store().map_bytes());
  }
}

void write_loads(const LoadJobs& jobs, MetricsText& text) {
  const LoadJobs::Figures now = jobs.figures();
  text.single("tagline_load_jobs_queued", kGauge, "Loads that wait.", std::uint64_t{now.queued});
  text.single("tagline_load_jobs_running", kGauge, "Loads being done, 0 or 1.",
              std::uint64_t{now.running});
  text.family("tagline_load_jobs_total", kCounter, "Loads that are over, by state.");
  for (const JobState state : {JobState::Done, JobState::Failed, JobState::Cancelled}) {
    text.sample(MetricsText::label("state", name_of(state)),
                now.ended[static_cast<std::size_t>(state)]);
  }
  text.single("tagline_load_rows_total", kCounter, "Rows of loads that are done.", now.rows);
}

void write_ingest(const IngestQueue& queue, MetricsText& text) {
  const IngestQueue::Figures now = queue.figures();
  text.single("tagline_ingest_operations_total", kCounter, "Operations done.", now.operations);
  text.single("tagline_ingest_commits_total", kCounter, "Commits they were done in.", now.commits);
  text.single("tagline_ingest_waiting_operations", kGauge, "Operations that wait for a commit.",
              now.waiting);
  text.family("tagline_ingest_seconds", kHistogram,
              "From a batch's joining the queue to its acknowledgement.");
  text.histogram("", queue.waits());
  text.family("tagline_ingest_commit_seconds", kHistogram, "Time a commit of operations took.");
  text.histogram("", queue.commit_times());
}

void write_folding(const ChangeFolder::Figures& now, MetricsText& text) {
  text.single("tagline_ingest_folds_total", kCounter, "Times changes were folded into fragments.",
              now.folds);
  text.single("tagline_ingest_fold_steps_total", kCounter, "Transactions that took.", now.steps);
  text.single("tagline_ingest_fold_failures_total", kCounter, "Steps that failed.", now.failures);
  text.single("tagline_ingest_fold_seconds_total", kCounter, "Time that steps took.",
              seconds(now.time));
  text.single("tagline_ingest_fold_longest_seconds", kGauge, "Time the longest step took.",
              seconds(now.longest));
  text.single("tagline_ingest_unfolded", kGauge, "Changes beside the fragments.",
              now.unfolded.changes);
  text.single("tagline_ingest_unfolded_records", kGauge, "Records they are in.",
              now.unfolded.records);
  text.single("tagline_ingest_unfolded_bytes", kGauge,
              "Bytes of memory they take themselves, about.", now.unfolded.bytes);
}

void write_daily(const DailyRecorder::Figures& now, MetricsText& text) {
  text.single("tagline_history_points_total", kCounter,
              "Points taken of the histories of segments.", now.points);
  text.single("tagline_history_spreads_total", kCounter, "Spreads taken of the values of tags.",
              now.spreads);
  text.single("tagline_history_failures_total", kCounter,
              "Days that could not be taken, and segments that could not be computed.",
              now.failures);
  text.single("tagline_history_seconds_total", kCounter, "Time that taking them took.",
              seconds(now.time));
}

void write_expiry(const ValueExpiry::Figures& now, MetricsText& text) {
  text.single("tagline_expired_values_total", kCounter,
              "Values of users taken away because their time to live was over.", now.values);
  text.single("tagline_expiry_steps_total", kCounter, "Transactions that took.", now.steps);
  text.single("tagline_expiry_looks_total", kCounter, "Times values that expired were looked for.",
              now.looks);
  text.single("tagline_expiry_failures_total", kCounter, "Times that failed.", now.failures);
  text.single("tagline_expiry_last_look_seconds", kGauge,
              "When they were last looked for without a failure, seconds since 1970; 0: never.",
              static_cast<std::uint64_t>(now.looked_s));
}

void write_process(MetricsText& text) {
  const ProcessFigures now = process_figures();
  text.single("tagline_process_resident_memory_bytes", kGauge,
              "Memory of the process, pages of the database included.", now.resident_bytes);
  text.single("tagline_process_open_fds", kGauge, "Files and sockets open.", now.open_files);
  text.single("tagline_process_max_fds", kGauge, "Files and sockets that may be open.",
              now.open_files_max);
}

HttpReply metrics(const Call& call) {
  MetricsText text;
  write_server(call, text);
  call.api.metrics.write(text);
  write_queries(call.api.queries.figures(), text);
  write_data(call.api.service, text);
  if (call.api.jobs != nullptr) {
    write_loads(*call.api.jobs, text);
  }
  if (call.api.ingest != nullptr) {
    write_ingest(*call.api.ingest, text);
    write_folding(call.api.ingest->figures().folding, text);
  }
  if (call.api.daily != nullptr) {
    write_daily(call.api.daily->figures(), text);
  }
  if (call.api.kafka != nullptr) {
    write_kafka(call.api.kafka->figures(), text);
  }
  if (call.api.expiry != nullptr) {
    write_expiry(call.api.expiry->figures(), text);
  }
  write_process(text);
  HttpReply reply;
  reply.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  reply.set("Cache-Control", "no-store");
  reply.body = text.take();
  return reply;
}

/// Whose queries a caller may see and end: everybody's, or those of its own key. Who has a privacy
/// floor is not shown what others ask.
std::optional<std::string> whose(const Call& call) {
  const bool all = call.caller.role >= Role::Operator && call.caller.floor == 0;
  return all ? std::nullopt : std::optional(call.caller.key_id);
}

HttpReply queries(const Call& call) {
  Json list = Json::array();
  for (const RunningQueries::Query& query : call.api.queries.list(whose(call))) {
    list.push_back({{"id", query.id},
                    {"method", query.method},
                    {"route", query.route},
                    {"expression", query.expression},
                    {"key", query.key.empty() ? Json() : Json(query.key)},
                    {"peer", query.peer},
                    {"since", utc_text(query.since)},
                    {"elapsed_ms", query.elapsed.count()}});
  }
  return json_reply(dump(Json{{"queries", std::move(list)}}));
}

HttpReply cancel_query(const Call& call) {
  const std::string& id = call.variables.front();
  const std::size_t cancelled = call.api.queries.cancel(id, whose(call));
  if (cancelled == 0) {
    // Of another's query a caller learns no more than of none.
    return call.fail(
        Error(ErrorCode::NotFound,
              {"no query with the id " + id + " is running", "没有正在运行的查询 " + id},
              {"GET /v1/queries lists those that are and that you may end: your own, or with the "
               "role operator all",
               "GET /v1/queries 列出您可以取消的正在运行的查询：您自己的；角色为 operator "
               "时为全部"}));
  }
  return json_reply(dump(Json{{"id", id}, {"cancelled", cancelled}}));
}

}  // namespace

std::vector<Route> metrics_routes() {
  return {
      express({"GET", "/metrics", {}, Role::Viewer, metrics}),
      express(keeping_floor({"GET", "/v1/queries", {}, Role::Viewer, queries, Audited::No})),
      express(keeping_floor(
          {"DELETE", "/v1/queries/{id}", {}, Role::Viewer, cancel_query, Audited::Write})),
  };
}

}  // namespace tagline::server
