#include "server/api/routes.h"

#include "server/api/gate.h"
#include "server/api/kept_replies.h"
#include "server/api/metrics.h"
#include "server/api/route_groups.h"
#include "server/api/today.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

constexpr unsigned kGoOn = 100;

using Parts = std::vector<std::string_view>;

Parts parts_of(std::string_view path) {
  Parts parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool is_variable(std::string_view part) {
  return !part.empty() && part.front() == '{';
}

bool matches(const Parts& pattern, const std::vector<std::string>& path) {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](std::string_view expected, const std::string& found) {
                      return is_variable(expected) ? !found.empty() : expected == found;
                    });
}

// "/v1/tags/search" is not the tag "search": fewer variables win.
std::size_t variables_in(const Parts& pattern) {
  return static_cast<std::size_t>(std::count_if(pattern.begin(), pattern.end(), is_variable));
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list;
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

/// Has the record, and the place among the running queries, end with the reply, which for one that
/// is streamed or comes in pieces is later.
void end_with(HttpReply& reply, bool head, std::shared_ptr<AuditRecord> audit,
              std::shared_ptr<RunningQueries::Place> place) {
  audit->set_status(reply.status);
  if (reply.pieces && !head) {
    // Without its last piece both end with the reply, the record as incomplete.
    reply.pieces = [pieces = std::move(reply.pieces), audit = std::move(audit),
                    place = std::move(place), status = reply.status,
                    bytes = std::uint64_t{0}]() mutable {
      Result<std::string> piece = pieces();
      if (piece.has_value()) {
        bytes += piece->size();
        audit->add_bytes(piece->size());
      }
      if (!piece.has_value() || piece->empty()) {
        audit->end(bytes, piece.has_value());
        place->ends(status);
      }
      return piece;
    };
    return;
  }
  if (reply.file != nullptr && !head) {
    // The record ends when the last of it is sent, or the connection is gone.
    const auto bytes = reply.file->size();
    audit->add_bytes(bytes.has_value() ? *bytes : 0);
    place->ends(reply.status);
    struct Sent {
      std::shared_ptr<const TemporaryFile> file;
      std::shared_ptr<AuditRecord> audit;
    };
    auto sent = std::make_shared<Sent>(Sent{std::move(reply.file), std::move(audit)});
    reply.file = std::shared_ptr<const TemporaryFile>(sent, sent->file.get());
    return;
  }
  if (!reply.stream || head) {
    audit->end(head ? 0 : reply.body.size(), true);
    return place->ends(reply.status);
  }
  reply.stream = [stream = std::move(reply.stream), audit = std::move(audit),
                  place = std::move(place), status = reply.status](const BodySink& sink) {
    std::uint64_t bytes = 0;
    bool complete = true;
    stream([&](std::string_view piece) {
      complete = sink(piece) && complete;
      bytes += complete ? piece.size() : 0;
      return complete;
    });
    audit->end(bytes, complete);
    place->ends(status);
  };
}

}  // namespace

struct Routes::Entry {
  Route route;
  Parts parts;
};

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
      queries_(std::make_unique<RunningQueries>()),
      schemas_(std::make_unique<SavedSchemas>(service.store().folder() / "schemas")),
      streams_(std::make_shared<StreamRoom>(options.memory)),
      kept_([&]() -> std::unique_ptr<Kept> {
        const auto standing = service.standing();
        return standing.has_value() ? std::make_unique<Kept>(standing->time_zone) : nullptr;
      }()) {
  if (!options_.read_only) {
    jobs_ = std::make_unique<LoadJobs>(service, service.store().folder() / "incoming");
  }
  for (auto group :
       {health_routes, document_routes, query_routes, id_routes, editor_routes, catalogue_routes,
        user_routes, segment_routes, metrics_routes, load_routes, schema_routes, backup_routes}) {
    for (Route& route : group()) {
      put_in_place(std::move(route));
    }
  }
  settle();
}

void Routes::put_in_place(Route route) {
  Parts parts = parts_of(route.path);
  const auto place = std::upper_bound(table_.begin(), table_.end(), variables_in(parts),
                                      [](std::size_t variables, const Entry& entry) {
                                        return variables < variables_in(entry.parts);
                                      });
  table_.insert(place, {std::move(route), std::move(parts)});
}

void Routes::settle() {
  std::vector<Metrics::Route> measured;
  for (const Entry& each : table_) {
    measured.push_back({std::string(each.route.method), std::string(each.route.path)});
  }
  metrics_ = std::make_unique<Metrics>(std::move(measured));
  api_ = std::make_unique<Api>(
      Api{service_, options_, status_, streams_, *queries_, *metrics_, *schemas_, jobs_.get()});
}

void Routes::add(Route route) {
  put_in_place(std::move(route));
  settle();
}

Routes::~Routes() = default;

std::vector<RouteName> Routes::names() const {
  std::vector<RouteName> names;
  std::transform(table_.begin(), table_.end(), std::back_inserter(names), [](const Entry& each) {
    return RouteName{std::string(each.route.method),
                     std::string(each.route.path),
                     {each.route.parameters.begin(), each.route.parameters.end()}};
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
      const Entry* entry = target.has_value() ? find(request, *target).entry : nullptr;
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

std::uint32_t Routes::number_of(const Entry& entry) const {
  return static_cast<std::uint32_t>(&entry - table_.data() + 1);
}

HttpReply Routes::answer_by(const Entry& entry, const Call& call) const {
  const Route& route = entry.route;
  if (!route.keeps || kept_ == nullptr || call.caller.floor != 0 || !is_plain(call.request) ||
      !call.api.service.kept_answers().has_value()) {
    return route.answer(call);
  }
  // The same before and after: the answer is of no other state.
  const auto before = Kept::state(call.api.service, kept_->today);
  HttpReply reply = route.answer(call);
  reply.route = number_of(entry);
  if (reply.status == 200 && before.has_value() &&
      before == Kept::state(call.api.service, kept_->today)) {
    kept_->replies.put(call.request.target, *before, reply);
  }
  return reply;
}

void Routes::note(const HttpOutcome& outcome) const {
  metrics_->note(outcome);
}

std::vector<std::pair<std::string, std::string>> Routes::large() const {
  std::vector<std::pair<std::string, std::string>> large;
  for (const Entry& each : table_) {
    if (each.route.begin != nullptr) {
      large.emplace_back(each.route.method, each.route.path);
    }
  }
  return large;
}

std::uint64_t Routes::body_bytes_max(const HttpRequest& request, std::uint64_t ordinary) const {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  const bool large = std::any_of(table_.begin(), table_.end(), [&](const Entry& each) {
    return each.route.begin != nullptr && each.route.method == request.method &&
           each.route.path == path;
  });
  return large ? options_.load_bytes : ordinary;
}

HttpLargeBody Routes::large_body(const HttpRequest& request) const {
  engine::Budget unlimited;
  HttpReply reply = answer(request, unlimited, Stage::Header);
  if (reply.status != kGoOn) {
    return {std::move(reply), {}, 0};
  }
  return {std::nullopt, jobs_->folder(), options_.load_bytes};
}

HttpReply Routes::answer(const HttpRequest& request, engine::Budget& budget) const {
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

Routes::Found Routes::find(const HttpRequest& request, const Target& target) const {
  Found found;
  for (const Entry& entry : table_) {
    if (!matches(entry.parts, target.path) ||
        (!found.at_path.empty() &&
         variables_in(entry.parts) != variables_in(found.at_path.front()->parts))) {
      continue;
    }
    found.at_path.push_back(&entry);
    const std::string_view method = entry.route.method;
    if (method == request.method || (method == "GET" && request.method == "HEAD")) {
      found.entry = &entry;
      return found;
    }
  }
  return found;
}

// Who is not let in learns nothing of what is there.
HttpReply Routes::admit(const HttpRequest& request, const Target& target, engine::Budget& budget,
                        Stage stage) const {
  if (gate_ != nullptr) {
    if (auto preflight = gate_->cors().preflight(request); preflight.has_value()) {
      return std::move(*preflight);
    }
  }
  const Found found = find(request, target);
  Gate::Entry entered;
  if (gate_ != nullptr &&
      (found.entry == nullptr || found.entry->route.entrance != Entrance::Open)) {
    // A request is counted once, when it is here.
    entered = stage == Stage::Whole ? gate_->enter(request) : gate_->look(request);
  }
  if (entered.refused.has_value()) {
    return std::move(*entered.refused);
  }
  HttpReply reply = found.entry != nullptr
                        ? run(*found.entry, request, target, entered.caller, budget, stage)
                        : nothing_there(request, found);
  for (HttpField& field : entered.fields) {
    reply.fields.push_back(std::move(field));
  }
  return reply;
}

HttpReply Routes::run(const Entry& entry, const HttpRequest& request, const Target& target,
                      const Caller& caller, engine::Budget& budget, Stage stage) const {
  Call call{*api_,
            request,
            target,
            budget,
            {},
            caller,
            std::make_shared<AuditRecord>(gate_, request, caller),
            queries_->enter(request, entry.route.path, budget)};
  for (std::size_t i = 0; i < entry.parts.size(); ++i) {
    if (is_variable(entry.parts[i])) {
      call.variables.push_back(target.path[i]);
    }
  }
  HttpReply reply = answer(entry, call, stage);
  reply.route = number_of(entry);
  reply.key = caller.name;
  return reply;
}

HttpReply Routes::answer(const Entry& entry, Call& call, Stage stage) const {
  const Route& route = entry.route;
  if (auto refused = call.needs(route.role); refused.has_value()) {
    return std::move(*refused);
  }
  if (auto refused = route.keeps_floor ? std::nullopt : call.needs_no_floor();
      refused.has_value()) {
    return std::move(*refused);
  }
  if (const auto fault = fault_of_parameters(call.target, route.parameters); fault.has_value()) {
    return problem(call.request, *fault);
  }
  if (stage == Stage::Header) {
    HttpReply reply;
    reply.status = kGoOn;
    auto refused = route.begin(call);
    return refused.has_value() ? std::move(*refused) : reply;
  }
  if (const auto kind = audited_as(route); kind.has_value()) {
    if (const Status logged = call.audit->begin(*kind, ""); !logged.has_value()) {
      return unlogged(call.request, logged.error());
    }
  }
  call.place->asked_with(call.caller.name);
  HttpReply reply = answer_by(entry, call);
  end_with(reply, call.request.method == "HEAD", std::move(call.audit), std::move(call.place));
  return reply;
}

HttpReply Routes::nothing_there(const HttpRequest& request, const Found& found) const {
  if (!found.at_path.empty()) {
    std::vector<std::string_view> methods;
    for (const Entry* entry : found.at_path) {
      methods.push_back(entry->route.method);
      if (entry->route.method == "GET") {
        methods.push_back("HEAD");
      }
    }
    const std::string allowed = listed(methods);
    HttpReply reply =
        problem(request, 405,
                bad_input("\"" + request.method + "\" is not what " + request.target + " answers",
                          request.target + " 不支持 " + request.method,
                          {"it answers " + allowed, "支持的方法：" + allowed}));
    reply.set("Allow", allowed);
    return reply;
  }
  std::vector<std::string_view> paths;
  for (const Entry& each : table_) {
    if (std::find(paths.begin(), paths.end(), each.route.path) == paths.end()) {
      paths.push_back(each.route.path);
    }
  }
  return problem(request,
                 Error(ErrorCode::NotFound,
                       {"there is nothing at " + request.target, request.target + " 不存在"},
                       {"the paths are " + listed(paths), "可用的路径：" + listed(paths)}));
}

}  // namespace tagline::server
