#include "cli/command_line.h"

#include "cli/help_formatter.h"
#include "cli/help_words.h"

#include <cstdint>
#include <memory>

namespace tagline::cli {
namespace {

constexpr std::uint64_t kWidthMin = 20;
constexpr std::uint64_t kWidthMax = 1'000;

}  // namespace

CommandLine::CommandLine(dsl::Language language)
    : OptionMaker(language),
      demo_(language),
      loads_(language),
      ingests_(language),
      queries_(language),
      why_(language),
      repl_(language),
      looks_(language),
      events_(language),
      segments_(language),
      tag_edits_(language),
      identities_(language),
      checks_(language),
      serving_(language),
      keys_(language),
      upkeep_(language),
      doctor_(language),
      version_(language),
      shell_(language) {
  app_.formatter(std::make_shared<HelpFormatter>(language_, help_cells()));
  app_.name("tagline");
  app_.description(say("Tagline: exact counts of user segments", "Tagline：精确的人群圈选引擎"));
  app_.footer(
      examples(say("tagline load --db shop customers.csv\n  tagline query --db shop "
                   "'age:25-34 AND city:tier1 AND NOT churn_risk'",
                   "tagline load --db shop customers.csv\n  tagline query --db shop '年龄:25-34 且 "
                   "城市:一线 且 非 流失风险'")));
  app_.set_help_flag("-h,--help", say("print this help", "显示帮助"));
  app_.require_subcommand(1);
  app_.add_option("--lang", language_name_,
                  say("language of messages: en or zh-CN (default: from the locale)",
                      "消息语言：en 或 zh-CN（默认取自系统语言）"))
      ->check(one_of({"en", "zh-CN", "zh"}))
      ->type_name("en|zh-CN");
  app_.add_option(
          "--width", width_,
          say("columns that what people read keeps to (default: those of the terminal; in a "
              "pipe lines are as long as they are)",
              "显示宽度（列数；默认为终端宽度，管道中不折行）"))
      ->check(plain_number())
      ->check(in_range(kWidthMin, kWidthMax))
      ->type_name("N");
  app_.fallthrough();
  // In the order in which the help shows them, group by group (command_groups.cc).
  demo_.add_to(app_);
  loads_.add_to(app_);
  ingests_.add_to(app_);
  queries_.add_to(app_);
  why_.add_to(app_);
  repl_.add_to(app_);
  looks_.add_to(app_);
  events_.add_to(app_);
  segments_.add_to(app_);
  tag_edits_.add_to(app_);
  identities_.add_to(app_);
  checks_.add_to(app_);
  serving_.add_to(app_);
  keys_.add_to(app_);
  upkeep_.add_to(app_);
  doctor_.add_to(app_);
  version_.add_to(app_);
  shell_.add_to(app_);
  take_one_value_each(app_);
  refuse_empty(app_);
  set_help_words(app_, language_);
}

Arguments CommandLine::taken() const {
  Arguments arguments;
  arguments.language = language_;
  arguments.width = width_;
  // One of them takes it: the program requires a command.
  static_cast<void>(demo_.take(arguments) || loads_.take(arguments) || ingests_.take(arguments) ||
                    queries_.take(arguments) || why_.take(arguments) || repl_.take(arguments) ||
                    looks_.take(arguments) || events_.take(arguments) ||
                    segments_.take(arguments) || tag_edits_.take(arguments) ||
                    identities_.take(arguments) || checks_.take(arguments) ||
                    serving_.take(arguments) || keys_.take(arguments) || upkeep_.take(arguments) ||
                    doctor_.take(arguments) || version_.take(arguments) || shell_.take(arguments));
  return arguments;
}

}  // namespace tagline::cli
