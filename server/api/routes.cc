#include "server/api/routes.h"

#include "server/api/gate.h"
#include "server/api/kept_replies.h"
#include "server/api/metrics.h"
#include "server/api/reply_end.h"
#include "server/api/route_groups.h"
#include "server/api/route_table.h"
#include "server/api/today.h"
#include "server/segment_names.h"
#include "server/value_expiry.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

constexpr unsigned kGoOn = 100;
constexpr unsigned kUnavailable = 503;
// Large bodies that are here, waiting for a worker or for loads before them, together: of the
// largest body.
constexpr std::uint64_t kBodiesOnDisk = 4;

HttpReply go_on() {
  HttpReply reply;
  reply.status = kGoOn;
  return reply;
}

std::optional<Error> fault_of_parameters(const Target& target,
                                         const std::vector<std::string_view>& known) {
  for (std::size_t i = 0; i < target.query.size(); ++i) {
    const std::string& name = target.query[i].first;
    const auto same = [&name](const auto& other) { return other.first == name; };
    const auto here = target.query.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const Text hint = known.empty()
                            ? Text{"this path takes none", "该路径不带参数"}
                            : Text{"it takes " + listed(known), "可用的参数：" + listed(known)};
      return bad_input("unknown parameter \"" + name + "\"", "未知参数“" + name + "”", hint);
    }
    if (std::find_if(target.query.begin(), here, same) != here) {
      return bad_input("the parameter \"" + name + "\" stands twice",
                       "参数“" + name + "”出现了两次", {"keep one of them", "只保留一个"});
    }
  }
  return std::nullopt;
}

std::optional<AuditKind> audited_as(const Route& route) {
  switch (route.audited) {
    case Audited::No:
      return std::nullopt;
    case Audited::Write:
      return AuditKind::Write;
    case Audited::Export:
      return AuditKind::Export;
    case Audited::ByRole:
      break;
  }
  if (route.role == Role::Viewer) {
    return std::nullopt;
  }
  return route.method == "GET" ? AuditKind::Export : AuditKind::Write;
}

}  // namespace

struct Routes::Kept {
  explicit Kept(std::string zone) : today(std::move(zone)) {}

  /// Nothing when it cannot be told without waiting.
  [[nodiscard]] static std::optional<KeptReplies::State> state(Service& service, Today& today) {
    const auto version = service.store().newest_version();
    const auto day = version.has_value() ? today.now() : std::nullopt;
    return day.has_value() ? std::optional(KeptReplies::State{*version, *day}) : std::nullopt;
  }

  Today today;
  KeptReplies replies;
};

namespace {

// What says that only some replies will do. Who asks matters only as far as some have a privacy
// floor: all may count.
bool is_plain(const HttpRequest& request) {
  return request.method == "GET" && request.body.empty() &&
         !request.field("If-None-Match").has_value() && !request.field("If-Match").has_value();
}

}  // namespace

Routes::Routes(Service& service, const RoutesOptions& options, std::function<ServerStatus()> status,
               Gate* gate)
    : options_(options),
      status_(std::move(status)),
      gate_(gate),
      service_(service),
      table_(std::make_unique<RouteTable>()),
      room_(std::make_shared<DiskRoom>(kBodiesOnDisk * options.load_bytes)),
      queries_(std::make_unique<RunningQueries>()),
      schemas_(std::make_unique<SavedSchemas>(service.store().folder() / "schemas")),
      streams_(std::make_shared<StreamRoom>(options.memory)),
      kept_([&]() -> std::unique_ptr<Kept> {
        const auto standing = service.standing();
        return standing.has_value() ? std::make_unique<Kept>(standing->time_zone) : nullptr;
      }()) {
  if (!options_.read_only) {
    // One worker is left for all who do not wait for a load.
    jobs_ = std::make_unique<LoadJobs>(service, service.store().folder() / "incoming",
                                       std::max(2U, options_.workers) - 1);
    FoldOptions folding;
    folding.report = options_.report;
    ingest_ = std::make_unique<IngestQueue>(service.store(), std::move(folding));
    if (options.keep_days != 0) {
      DailyOptions daily;
      daily.keep_days = options.keep_days;
      daily.report = options_.report;
      daily_ = std::make_unique<DailyRecorder>(service.store(), std::move(daily));
    }
    ExpiryOptions expiry;
    expiry.now_s = [] { return now_s(); };
    expiry.wait_for_room = [this] { return ingest_->wait_for_room(); };
    expiry.wrote = [this](const storage::Unfolded& left) { ingest_->note(left); };
    expiry.report = options_.report;
    expiry_ = std::make_unique<ValueExpiry>(service.store(), std::move(expiry));
  }
  for (auto group :
       {health_routes, document_routes, query_routes, id_routes, editor_routes, catalogue_routes,
        user_routes, segment_routes, segment_list_routes, metrics_routes, load_routes,
        ingest_routes, identity_routes, history_routes, schema_routes, backup_routes}) {
    for (Route& route : group()) {
      table_->add(std::move(route));
    }
  }
  settle();
}

void Routes::settle() {
  std::vector<Metrics::Route> measured;
  for (const RouteEntry& each : table_->entries()) {
    measured.push_back({std::string(each.route.method), std::string(each.route.path)});
  }
  metrics_ = std::make_unique<Metrics>(std::move(measured));
  api_ = std::make_unique<Api>(Api{service_, options_, status_, streams_, *queries_, *metrics_,
                                   *schemas_, jobs_.get(), room_, ingest_.get(), daily_.get(),
                                   expiry_.get()});
}

void Routes::add(Route route) {
  table_->add(std::move(route));
  settle();
}

void Routes::show(const KafkaConsumer& kafka) {
  api_->kafka = &kafka;
}

Routes::~Routes() = default;

std::vector<RouteName> Routes::names() const {
  std::vector<RouteName> names;
  const auto& entries = table_->entries();
  std::transform(entries.begin(), entries.end(), std::back_inserter(names), [](const auto& each) {
    return RouteName{std::string(each.route.method),
                     std::string(each.route.path),
                     {each.route.parameters.begin(), each.route.parameters.end()},
                     each.route.role,
                     each.route.entrance == Entrance::Open};
  });
  return names;
}

std::optional<HttpReply> Routes::quick(const HttpRequest& request) const {
  if (request.target == "/healthz") {
    engine::Budget unlimited;
    return answer(request, unlimited);
  }
  bool told_all = true;
  if (gate_ != nullptr) {
    std::optional<HttpReply> reply = gate_->cors().preflight(request);
    if (!reply.has_value()) {
      const std::optional<Target> target = parse_target(request.target);
      const RouteEntry* entry =
          target.has_value() ? table_->find(request.method, target->path).entry : nullptr;
      if (entry == nullptr || entry->route.entrance != Entrance::Open) {
        Gate::Entry seen = gate_->look(request);
        reply = std::move(seen.refused);
        told_all = seen.caller.floor == 0;
      }
    }
    if (reply.has_value()) {
      dress(request, *reply);
      return reply;
    }
  }
  // What is kept tells all.
  return told_all ? known(request) : std::nullopt;
}

std::optional<HttpReply> Routes::known(const HttpRequest& request) const {
  if (kept_ == nullptr || !is_plain(request) || !kept_->replies.has(request.target)) {
    return std::nullopt;
  }
  const auto state = Kept::state(api_->service, kept_->today);
  auto reply = state.has_value() ? kept_->replies.find(request.target, *state) : std::nullopt;
  if (reply.has_value() && gate_ != nullptr) {
    Gate::Entry entered = gate_->enter(request);
    if (entered.refused.has_value()) {
      reply = std::move(entered.refused);
    }
    for (HttpField& field : entered.fields) {
      reply->fields.push_back(std::move(field));
    }
    reply->key = entered.caller.name;
    dress(request, *reply);
  }
  return reply;
}

HttpReply Routes::answer_by(const RouteEntry& entry, const Call& call) const {
  const Route& route = entry.route;
  if (!route.keeps || kept_ == nullptr || call.caller.floor != 0 || !is_plain(call.request) ||
      !call.api.service.kept_answers().has_value()) {
    return route.answer(call);
  }
  // The same before and after: the answer is of no other state.
  const auto before = Kept::state(call.api.service, kept_->today);
  HttpReply reply = route.answer(call);
  reply.route = table_->number_of(entry);
  if (reply.status == 200 && before.has_value() &&
      before == Kept::state(call.api.service, kept_->today)) {
    kept_->replies.put(call.request.target, *before, reply);
  }
  return reply;
}

bool Routes::is_express(const HttpRequest& request) const {
  // The path alone: what is asked may be long, and is read by who answers.
  const std::string_view whole = request.target;
  const std::optional<Target> target = parse_target(whole.substr(0, whole.find('?')));
  const RouteEntry* entry =
      target.has_value() ? table_->find(request.method, target->path).entry : nullptr;
  return entry != nullptr && entry->route.express;
}

bool Routes::is_loading() const {
  return jobs_ != nullptr && jobs_->is_busy();
}

std::vector<DroppedLoad> Routes::end_loads() {
  std::vector<DroppedLoad> dropped;
  if (jobs_ != nullptr) {
    for (LoadJob& job : jobs_->close()) {
      dropped.push_back({std::move(job.id), std::move(job.name)});
    }
  }
  return dropped;
}

void Routes::note(const HttpOutcome& outcome) const {
  metrics_->note(outcome);
}

std::uint64_t Routes::body_bytes_max(const RouteEntry* entry) const {
  if (entry != nullptr && entry->route.begin != nullptr) {
    return options_.load_bytes;
  }
  return entry != nullptr && entry->route.body_bytes != 0 ? entry->route.body_bytes
                                                          : options_.body_bytes;
}

HttpAdmission Routes::admission(const HttpRequest& request) const {
  engine::Budget unlimited;
  HttpReply reply = answer(request, unlimited, Stage::Header);
  HttpAdmission admission;
  if (reply.status != kGoOn) {
    admission.refusal = std::move(reply);
    return admission;
  }
  const std::optional<Target> target = parse_target(request.target);
  const RouteEntry* entry =
      target.has_value() ? table_->find(request.method, target->path).entry : nullptr;
  admission.bytes_max = body_bytes_max(entry);
  if (entry != nullptr && entry->route.begin != nullptr) {
    admission.folder = jobs_->folder();
    admission.room = room_;
  }
  return admission;
}

HttpReply Routes::refusal(const HttpRequest& request, unsigned status,
                          std::uint64_t header_bytes_max) const {
  const std::optional<Target> target = parse_target(request.target);
  const RouteEntry* entry =
      target.has_value() ? table_->find(request.method, target->path).entry : nullptr;
  HttpReply reply = refusal_of(request, status, header_bytes_max, body_bytes_max(entry),
                               entry != nullptr && entry->route.begin != nullptr,
                               status == kUnavailable && status_().ending);
  dress(request, reply);
  return reply;
}

HttpReply Routes::fault(const HttpRequest& request, const Error& error) const {
  HttpReply reply = problem(request, error);
  if (error.code() == ErrorCode::Busy) {
    reply.set("Retry-After", "10");
  }
  dress(request, reply);
  return reply;
}

HttpReply Routes::answer(const HttpRequest& request, engine::Budget& budget) const {
  HttpReply reply = respond(request, budget);
  if (!reply.later) {
    return reply;
  }
  std::promise<HttpReply> made;
  std::exchange(reply.later, nullptr)([&](HttpReply then) { made.set_value(std::move(then)); });
  return completed(made.get_future().get(), reply);
}

HttpReply Routes::respond(const HttpRequest& request, engine::Budget& budget) const {
  return answer(request, budget, Stage::Whole);
}

HttpReply Routes::answer(const HttpRequest& request, engine::Budget& budget, Stage stage) const {
  const std::optional<Target> target = parse_target(request.target);
  HttpReply reply =
      target.has_value()
          ? admit(request, *target, budget, stage)
          : problem(request,
                    bad_input("the address cannot be read: " + request.target,
                              "无法解析该地址：" + request.target,
                              {"escape special characters as % and two hex digits of UTF-8",
                               "特殊字符请写成 % 加两位十六进制的 UTF-8"}));
  dress(request, reply);
  return reply;
}

void Routes::dress(const HttpRequest& request, HttpReply& reply) const {
  if (gate_ != nullptr) {
    gate_->cors().dress(request, reply);
  }
}

// Who is not let in learns nothing of what is there.
HttpReply Routes::admit(const HttpRequest& request, const Target& target, engine::Budget& budget,
                        Stage stage) const {
  if (gate_ != nullptr) {
    if (auto preflight = gate_->cors().preflight(request); preflight.has_value()) {
      return std::move(*preflight);
    }
  }
  const RouteTable::Found found = table_->find(request.method, target.path);
  Gate::Entry entered;
  if (gate_ != nullptr &&
      (found.entry == nullptr || found.entry->route.entrance != Entrance::Open)) {
    // A request is counted once, when it is here.
    entered = stage == Stage::Whole ? gate_->enter(request) : gate_->look(request);
  }
  if (entered.refused.has_value()) {
    return std::move(*entered.refused);
  }
  if (found.entry == nullptr && stage == Stage::Header) {
    return go_on();
  }
  HttpReply reply = found.entry != nullptr
                        ? run(*found.entry, request, target, entered.caller, budget, stage)
                        : nothing_there(request, *table_, found);
  for (HttpField& field : entered.fields) {
    reply.fields.push_back(std::move(field));
  }
  return reply;
}

HttpReply Routes::run(const RouteEntry& entry, const HttpRequest& request, const Target& target,
                      const Caller& caller, engine::Budget& budget, Stage stage) const {
  Call call{*api_,
            request,
            target,
            budget,
            RouteTable::variables(entry, target.path),
            caller,
            std::make_shared<AuditRecord>(gate_, request, caller),
            queries_->enter(request, entry.route.path, budget)};
  HttpReply reply = answer(entry, call, stage);
  reply.route = table_->number_of(entry);
  reply.key = caller.name;
  return reply;
}

HttpReply Routes::answer(const RouteEntry& entry, Call& call, Stage stage) const {
  const Route& route = entry.route;
  if (auto refused = call.needs(route.role); refused.has_value()) {
    return std::move(*refused);
  }
  if (auto refused = route.keeps_floor ? std::nullopt : call.needs_no_floor();
      refused.has_value()) {
    return std::move(*refused);
  }
  if (stage == Stage::Header && route.begin == nullptr) {
    return go_on();  // all else is said with the body here, so that the connection can go on
  }
  if (const auto fault = fault_of_parameters(call.target, route.parameters); fault.has_value()) {
    return problem(call.request, *fault);
  }
  if (stage == Stage::Header) {
    auto refused = route.begin(call);
    return refused.has_value() ? std::move(*refused) : go_on();
  }
  if (!route.express && route.begin == nullptr) {
    if (auto late = came_too_late(call.request, options_.timeout); late.has_value()) {
      return std::move(*late);
    }
  }
  if (const auto kind = audited_as(route); kind.has_value()) {
    if (const Status logged = call.audit->begin(*kind, ""); !logged.has_value()) {
      return unlogged(call.request, logged.error());
    }
  }
  call.place->asked_with(call.caller.name, call.caller.key_id);
  HttpReply reply = answer_by(entry, call);
  end_with(reply, call.request.method == "HEAD", std::move(call.audit), std::move(call.place));
  return reply;
}

}  // namespace tagline::server
