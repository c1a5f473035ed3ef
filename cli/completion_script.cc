#include "cli/completion_script.h"

namespace tagline::cli {

std::string completion_script(const CommandWords& program, Shell shell) {
  switch (shell) {
    case Shell::Zsh:
      return zsh_completion(program);
    case Shell::Fish:
      return fish_completion(program);
    case Shell::Bash:
      break;
  }
  return bash_completion(program);
}

ValueKind kind_of(const ParameterWords& parameter, const CommandWords& command) {
  if (!parameter.values.empty()) {
    return ValueKind::Words;
  }
  if (parameter.value == "DIR") {
    return ValueKind::Folder;
  }
  if (parameter.value == "FILE") {
    return ValueKind::File;
  }
  if (parameter.value == "EXPR") {
    return ValueKind::Expression;
  }
  if (parameter.value == "TAG") {
    const std::string& option = parameter.names.empty() ? parameter.value : parameter.names.back();
    return option == "--sum" || option == "--pareto" ? ValueKind::NumberTag
           : option == "--stats" || option == "--top" || option == "--bottom"
               ? ValueKind::OrderedTag
               : ValueKind::Tag;
  }
  const bool of_segment = command.path.starts_with("tagline segment ");
  return of_segment && parameter.argument && parameter.value == "NAME" ? ValueKind::Segment
                                                                       : ValueKind::None;
}

std::string_view asked_of_program(ValueKind kind) {
  switch (kind) {
    case ValueKind::Expression:
      return "expression";
    case ValueKind::Segment:
      return "segment";
    case ValueKind::Tag:
      return "tag";
    case ValueKind::NumberTag:
      return "number-tag";
    case ValueKind::OrderedTag:
      return "ordered-tag";
    case ValueKind::None:
    case ValueKind::Words:
    case ValueKind::File:
    case ValueKind::Folder:
      break;
  }
  return "";
}

std::string quoted_word(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    // The quote ends, one stands outside, and it begins again: all three shells read that alike.
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

std::string joined_words(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) {
    joined += (joined.empty() ? "" : " ") + word;
  }
  return joined;
}

}  // namespace tagline::cli
