#include "cli/option_maker.h"

#include "server/day_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

namespace tagline::cli {

const std::map<std::string, Format> kFormats = {
    {"table", Format::Table}, {"json", Format::Json}, {"csv", Format::Csv}};
const std::map<std::string, Format> kFormatsOfLists = {{"table", Format::Table},
                                                       {"json", Format::Json},
                                                       {"csv", Format::Csv},
                                                       {"ndjson", Format::Ndjson}};
const std::map<std::string, Format> kFormatsWithoutCsv = {{"table", Format::Table},
                                                          {"json", Format::Json}};
const std::map<std::string, Format> kFormatsOfReports = {{"text", Format::Table},
                                                         {"json", Format::Json}};

namespace {

constexpr std::array<std::string_view, 7> kCardTexts = {
    "--title", "--title-zh", "--description", "--owner", "--label", "--unit", "--replacement"};

}  // namespace

CLI::Validator plain_number() {
  return {[](std::string& text) {
            return text.find_first_not_of("0123456789.") == std::string::npos
                       ? std::string()
                       : "not a plain number: " + text;
          },
          ""};
}

// The option parser takes a number that is too large for the largest.
CLI::Validator whole_number() {
  return {[](std::string& text) {
            std::uint64_t number = 0;
            const char* const end = text.data() + text.size();
            const auto [read, fault] = std::from_chars(text.data(), end, number);
            return fault == std::errc() && read == end ? std::string()
                                                       : "not a whole number below 2^64: " + text;
          },
          ""};
}

CLI::Validator one_of(const std::vector<std::string>& names) {
  CLI::Validator member = CLI::IsMember(names);
  member.description("");
  return member;
}

CLI::Validator not_empty() {
  return {[](std::string& text) { return std::string(text.empty() ? "an empty text" : ""); }, ""};
}

// Recursion is as deep as commands have commands.
void refuse_empty(CLI::App& app) {
  for (CLI::Option* option : app.get_options([](CLI::Option*) { return true; })) {
    const bool of_card =
        std::find(kCardTexts.begin(), kCardTexts.end(), option->get_name()) != kCardTexts.end();
    if (option->nonpositional() && option->get_expected_max() > 0 && !of_card) {
      option->check(not_empty());
    }
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    refuse_empty(*command);
  }
}

// Recursion is as deep as commands have commands. CLI11 would take `vip` of `--by city vip` for one
// more tag.
void take_one_value_each(CLI::App& app) {
  for (CLI::Option* option : app.get_options([](CLI::Option*) { return true; })) {
    const bool is_list = option->get_expected_max() > 1 ||
                         option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    if (option->nonpositional() && is_list) {
      option->expected(1)->take_all()->allow_extra_args(false);
    }
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    take_one_value_each(*command);
  }
}

CLI::App* OptionMaker::subcommand(CLI::App& parent, const char* name,
                                  const std::string& description,
                                  const std::string& example) const {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer(examples(example));
  return command;
}

std::string OptionMaker::examples(const std::string& lines) const {
  return say("Example:\n  ", "示例：\n  ") + lines + "\n";
}

void OptionMaker::add_db(CLI::App* command, std::string& db) const {
  command->add_option("--db", db, say("folder of the database", "数据库目录"))
      ->required()
      ->type_name("DIR");
}

CLI::Option* OptionMaker::add_format(CLI::App* command,
                                     const std::map<std::string, Format>& formats,
                                     const std::string& note,
                                     std::function<void(Format)> keep) const {
  std::string names;
  for (const auto& [name, value] : formats) {
    names += (names.empty() ? "" : "|") + name;
  }
  // What people read is called text or table, by its shape; whoever mixes them up means the same.
  const auto spelling = [formats](const std::string& typed) {
    const std::string name = CLI::detail::to_lower(typed);
    const bool is_other = formats.count(name) == 0 && (name == "text" || name == "table");
    return is_other ? std::string(name == "text" ? "table" : "text") : name;
  };
  const CLI::Validator known(
      [formats, spelling, wrong = say("one of " + names + ", not ", "应为 " + names + "，而不是 ")](
          std::string& text) {
        return formats.count(spelling(text)) > 0 ? std::string() : wrong + text;
      },
      "");
  return command
      ->add_option_function<std::string>(
          "--format",
          [formats, spelling, keep = std::move(keep)](const std::string& text) {
            keep(formats.at(spelling(text)));
          },
          say("output: ", "输出格式：") + names + note)
      ->check(known)
      ->type_name(names);
}

void OptionMaker::add_format(CLI::App* command, Format& format,
                             const std::map<std::string, Format>& formats) const {
  add_format(command, formats, "", [&format](Format chosen) { format = chosen; });
}

CLI::Option* OptionMaker::add_day(CLI::App* command, const char* option, std::string& day,
                                  const std::string& description) const {
  const std::string message =
      say("not a day in the form YYYY-MM-DD: ", "不是 YYYY-MM-DD 形式的日期：");
  return command->add_option(option, day, description)
      ->check(CLI::Validator(
          [message](std::string& text) {
            return server::parse_day(text).has_value() ? std::string() : message + text;
          },
          ""))
      ->type_name("YYYY-MM-DD");
}

void OptionMaker::add_as_of(CLI::App* command, std::string& day) const {
  add_day(command, "--as-of", day,
          say("the day `today` means (default: today in the database's time zone)",
              "“今天”指哪一天（默认：数据库时区的今天）"));
}

CLI::Option* OptionMaker::add_rate(CLI::App* command, const char* option,
                                   std::optional<server::Rate>& rate,
                                   const std::string& description) const {
  const std::string message = say("not a rate such as 10/s, 600/min or 10000/h: ",
                                  "不是 10/s、600/min、10000/h 形式的频率：");
  return command
      ->add_option_function<std::string>(
          option, [&rate](const std::string& text) { rate = *server::rate_of(text); }, description)
      ->check(CLI::Validator(
          [message](std::string& text) {
            return server::rate_of(text).has_value() ? std::string() : message + text;
          },
          ""))
      ->type_name("N/s|N/min|N/h");
}

void OptionMaker::add_threads(CLI::App* command, unsigned& threads, const Text& by_default) const {
  constexpr unsigned kCoresMax = 1024;
  command
      ->add_option("--threads", threads,
                   say("threads of one query (default: " + by_default.en + ")",
                       "单个查询使用的线程数（默认" + by_default.zh + "）"))
      ->check(plain_number())
      ->check(in_range(1U, kCoresMax))
      ->type_name("N");
}

void OptionMaker::add_limits(CLI::App* command, QueryLimits& limits) const {
  constexpr double kSecondsMax = 86'400;
  constexpr std::uint64_t kMibMax = std::uint64_t{1} << 24U;
  command
      ->add_option("--timeout", limits.seconds,
                   say("give up after so many seconds", "超过这么多秒即放弃"))
      ->check(plain_number() & in_range(0.001, kSecondsMax))
      ->type_name("SECONDS");
  command
      ->add_option("--memory", limits.memory_mib,
                   say("give up when the query needs more than so many MiB",
                       "查询所需内存超过这么多 MiB 即放弃"))
      ->check(plain_number() & in_range(std::uint64_t{1}, kMibMax))
      ->type_name("MIB");
}

}  // namespace tagline::cli
