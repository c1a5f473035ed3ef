// Commands about the session, files, and waiting.
#include "cli/count_csv.h"
#include "cli/exit_status.h"
#include "cli/repl/commands.h"
#include "cli/repl/help_pages.h"
#include "cli/repl/local_clock.h"
#include "cli/repl/plot.h"
#include "cli/repl/replies.h"
#include "cli/table.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

namespace tagline::cli {
namespace {

using server::JsonValue;

constexpr std::uint64_t kLimitMax = 10'000;
constexpr std::size_t kWatchedShown = 40;  // numbers of the line of blocks

std::optional<std::uint64_t> whole_of(const std::string& word, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = word.data() + word.size();
  const auto [read, problem] = std::from_chars(word.data(), end, number);
  return problem == std::errc() && read == end && number >= 1 && number <= most
             ? std::optional(number)
             : std::nullopt;
}

/// A line of the count, its change, and the counts so far.
void show_watched(const std::string& clock, std::uint64_t count, std::vector<double>& seen,
                  Console& console) {
  const auto before = static_cast<std::uint64_t>(seen.empty() ? 0.0 : seen.back());
  const std::string change = seen.empty() || count == before ? ""
                             : count > before                ? "+" + grouped(count - before)
                                                             : "-" + grouped(before - count);
  seen.push_back(static_cast<double>(count));
  if (seen.size() > kWatchedShown) {
    seen.erase(seen.begin());
  }
  console.out(clock + "  " + grouped(count) + "  " + change + (change.empty() ? "" : "  ") +
              sparkline(seen) + "\n");
}

}  // namespace

int help_command(Session& session, const std::string& arguments) {
  Console& console = session.console();
  if (arguments.empty()) {
    Table table({{"", Align::Left, 0, Fit::Wrap}, {"", Align::Left, 0, Fit::Wrap}},
                console.reading_window());
    for (const Command& command : commands()) {
      table.add({console.say(usage_of(command)),
                 console.say({std::string(command.what), std::string(command.what_zh)})});
    }
    console.tell(console.say(
        {"An expression is counted, e.g. age:25-34 AND city:tier1. Commands are about the last "
         "one:\n\n",
         "输入表达式即可计数，例如 年龄:25-34 且 城市:一线。命令针对最近的表达式：\n\n"}));
    console.out(table.body(2) + "\n" +
                console.say({"\\help COMMAND, or a page: ", "\\help 命令，或以下页面："}) +
                topic_list(console.language(), console.width()) + "\n");
    return kFine;
  }
  const std::string name = arguments.substr(arguments.starts_with('\\') ? 1 : 0);
  if (const Command* command = find_command(name); command != nullptr) {
    console.tell(console.say(usage_of(*command)) + "\n  " +
                 console.say({std::string(command->what), std::string(command->what_zh)}) + "\n  " +
                 console.say({"e.g. ", "例如 "}) + std::string(command->example) + "\n");
    if (const std::string topic = topic_with(name, console.language()); !topic.empty()) {
      console.tell(console.say({"  more: \\help ", "  更多：\\help "}) + topic + "\n");
    }
    return kFine;
  }
  const std::string page = page_of_topic(name, console);
  if (!page.empty()) {
    console.out(page);
    return kFine;
  }
  return console.report_usage(
      {"there is no page about " + arguments, "没有关于 " + arguments + " 的页面"},
      {"\\help lists them", "\\help 列出全部页面"});
}

int watch_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  constexpr std::uint64_t kSecondsMax = 86'400;
  const auto seconds = words.empty() ? std::nullopt : whole_of(words[0], kSecondsMax);
  // 0: until Ctrl-C.
  const std::uint64_t times =
      words.size() == 2 ? whole_of(words[1], kLimitMax).value_or(kLimitMax + 1) : 0;
  if (!seconds.has_value() || words.size() > 2 || times > kLimitMax) {
    return session.report_usage("watch", {"a number of seconds is expected", "需要秒数"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  const LocalClock clock(session.time_zone());
  if (session.settings().format == Format::Table) {
    session.console().tell(session.console().say(
        {"times in " + clock.zone() + "\n", "时间按 " + clock.zone() + " 时区\n"}));
  }
  std::vector<double> seen;
  for (std::uint64_t i = 0; times == 0 || i < times; ++i) {
    const auto answered =
        session.ask(post("/v1/query", session.body_of(session.expression()).text("want", "count")),
                    session.expression());
    if (!answered.has_value()) {
      return answered.error();
    }
    const std::uint64_t count = answered->json["count"].number();
    if (session.settings().format == Format::Json) {
      // The reply of every time, a line each.
      session.console().out(answered->text + "\n");
    } else if (session.settings().format == Format::Csv) {
      session.console().out((i == 0 ? "time," + std::string(kCountCsvHeader) : "") +
                            clock.second_of_day(LocalClock::now_s()) + "," +
                            count_csv(answer_of(answered->json)));
    } else {
      show_watched(clock.second_of_day(LocalClock::now_s()), count, seen, session.console());
    }
    if (!session.console().flush()) {
      return kSystemAtFault;
    }
    const bool last = i + 1 == times;
    const std::chrono::milliseconds pause{last ? 0 : *seconds * 1000};
    if (session.interrupt() == nullptr) {
      std::this_thread::sleep_for(pause);
    } else if (session.interrupt()->wait_for(pause)) {
      return kFine;  // that is how it ends
    }
  }
  return kFine;
}

int quit_command(Session& session, const std::string&) {
  session.end();
  return kFine;
}

}  // namespace tagline::cli
