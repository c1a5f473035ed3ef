#include "cli/commands.h"
#include "cli/events_text.h"
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
  print(*list, console);
  print_loads(*list, console);
  return kFine;
}

}  // namespace tagline::cli
