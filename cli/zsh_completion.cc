// The script for zsh: a file _tagline of a folder in $fpath, or sourced behind compinit.
#include "cli/completion_script.h"

#include <algorithm>

namespace tagline::cli {
namespace {

constexpr const char* kHead = R"sh(#compdef tagline
# Completion of tagline for zsh; written by `tagline completion zsh`.

# Asks the program about the database of the line: _tagline_ask expression|segment|tag|...
_tagline_ask() {
  local db line tab=$'\t'
  local -a found shown
  integer i
  for ((i = 1; i < CURRENT; i++)); do
    case $words[i] in
      --db) db=${(Q)words[i+1]} ;;
      --db=*) db=${(Q)${words[i]#--db=}} ;;
    esac
  done
  [[ -n $db ]] || { _message -e "$1" "$1 (--db)"; return 1; }
  [[ $db == '~/'* ]] && db=$HOME/${db#'~/'}
  while IFS= read -r line; do
    found+=("${line%%$tab*}")
    shown+=("${line/$tab/  -- }")
  done < <(tagline complete --shell $1 --db $db -- "${(Q)PREFIX}" 2>/dev/null)
  (($#found)) || return 1
  compadd -S '' -d shown -a found
}
)sh";

constexpr const char* kTail = R"sh(
if [[ $funcstack[1] == _tagline ]]; then
  _tagline "$@"
else
  compdef _tagline tagline
fi
)sh";

/// Text of an option's brackets, or between two colons.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || special.find(c) != std::string_view::npos) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

std::string action_of(const ParameterWords& parameter, const CommandWords& command) {
  const ValueKind kind = kind_of(parameter, command);
  switch (kind) {
    case ValueKind::Words:
      return "(" + joined_words(parameter.values) + ")";
    case ValueKind::File:
      return "_files";
    case ValueKind::Folder:
      return "_files -/";
    case ValueKind::Expression:
    case ValueKind::Segment:
    case ValueKind::Tag:
    case ValueKind::NumberTag:
    case ValueKind::OrderedTag:
      return " _tagline_ask " + std::string(asked_of_program(kind));
    case ValueKind::None:
      break;
  }
  return "";
}

std::string value_of(const ParameterWords& parameter, const CommandWords& command) {
  return ":" + escaped(parameter.value, ":") + ":" + action_of(parameter, command);
}

/// One line of _arguments a name.
std::string option_specs(const ParameterWords& option, const CommandWords& command) {
  std::vector<std::string> others = option.excludes;
  others.erase(std::remove_if(others.begin(), others.end(),
                              [](const std::string& name) { return name.front() != '-'; }),
               others.end());
  if (!option.repeated) {
    others.insert(others.end(), option.names.begin(), option.names.end());
  }
  const std::string head = option.repeated ? "*" : "(" + joined_words(others) + ")";
  std::string specs;
  for (const std::string& name : option.names) {
    const std::string value = option.value.empty() ? "" : (name.starts_with("--") ? "=" : "");
    specs += "    " +
             quoted_word(head + name + value + "[" + escaped(option.description, "[]:") + "]" +
                         (option.value.empty() ? "" : value_of(option, command))) +
             " \\\n";
  }
  return specs;
}

std::string function_of(const std::string& path) {
  std::string name = "_" + path;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

std::string function_text(const CommandWords& command, const CommandWords& program) {
  std::string specs;
  for (const ParameterWords& option : command.options) {
    specs += option_specs(option, command);
  }
  for (const ParameterWords& option : program.options) {
    // The language may be said behind every command.
    specs += &command == &program || option.value.empty() ? "" : option_specs(option, program);
  }
  const std::string start = function_of(command.path) +
                            "() {\n  local curcontext=$curcontext state " +
                            "line\n  typeset -A opt_args\n";
  if (command.commands.empty()) {
    for (const ParameterWords& argument : command.arguments) {
      const std::string optional = argument.required ? "" : ":";
      specs += "    " +
               quoted_word((argument.repeated ? "*" : optional) + value_of(argument, command)) +
               " \\\n";
    }
    return start + "  _arguments -S -s \\\n" + specs.substr(0, specs.size() - 3) + "\n}\n";
  }
  std::string names;
  std::string cases;
  for (const CommandWords& child : command.commands) {
    names += "        " + quoted_word(child.name + ":" + escaped(child.description, ":")) + "\n";
    cases += "        " + child.name + ") " + function_of(child.path) + " ;;\n";
  }
  return start + "  _arguments -C -S -s \\\n" + specs +
         "    '1: :->command' '*:: :->rest'\n"
         "  case $state in\n    command)\n      local -a commands=(\n" +
         names +
         "      )\n      _describe -t commands command commands ;;\n"
         "    rest)\n      case $line[1] in\n" +
         cases + "      esac ;;\n  esac\n}\n";
}

}  // namespace

std::string zsh_completion(const CommandWords& program) {
  std::string text = kHead;
  for_each_command(program, [&](const CommandWords& command) {
    text += "\n" + function_text(command, program);
  });
  return text + kTail;
}

}  // namespace tagline::cli
