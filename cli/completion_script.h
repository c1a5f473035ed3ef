// Scripts that teach a shell to complete the program's words, written from its commands. Names of
// tags and segments, and expressions, are asked of the program when the line names a database.
#pragma once

#include "cli/arguments.h"
#include "cli/command_tree.h"

#include <string>
#include <string_view>

namespace tagline::cli {

/// `program`: of command_tree(); its language is that of the descriptions.
[[nodiscard]] std::string completion_script(const CommandWords& program, Shell shell);

[[nodiscard]] std::string bash_completion(const CommandWords& program);
[[nodiscard]] std::string zsh_completion(const CommandWords& program);
[[nodiscard]] std::string fish_completion(const CommandWords& program);

/// What a shell offers for a value.
enum class ValueKind : std::uint8_t {
  None,
  Words,
  File,
  Folder,
  Expression,
  Segment,
  Tag,
  NumberTag,   ///< what can be added up
  OrderedTag,  ///< numbers and dates: what is more or less
};
[[nodiscard]] ValueKind kind_of(const ParameterWords& parameter, const CommandWords& command);

/// What `tagline complete --shell` is to be asked for; "" where it is not asked.
[[nodiscard]] std::string_view asked_of_program(ValueKind kind);

/// 'text' for any of the three shells.
[[nodiscard]] std::string quoted_word(std::string_view text);
/// 'a b c'.
[[nodiscard]] std::string joined_words(const std::vector<std::string>& words);

/// Calls `visit` with the command and all below it, parents first. Recursion is as deep as commands
/// have commands.
template <class Visit>
void for_each_command(const CommandWords& command, const Visit& visit) {
  visit(command);
  for (const CommandWords& child : command.commands) {
    for_each_command(child, visit);
  }
}

}  // namespace tagline::cli
