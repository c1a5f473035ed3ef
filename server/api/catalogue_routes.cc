#include "server/api/edit_request.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/duration_text.h"
#include "server/schema_json.h"
#include "server/segment_names.h"
#include "server/tag_health.h"
#include "server/tag_json.h"
#include "server/tags.h"
#include "server/text_search.h"
#include "server/why_json.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;

constexpr std::uint64_t kTagsListed = 1000;  ///< tags of a reply that asks for no number
constexpr std::uint64_t kValuesListed = 20;  ///< values of each
constexpr std::uint64_t kValuesPage = 100;   ///< values or keys of one
constexpr unsigned kScaleMax = 9;            ///< as of columns of a schema

Tags tags_of(const Call& call) {
  static_cast<void>(call.limit(std::nullopt));  // too late: Routes has looked
  return Tags(call.api.service, execute_options(call));
}

std::optional<TagKind> kind_called(const std::string& word) {
  constexpr std::array kKinds = {TagKind::Flag, TagKind::Category, TagKind::Set, TagKind::Number,
                                 TagKind::Date};
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](TagKind kind) { return kind_name(kind) == word; });
  return found == kKinds.end() ? std::nullopt : std::optional(*found);
}

const Text kKindWords{"flag, category, set, number or date",
                      " flag、category、set、number 或 date"};

Result<TagSearch> search_of(const Call& call) {
  TagSearch search;
  TAGLINE_ASSIGN_OR_RETURN(const ListPart part, list_part(call, kTagsListed));
  search.offset = part.offset;
  search.limit = part.limit;
  TAGLINE_ASSIGN_OR_RETURN(const auto values, number_parameter(call, "values"));
  search.values = values.value_or(kValuesListed);
  if (search.values > kListLimitMax) {
    const std::string most = std::to_string(kListLimitMax);
    return tl::unexpected(
        bad_input("values: " + std::to_string(search.values) + ", expected at most " + most,
                  "values：" + std::to_string(search.values) + "，最多 " + most,
                  {"page through the values of one tag with GET /v1/tags/{tag}",
                   "请用 GET /v1/tags/{tag} 分页取得单个标签的取值"}));
  }
  if (const std::string* text = call.parameter("q"); text != nullptr) {
    search.text = *text;
  }
  if (const std::string* layer = call.parameter("layer"); layer != nullptr) {
    search.layer = *layer;
  }
  if (const std::string* kind = call.parameter("kind"); kind != nullptr) {
    search.kind = kind_called(*kind);
    if (!search.kind.has_value()) {
      return tl::unexpected(bad_input("kind: \"" + *kind + "\" is no kind of tag",
                                      "kind：“" + *kind + "”不是标签类型",
                                      {"write " + kKindWords.en, "请写" + kKindWords.zh}));
    }
  }
  if (call.parameter("deprecated") != nullptr) {
    TAGLINE_ASSIGN_OR_RETURN(search.deprecated, flag_parameter(call, "deprecated", false));
  }
  return search;
}

HttpReply list(const Call& call) {
  const auto search = search_of(call);
  if (!search.has_value()) {
    return call.fail(search.error());
  }
  const auto list = tags_of(call).list(*search);
  return list.has_value() ? json_reply(tags_json(*list)) : call.fail(list.error());
}

Result<ValueSearch> values_wanted(const Call& call) {
  TAGLINE_ASSIGN_OR_RETURN(const ListPart part, list_part(call, kValuesPage));
  const std::string* text = call.parameter("q");
  return ValueSearch{text == nullptr ? std::string() : *text, part.offset, part.limit};
}

HttpReply tag_reply(const TagPage& page) {
  HttpReply reply = json_reply(tag_page_json(page));
  set_revision(reply, page.tag.revision);
  return reply;
}

HttpReply show(const Call& call) {
  const auto wanted = values_wanted(call);
  if (!wanted.has_value()) {
    return call.fail(wanted.error());
  }
  const auto page = tags_of(call).show(call.variables[0], *wanted);
  return page.has_value() ? tag_reply(*page) : call.fail(page.error());
}

/// {"tier1": {"title"?, "also"?}, ...}. `fault`: of what is below.
void read_values(JsonReader& body, std::vector<ValueEdit>& into, std::optional<Error>& fault) {
  const Json* values = body.object("values");
  if (values == nullptr) {
    return;
  }
  for (const auto& [name, json] : values->items()) {
    const std::string key = "values." + name;
    if (!json.is_object()) {
      body.fail(key, json.type_name(), {"{\"title\"?, \"also\"?}", " {\"title\"?, \"also\"?}"});
      return;
    }
    ValueEdit value;
    value.value = name;
    JsonReader each(json, key, fault);
    each.only({"title", "also"});
    each.read("title", value.title_en, value.title_zh);
    if (each.has("also")) {
      each.read("also", value.aliases.emplace());
    }
    into.push_back(std::move(value));
  }
}

/// "track", and "ttl": "30d", or null for none.
void read_life(JsonReader& body, TagEdit& edit) {
  if (body.has("track")) {
    body.read("track", edit.track.emplace());
  }
  if (body.is_null("ttl")) {
    edit.ttl_s = 0;
  } else if (body.has("ttl")) {
    std::string ttl;
    body.read("ttl", ttl);
    edit.ttl_s = parse_duration(ttl);
    if (!edit.ttl_s.has_value() && !body.failed()) {
      body.fail("ttl", "\"" + ttl + "\"",
                {"a duration such as \"30d\", \"12h\" or \"90m\", or null",
                 "时长，例如 \"30d\"、\"12h\" 或 \"90m\"，或 null"});
    }
  }
}

/// What POST and PATCH have in common.
void read_edit(JsonReader& body, unsigned scale, TagEdit& edit, std::optional<Error>& fault) {
  const auto text = [&](const char* key, std::optional<std::string>& into) {
    if (body.has(key)) {
      body.read(key, into.emplace());
    }
  };
  body.read("title", edit.title_en, edit.title_zh);
  if (body.has("also")) {
    body.read("also", edit.aliases.emplace());
  }
  text("description", edit.description);
  text("layer", edit.layer);
  text("source", edit.source);
  text("owner", edit.owner);
  text("unit", edit.unit);
  read_life(body, edit);
  if (!edit.no_min) {
    body.read_scaled("min", scale, edit.min);
  }
  if (!edit.no_max) {
    body.read_scaled("max", scale, edit.max);
  }
  read_values(body, edit.values, fault);
}

HttpReply create(const Call& call) {
  TagDraft draft;
  std::optional<Error> fault;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"name", "kind", "scale", "title", "also", "description", "layer", "source", "owner",
               "unit", "min", "max", "track", "ttl", "values"});
    require(body, "name", {"what it is called, e.g. \"score\"", "名称，例如 \"score\""});
    require(body, "kind", kKindWords);
    body.read("name", draft.name);
    std::string kind;
    body.read("kind", kind);
    if (const auto known = kind_called(kind); known.has_value()) {
      draft.kind = *known;
    } else if (!body.failed()) {
      body.fail("kind", "\"" + kind + "\"", kKindWords);
    }
    if (body.has("scale") && draft.kind != TagKind::Number) {
      body.fail("scale", "key for kind " + kind,
                {"kind number beside scale", "与 scale 同用的 number 类型"});
    }
    body.read("scale", draft.scale, kScaleMax);
    read_edit(body, draft.scale, draft.card, fault);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  if (fault.has_value()) {
    return call.fail(bad_input(fault->message().en, fault->message().zh, fault->hint()));
  }
  auto edit = begin_edit(call);
  if (!edit.has_value()) {
    return std::move(edit).error();
  }
  const auto page = tags_of(call).create(draft, *edit);
  if (!page.has_value()) {
    return problem(call.request, page.error(), "");
  }
  HttpReply reply = tag_reply(*page);
  set_created(reply, "/v1/tags/", page->tag.summary.record.name);
  return reply;
}

HttpReply patch(const Call& call) {
  Tags tags = tags_of(call);
  // The scale of its bounds, which never changes; what there is no tag for reads as whole numbers,
  // and is refused below.
  const auto record = tags.record(call.variables[0]);
  const unsigned scale = record.has_value() ? record->scale : 0;
  TagEdit change;
  std::optional<Error> fault;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"title", "also", "description", "layer", "source", "owner", "unit", "min", "max",
               "track", "ttl", "deprecated", "replacement", "values"});
    if (body.has("deprecated")) {
      body.read("deprecated", change.deprecated.emplace());
    }
    if (body.is_null("replacement")) {
      change.replacement.emplace();
    } else if (body.has("replacement")) {
      body.read("replacement", change.replacement.emplace());
    }
    change.no_min = body.is_null("min");
    change.no_max = body.is_null("max");
    read_edit(body, scale, change, fault);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  if (fault.has_value()) {
    return call.fail(bad_input(fault->message().en, fault->message().zh, fault->hint()));
  }
  auto edit = begin_edit(call);
  if (!edit.has_value()) {
    return std::move(edit).error();
  }
  const auto page = tags.change(call.variables[0], change, *edit);
  return page.has_value() ? tag_reply(*page) : problem(call.request, page.error(), "");
}

HttpReply usage(const Call& call) {
  const auto users = tags_of(call).users(call.variables[0]);
  if (!users.has_value()) {
    return call.fail(users.error());
  }
  const auto last = last_asked(call.api.service, *call.api.asked, users->field);
  return last.has_value() ? json_reply(tag_users_json(*users, {*last, call.api.asked->since_s()}))
                          : call.fail(last.error());
}

/// A duration of the address, "30d"; `fallback` when it is not there.
Result<std::int64_t> duration_parameter(const Call& call, std::string_view name,
                                        std::int64_t fallback) {
  const std::string* text = call.parameter(name);
  if (text == nullptr) {
    return fallback;
  }
  const auto seconds = parse_duration(*text);
  if (!seconds.has_value()) {
    const std::string key(name);
    return tl::unexpected(
        bad_input(key + ": unexpected \"" + *text + "\"", key + "：不应为“" + *text + "”",
                  {"write a duration such as 30d or 12h", "请写时长，例如 30d 或 12h"}));
  }
  return *seconds;
}

Result<TagHealthOptions> health_of(const Call& call) {
  TagHealthOptions options;
  options.now_s = now_s();
  TAGLINE_ASSIGN_OR_RETURN(options.stale_s, duration_parameter(call, "stale", options.stale_s));
  TAGLINE_ASSIGN_OR_RETURN(options.unused_s, duration_parameter(call, "unused", options.unused_s));
  if (const std::string* list = call.parameter("find"); list != nullptr) {
    TAGLINE_ASSIGN_OR_RETURN(options.find, findings_of(*list));
  }
  if (const std::string* list = call.parameter("rules"); list != nullptr) {
    TAGLINE_ASSIGN_OR_RETURN(options.rules, tag_rules_of(*list));
  }
  return options;
}

HttpReply health(const Call& call) {
  auto options = health_of(call);
  if (!options.has_value()) {
    return call.fail(options.error());
  }
  static_cast<void>(call.limit(std::nullopt));  // too late: Routes has looked
  options->budget = execute_options(call).budget;
  auto asked = all_last_asked(call.api.service, *call.api.asked);
  if (!asked.has_value()) {
    return call.fail(asked.error());
  }
  options->asked = std::move(*asked);
  options->asked_since_s = call.api.asked->since_s();
  const auto found = tag_health(call.api.service, *options);
  return found.has_value() ? json_reply(tag_health_json(*found)) : call.fail(found.error());
}

/// Those that all words are found of.
void keep_found(const std::string& words, std::vector<EventSummary>& events) {
  const TextSearch search(words);
  std::erase_if(events, [&](const EventSummary& event) {
    const storage::TagRecord& record = event.record;
    std::vector<TextSearch::Place> places = {
        {record.name, 0}, {record.title.en, 0}, {record.title.zh, 0}, {record.description, 0}};
    for (const std::string& alias : record.aliases) {
      places.push_back({alias, 0});
    }
    for (const KeySummary& key : event.keys) {
      places.push_back({key.name, 0});
    }
    return !search.rank(places).has_value();
  });
}

HttpReply events(const Call& call) {
  auto list = call.api.service.events();
  if (!list.has_value()) {
    return call.fail(list.error());
  }
  if (const std::string* text = call.parameter("q"); text != nullptr) {
    keep_found(*text, list->events);
  }
  return json_reply(events_json(*list));
}

HttpReply event(const Call& call) {
  const auto wanted = values_wanted(call);
  if (!wanted.has_value()) {
    return call.fail(wanted.error());
  }
  const auto page = tags_of(call).event(call.variables[0], *wanted);
  return page.has_value() ? json_reply(event_page_json(*page)) : call.fail(page.error());
}

}  // namespace

std::vector<Route> catalogue_routes() {
  return {
      {"GET",
       "/v1/tags",
       {"q", "layer", "kind", "deprecated", "values", "offset", "limit"},
       Role::Viewer,
       list},
      {"POST", "/v1/tags", {}, Role::Operator, create},
      {"GET", "/v1/tags/{tag}", {"q", "offset", "limit"}, Role::Viewer, show},
      {"PATCH", "/v1/tags/{tag}", {}, Role::Operator, patch},
      {"GET", "/v1/tags/{tag}/usage", {}, Role::Viewer, usage},
      {"GET", "/v1/tag-health", {"stale", "unused", "find", "rules"}, Role::Viewer, health},
      {"GET", "/v1/events", {"q"}, Role::Viewer, events},
      {"GET", "/v1/events/{event}", {"q", "offset", "limit"}, Role::Viewer, event},
  };
}

}  // namespace tagline::server
