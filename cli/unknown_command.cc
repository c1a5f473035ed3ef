#include "cli/unknown_command.h"

#include "cli/console.h"
#include "dsl/suggest.h"

#include <algorithm>
#include <vector>

namespace tagline::cli {

Reached reached_command(const CLI::App& app) {
  Reached reached{&app, ""};
  for (auto commands = app.get_subcommands(); !commands.empty();
       commands = reached.command->get_subcommands()) {
    reached.command = commands.front();
    reached.path += (reached.path.empty() ? "" : " ") + reached.command->get_name();
  }
  return reached;
}

std::optional<UnknownCommand> unknown_command(const CLI::App& app, const Reached& reached) {
  const std::vector<std::string> left = app.remaining(true);
  const auto word = std::find_if(left.begin(), left.end(), [](const std::string& argument) {
    return !argument.empty() && argument.front() != '-';
  });
  const auto commands = reached.command->get_subcommands([](const CLI::App*) { return true; });
  if (word == left.end() || commands.empty()) {
    return std::nullopt;
  }
  std::vector<dsl::Candidate> candidates;
  std::string all;
  for (const CLI::App* command : commands) {
    candidates.push_back({command->get_name(), candidates.size()});
    all += (all.empty() ? "" : ", ") + command->get_name();
  }
  const std::string prefix = reached.path.empty() ? "" : reached.path + " ";
  if (!reached.path.empty() && left.front().starts_with('-')) {
    // Options of a command that was left out, and what they were given.
    return UnknownCommand{
        {"tagline " + prefix + "needs a command: " + all,
         "tagline " + prefix + "后面需要命令：" + all},
        {"write it first: tagline " + prefix + candidates.front().text.data() + " ...",
         "请先写命令：tagline " + prefix + candidates.front().text.data() + " ……"}};
  }
  const std::string name = prefix + printable(*word);
  const std::string program = "tagline " + prefix;
  UnknownCommand unknown{{"there is no command " + name, "没有命令 " + name}, {}};
  const auto near = dsl::closest(*word, candidates, [](std::size_t) { return std::uint64_t{0}; });
  if (near.empty()) {
    unknown.hint = {program + "has " + all + "; " + program + "--help shows how they are used",
                    program + "有 " + all + "；" + program + "--help 显示用法"};
  } else {
    const std::string closest(near.front().text);
    unknown.hint = {program + closest + " is the closest; " + program + "--help shows all",
                    program + closest + " 最接近；" + program + "--help 显示全部命令"};
  }
  return unknown;
}

std::optional<UnknownCommand> unknown_option(const CLI::App& app, const Reached& reached) {
  const std::vector<std::string> left = app.remaining(true);
  const auto word = std::find_if(left.begin(), left.end(), [](const std::string& argument) {
    return argument.size() > 2 && argument.starts_with("--");
  });
  if (word == left.end()) {
    return std::nullopt;
  }
  const std::string typed = word->substr(0, word->find('='));
  std::vector<std::string> names;
  for (const CLI::App* each : {reached.command, &app}) {
    for (const CLI::Option* option : each->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        names.push_back("--" + name);
      }
    }
  }
  std::vector<dsl::Candidate> candidates;
  for (const std::string& name : names) {
    candidates.push_back({name, candidates.size()});
  }
  const std::string program = reached.path.empty() ? "tagline" : "tagline " + reached.path;
  const std::string shown = printable(typed);
  UnknownCommand unknown{{shown + " is no option of " + program, program + " 没有选项 " + shown},
                         {program + " --help shows all", program + " --help 显示全部选项"}};
  const auto near = dsl::closest(typed, candidates, [](std::size_t) { return std::uint64_t{0}; });
  if (!near.empty()) {
    const std::string closest(near.front().text);
    unknown.hint.en = closest + " is the closest; " + unknown.hint.en;
    unknown.hint.zh = "最接近的是 " + closest + "；" + unknown.hint.zh;
  }
  return unknown;
}

}  // namespace tagline::cli
