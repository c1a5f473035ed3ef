// Commands about the session, files, and waiting.
#include "cli/exit_status.h"
#include "cli/progress.h"
#include "cli/read_file.h"
#include "cli/repl/commands.h"
#include "cli/repl/help_pages.h"
#include "cli/repl/plot.h"
#include "cli/table.h"
#include "server/day_text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <thread>
#include <utility>

namespace tagline::cli {
namespace {

using server::JsonValue;

constexpr std::uint64_t kLimitMax = 10'000;
constexpr std::size_t kWatchedShown = 40;  // numbers of the line of blocks
constexpr std::chrono::milliseconds kJobPoll{200};
constexpr std::size_t kInputsDeep = 8;

std::optional<std::uint64_t> whole_of(const std::string& word, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = word.data() + word.size();
  const auto [read, problem] = std::from_chars(word.data(), end, number);
  return problem == std::errc() && read == end && number >= 1 && number <= most
             ? std::optional(number)
             : std::nullopt;
}

const char* name_of(Format format) {
  return format == Format::Json ? "json" : format == Format::Csv ? "csv" : "table";
}

void show_settings(Session& session) {
  Console& console = session.console();
  const ReplSettings& settings = session.settings();
  Table table({{""}, {""}, {""}}, console.window());
  const auto line = [&](const char* name, const std::string& value, const Text& what) {
    table.add({name, value, console.say(what)});
  };
  line("as_of", settings.as_of.value_or("today"),
       {"the day `today` means: YYYY-MM-DD or today", "“今天”指哪一天：YYYY-MM-DD 或 today"});
  line("lang", console.language() == dsl::Language::Chinese ? "zh-CN" : "en",
       {"en or zh-CN", "en 或 zh-CN"});
  line("format", name_of(settings.format), {"table, json or csv", "table、json 或 csv"});
  line("limit", std::to_string(settings.limit),
       {"rows of lists, up to 10000", "列表行数，不超过 10000"});
  line("timing", settings.timing ? "on" : "off",
       {"on: say how long each input took", "on：显示每次用时"});
  console.out(table.body());
}

/// False when the value cannot be.
bool set(Session& session, const std::string& name, const std::string& value) {
  ReplSettings& settings = session.settings();
  if (name == "as_of") {
    const bool today = value == "today" || value == "今天";
    if (!today && !server::parse_day(value).has_value()) {
      return false;
    }
    settings.as_of = today ? std::nullopt : std::optional(value);
    return true;
  }
  if (name == "lang") {
    if (value != "en" && value != "zh" && value != "zh-CN") {
      return false;
    }
    session.console().set_language(value == "en" ? dsl::Language::English : dsl::Language::Chinese);
    return true;
  }
  if (name == "format") {
    for (const Format format : {Format::Table, Format::Json, Format::Csv}) {
      if (value == name_of(format)) {
        settings.format = format;
        return true;
      }
    }
    return false;
  }
  if (name == "limit") {
    const auto limit = whole_of(value, kLimitMax);
    settings.limit = limit.value_or(settings.limit);
    return limit.has_value();
  }
  if (name == "timing" && (value == "on" || value == "off")) {
    settings.timing = value == "on";
    return true;
  }
  return false;
}

/// "15:04:05", by the clock of whoever reads it.
std::string clock_text() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  std::array<char, 16> text{};
  if (::localtime_r(&now, &parts) == nullptr) {
    return {};
  }
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &parts)};
}

/// Waits for the job; it is cancelled when Ctrl-C is pressed. Its report or its error, as JSON.
tl::expected<JsonValue, int> end_of_job(Session& session, JsonValue job, const std::string& file) {
  const std::string target = "/v1/jobs/" + escaped(job["id"].text());
  ProgressLine progress(session.console());
  bool told = false;
  for (;;) {
    const std::string state = job["state"].text();
    if (state == "done" || state == "failed" || state == "cancelled") {
      return job;
    }
    progress.show(file, job["bytes_read"].number(), job["bytes_total"].number());
    if (session.interrupt() == nullptr) {
      std::this_thread::sleep_for(kJobPoll);
    } else if (session.interrupt()->wait_for(kJobPoll) && !told) {
      told = true;
      ApiRequest cancel = get(target);
      cancel.method = "DELETE";
      static_cast<void>(session.api().send(cancel));
    }
    const auto answered = session.ask(get(target), "");
    if (!answered.has_value()) {
      return tl::unexpected(answered.error());
    }
    job = answered->json;
  }
}

void print_report(const JsonValue& report, Console& console) {
  const std::string rows = grouped(report["rows"].number());
  const std::string rejected = grouped(report["rejected"].number());
  const std::string users = grouped(report["users_new"].number());
  const std::string known = grouped(report["users_known"].number());
  console.out(console.say({"loaded " + rows + " rows, rejected " + rejected + "; new users " +
                               users + ", known " + known + "\n",
                           "已装入 " + rows + " 行，拒绝 " + rejected + " 行；新用户 " + users +
                               "，已有 " + known + "\n"}));
  if (const auto events = report["events"].number_if_any(); events.has_value()) {
    console.out(console.say(
        {"events added " + grouped(*events) + "\n", "新增行为 " + grouped(*events) + "\n"}));
  }
  for (const JsonValue& reject : report["first_rejects"].items()) {
    console.err(console.say({"line ", "行 "}) + reject["line"].text() + ": " +
                printable(console.say(reject["reason"].words())) + "\n");
  }
}

bool is_ndjson(const std::string& file) {
  std::filesystem::path path(file);
  const std::string packed = path.extension().string();
  if (packed == ".gz" || packed == ".xz" || packed == ".zst") {
    path = path.stem();
  }
  const std::string kind = path.extension().string();
  return kind == ".ndjson" || kind == ".jsonl" || kind == ".json";
}

Error cannot_write(const std::string& file) {
  const std::string why = std::strerror(errno);
  return {ErrorCode::System,
          {"cannot write " + file + ": " + why, "无法写入 " + file + "：" + why},
          {"check the path, its rights and the room on the disk", "请检查路径、权限和磁盘空间"}};
}

}  // namespace

int set_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.empty()) {
    show_settings(session);
    return kFine;
  }
  if (words.size() != 2 || !set(session, words[0], words[1])) {
    return session.report_usage(
        "set", {"as_of DAY|today, lang en|zh-CN, format table|json|csv, limit N and timing on|off "
                "can be set",
                "可设置 as_of 日期|today、lang en|zh-CN、format table|json|csv、limit N 和 timing "
                "on|off"});
  }
  session.console().set_answers_json(session.settings().format == Format::Json);
  return kFine;
}

int help_command(Session& session, const std::string& arguments) {
  Console& console = session.console();
  if (arguments.empty()) {
    Table table({{""}, {""}}, console.window());
    for (const Command& command : commands()) {
      table.add({usage_of(command),
                 console.say({std::string(command.what), std::string(command.what_zh)})});
    }
    console.out(
        console.say(
            {"An expression is counted, e.g. age:25-34 AND city:tier1. Commands are about the last "
             "one:\n\n",
             "输入表达式即可计数，例如 年龄:25-34 且 城市:一线。命令针对最近的表达式：\n\n"}) +
        table.body(2) + "\n" +
        console.say({"\\help COMMAND, or a page: ", "\\help 命令，或以下页面："}) +
        topic_list(console.language(), console.width()) + "\n");
    return kFine;
  }
  const std::string name = arguments.substr(arguments.starts_with('\\') ? 1 : 0);
  if (const Command* command = find_command(name); command != nullptr) {
    console.out(usage_of(*command) + "\n  " +
                console.say({std::string(command->what), std::string(command->what_zh)}) + "\n  " +
                console.say({"e.g. ", "例如 "}) + std::string(command->example) + "\n");
    if (page_of_topic(name, console.language()).empty()) {
      return kFine;
    }
    console.out("\n");
  }
  const std::string page = page_of_topic(name, console.language());
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
  std::vector<double> seen;
  for (std::uint64_t i = 0; times == 0 || i < times; ++i) {
    const auto answered =
        session.ask(post("/v1/query", session.body_of(session.expression()).text("want", "count")),
                    session.expression());
    if (!answered.has_value()) {
      return answered.error();
    }
    const std::uint64_t count = answered->json["count"].number();
    const auto before = static_cast<std::uint64_t>(seen.empty() ? 0.0 : seen.back());
    const std::string change = seen.empty() || count == before ? ""
                               : count > before                ? "+" + grouped(count - before)
                                                               : "-" + grouped(before - count);
    seen.push_back(static_cast<double>(count));
    if (seen.size() > kWatchedShown) {
      seen.erase(seen.begin());
    }
    session.console().out(clock_text() + "  " + grouped(count) + "  " + change +
                          (change.empty() ? "" : "  ") + sparkline(seen) + "\n");
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

int export_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() != 1) {
    return session.report_usage("export", {"one file is expected", "需要一个文件名"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  const std::string& file = words.front();
  const std::string kind = std::filesystem::path(file).extension().string();
  const bool roaring = kind == ".roaring";
  const char* form = roaring ? "roaring" : is_ndjson(file) ? "ndjson" : "csv";
  // What stands there stays until all has come.
  const std::string part = file + ".part";
  std::FILE* out = std::fopen(part.c_str(), "wb");
  if (out == nullptr) {
    return session.console().report(cannot_write(part));
  }
  std::uint64_t lines = 0;
  bool written = true;
  const auto reply = session.api().send(
      post("/v1/ids?format=" + std::string(form), session.body_of(session.expression())),
      [&](std::string_view piece) {
        lines += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
        written = std::fwrite(piece.data(), 1, piece.size(), out) == piece.size();
        return written;
      });
  written = std::fclose(out) == 0 && written;
  if (!reply.has_value() || reply->status != 200 || !written ||
      std::rename(part.c_str(), file.c_str()) != 0) {
    const Error fault = cannot_write(file);
    std::remove(part.c_str());
    if (!reply.has_value()) {
      return session.console().report(reply.error());
    }
    return reply->status == 200 ? session.console().report(fault)
                                : session.refuse(*reply, session.expression());
  }
  const std::string people =
      grouped(lines - (std::string_view(form) == "csv" && lines > 0 ? 1 : 0));
  session.console().out(
      roaring ? session.console().say({"wrote " + file + "\n", "已写入 " + file + "\n"})
              : session.console().say({"wrote " + people + " ids to " + file + "\n",
                                       "已把 " + people + " 个编号写入 " + file + "\n"}));
  return kFine;
}

int input_command(Session& session, const std::string& arguments) {
  static thread_local std::size_t depth = 0;
  const auto words = words_of(arguments);
  if (words.size() != 1) {
    return session.report_usage("i", {"one file is expected", "需要一个文件名"});
  }
  const auto text = read_file(words.front());
  if (!text.has_value()) {
    return session.console().report(text.error());
  }
  if (depth >= kInputsDeep) {
    return session.report_usage("i", {"files run files deeper than 8", "文件嵌套执行超过 8 层"});
  }
  ++depth;
  std::istringstream in(*text);
  const int status = session.run_all([&]() -> std::optional<std::string> {
    std::string line;
    return std::getline(in, line) ? std::optional(line) : std::nullopt;
  });
  --depth;
  return status;
}

int load_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  constexpr std::array kOptions = {"schema=", "id=", "load_id=", "max_errors="};
  const auto is_option = [&](const std::string& word) {
    return std::any_of(kOptions.begin(), kOptions.end(),
                       [&](const char* option) { return word.starts_with(option); });
  };
  if (words.empty() || !std::all_of(words.begin() + 1, words.end(), is_option)) {
    return session.report_usage(
        "load",
        {"a file is expected, and perhaps schema=NAME, id=COLUMN, load_id=ID, max_errors=PERCENT",
         "需要一个文件，可再加 schema=名称、id=列、load_id=标识、max_errors=百分比"});
  }
  const std::string& file = words.front();
  std::string target = "/v1/load?name=" + escaped(std::filesystem::path(file).filename().string());
  for (auto word = words.begin() + 1; word != words.end(); ++word) {
    const std::size_t equals = word->find('=');
    target += "&" + word->substr(0, equals) + "=" + escaped(word->substr(equals + 1));
  }
  ApiRequest request = get(target);
  request.method = "POST";
  request.type = is_ndjson(file) ? "application/x-ndjson" : "text/csv";
  request.file = file;
  const auto answered = session.ask(request, "");
  if (!answered.has_value()) {
    return answered.error();
  }
  JsonValue report = answered->json;
  if (!report["state"].is_null()) {
    const auto job = end_of_job(session, report, file);
    if (!job.has_value()) {
      return job.error();
    }
    if (const JsonValue error = (*job)["error"]; !error.is_null()) {
      return session.console().report(
          Error(ErrorCode::BadInput, error["message"].words(), error["hint"].words()));
    }
    report = (*job)["report"];
    if (session.settings().format == Format::Json) {
      session.console().out(report.dump() + "\n");
      return kFine;
    }
  } else if (session.settings().format == Format::Json) {
    session.console().out(answered->text + "\n");
    return kFine;
  }
  print_report(report, session.console());
  return kFine;
}

int quit_command(Session& session, const std::string&) {
  session.end();
  return kFine;
}

}  // namespace tagline::cli
