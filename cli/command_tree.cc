#include "cli/command_tree.h"

#include "cli/command_line.h"
#include "cli/settings.h"

#include <algorithm>
#include <string_view>

namespace tagline::cli {
namespace {

/// "json|table" has two values; "N/s|N/min" and "DIR" say what a value looks like.
std::vector<std::string> values_of(std::string_view type) {
  constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyz0123456789-|";
  const bool names = type.find('|') != std::string_view::npos &&
                     (type.find_first_not_of(kOfNames) == std::string_view::npos ||
                      type.find("zh-CN") != std::string_view::npos);
  std::vector<std::string> values;
  while (names && !type.empty()) {
    const std::size_t end = type.find('|');
    values.emplace_back(type.substr(0, end));
    type.remove_prefix(end == std::string_view::npos ? type.size() : end + 1);
  }
  return values;
}

ParameterWords words_of(const CLI::Option& option) {
  ParameterWords words;
  words.argument = option.get_positional();
  for (const std::string& name : option.get_snames()) {
    words.names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    words.names.push_back("--" + name);
  }
  if (words.argument) {
    words.names = {option.get_name(true)};
  }
  words.description = option.get_description();
  if (words.argument || option.get_expected_max() > 0) {
    words.value = words.argument ? words.names.front() : option.get_type_name();
    words.values = values_of(option.get_type_name());
  }
  words.initial = option.get_default_str();
  words.variable = option.get_envname();
  for (const CLI::Option* other : option.get_excludes()) {
    words.excludes.push_back(other->get_name());
  }
  std::sort(words.excludes.begin(), words.excludes.end());
  words.required = option.get_required();
  words.repeated = option.get_expected_max() > 1 ||
                   option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  return words;
}

/// The lines of a footer behind its heading.
std::vector<std::string> examples_of(std::string_view footer) {
  std::vector<std::string> examples;
  while (!footer.empty()) {
    const std::size_t end = footer.find('\n');
    std::string_view line = footer.substr(0, end);
    footer.remove_prefix(end == std::string_view::npos ? footer.size() : end + 1);
    if (line.starts_with("  ")) {
      examples.emplace_back(line.substr(2));
    }
  }
  return examples;
}

// Recursion is as deep as commands have commands.
CommandWords words_of(const CLI::App& command, const std::string& parent) {
  CommandWords words;
  words.name = command.get_name();
  words.path = parent + words.name;
  words.description = command.get_description();
  words.group = command.get_group();
  words.examples = examples_of(command.get_footer());
  for (const CLI::Option* option : command.get_options()) {
    ParameterWords parameter = words_of(*option);
    if (words.path == "tagline serve" && parameter.variable.empty()) {
      parameter.variable = Settings::variable_of(*option);
    }
    (parameter.argument ? words.arguments : words.options).push_back(std::move(parameter));
  }
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    words.commands.push_back(words_of(*child, words.path + " "));
  }
  return words;
}

}  // namespace

CommandWords command_tree(dsl::Language language) {
  const CommandLine line(language);
  return words_of(line.app(), "");
}

}  // namespace tagline::cli
