#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/refusal.h"
#include "cli/repl/setting.h"
#include "cli/rows.h"
#include "cli/tags_text.h"
#include "dsl/print.h"
#include "server/answer_json.h"
#include "server/service.h"

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
  return kFine;
}

}  // namespace tagline::cli
