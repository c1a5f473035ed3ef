#include "server/api/edit_request.h"
#include "server/api/route_groups.h"
#include "server/segments.h"
#include "server/why_json.h"

#include <string_view>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::uint64_t kListed = 1000;  ///< segments of a reply that asks for no number
constexpr std::string_view kFolder = "/v1/segments/";

Segments segments_of(const Call& call) {
  static_cast<void>(call.limit(std::nullopt));  // too late: Routes has looked
  return Segments(call.api.service.store(), execute_options(call));
}

/// The reply of an edit: what it made has a revision.
HttpReply edited(std::string json, const std::string& revision) {
  HttpReply reply = json_reply(std::move(json));
  set_revision(reply, revision);
  return reply;
}

HttpReply edited(std::string json, const SavedSegment& saved) {
  HttpReply reply = edited(std::move(json), saved.revision);
  if (saved.created) {
    set_created(reply, kFolder, saved.record.name);
  }
  return reply;
}

HttpReply save(const Call& call, const std::optional<std::string>& path_name) {
  std::string name = path_name.value_or(std::string());
  std::string expression;
  SegmentCard card;
  std::optional<std::chrono::sys_days> as_of;
  auto refused = read_body(call, [&](JsonReader& body) {
    if (path_name.has_value()) {
      body.only({"expression", "title", "description", "owner", "labels", "as_of"});
    } else {
      body.only({"name", "expression", "title", "description", "owner", "labels", "as_of"});
      require(body, "name", {"what it is called, e.g. \"buyers\"", "名称，例如 \"buyers\""});
      body.read("name", name);
    }
    require(body, "expression", {"its rule, e.g. \"vip\"", "规则，例如 \"vip\""});
    body.read("expression", expression);
    read_card(body, card);
    read_day(body, "as_of", as_of);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  auto edit = begin_edit(call);
  if (!edit.has_value()) {
    return std::move(edit).error();
  }
  const auto saved = segments_of(call).save(name, expression, card, as_of, *edit);
  return saved.has_value() ? edited(saved_json(*saved, expression), *saved)
                           : problem(call.request, saved.error(), expression);
}

HttpReply post(const Call& call) {
  return save(call, std::nullopt);
}

HttpReply put(const Call& call) {
  return save(call, call.variables[0]);
}

HttpReply list(const Call& call) {
  const auto as_of = day_parameter(call, "as_of");
  if (!as_of.has_value()) {
    return call.fail(as_of.error());
  }
  const auto part = list_part(call, kListed);
  if (!part.has_value()) {
    return call.fail(part.error());
  }
  SegmentSearch search;
  search.offset = part->offset;
  search.limit = part->limit;
  if (const std::string* text = call.parameter("q"); text != nullptr) {
    search.text = *text;
  }
  const auto list = segments_of(call).list(*as_of, search);
  return list.has_value() ? json_reply(segments_json(*list))
                          : problem(call.request, list.error(), "");
}

HttpReply show(const Call& call) {
  const auto as_of = day_parameter(call, "as_of");
  if (!as_of.has_value()) {
    return call.fail(as_of.error());
  }
  const auto summary = segments_of(call).show(call.variables[0], *as_of);
  return summary.has_value() ? edited(segment_json(*summary), summary->revision)
                             : problem(call.request, summary.error(), "");
}

HttpReply patch(const Call& call) {
  std::optional<std::string> name;
  SegmentCard card;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"name", "title", "description", "owner", "labels"});
    if (body.has("name")) {
      body.read("name", name.emplace());
    }
    read_card(body, card);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  auto edit = begin_edit(call);
  if (!edit.has_value()) {
    return std::move(edit).error();
  }
  const auto changed = segments_of(call).change(call.variables[0], name, card, *edit);
  return changed.has_value() ? edited(renamed_json(*changed), changed->revision)
                             : problem(call.request, changed.error(), "");
}

HttpReply remove(const Call& call) {
  const auto force = flag_parameter(call, "force", false);
  if (!force.has_value()) {
    return call.fail(force.error());
  }
  auto edit = begin_edit(call);
  if (!edit.has_value()) {
    return std::move(edit).error();
  }
  const auto broken = segments_of(call).remove(call.variables[0], *force, *edit);
  return broken.has_value() ? json_reply(removed_json(call.variables[0], *broken))
                            : problem(call.request, broken.error(), "");
}

HttpReply dependents(const Call& call) {
  const auto dependents = segments_of(call).dependents(call.variables[0]);
  return dependents.has_value() ? json_reply(dependents_json(call.variables[0], *dependents))
                                : call.fail(dependents.error());
}

HttpReply versions(const Call& call) {
  const auto as_of = day_parameter(call, "as_of");
  if (!as_of.has_value()) {
    return call.fail(as_of.error());
  }
  const auto versions = segments_of(call).versions(call.variables[0], *as_of);
  return versions.has_value() ? json_reply(versions_json(*versions))
                              : problem(call.request, versions.error(), "");
}

HttpReply diff(const Call& call) {
  DiffRequest request;
  const std::string* from = call.parameter("from");
  if (from == nullptr || from->empty()) {
    return call.fail(bad_input("the parameter \"from\" is missing", "缺少参数“from”",
                               {"give a version or a segment: from=1 or from=%40buyers",
                                "请给出版本号或人群：from=1 或 from=%40buyers"}));
  }
  request.from = *from;
  if (const std::string* to = call.parameter("to"); to != nullptr) {
    request.to = *to;
  }
  const auto as_of = day_parameter(call, "as_of");
  if (!as_of.has_value()) {
    return call.fail(as_of.error());
  }
  request.as_of = *as_of;
  const auto diff = segments_of(call).diff(call.variables[0], request);
  return diff.has_value() ? json_reply(diff_json(*diff)) : problem(call.request, diff.error(), "");
}

HttpReply frozen(const Call& call) {
  const auto list = segments_of(call).frozen(call.variables[0]);
  return list.has_value() ? json_reply(segments_json(*list))
                          : problem(call.request, list.error(), "");
}

HttpReply freeze(const Call& call) {
  FreezeRequest request;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"name", "as_of", "recorded", "title", "description", "owner", "labels"});
    if (body.has("name")) {
      body.read("name", request.name.emplace());
    }
    read_day(body, "as_of", request.as_of);
    read_day(body, "recorded", request.recorded);
    if (request.as_of.has_value() && request.recorded.has_value()) {
      body.fail("recorded", "beside as_of",
                {"only one of them: as_of is of who is in it now, recorded of who was then",
                 "只写其一：as_of 取当前成员，recorded 取当时的成员"});
    }
    read_card(body, request.card);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  auto edit = begin_edit(call);
  if (!edit.has_value()) {
    return std::move(edit).error();
  }
  const auto frozen = segments_of(call).freeze(call.variables[0], request, *edit);
  return frozen.has_value() ? edited(frozen_json(*frozen), frozen->saved)
                            : problem(call.request, frozen.error(), "");
}

}  // namespace

std::vector<Route> segment_routes() {
  return {
      {"GET", "/v1/segments", {"q", "as_of", "offset", "limit"}, Role::Viewer, list},
      {"POST", "/v1/segments", {}, Role::Analyst, post},
      {"GET", "/v1/segments/{name}", {"as_of"}, Role::Viewer, show},
      {"PUT", "/v1/segments/{name}", {}, Role::Analyst, put},
      {"PATCH", "/v1/segments/{name}", {}, Role::Analyst, patch},
      {"DELETE", "/v1/segments/{name}", {"force"}, Role::Analyst, remove},
      {"GET", "/v1/segments/{name}/dependents", {}, Role::Viewer, dependents},
      {"GET", "/v1/segments/{name}/versions", {"as_of"}, Role::Viewer, versions},
      {"GET", "/v1/segments/{name}/diff", {"from", "to", "as_of"}, Role::Viewer, diff},
      {"GET", "/v1/segments/{name}/snapshots", {}, Role::Viewer, frozen},
      {"POST", "/v1/segments/{name}/snapshots", {}, Role::Analyst, freeze},
  };
}

}  // namespace tagline::server
