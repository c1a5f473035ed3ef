#include "cli/help_words.h"

#include "cli/command_groups.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace tagline::cli {
namespace {

struct Word {
  std::string_view label;  ///< as CLI11 calls it
  std::string_view said;
};
constexpr std::array<Word, 5> kLabels = {{{"Usage", "用法"},
                                          {"OPTIONS", "选项"},
                                          {"Positionals", "参数"},
                                          {"SUBCOMMAND", "命令"},
                                          {"SUBCOMMANDS", "命令"}}};
constexpr std::array<Word, 3> kEnglishLabels = {
    {{"Positionals", "Arguments"}, {"SUBCOMMAND", "COMMAND"}, {"SUBCOMMANDS", "COMMANDS"}}};

// Recursion is as deep as commands have commands.
void set_groups(CLI::App& app, dsl::Language language) {
  const bool zh = language == dsl::Language::Chinese;
  for (CLI::Option* option : app.get_options([](CLI::Option*) { return true; })) {
    if (zh && option->get_group() == "Options") {
      option->group("选项");
    }
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    const Text heading = app.get_parent() == nullptr ? group_of(command->get_name()) : Text();
    if (!heading.en.empty()) {
      command->group(zh ? heading.zh : heading.en);
    } else {
      command->group(zh ? "命令" : "Commands");
    }
    set_groups(*command, language);
  }
}

// Recursion is as deep as commands have commands. An argument's name says what it is; "TEXT" behind
// it says nothing.
void drop_types_of_arguments(CLI::App& app) {
  for (CLI::Option* option : app.get_options([](CLI::Option*) { return true; })) {
    if (option->get_positional() && option->get_type_name().find('|') == std::string::npos) {
      option->type_name("");
    }
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    drop_types_of_arguments(*command);
  }
}

}  // namespace

void set_help_words(CLI::App& app, dsl::Language language) {
  set_groups(app, language);
  drop_types_of_arguments(app);
  const auto label = [&app](const Word& word) {
    app.get_formatter()->label(std::string(word.label), std::string(word.said));
  };
  if (language == dsl::Language::Chinese) {
    std::for_each(kLabels.begin(), kLabels.end(), label);
  } else {
    std::for_each(kEnglishLabels.begin(), kEnglishLabels.end(), label);
  }
}

}  // namespace tagline::cli
