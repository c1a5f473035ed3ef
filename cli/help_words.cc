#include "cli/help_words.h"

#include <array>
#include <string_view>

namespace tagline::cli {
namespace {

struct Word {
  std::string_view label;
  std::string_view zh;
};
constexpr std::array<Word, 9> kLabels = {{{"Usage", "用法"},
                                          {"OPTIONS", "选项"},
                                          {"Positionals", "参数"},
                                          {"REQUIRED", "必填"},
                                          {"SUBCOMMAND", "子命令"},
                                          {"SUBCOMMANDS", "子命令"},
                                          {"Needs", "须同时给出"},
                                          {"Excludes", "不可同用"},
                                          {"Env", "环境变量"}}};

// Recursion is as deep as commands have commands.
void set_groups(CLI::App& app) {
  for (CLI::Option* option : app.get_options([](CLI::Option*) { return true; })) {
    if (option->get_group() == "Options") {
      option->group("选项");
    }
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    command->group("子命令");
    set_groups(*command);
  }
}

}  // namespace

void set_help_words(CLI::App& app, dsl::Language language) {
  if (language != dsl::Language::Chinese) {
    return;
  }
  for (const Word& word : kLabels) {
    app.get_formatter()->label(std::string(word.label), std::string(word.zh));
  }
  set_groups(app);
}

}  // namespace tagline::cli
