// The script for bash 4.2 and later. It needs no bash-completion.
#include "cli/completion_script.h"

namespace tagline::cli {
namespace {

// What does not depend on the commands. `_tagline_has` and `_tagline_value` are written from them.
constexpr const char* kHead =
    R"sh(# Completion of tagline for bash; written by `tagline completion bash`.
)sh";
constexpr const char* kBody = R"sh(
# The words before the cursor as the shell will read them: bash breaks them at : and = as well.
# Into `words`; the last is the one that is being typed.
_tagline_read_words() {
  local line=${COMP_LINE:0:COMP_POINT} gap word i last=-1
  words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    gap=${line%%[!$' \t']*}
    line=${line#"$gap"}
    word=${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && word=$line
    if ((last < 0)) || [[ -n $gap ]]; then
      words[++last]=$word
    else
      words[last]+=$word
    fi
    line=${line#"$word"}
  done
}

# A word without its quotes.
_tagline_plain() {
  plain=$1
  case $plain in
    \'*) plain=${plain#\'} plain=${plain%\'} ;;
    \"*) plain=${plain#\"} plain=${plain%\"} ;;
    *) plain=${plain//\\/} ;;
  esac
  [[ $plain == '~/'* ]] && plain=$HOME/${plain#'~/'}
}

# Puts those of the candidates that begin with what was typed into COMPREPLY; as they are behind a
# quote, else with what the shell would read otherwise escaped, and without what stands before the
# last : or =, which readline leaves alone.
_tagline_offer() {
  local typed=$1 quote=$2 candidate head=
  shift 2
  if [[ -z $quote ]]; then
    [[ $COMP_WORDBREAKS == *:* && $typed == *:* ]] && head=${typed%"${typed##*:}"}
    [[ $COMP_WORDBREAKS == *=* && ${typed#"$head"} == *=* ]] && head=${typed%"${typed##*=}"}
  fi
  for candidate; do
    [[ $candidate == "$typed"* ]] || continue
    candidate=${candidate#"$head"}
    [[ -n $quote ]] || printf -v candidate %q "$candidate"
    COMPREPLY+=("$candidate")
  done
}

# Asks the program about the database of the line.
_tagline_ask() {
  local typed=$1 quote=$2 line
  local -a found=()
  [[ -n $db ]] || return
  while IFS= read -r line; do
    found+=("${line%%$'\t'*}")
  done < <(tagline complete --shell "$kind" --db "$db" -- "$typed" 2>/dev/null)
  # `city:` goes on, and readline would close the quote behind it.
  if ((${#found[@]} == 1)) && [[ $kind == expression && ${found[0]} == *[:\(] && ${found[0]} != "$typed" ]]; then
    _tagline_ask "${found[0]}" "$quote"
    return
  fi
  _tagline_offer "$typed" "$quote" "${found[@]}"
  compopt -o nospace -o nosort 2>/dev/null
}

_tagline() {
  local command=tagline commands options valued kind values option= db= word quote= typed plain
  local -a words
  local i position=1 closed=
  COMPREPLY=()
  _tagline_read_words
  _tagline_has "$command"
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    if [[ -n $option ]]; then
      [[ $option == --db ]] && { _tagline_plain "$word"; db=$plain; }
      option=
    elif [[ -n $closed || $word != -* || $word == - ]]; then
      if [[ -z $closed && " $commands " == *" $word "* ]]; then
        command+=" $word"
        _tagline_has "$command"
      else
        ((position++))
      fi
    elif [[ $word == -- ]]; then
      closed=yes
    elif [[ $word == --db=* ]]; then
      _tagline_plain "${word#--db=}"
      db=$plain
    elif [[ " $valued " == *" $word "* ]]; then
      option=$word
    fi
  done
  typed=${words[i]}
  if [[ -z $option && -z $closed && $typed == --*=* ]]; then
    option=${typed%%=*}
    typed=${typed#*=}
  elif [[ -z $option && -z $closed && $typed == -* ]]; then
    _tagline_offer "$typed" '' $options
    return
  elif [[ -z $option && -n $commands ]]; then
    _tagline_offer "$typed" '' $commands
    return
  fi
  [[ $typed == [\'\"]* ]] && quote=${typed:0:1}
  kind= values=
  _tagline_value "$command" "${option:-$position}"
  case $kind in
    words) _tagline_offer "$typed" "$quote" $values ;;
    file) compopt -o filenames 2>/dev/null; _tagline_paths -f "$typed" ;;
    folder) compopt -o filenames 2>/dev/null; _tagline_paths -d "$typed" ;;
    expression | segment | tag | *-tag) _tagline_plain "$typed"; _tagline_ask "$plain" "$quote" ;;
    *) [[ -n $option || -n $closed || -n $typed ]] || _tagline_offer '' '' $options ;;
  esac
}

# Files or folders; readline escapes them itself, and sees no more than what is behind = or :.
_tagline_paths() {
  local path
  _tagline_plain "$2"
  [[ $2 == '~/'* ]] && plain=$2
  while IFS= read -r path; do
    COMPREPLY+=("$path")
  done < <(compgen "$1" -- "$plain")
}

complete -F _tagline tagline
)sh";

std::string_view word_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::Words:
      return "words";
    case ValueKind::File:
      return "file";
    case ValueKind::Folder:
      return "folder";
    case ValueKind::Expression:
    case ValueKind::Segment:
    case ValueKind::Tag:
    case ValueKind::NumberTag:
    case ValueKind::OrderedTag:
    case ValueKind::None:
      break;
  }
  return asked_of_program(kind);
}

std::string value_case(const std::string& pattern, const ParameterWords& parameter,
                       const CommandWords& command) {
  const ValueKind kind = kind_of(parameter, command);
  if (kind == ValueKind::None) {
    return "";
  }
  const std::string values =
      kind == ValueKind::Words ? " values=" + quoted_word(joined_words(parameter.values)) : "";
  return "    " + pattern + ") kind=" + std::string(word_of(kind)) + values + " ;;\n";
}

/// The commands, options and options with a value of each command; the program's own options may
/// stand behind every command.
std::string what_commands_have(const CommandWords& program) {
  std::string cases;
  for_each_command(program, [&](const CommandWords& command) {
    std::vector<std::string> commands;
    for (const CommandWords& child : command.commands) {
      commands.push_back(child.name);
    }
    std::vector<std::string> options;
    std::vector<std::string> valued;
    const auto add = [&](const ParameterWords& option) {
      for (const std::string& name : option.names) {
        options.push_back(name);
        if (!option.value.empty()) {
          valued.push_back(name);
        }
      }
    };
    for (const ParameterWords& option : command.options) {
      add(option);
    }
    for (const ParameterWords& option : program.options) {
      if (&command != &program && !option.value.empty()) {
        add(option);
      }
    }
    cases += "    " + quoted_word(command.path) +
             ")\n      commands=" + quoted_word(joined_words(commands)) +
             "\n      options=" + quoted_word(joined_words(options)) +
             "\n      valued=" + quoted_word(joined_words(valued)) + " ;;\n";
  });
  return "_tagline_has() {\n  case $1 in\n" + cases + "  esac\n}\n";
}

std::string what_values_are(const CommandWords& program) {
  std::string cases;
  for_each_command(program, [&](const CommandWords& command) {
    for (const ParameterWords& option : command.options) {
      const std::string names = quoted_word(command.path + " " + option.names.back());
      cases += option.value.empty() ? "" : value_case(names, option, command);
    }
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
      const ParameterWords& argument = command.arguments[i];
      // A repeated one is the last.
      const std::string pattern = argument.repeated
                                      ? quoted_word(command.path + " ") + "[1-9]*"
                                      : quoted_word(command.path + " " + std::to_string(i + 1));
      cases += value_case(pattern, argument, command);
    }
  });
  for (const ParameterWords& option : program.options) {
    cases +=
        option.value.empty() ? "" : value_case("*' " + option.names.back() + "'", option, program);
  }
  return "_tagline_value() {\n  case \"$1 $2\" in\n" + cases + "  esac\n}\n";
}

}  // namespace

std::string bash_completion(const CommandWords& program) {
  return kHead + what_commands_have(program) + "\n" + what_values_are(program) + kBody;
}

}  // namespace tagline::cli
