// The script for fish: a file tagline.fish of ~/.config/fish/completions, or sourced.
#include "cli/completion_script.h"

#include <set>

namespace tagline::cli {
namespace {

constexpr const char* kHead =
    R"sh(# Completion of tagline for fish; written by `tagline completion fish`.
)sh";

constexpr const char* kBody = R"sh(
# What was typed before the cursor: the command's words joined by _, and how many arguments it has.
function __tagline_state
    set -l words (commandline -opc)
    set -l path tagline
    set -l arguments 0
    set -l skipped no
    set -l closed no
    for word in $words[2..-1]
        if test $skipped = yes
            set skipped no
        else if test $closed = yes
            set arguments (math $arguments + 1)
        else if test "$word" = --
            set closed yes
        else if string match -q -- '-?*' "$word"
            contains -- "$word" $__tagline_valued; and set skipped yes
        else if contains -- "$path"_"$word" $__tagline_commands
            set path "$path"_"$word"
        else
            set arguments (math $arguments + 1)
        end
    end
    echo $path
    echo $arguments
end

function __tagline_at
    set -l state (__tagline_state)
    test $state[1] = $argv[1]
end

# __tagline_argument COMMAND FROM TO: whether an argument with one of these numbers comes now.
function __tagline_argument
    set -l state (__tagline_state)
    test $state[1] = $argv[1] -a $state[2] -ge $argv[2] -a $state[2] -le $argv[3]
end

# Asks the program about the database of the line: __tagline_ask expression|segment|tag|...
function __tagline_ask
    set -l words (commandline -opc)
    set -l db
    set -l next no
    for word in $words
        if test $next = yes
            set db $word
            set next no
        else if test "$word" = --db
            set next yes
        else if string match -q -- '--db=*' "$word"
            set db (string replace -- --db= '' "$word")
        end
    end
    test -n "$db"; or return
    set db (string replace -r '^~/' "$HOME/" -- "$db")
    # The word as it will be read: without its quotes. A value may stand behind --by=.
    set -l typed (commandline -ct | string replace -r '^--[a-z-]+=' '' | string replace -r '^[\'"]' '' | string unescape)
    tagline complete --shell $argv[1] --db $db -- "$typed" 2>/dev/null
end

complete -c tagline -f
)sh";

std::string id_of(const std::string& path) {
  std::string id = path;
  for (char& c : id) {
    c = c == ' ' ? '_' : c;
  }
  return id;
}

std::string candidates(const ParameterWords& parameter, const CommandWords& command) {
  const ValueKind kind = kind_of(parameter, command);
  switch (kind) {
    case ValueKind::Words:
      return " -a " + quoted_word(joined_words(parameter.values));
    case ValueKind::File:
      return " -F";
    case ValueKind::Folder:
      return " -a '(__fish_complete_directories)'";
    case ValueKind::Expression:
    case ValueKind::Segment:
    case ValueKind::Tag:
    case ValueKind::NumberTag:
    case ValueKind::OrderedTag:
      return " -a '(__tagline_ask " + std::string(asked_of_program(kind)) + ")'";
    case ValueKind::None:
      break;
  }
  return "";
}

std::string option_line(const std::string& condition, const ParameterWords& option,
                        const CommandWords& command) {
  std::string line = "complete -c tagline" + condition;
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  line += " -d " + quoted_word(option.description);
  return line + (option.value.empty() ? "" : " -r" + candidates(option, command)) + "\n";
}

std::string command_lines(const CommandWords& command) {
  const std::string id = id_of(command.path);
  const std::string here = " -n '__tagline_at " + id + "'";
  std::string lines = "\n";
  for (const CommandWords& child : command.commands) {
    lines += "complete -c tagline" + here + " -a " + child.name + " -d " +
             quoted_word(child.description) + "\n";
  }
  for (const ParameterWords& option : command.options) {
    lines += option_line(here, option, command);
  }
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const ParameterWords& argument = command.arguments[i];
    const std::string offered = candidates(argument, command);
    const std::string first = std::to_string(i);
    const std::string last = argument.repeated ? "9999" : first;
    lines += offered.empty() ? ""
                             : "complete -c tagline -n '__tagline_argument " + id + " " + first +
                                   " " + last + "'" + offered + "\n";
  }
  return lines;
}

}  // namespace

std::string fish_completion(const CommandWords& program) {
  std::vector<std::string> commands;
  std::set<std::string> valued;
  std::string lines;
  for_each_command(program, [&](const CommandWords& command) {
    commands.push_back(id_of(command.path));
    for (const ParameterWords& option : command.options) {
      if (!option.value.empty()) {
        valued.insert(option.names.begin(), option.names.end());
      }
    }
    lines += command_lines(command);
  });
  for (const ParameterWords& option : program.options) {
    if (!option.value.empty()) {
      lines += option_line(" -n 'not __tagline_at tagline'", option, program);
    }
  }
  return kHead + ("set -g __tagline_commands " + joined_words(commands)) +
         "\nset -g __tagline_valued " +
         joined_words(std::vector<std::string>(valued.begin(), valued.end())) + "\n" + kBody +
         lines;
}

}  // namespace tagline::cli
