// \history: what was typed, and when; of a segment, its rules and its size day by day.
#include "cli/exit_status.h"
#include "cli/history_text.h"
#include "cli/repl/commands.h"
#include "cli/repl/local_clock.h"
#include "cli/repl/plot.h"
#include "cli/repl/replies.h"
#include "cli/rows.h"
#include "cli/segment_text.h"
#include "dsl/wrapped.h"
#include "server/day_text.h"
#include "server/http/percent_encoded.h"
#include "storage/time_zone.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

using server::JsonValue;

constexpr std::uint64_t kDaysShown = 30;
constexpr std::uint64_t kDaysMax = 366;

using DayCount = std::pair<std::uint64_t, std::string>;

/// What a curve that moves little does not show.
std::string extremes(const std::vector<DayCount>& counts, const Console& console) {
  const auto by_count = [](const DayCount& a, const DayCount& b) { return a.first < b.first; };
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end(), by_count);
  const std::string low = grouped(least->first);
  const std::string high = grouped(most->first);
  return "  " + (low == high ? console.say({low + " every day\n", "每天都是 " + low + " 人\n"})
                             : console.say({"least " + low + " on " + least->second + ", most " +
                                                high + " on " + most->second + "\n",
                                            "最少 " + low + " 人（" + least->second + "），最多 " +
                                                high + " 人（" + most->second + "）\n"}));
}

/// The size of a segment on each day, as its relative dates then were.
int show_sizes(Session& session, const std::string& name, std::uint64_t days) {
  Console& console = session.console();
  std::chrono::sys_days last;
  if (session.settings().as_of.has_value()) {
    last = *server::parse_day(*session.settings().as_of);
  } else if (const auto today =
                 storage::day_in_zone(std::chrono::system_clock::now(), session.time_zone());
             today.has_value()) {
    last = *today;
  } else {
    return console.report(today.error());
  }
  Curve curve;
  std::vector<DayCount> counts;
  for (std::uint64_t back = days; back-- > 0;) {
    const std::string day =
        server::day_text(last - std::chrono::days(static_cast<std::int64_t>(back)));
    JsonBody body;
    body.text("want", "count").text("expression", "@" + name).text("as_of", day);
    const auto answered = session.ask(post("/v1/query", body), "@" + name);
    if (!answered.has_value()) {
      return answered.error();
    }
    const std::uint64_t count = answered->json["count"].number();
    counts.emplace_back(count, day);
    curve.points.push_back({static_cast<double>(days - back), static_cast<double>(count)});
    (curve.points.size() == 1 ? curve.x_first : curve.x_last) = day;
  }
  console.out(
      "\n" +
      console.say({"people day by day: relative dates as they then were, tags as they are now\n",
                   "每日人数：相对日期按当日计算，标签取当前值\n"}) +
      plot(curve, console.width()) + extremes(counts, console));
  return kFine;
}

/// What is kept of the segment's past; where nothing is, what can be made out of it.
int show_past(Session& session, const std::string& name, std::uint64_t days) {
  Console& console = session.console();
  const auto reply = session.ask(get("/v1/segments/" + server::percent_encoded(name) +
                                     "/history?days=" + std::to_string(days)),
                                 "");
  if (!reply.has_value()) {
    return reply.error();
  }
  const server::SegmentHistory history = history_of(reply->json, session.time_zone());
  if (history.points.size() < 2) {
    return show_sizes(session, name, days);
  }
  console.out("\n" + console.say({"day by day, as it was then\n", "每日人数（当时的实际成员）\n"}));
  print(history, console);
  return kFine;
}

}  // namespace

int history_command(Session& session, const std::string& arguments) {
  Console& console = session.console();
  if (!arguments.starts_with('@')) {
    auto found = session.history().found(arguments);
    const std::size_t limit = session.settings().limit;
    if (found.size() > limit) {
      found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
    }
    const LocalClock clock(found.empty() ? "" : session.time_zone());
    if (!found.empty()) {
      console.tell(
          console.say({"times in " + clock.zone() + "\n", "时间按 " + clock.zone() + " 时区\n"}));
    }
    for (const History::Entry& entry : found) {
      console.out(dsl::labelled(clock.minute(entry.time_s) + "  ", printable(entry.text),
                                console.window()));
    }
    if (found.empty()) {
      console.out(console.say({"nothing\n", "没有记录\n"}));
    }
    return kFine;
  }
  const auto words = words_of(arguments);
  std::uint64_t days = kDaysShown;
  if (words.size() > 1) {
    const char* end = words[1].data() + words[1].size();
    const auto [read, problem] = std::from_chars(words[1].data(), end, days);
    if (problem != std::errc() || read != end || days < 2 || days > kDaysMax) {
      return session.report_usage("history",
                                  {"days are a number from 2 to 366", "天数应为 2 到 366"});
    }
  }
  const std::string name = words.front().substr(1);
  const int status = session.show(
      get("/v1/segments/" + server::percent_encoded(name) + "/versions" +
          session.as_of_parameter('?')),
      "",
      [&](const JsonValue& reply) {
        print(versions_of(reply, session.time_zone()), session.settings().as_of.value_or(""),
              console);
      },
      [](const JsonValue& reply) {
        return csv_rows(reply["versions"],
                        {"rule_version", "saved_s", "author", "count_then", "count", "expression"});
      });
  return status == kFine && session.settings().format == Format::Table
             ? show_past(session, name, days)
             : status;
}

}  // namespace tagline::cli
