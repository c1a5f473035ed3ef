#include "cli/help_formatter.h"

#include "dsl/display_width.h"
#include "dsl/wrapped.h"

#include <algorithm>
#include <set>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tagline::cli {
namespace {

constexpr std::size_t kNameCells = 28;
/// Of the text at the least, however narrow the window is.
constexpr std::size_t kTextCellsMin = 30;
/// More than these are said in the manual only.
constexpr std::size_t kExcludedShown = 3;

std::string names_of(const std::set<CLI::Option*>& options) {
  std::set<std::string> names;  // in the order of the alphabet, not of addresses
  for (const CLI::Option* option : options) {
    names.insert(option->get_name());
  }
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

}  // namespace

std::size_t help_cells() {
  constexpr std::size_t kPage = 100;
  constexpr std::size_t kWidest = 120;
  winsize size{};
  if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
      size.ws_col > 0) {
    return std::min<std::size_t>(size.ws_col, kWidest);
  }
  return kPage;
}

std::string HelpFormatter::notes_of(const CLI::Option& option) const {
  std::string notes;
  const auto note = [&](const std::string& text) {
    notes += (notes.empty() ? "" : say("; ", "；")) + text;
  };
  if (option.get_required() && option.nonpositional()) {
    note(say("required", "必填"));
  }
  if (!option.get_default_str().empty()) {
    note(say("default ", "默认 ") + option.get_default_str());
  }
  if (!option.get_needs().empty()) {
    note(say("only with ", "须与 ") + names_of(option.get_needs()) + say("", " 同用"));
  }
  if (!option.get_excludes().empty() && option.get_excludes().size() <= kExcludedShown) {
    note(say("not with ", "不与 ") + names_of(option.get_excludes()) + say("", " 同用"));
  }
  if (!option.get_envname().empty()) {
    note(say("also ", "也可用 ") + option.get_envname());
  }
  return notes.empty() ? "" : say(" (", "（") + notes + say(")", "）");
}

std::string HelpFormatter::entry(const std::string& name, const std::string& text) const {
  const std::string left = "  " + name;
  const std::size_t used = dsl::display_width(std::string_view(left));
  std::string lines = left;
  // At least two blanks between.
  lines += used + 2 > kNameCells ? "\n" + std::string(kNameCells, ' ')
                                 : std::string(kNameCells - used, ' ');
  const std::size_t cells =
      cells_ > kNameCells + kTextCellsMin ? cells_ - kNameCells : kTextCellsMin;
  bool first = true;
  for (const std::string& line : dsl::wrapped(text, cells)) {
    lines += (first ? "" : std::string(kNameCells, ' ')) + line + "\n";
    first = false;
  }
  return lines;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string name = make_option_name(option, is_positional);
  std::replace(name.begin(), name.end(), ',', ' ');
  if (!is_positional && !option->get_type_name().empty() && option->get_expected_max() > 0) {
    name += " " + option->get_type_name();
  }
  if (is_positional && option->get_expected_max() > 1) {
    name += " ...";
  }
  return entry(name, option->get_description() + notes_of(*option));
}

std::string HelpFormatter::make_description(const CLI::App* command) const {
  std::string lines;
  for (const std::string& line : dsl::wrapped(command->get_description(), cells_)) {
    lines += line + "\n";
  }
  return lines;
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return entry(command->get_name(), command->get_description());
}

}  // namespace tagline::cli
