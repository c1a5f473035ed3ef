#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/progress.h"
#include "cli/refusal.h"
#include "cli/rows.h"
#include "cli/table.h"
#include "server/day_text.h"
#include "server/why_json.h"
#include "storage/time_zone.h"

#include <chrono>
#include <string>

namespace tagline::cli {
namespace {

constexpr unsigned kKeysCells = 48;

void print_events(const server::EventList& list, Console& console) {
  if (list.events.empty()) {
    console.out(console.say({"no events are stored; grammar-docs/schema.md says how to load them\n",
                             "没有行为数据；装入方法见 grammar-docs/schema.md\n"}));
    return;
  }
  Table table({{console.say({"event", "行为"})},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"share", "占比"}), Align::Right},
               {console.say({"days", "天数"}), Align::Right},
               {console.say({"from", "起"})},
               {console.say({"to", "止"})},
               {console.say({"amount", "金额"})},
               {console.say({"keys", "分类"}), Align::Left, kKeysCells}});
  for (const server::EventSummary& event : list.events) {
    std::string keys;
    for (const server::KeySummary& key : event.keys) {
      keys += (keys.empty() ? "" : ", ") + key.name;
    }
    std::string name = event.record.name;
    for (const std::string& alias : event.record.aliases) {
      name += " / " + alias;
    }
    const auto day = [](const auto& value) {
      return value.has_value() ? server::day_text(*value) : std::string("-");
    };
    const std::string amount =
        event.record.unit.empty() ? console.say({"yes", "有"}) : event.record.unit;
    table.add({name, grouped(event.people), percent(event.people, list.population),
               grouped(event.days), day(event.first), day(event.last),
               event.record.has_amount ? amount : "-", keys});
  }
  console.out(table.text());
}

void print_loads(const server::EventList& list, Console& console) {
  if (list.loads.empty()) {
    return;
  }
  Table table({{console.say({"file loaded", "已装入文件"}), Align::Left, 40},
               {console.say({"rows", "行数"}), Align::Right},
               {console.say({"events", "行为数"}), Align::Right},
               {console.say({"on", "日期"})},
               {console.say({"load id", "装入编号"})}});
  for (const storage::LoadRecord& load : list.loads) {
    const auto day = storage::day_in_zone(
        std::chrono::system_clock::time_point(std::chrono::seconds(load.loaded_s)), list.time_zone);
    table.add({load.file, grouped(load.rows), grouped(load.events),
               day.has_value() ? server::day_text(*day) : "?", load.id});
  }
  console.out("\n" + table.text());
}

int trim(const EventsArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Write, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  const auto trimmed = [&] {
    const ProgressTicker ticker(console, {"removing days ...", "正在删除……"});
    return service->trim_events(*arguments.trim_before);
  }();
  if (!trimmed.has_value()) {
    return console.report(trimmed.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::trimmed_json(*trimmed, *arguments.trim_before) + "\n");
    return kFine;
  }
  const std::string before = server::day_text(*arguments.trim_before);
  console.out(
      console.say({"days before " + before + " are gone: " + grouped(trimmed->series_days) +
                       " days of events and keys, " + grouped(trimmed->fragments) + " fragments\n",
                   "已删除 " + before + " 之前的数据：" + grouped(trimmed->series_days) +
                       " 个行为（分类）日，" + grouped(trimmed->fragments) + " 个分片\n"}));
  return kFine;
}

}  // namespace

int run(const EventsArguments& arguments, Console& console) {
  if (arguments.trim_before.has_value()) {
    return trim(arguments, console);
  }
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  const auto list = service->events();
  if (!list.has_value()) {
    return console.report(list.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::events_json(*list) + "\n");
    return kFine;
  }
  if (arguments.format != Format::Table) {
    console.out(rows_text(server::JsonValue::parse(server::events_json(*list))["events"],
                          {"name", "people", "days", "first", "last", "unit"}, arguments.format));
    return kFine;
  }
  print_events(*list, console);
  print_loads(*list, console);
  return kFine;
}

}  // namespace tagline::cli
