#include "cli/events_parser.h"

#include "server/day_text.h"

namespace tagline::cli {

void EventsParser::add_to(CLI::App& app) {
  command_ = subcommand(
      app, "events",
      say("what is stored of events: list it, or trim old days", "行为数据：查看，或清理过期日期"),
      "tagline events list --db shop\n  tagline events trim --db shop --before "
      "2024-01-01");
  command_->require_subcommand(1);
  list_ = subcommand(*command_, "list",
                     say("list events with keys, days and people, and the files loaded",
                         "列出行为及其分类、日期范围、人数和已装入的文件"),
                     "tagline events list --db shop");
  add_db(list_, arguments_.db);
  add_format(list_, arguments_.format, kFormatsOfLists);
  trim_ = subcommand(*command_, "trim",
                     say("forget the events of days before a date", "删除某日之前的行为数据"),
                     "tagline events trim --db shop --before 2024-01-01");
  add_db(trim_, arguments_.db);
  add_day(trim_, "--before", before_,
          say("days before this one go; this one stays", "删除该日之前的数据，该日保留"))
      ->required();
  add_format(trim_, arguments_.format, kFormatsWithoutCsv);
}

bool EventsParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  EventsArguments events = arguments_;
  events.trim_before = trim_->parsed() ? server::parse_day(before_) : std::nullopt;
  arguments.command = events;
  return true;
}

}  // namespace tagline::cli
