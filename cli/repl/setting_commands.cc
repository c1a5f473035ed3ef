// \set: how the session answers.
#include "cli/exit_status.h"
#include "cli/repl/commands.h"
#include "cli/repl/setting.h"
#include "cli/table.h"
#include "dsl/suggest.h"
#include "server/day_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tagline::cli {
namespace {

constexpr std::uint64_t kLimitMax = 10'000;

constexpr std::array kSettings = {
    Setting{"as_of",
            {"today"},
            "a day as YYYY-MM-DD, or today",
            "YYYY-MM-DD 形式的日期，或 today",
            "2024-06-15"},
    Setting{"lang", {"en", "zh-CN"}, "en or zh-CN", "en 或 zh-CN", "zh-CN"},
    Setting{"format", {"table", "json", "csv"}, "table, json or csv", "table、json 或 csv", "json"},
    Setting{"limit", {"20", "100"}, "a whole number from 1 to 10000", "1 到 10000 的整数", "50"},
    Setting{"timing", {"on", "off"}, "on or off", "on 或 off", "on"},
};

const char* name_of(Format format) {
  return format == Format::Json ? "json" : format == Format::Csv ? "csv" : "table";
}

std::string value_of(std::string_view name, const ReplSettings& settings, dsl::Language language) {
  if (name == "as_of") {
    return settings.as_of.value_or("today");
  }
  if (name == "lang") {
    return language == dsl::Language::Chinese ? "zh-CN" : "en";
  }
  if (name == "format") {
    return name_of(settings.format);
  }
  return name == "limit" ? std::to_string(settings.limit) : settings.timing ? "on" : "off";
}

Text what_of(std::string_view name) {
  if (name == "as_of") {
    return {"the day `today` means: YYYY-MM-DD or today", "“今天”指哪一天：YYYY-MM-DD 或 today"};
  }
  if (name == "lang") {
    return {"en or zh-CN", "en 或 zh-CN"};
  }
  if (name == "format") {
    return {"table, json or csv", "table、json 或 csv"};
  }
  return name == "limit" ? Text{"rows of lists, up to 10000", "列表行数，不超过 10000"}
                         : Text{"on: say how long each input took", "on：显示每次用时"};
}

void show_settings(Session& session) {
  Console& console = session.console();
  Table table({{""}, {""}, {""}}, console.window());
  for (const Setting& setting : kSettings) {
    table.add({std::string(setting.name),
               value_of(setting.name, session.settings(), console.language()),
               console.say(what_of(setting.name))});
  }
  console.out(table.body());
}

bool set_format(ReplSettings& settings, const std::string& value) {
  for (const Format format : {Format::Table, Format::Json, Format::Csv}) {
    if (value == name_of(format)) {
      settings.format = format;
      return true;
    }
  }
  return false;
}

bool set_limit(ReplSettings& settings, const std::string& value) {
  std::uint64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [read, problem] = std::from_chars(value.data(), end, number);
  if (problem != std::errc() || read != end || number < 1 || number > kLimitMax) {
    return false;
  }
  settings.limit = number;
  return true;
}

/// False when the value cannot be.
bool set(Session& session, std::string_view name, const std::string& value) {
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
    return set_format(settings, value);
  }
  if (name == "limit") {
    return set_limit(settings, value);
  }
  settings.timing = value == "on";
  return value == "on" || value == "off";
}

int report_unknown(Session& session, const std::string& name) {
  std::vector<std::string_view> names;
  std::string all;
  for (const Setting& setting : kSettings) {
    names.push_back(setting.name);
    all += (all.empty() ? "" : ", ") + std::string(setting.name);
  }
  const std::string near = nearest(name, names);
  return session.console().report_usage(
      {"there is no setting " + name + ", expected one of " + all,
       "没有设置项 " + name + "，可设置的有 " + all},
      near.empty() ? Text{"\\set shows them all, e.g. \\set format json",
                          "\\set 列出全部，例如 \\set format json"}
                   : Text{"the closest is " + near + "; \\set shows them all",
                          "最接近的是 " + near + "；\\set 列出全部"});
}

int report_value(Session& session, const Setting& setting, const std::string& found) {
  const std::string name(setting.name);
  std::vector<std::string_view> values;
  for (const std::string_view value : setting.values) {
    if (!value.empty()) {
      values.push_back(value);
    }
  }
  const std::string near = found.empty() ? "" : nearest(found, values);
  const std::string value = near.empty() ? std::string(setting.example) : near;
  const std::string en = found.empty() ? "no value" : "\"" + found + "\"";
  const std::string zh = found.empty() ? "没有值" : "“" + found + "”";
  const std::string write = "\\set " + name + " " + value;
  return session.console().report_usage(
      {name + ": found " + en + ", expected " + std::string(setting.allowed),
       name + "：" + zh + "，应为 " + std::string(setting.allowed_zh)},
      near.empty() ? Text{"e.g. " + write, "例如 " + write}
                   : Text{"write " + write, "请写 " + write});
}

}  // namespace

std::span<const Setting> settings() {
  return kSettings;
}

std::string nearest(std::string_view typed, const std::vector<std::string_view>& names) {
  std::vector<dsl::Candidate> candidates;
  for (const std::string_view name : names) {
    candidates.push_back({name, candidates.size()});
  }
  const auto near = dsl::closest(typed, candidates, [](std::size_t) { return std::uint64_t{0}; });
  return near.empty() ? std::string() : std::string(near.front().text);
}

int set_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.empty()) {
    show_settings(session);
    return kFine;
  }
  const auto* setting = std::find_if(kSettings.begin(), kSettings.end(),
                                     [&](const Setting& each) { return each.name == words[0]; });
  if (setting == kSettings.end()) {
    return report_unknown(session, words[0]);
  }
  std::string value;
  for (auto word = words.begin() + 1; word != words.end(); ++word) {
    value += (value.empty() ? "" : " ") + *word;
  }
  if (!set(session, setting->name, value)) {
    return report_value(session, *setting, value);
  }
  session.console().set_answers_json(session.settings().format == Format::Json);
  return kFine;
}

}  // namespace tagline::cli
