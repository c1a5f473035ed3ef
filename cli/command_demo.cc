#include "cli/commands.h"
#include "cli/demo/load_demo.h"
#include "cli/exit_status.h"
#include "cli/progress.h"
#include "cli/refusal.h"
#include "cli/repl/interrupt.h"
#include "engine/system_reason.h"
#include "server/day_text.h"
#include "storage/time_zone.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace tagline::cli {
namespace {

namespace fs = std::filesystem;

/// Before, there was no such shop.
constexpr std::chrono::year_month_day kUntilMin{std::chrono::year(2000), std::chrono::January,
                                                std::chrono::day(1)};
constexpr int kNoTerminal = -1;

/// A demo is a database of its own: nobody's data is added to.
Status check_unused(const std::string& folder) {
  std::error_code problem;
  if (fs::exists(fs::path(folder) / "data.mdb", problem)) {
    return failure(
        ErrorCode::InUse,
        {folder + " holds a database already, and the demo wants one of its own",
         folder + " 中已有数据库，演示需要新的数据库"},
        {"give another folder, remove this one, or look into it: tagline repl --db " + folder,
         "请换一个目录、删除该目录，或直接查看：tagline repl --db " + folder});
  }
  return {};
}

std::string json_of(const DemoArguments& arguments, const demo::Population& population,
                    const demo::DemoReport& report, std::uint64_t bytes, double seconds) {
  const auto field = [](const char* name, const std::string& value) {
    return ",\"" + std::string(name) + "\":" + value;
  };
  const auto& days = population.calendar().days();
  return "{\"db\":" + server::quoted_json(arguments.db) +
         field("users", std::to_string(report.users)) + field("tags", std::to_string(report.tags)) +
         field("events", std::to_string(report.events)) +
         field("event_names", std::to_string(report.event_names)) +
         field("segments", std::to_string(report.segments)) +
         field("seed", std::to_string(arguments.seed)) +
         field("first", server::quoted_json(days.front().text)) +
         field("until", server::quoted_json(days.back().text)) +
         field("bytes", std::to_string(bytes)) + field("seconds", std::to_string(seconds)) + "}\n";
}

void print_report(const demo::Population& population, const demo::DemoReport& report,
                  std::uint64_t bytes, double seconds, Console& console) {
  const auto& days = population.calendar().days();
  const std::string range = days.front().text + ".." + days.back().text;
  const std::string mib = grouped((bytes + (1U << 20U) - 1) >> 20U) + " MiB";
  console.out(console.say(
      {grouped(report.users) + " customers, " + grouped(report.tags) + " tags, " +
           grouped(report.events) + " events of " + range + ", " + grouped(report.segments) +
           " saved segments; " + mib + ", made in " + duration_text(seconds) + "\n",
       grouped(report.users) + " 位顾客，" + grouped(report.tags) + " 个标签，" +
           grouped(report.events) + " 条行为（" + range + "），" + grouped(report.segments) +
           " 个已保存人群；" + mib + "，用时 " + duration_text(seconds) + "\n"}));
}

/// What to do next.
void print_next(const DemoArguments& arguments, const std::string& until, bool is_today,
                Console& console) {
  const std::string db = " --db " + arguments.db;
  const std::string as_of = is_today ? "" : " --as-of " + until;
  console.out(console.say(
      {"\nask it:    tagline query" + db + as_of + " 'age:25-34 AND city:tier1 AND churn_risk'\n" +
           (arguments.no_tour ? ""
                              : "the tour:  tagline repl" + db +
                                    "    then \\tour: twelve steps from a first count to the "
                                    "answer\n"),
       "\n查询：  tagline query" + db + as_of + " '年龄:25-34 且 城市:一线 且 流失风险'\n" +
           (arguments.no_tour ? ""
                              : "导览：  tagline repl" + db +
                                    "    然后输入 \\tour：十二步，从第一次计数到得出答案\n")}));
}

/// Where it is made: a demo that was cut off is not taken for a whole one.
fs::path unfinished(const std::string& folder) {
  fs::path whole = fs::path(folder).lexically_normal();
  if (!whole.has_filename()) {
    whole = whole.parent_path();  // "shop/"
  }
  whole += ".unfinished";
  return whole;
}

Status put_in_place(const fs::path& made, const std::string& folder) {
  std::error_code problem;
  fs::rename(made, fs::path(folder).lexically_normal(), problem);
  if (!problem) {
    return {};
  }
  const Text cause = system_reason(problem.value());
  std::error_code ignored;
  fs::remove_all(made, ignored);
  return failure(
      ErrorCode::System,
      {"cannot make " + folder + ": " + cause.en, "无法新建 " + folder + "：" + cause.zh},
      {"give a folder that is not there yet, or is empty", "请写尚不存在或空的目录"});
}

/// Ctrl-C ended it; what was made so far is gone.
int report_cancelled(const DemoArguments& arguments, Console& console) {
  static_cast<void>(console.report(Error(
      ErrorCode::Cancelled,
      {"ended by Ctrl-C: no demo was made, and nothing of it is left in " + arguments.db,
       "已被 Ctrl-C 中断：演示没有建成，" + arguments.db + " 中没有留下任何数据"},
      {"run it again; fewer --users are made sooner", "请重新执行；--users 越小，生成越快"})));
  return kInterrupted;
}

/// What was made, or the exit status of what went wrong, which has been said.
tl::expected<demo::DemoReport, int> make(const DemoArguments& arguments,
                                         const demo::Population& population, Console& console,
                                         std::uint64_t& bytes) {
  storage::OpenOptions open;
  open.mode = storage::OpenMode::Create;
  const fs::path making = unfinished(arguments.db);
  std::error_code ignored;
  fs::remove_all(making, ignored);  // of a demo that was cut off
  std::atomic<bool> cancelled = false;
  std::optional<Interrupt> interrupt;
  if (!Interrupt::is_ignored()) {
    interrupt.emplace([&cancelled] { cancelled = true; }, kNoTerminal);
  }
  auto service = server::Service::open(making.string(), open);
  if (!service.has_value()) {
    static_cast<void>(console.report(service.error()));
    return tl::unexpected(kSystemAtFault);
  }
  std::optional<ProgressLine> progress(console);
  const auto report = demo::load_demo(
      **service, population,
      [&](const demo::DemoProgress& now) {
        progress->show(grouped(now.users) + console.say({" customers, ", " 位顾客，"}) +
                           grouped(now.events) + console.say({" rows of events", " 行行为"}),
                       now.done, now.whole);
      },
      cancelled);
  progress.reset();
  if (!report.has_value()) {
    service->reset();
    fs::remove_all(making, ignored);
    if (cancelled) {
      return tl::unexpected(report_cancelled(arguments, console));
    }
    return tl::unexpected(report_refusal(report.error(), report.error().text.value_or(""),
                                         arguments.format, console));
  }
  bytes = (*service)->store().file_bytes();
  service->reset();  // before it moves
  if (const Status placed = put_in_place(making, arguments.db); !placed.has_value()) {
    return tl::unexpected(console.report(placed.error()));
  }
  return *report;
}

}  // namespace

int run(const DemoArguments& arguments, Console& console) {
  const auto start = std::chrono::steady_clock::now();
  if (arguments.tour && arguments.format == Format::Json) {
    return console.report_usage(
        {"the tour is for people, and JSON for programs", "导览供人阅读，JSON 供程序读取"},
        {"leave --tour or --format out", "请去掉 --tour 或 --format"});
  }
  if (arguments.until.has_value() && *arguments.until < std::chrono::sys_days{kUntilMin}) {
    return console.report_usage(
        {"--until: " + server::day_text(*arguments.until) + " lies before 2000-01-01",
         "--until：" + server::day_text(*arguments.until) + " 早于 2000-01-01"},
        {"give a later day", "请给出更晚的日期"});
  }
  if (const Status unused = check_unused(arguments.db); !unused.has_value()) {
    return console.report(unused.error());
  }
  const auto today =
      storage::day_in_zone(std::chrono::system_clock::now(), storage::OpenOptions{}.time_zone);
  if (!today.has_value()) {
    return console.report(today.error());
  }
  const std::chrono::sys_days until = arguments.until.value_or(*today);
  const demo::Population population({arguments.users, arguments.seed, arguments.days,
                                     static_cast<engine::Day>(until.time_since_epoch().count())});
  std::uint64_t bytes = 0;
  const auto report = make(arguments, population, console, bytes);
  if (!report.has_value()) {
    return report.error();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (arguments.format == Format::Json) {
    console.out(json_of(arguments, population, *report, bytes, took.count()));
  } else {
    print_report(population, *report, bytes, took.count(), console);
  }
  if (arguments.tour) {
    ReplArguments repl;
    repl.db = arguments.db;
    repl.tour = true;
    return run(repl, console);
  }
  if (arguments.format != Format::Json) {
    print_next(arguments, server::day_text(until), until == *today, console);
  }
  return kFine;
}

}  // namespace tagline::cli
