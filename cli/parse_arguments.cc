// The arguments of the program. Only the parsers of cli/ know CLI11.
#include "cli/arguments.h"
#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/exit_status.h"
#include "cli/language.h"
#include "cli/overview.h"
#include "cli/program_options.h"
#include "cli/unknown_command.h"
#include "cli/usage_error.h"
#include "cli/version_parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {
namespace {

using dsl::Language;

/// Commands one of whose arguments is an expression.
constexpr std::array<std::string_view, 6> kWithExpression = {"query",    "check",   "why",
                                                             "complete", "segment", "overlap"};

const CLI::App* child_named(const CLI::App& parent, const std::string& name) {
  const auto children =
      parent.get_subcommands([&](const CLI::App* child) { return child->get_name() == name; });
  return children.empty() ? nullptr : children.front();
}

/// Only options of the program: --lang zh-CN.
bool names_no_command(const std::vector<std::string>& arguments) {
  for (auto word = arguments.begin(); word != arguments.end(); ++word) {
    if (!word->starts_with("--")) {
      return false;
    }
    if (takes_next_word(*word) && ++word == arguments.end()) {
      return false;
    }
  }
  return true;
}

/// Reads one command line.
class Parser {
 public:
  explicit Parser(Language language) : language_(language), line_(language), app_(line_.app()) {}

  [[nodiscard]] std::variant<Arguments, int> parse(int argc, char** argv) {
    std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    if (arguments.empty()) {
      std::cerr << overview(language_);
      return kUsage;
    }
    if (arguments.front() == "help") {  // as people try it: tagline help query
      arguments.erase(arguments.begin());
      arguments.emplace_back("--help");
    }
    if (const Status added = line_.serving().add_settings(arguments); !added.has_value()) {
      report({added.error().message(), added.error().hint()});
      return kUsage;
    }
    const bool options_only = names_no_command(arguments);
    VersionParser::spell_out(arguments);
    shield_expression(arguments);
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::ParseError& outcome) {
      if (outcome.get_exit_code() == 0) {
        return app_.exit(outcome);  // --help, --version
      }
      if (options_only && outcome.get_name() == "RequiredError") {
        std::cerr << overview(language_);
      } else {
        report(outcome);
      }
      return kUsage;
    }
    return line_.taken();
  }

 private:
  [[nodiscard]] std::string say(const std::string& en, const std::string& zh) const {
    return language_ == Language::Chinese ? zh : en;
  }

  /// What is wrong, and where to read on.
  void report(const CLI::ParseError& outcome) {
    const Reached reached = reached_command(app_);
    const std::string help = "tagline " + reached.path + (reached.path.empty() ? "" : " ");
    UnknownCommand fault{usage_error(outcome.what()),
                         {help + "--help shows how it is used", help + "--help 显示用法"}};
    if (const auto unknown = unknown_command(app_, reached); unknown.has_value()) {
      fault = *unknown;
    } else if (const auto option = unknown_option(app_, reached); option.has_value()) {
      fault = *option;
    }
    // Not all that is wrong with the words was typed.
    const std::string words = outcome.what();
    const std::string from = line_.serving().said_from(words.substr(0, words.find_first_of(":= ")));
    if (!from.empty()) {
      fault.message.en = from + ": " + fault.message.en;
      fault.message.zh = from + "：" + fault.message.zh;
    }
    report(fault);
  }
  void report(const UnknownCommand& fault) const {
    static_cast<void>(Console(language_).report_usage(fault.message, fault.hint));
  }

  /// `-vip` is an expression (not vip), but looks like options; moved behind "--" it does not.
  void shield_expression(std::vector<std::string>& arguments) const {
    const CLI::App* command = nullptr;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const std::string& argument = arguments[i];
      const bool dashed = argument.size() > 1 && argument.front() == '-';
      if (command == nullptr && !dashed) {
        if (std::find(kWithExpression.begin(), kWithExpression.end(), argument) ==
            kWithExpression.end()) {
          return;
        }
        command = child_named(app_, argument);
      } else if (!dashed && child_named(*command, argument) != nullptr) {
        command = child_named(*command, argument);
      } else if (argument == "--") {
        return;
      } else if (argument.starts_with("--")) {
        const CLI::Option* option = option_named(command, argument);
        i += option != nullptr && option->get_expected_max() > 0 ? 1U : 0U;  // over its value
      } else if (command != nullptr && dashed && argument != "-h") {
        const std::string expression = argument;
        arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
        arguments.insert(arguments.end(), {"--", expression});
        return;
      }
    }
  }

  [[nodiscard]] const CLI::Option* option_named(const CLI::App* command,
                                                const std::string& name) const {
    const CLI::Option* own = command == nullptr ? nullptr : command->get_option_no_throw(name);
    return own != nullptr ? own : app_.get_option_no_throw(name);
  }

  Language language_;
  CommandLine line_;
  CLI::App& app_;
};

}  // namespace

std::variant<Arguments, int> parse_arguments(int argc, char** argv) {
  return Parser(language_of(argc, argv)).parse(argc, argv);
}

}  // namespace tagline::cli
