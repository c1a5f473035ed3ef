#include "cli/history_text.h"

#include "cli/counted.h"
#include "cli/repl/local_clock.h"
#include "cli/repl/plot.h"
#include "cli/table.h"
#include "server/day_text.h"

#include <chrono>
#include <cstdio>
#include <string>

namespace tagline::cli {
namespace {

using storage::HistoryPoint;

std::string day_of(const HistoryPoint& point) {
  return server::day_text(std::chrono::sys_days(std::chrono::days(point.day)));
}

std::string or_dash(const std::optional<std::uint64_t>& number) {
  return number.has_value() ? grouped(*number) : "-";
}

std::string decimals(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string share_text(double share) {
  return decimals(share * 100, 2) + "%";
}

/// What a stability index says, by the custom of credit scoring.
std::string judged(double index, const Console& console) {
  return index < server::kMovedFrom     ? console.say({"stable", "稳定"})
         : index < server::kShiftedFrom ? console.say({"moved", "有变化"})
                                        : console.say({"shifted", "明显偏移"});
}

void print_since(const server::SegmentHistory& history, Console& console) {
  const server::SegmentHistory::Since& since = *history.since;
  const std::string day = day_of(since.point);
  console.out("\n" + console.say({"since " + day + ", when it held " + grouped(since.point.count) +
                                      ", to now, " + grouped(history.count) + ":\n",
                                  "自 " + day + "（当时 " + grouped(since.point.count) +
                                      " 人）至今（" + grouped(history.count) + " 人）：\n"}));
  Table table({{""}, {"", Align::Right}}, console.window());
  table.add({console.say({"entered", "进入"}), grouped(since.entered)});
  table.add({console.say({"left", "离开"}), grouped(since.left)});
  table.add({console.say({"stayed", "留存"}), grouped(since.stayed)});
  console.out(table.body(2));
  if (since.point.rule != history.rule) {
    console.out(console.say({"its rule was another one then: people came and went by that, too\n",
                             "期间规则已更改：人数变化也受此影响\n"}));
  }
}

}  // namespace

void print(const server::SegmentHistory& history, Console& console) {
  if (history.points.empty()) {
    console.out(
        history.kept == 0
            ? console.say(
                  {"nothing is kept of its past yet: a running server takes a point every "
                   "night, \"tagline segment record\" takes one now\n",
                   "尚无历史记录：运行中的服务器每晚记录一次，也可用 \"tagline segment record\" "
                   "立即记录\n"})
            : console.say({"no point in these days; of " + grouped(history.kept) +
                               " that are kept, the oldest is of " +
                               server::day_text(*history.first) + "\n",
                           "这些天没有记录；共保存 " + grouped(history.kept) + " 个，最早为 " +
                               server::day_text(*history.first) + "\n"}));
  } else {
    const LocalClock clock(history.time_zone);
    Table table({{console.say({"day", "日期"})},
                 {console.say({"people", "人数"}), Align::Right},
                 {console.say({"entered", "进入"}), Align::Right},
                 {console.say({"left", "离开"}), Align::Right},
                 {console.say({"of", "总体"}), Align::Right, 0, Fit::Cut, true},
                 {console.say({"version", "版本"}), Align::Right, 0, Fit::Cut, true},
                 {console.say({"taken", "记录于"}), Align::Left, 0, Fit::Cut, true}},
                console.window());
    Curve curve;
    for (const HistoryPoint& point : history.points) {
      table.add({day_of(point), grouped(point.count), or_dash(point.entered), or_dash(point.left),
                 grouped(point.population), point.rule == 0 ? "-" : std::to_string(point.rule),
                 clock.minute(point.taken_s)});
      curve.points.emplace_back(static_cast<double>(point.taken_s),
                                static_cast<double>(point.count));
    }
    curve.x_first = day_of(history.points.front());
    curve.x_last = day_of(history.points.back());
    console.out(table.text());
    if (history.points.size() > 2) {
      console.out("\n" + plot(curve, console.width()));
    }
  }
  if (history.since.has_value()) {
    print_since(history, console);
  }
}

void print(const std::string& name, const HistoryPoint& point, Console& console) {
  const std::string change =
      point.entered.has_value()
          ? console.say({", entered " + grouped(*point.entered) + ", left " + grouped(*point.left),
                         "，进入 " + grouped(*point.entered) + "，离开 " + grouped(*point.left)})
          : std::string();
  console.out(console.say({"@" + name + ": " + people_counted(point.count) + change + "\n",
                           "@" + name + "：" + grouped(point.count) + " 人" + change + "\n"}));
}

void print(const server::TagDrift& drift, Console& console) {
  if (drift.days.empty()) {
    return console.out(
        console.say({"nothing is kept of " + drift.name +
                         " in these days: a running server takes its spread every "
                         "night\n",
                     drift.name + " 在这些天没有记录：运行中的服务器每晚记录一次分布\n"}));
  }
  Table table({{console.say({"day", "日期"})},
               {console.say({"known", "有值人数"}), Align::Right},
               {console.say({"of all", "占比"}), Align::Right},
               {console.say({"stability index", "稳定性指数"}), Align::Right},
               {""}},
              console.window());
  for (const server::TagDrift::Day& day : drift.days) {
    table.add({server::day_text(day.day), grouped(day.known), percent(day.known, day.population),
               day.index.has_value() ? decimals(*day.index, 4) : "-",
               day.index.has_value() ? judged(*day.index, console) : ""});
  }
  console.out(table.text());
  if (!drift.moved.empty()) {
    console.out("\n" + console.say({"what moved most between the last two days\n",
                                    "最近两天变化最大的取值\n"}));
    Table moved({{console.say({"value", "取值"}), Align::Left, 40},
                 {console.say({"before", "之前"}), Align::Right},
                 {console.say({"after", "之后"}), Align::Right}},
                console.window());
    for (const server::TagDrift::Part& part : drift.moved) {
      moved.add({part.value == "(none)"     ? console.say({"(unknown)", "（未知）"})
                 : part.value == "(others)" ? console.say({"(others)", "（其他）"})
                                            : part.value,
                 share_text(part.before), share_text(part.after)});
    }
    console.out(moved.text());
  }
}

}  // namespace tagline::cli
