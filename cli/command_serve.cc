#include "cli/build_stamp.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/read_file.h"
#include "cli/service_notice.h"
#include "server/access/key_file.h"
#include "server/api/gate.h"
#include "server/api/request_log.h"
#include "server/api/routes.h"
#include "server/http/http_server.h"
#include "server/kafka/kafka_consumer.h"
#include "server/log.h"
#include "server/service.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace tagline::cli {
namespace {

constexpr unsigned kMibBits = 20;

unsigned workers_of(const ServeArguments& arguments) {
  return arguments.workers != 0 ? arguments.workers
                                : std::max(1U, std::thread::hardware_concurrency());
}

server::RoutesOptions routes_of(const ServeArguments& arguments) {
  server::RoutesOptions routes;
  routes.threads = arguments.threads;
  routes.workers = workers_of(arguments);
  routes.timeout = std::chrono::milliseconds(
      std::max<std::int64_t>(1, static_cast<std::int64_t>(arguments.limits.seconds * 1000)));
  routes.memory = arguments.limits.memory_mib << kMibBits;
  routes.read_only = arguments.read_only;
  routes.build = build_stamp();
  routes.load_bytes = arguments.load_mib << kMibBits;
  routes.keep_days = arguments.keep_days;
  return routes;
}

server::HttpOptions http_of(const ServeArguments& arguments) {
  server::HttpOptions http;
  http.address = arguments.address;
  http.port = arguments.port;
  http.tls_certificate = arguments.tls_certificate;
  http.tls_key = arguments.tls_key;
  http.workers = workers_of(arguments);
  http.limits.shutdown_time =
      std::chrono::milliseconds(static_cast<std::int64_t>(arguments.shutdown_seconds * 1000));
  return http;
}

server::AccessOptions access_of(const ServeArguments& arguments) {
  server::AccessOptions access = arguments.access;
  access.key_file = server::key_file_of(arguments.db);
  access.loopback = server::is_loopback(arguments.address);
  if (access.audit_file.empty()) {
    // Who names a file wants it; a folder that may not be written is a reason to read only.
    access.audit_may_be_missing = arguments.read_only;
    access.audit_file = (std::filesystem::path(arguments.db) / "audit.ndjson").string();
  }
  return access;
}

/// As many as files may be open, but for those of the database and the program itself.
std::size_t connections_max() {
  constexpr rlim_t kOwnFiles = 64;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
    return kOwnFiles;
  }
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0) {
    return kOwnFiles;
  }
  return files.rlim_cur > 2 * kOwnFiles ? static_cast<std::size_t>(files.rlim_cur - kOwnFiles)
                                        : std::max<std::size_t>(1, files.rlim_cur / 2);
}

/// Says what goes wrong: in words for people, or as a line of a log that is JSON, whose reader
/// takes nothing else. Thread-safe.
class Faults {
 public:
  Faults(server::LogFormat format, server::Log& log, Console& console)
      : format_(format), log_(log), console_(console) {}

  void tell(const Error& error) {
    if (format_ == server::LogFormat::Json) {
      return log_.write(server::LogLevel::Error, "fault",
                        {{"code", wire_name(error.code())},
                         {"message", std::string_view(console_.say(error.message()))},
                         {"hint", std::string_view(console_.say(error.hint()))}});
    }
    const std::lock_guard lock(mutex_);
    static_cast<void>(console_.report(error));
  }

 private:
  const server::LogFormat format_;
  server::Log& log_;
  Console& console_;
  std::mutex mutex_;
};

/// What --kafka names; nothing when it is not given.
Result<std::optional<server::KafkaConfig>> kafka_of(const ServeArguments& arguments) {
  if (arguments.kafka_file.empty()) {
    return std::optional<server::KafkaConfig>();
  }
  if (arguments.read_only) {
    return failure(ErrorCode::BadInput,
                   {"--kafka writes what it consumes, and --read-only writes nothing",
                    "--kafka 会写入所消费的内容，而 --read-only 不写入任何内容"},
                   {"leave one of them out", "请去掉其中一个"});
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::string text, read_file(arguments.kafka_file));
  const server::SavedSchemas schemas(std::filesystem::path(arguments.db) / "schemas");
  auto config = server::kafka_config_from_json(
      text, std::filesystem::path(arguments.kafka_file).parent_path(), schemas);
  if (!config.has_value()) {
    const Error& why = config.error();
    return failure(why.code(),
                   {arguments.kafka_file + ": " + why.message().en,
                    arguments.kafka_file + "：" + why.message().zh},
                   why.faced_hint());
  }
  return std::optional(std::move(*config));
}

void log_start(server::Log& log, const ServeArguments& arguments, const std::string& url,
               const server::HttpOptions& options) {
  const server::Build build = build_stamp();
  log.write(server::LogLevel::Info, "start",
            {{"version", std::string_view(build.version)},
             {"commit", std::string_view(build.commit)},
             {"url", url},
             {"db", arguments.db},
             {"read_only", arguments.read_only},
             {"workers", std::uint64_t{options.workers}},
             {"threads", std::uint64_t{arguments.threads}},
             {"timeout_s", arguments.limits.seconds},
             {"memory_mib", arguments.limits.memory_mib},
             {"cache_mib", arguments.cache_mib},
             {"load_mib", arguments.load_mib},
             {"connections", std::uint64_t{options.limits.connections}},
             {"slow_ms", arguments.slow_ms},
             {"sync_ms", arguments.sync_ms},
             {"keep_history", arguments.keep_days},
             {"kafka", arguments.kafka_file},
             {"config", arguments.config_file}});
}

}  // namespace

int run(const ServeArguments& arguments, Console& console) {
  if (!arguments.settings.empty()) {
    console.out(arguments.settings);
    return kFine;
  }
  // First, so that what goes wrong from here on is told where the log is read.
  server::LogOptions how;
  how.format = arguments.log_format;
  how.level = arguments.log_level;
  server::Log log(how, STDERR_FILENO);
  Faults faults(arguments.log_format, log, console);
  const auto kafka = kafka_of(arguments);
  if (!kafka.has_value()) {
    faults.tell(kafka.error());
    return exit_status(kafka.error());
  }
  storage::OpenOptions storage;
  storage.mode = arguments.read_only ? storage::OpenMode::Read : storage::OpenMode::Write;
  storage.sync_interval = std::chrono::milliseconds(arguments.sync_ms);
  auto opened = server::Service::open(arguments.db, storage);
  if (!opened.has_value()) {
    faults.tell(opened.error());
    return kSystemAtFault;
  }
  const std::unique_ptr<server::Service> service = std::move(*opened);
  // Once now, and not for the first client: what the system's time zones are read with may be short
  // later (open files).
  if (const Status named = service->with_catalogue(std::nullopt, [](const auto&, auto) {});
      !named.has_value()) {
    faults.tell(named.error());
    return kSystemAtFault;
  }
  service->keep_answers(arguments.cache_mib << kMibBits);
  server::HttpOptions options = http_of(arguments);
  options.limits.connections = std::min(options.limits.connections, connections_max());
  const auto started = std::chrono::steady_clock::now();
  const auto tell = [&](const Error& error) { faults.tell(error); };
  const auto gate = server::Gate::open(access_of(arguments), tell);
  if (!gate.has_value()) {
    tell(gate.error());
    return kSystemAtFault;
  }
  std::unique_ptr<server::HttpServer> http;
  server::RoutesOptions how_to_answer = routes_of(arguments);
  how_to_answer.report = tell;
  server::Routes routes(
      *service, how_to_answer,
      [&] {
        const server::HttpServer::Figures now = http->figures();
        return server::ServerStatus{started,      now.connections, now.running,
                                    now.queued,   now.requests,    now.refused_busy,
                                    now.accepted, log.dropped(),   now.stopping};
      },
      gate->get());
  server::HttpHandlers handlers;
  handlers.answer = [&](const server::HttpRequest& request, engine::Budget& budget) {
    return routes.respond(request, budget);
  };
  handlers.quick = [&](const server::HttpRequest& request) { return routes.quick(request); };
  handlers.refuse = [&](const server::HttpRequest& request, unsigned status) {
    return routes.refusal(request, status, options.limits.header_bytes);
  };
  handlers.fail = [&](const server::HttpRequest& request, const Error& error) {
    return routes.fault(request, error);
  };
  handlers.admit = [&](const server::HttpRequest& request) { return routes.admission(request); };
  handlers.express = [&](const server::HttpRequest& request) { return routes.is_express(request); };
  handlers.busy = [&] { return routes.is_loading(); };
  handlers.report = tell;
  handlers.hung_up = [&] {
    if (const Status reopened = (*gate)->audit().reopen(); !reopened.has_value()) {
      tell(reopened.error());
    }
  };
  server::RequestLog requests(log, routes, std::chrono::milliseconds(arguments.slow_ms));
  handlers.done = [&](const server::HttpRequest& request, const server::HttpOutcome& outcome) {
    routes.note(outcome);
    requests.note(request, outcome);
  };
  auto listening = server::HttpServer::listen(options, std::move(handlers));
  if (!listening.has_value()) {
    tell(listening.error());
    return exit_status(listening.error());
  }
  http = std::move(*listening);
  http->stop_on_signals();
  std::unique_ptr<server::KafkaConsumer> consumer;
  if (kafka->has_value()) {
    // It ends with the server, not after it.
    auto begun = server::KafkaConsumer::start(
        **kafka, service->store(), *routes.ingest_queue(),
        {&log, [&] { return http->figures().stopping; }, options.limits.shutdown_time});
    if (!begun.has_value()) {
      tell(begun.error());
      return exit_status(begun.error());
    }
    consumer = std::move(*begun);
    routes.show(*consumer);
  }
  const std::string address = arguments.address.find(':') == std::string::npos
                                  ? arguments.address
                                  : "[" + arguments.address + "]";
  const std::string url = (arguments.tls_certificate.empty() ? "http://" : "https://") + address +
                          ":" + std::to_string(http->port());
  service->store().announce(url);
  console.out(url + "\n");
  if (!console.flush()) {
    return kSystemAtFault;
  }
  log_start(log, arguments, url, options);
  service_notice("READY=1");
  http->run();
  service_notice("STOPPING=1");
  if (consumer != nullptr) {
    consumer->end();
  }
  for (const server::DroppedLoad& load : routes.end_loads()) {
    log.write(server::LogLevel::Warning, "load-dropped",
              {{"id", std::string_view(load.id)}, {"name", std::string_view(load.name)}});
  }
  const auto up = std::chrono::steady_clock::now() - started;
  log.write(server::LogLevel::Info, "stop",
            {{"requests", http->figures().requests},
             {"uptime_s", std::chrono::duration<double>(up).count()}});
  return kFine;
}

}  // namespace tagline::cli
