#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/refusal.h"
#include "cli/table.h"
#include "dsl/print.h"
#include "server/answer_json.h"
#include "server/number_range.h"
#include "server/schema_json.h"
#include "server/service.h"

#include <algorithm>
#include <optional>
#include <string>

namespace tagline::cli {
namespace {

constexpr unsigned kBarCells = 20;

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    all += (all.empty() ? "" : ", ") + text;
  }
  return all;
}

/// What stands beside a tag in the overview.
std::string details(const server::TagSummary& tag, const Console& console) {
  const auto& record = tag.record;
  if (tag.lowest.has_value() && tag.highest.has_value()) {
    return server::value_text(record.kind, *tag.lowest, record.scale) + " .. " +
           server::value_text(record.kind, *tag.highest, record.scale) +
           (record.unit.empty() ? "" : " " + record.unit);
  }
  if (record.kind == engine::TagKind::Category || record.kind == engine::TagKind::Set) {
    return grouped(tag.values.size()) +
           console.say({tag.values.size() == 1 ? " value" : " values", " 个取值"});
  }
  return {};
}

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

/// " (deprecated: use score)".
std::string deprecation(const server::TagSummary& tag, const Console& console) {
  if (!tag.record.deprecated) {
    return {};
  }
  return tag.replacement.empty() ? console.say({" (deprecated)", "（已弃用）"})
                                 : console.say({" (deprecated: use " + tag.replacement + ")",
                                                "（已弃用，请改用 " + tag.replacement + "）"});
}

void print_tag_values(const server::TagSummary& tag, std::uint64_t population, std::size_t shown,
                      Table& table, const Console& console) {
  const std::size_t count = std::min(shown, tag.values.size());
  for (std::size_t i = 0; i < count; ++i) {
    const server::ValueCount& value = tag.values[i];
    const std::string also = value.aliases.empty() ? "" : " (" + joined(value.aliases) + ")";
    table.add({"  " + value.name + also, "", grouped(value.count), percent(value.count, population),
               bar(value.count, population, kBarCells), ""});
  }
  if (count < tag.values.size()) {
    const std::string more = grouped(tag.values.size() - count);
    table.add(
        {console.say({"  ... " + more + " more", "  ……另有 " + more + " 个"}), "", "", "", "", ""});
  }
}

}  // namespace

int run(const TagsArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
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
      return console.report(
          Error(ErrorCode::NotFound,
                {"there is no tag named " + arguments.tag, "没有名为 " + arguments.tag + " 的标签"},
                {"tagline tags --db " + arguments.db + " lists them all",
                 "tagline tags --db " + arguments.db + " 列出全部标签"}));
    }
  }
  if (arguments.format == Format::Json) {
    console.out(server::catalog_json(*catalog) + "\n");
    return kFine;
  }
  console.out(
      console.say({grouped(catalog->population) + " users, " + grouped(catalog->tags.size()) +
                       " tags, days in " + catalog->time_zone + "\n\n",
                   grouped(catalog->population) + " 个用户，" + grouped(catalog->tags.size()) +
                       " 个标签，时区 " + catalog->time_zone + "\n\n"}));
  Table table({{console.say({"tag", "标签"}), Align::Left, 44},
               {console.say({"kind", "类型"})},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"share", "占比"}), Align::Right},
               {""},
               {console.say({"range or values", "范围或取值"})}});
  for (const server::TagSummary& tag : catalog->tags) {
    const std::string also =
        tag.record.aliases.empty() ? "" : " (" + joined(tag.record.aliases) + ")";
    table.add({tag.record.name + also + deprecation(tag, console),
               std::string(server::kind_name(tag.record.kind)), grouped(tag.coverage),
               percent(tag.coverage, catalog->population),
               bar(tag.coverage, catalog->population, kBarCells), details(tag, console)});
    print_tag_values(tag, catalog->population,
                     arguments.tag.empty() ? arguments.values_shown : tag.values.size(), table,
                     console);
  }
  console.out(table.text());
  return kFine;
}

}  // namespace tagline::cli
