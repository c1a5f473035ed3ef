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

}  // namespace tagline::cli
