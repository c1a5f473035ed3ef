#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/history_text.h"
#include "cli/refusal.h"
#include "cli/repl/setting.h"
#include "cli/rows.h"
#include "cli/tag_health_text.h"
#include "cli/tags_text.h"
#include "dsl/print.h"
#include "server/answer_json.h"
#include "server/as_of.h"
#include "server/duration_text.h"
#include "server/segment_names.h"
#include "server/service.h"
#include "server/tag_drift_json.h"
#include "server/tag_health.h"
#include "server/tag_spread.h"
#include "server/tags.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {
namespace {

/// The event of that name or alias, as an expression writes it.
std::optional<std::string> event_called(const server::EventList& list, const std::string& name) {
  for (const server::EventSummary& event : list.events) {
    const auto& also = event.record.aliases;
    if (event.record.name == name || std::find(also.begin(), also.end(), name) != also.end()) {
      return dsl::write_name(event.record.name);
    }
  }
  return std::nullopt;
}

/// What needs care, of all tags or one.
int show_health(const TagsArguments& arguments, server::Service& service, Console& console) {
  server::TagHealthOptions options;
  options.now_s = server::now_s();
  if (!arguments.stale_age.empty()) {
    const auto age = server::parse_duration(arguments.stale_age);
    if (!age.has_value()) {
      return console.report(Error(ErrorCode::BadInput,
                                  {"--stale: unexpected \"" + arguments.stale_age + "\"",
                                   "--stale：不应为“" + arguments.stale_age + "”"},
                                  {"expected a duration such as 7d or 12h, or nothing",
                                   "此处应为时长，例如 7d 或 12h，也可不写"}));
    }
    options.stale_s = *age;
  }
  auto find = server::findings_of(arguments.find);
  if (!find.has_value()) {
    return console.report(find.error());
  }
  options.find = std::move(*find);
  if (arguments.stale && !arguments.health) {
    options.find = {server::HealthFinding::Stale};
  }
  if (!arguments.rules.empty()) {
    auto rules = server::tag_rules_of(arguments.rules);
    if (!rules.has_value()) {
      return console.report(rules.error());
    }
    options.rules = std::move(*rules);
  }
  auto health = server::tag_health(service, options);
  if (!health.has_value()) {
    return console.report(health.error());
  }
  if (!arguments.tag.empty()) {
    const auto record = server::Tags(service).record(arguments.tag);
    if (!record.has_value()) {
      return console.report(record.error());
    }
    std::erase_if(health->findings, [&](const server::TagFinding& finding) {
      return finding.tag != record->name && finding.other != record->name;
    });
  }
  const std::string json = server::tag_health_json(*health);
  const auto report = server::JsonValue::parse(json);
  switch (arguments.format) {
    case Format::Json:
      console.out(json + "\n");
      break;
    case Format::Csv:
      console.out(tag_health_csv(report));
      break;
    case Format::Ndjson:
      console.out(rows_text(report["findings"], {}, arguments.format));
      break;
    case Format::Table:
      print_tag_health(report, console);
      break;
  }
  return kFine;
}

/// How old the values of the one tag are, below its values.
Status add_freshness(server::Service& service, server::TagSummary& tag) {
  return service.store().read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(tag.freshness,
                             server::freshness_of(snapshot, tag.record, server::now_s()));
    return {};
  });
}

int show_drift(const TagsArguments& arguments, server::Service& service, Console& console) {
  constexpr std::uint64_t kDays = 30;
  const auto tag = server::Tags(service).record(arguments.tag);
  if (!tag.has_value()) {
    return console.report(tag.error());
  }
  const auto drift =
      service.store().read([&](const storage::Snapshot& snapshot) -> Result<server::TagDrift> {
        TAGLINE_ASSIGN_OR_RETURN(const auto today, server::as_of_day(std::nullopt, snapshot));
        return server::tag_drift(snapshot, *tag, kDays, today);
      });
  if (!drift.has_value()) {
    return console.report(drift.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::drift_json(*drift) + "\n");
    return kFine;
  }
  if (arguments.format != Format::Table) {
    console.out(rows_text(server::JsonValue::parse(server::drift_json(*drift))["days"],
                          {"day", "population", "known", "coverage", "stability_index"},
                          arguments.format));
    return kFine;
  }
  print(*drift, console);
  return kFine;
}

}  // namespace

int run(const TagsArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  if (arguments.health || arguments.stale) {
    return show_health(arguments, *service, console);
  }
  if (arguments.drift) {
    return show_drift(arguments, *service, console);
  }
  auto catalog = service->tags();
  if (!catalog.has_value()) {
    return console.report(catalog.error());
  }
  if (!arguments.tag.empty()) {
    const auto named = [&](const server::TagSummary& tag) {
      const auto& also = tag.record.aliases;
      return tag.record.name == arguments.tag ||
             std::find(also.begin(), also.end(), arguments.tag) != also.end();
    };
    const std::vector<server::TagSummary> all = catalog->tags;
    std::vector<std::string_view> names;
    for (const server::TagSummary& tag : all) {
      names.emplace_back(tag.record.name);
      names.insert(names.end(), tag.record.aliases.begin(), tag.record.aliases.end());
    }
    catalog->tags.erase(std::remove_if(catalog->tags.begin(), catalog->tags.end(),
                                       [&](const auto& tag) { return !named(tag); }),
                        catalog->tags.end());
    if (catalog->tags.empty()) {
      const auto events = service->events();
      if (!events.has_value()) {
        return console.report(events.error());
      }
      if (const auto event = event_called(*events, arguments.tag); event.has_value()) {
        return console.report(
            Error(ErrorCode::NotFound,
                  {arguments.tag + " is an event, not a tag", arguments.tag + " 是行为，不是标签"},
                  {"tagline events list --db " + arguments.db +
                       " shows events; in an expression write did(" + *event + ")",
                   "tagline events list --db " + arguments.db + " 列出行为；在表达式中请写 did(" +
                       *event + ")"}));
      }
      const std::string near = nearest(arguments.tag, names);
      const Text closest =
          near.empty() ? Text{}
                       : Text{"the closest name is " + near + "; ", "最接近的是 " + near + "；"};
      return console.report(
          Error(ErrorCode::NotFound,
                {"there is no tag named " + arguments.tag, "没有名为 " + arguments.tag + " 的标签"},
                {closest.en + "tagline tags --db " + arguments.db + " lists them all",
                 closest.zh + "tagline tags --db " + arguments.db + " 列出全部标签"}));
    }
  }
  if (!arguments.tag.empty()) {
    if (const Status read = add_freshness(*service, catalog->tags.front()); !read.has_value()) {
      return console.report(read.error());
    }
  }
  if (arguments.format == Format::Json) {
    console.out(server::catalog_json(*catalog) + "\n");
    return kFine;
  }
  if (arguments.format != Format::Table) {
    const auto tags = server::JsonValue::parse(server::catalog_json(*catalog))["tags"];
    console.out(
        arguments.tag.empty()
            ? rows_text(tags, {"name", "kind", "coverage", "lowest", "highest", "unit"},
                        arguments.format)
            : rows_text(tags.items().front()["values"], {"value", "count"}, arguments.format));
    return kFine;
  }
  TagsShown shown;
  shown.values_max =
      arguments.tag.empty() ? arguments.values_shown : std::numeric_limits<std::size_t>::max();
  print(*catalog, shown, console);
  if (!arguments.tag.empty()) {
    print_life(catalog->tags.front(), console);
  }
  return kFine;
}

}  // namespace tagline::cli
