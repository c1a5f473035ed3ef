// The commands of the terminal: what each is called, takes and does. \help, completion and the
// reader of input go by this table.
#pragma once

#include "cli/repl/session.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

/// What completion offers behind a command.
enum class Takes : std::uint8_t {
  Nothing,
  Tags,
  NumberTags,   ///< numbers alone: what can be added up
  OrderedTags,  ///< numbers and dates: what is more or less
  ValueTags,    ///< those whose values are listed
  Events,
  Segments,
  Expression,
  Setting,
  Topic,
  File,
};

struct Command {
  std::string_view name;       ///< without the backslash
  std::string_view arguments;  ///< "TAG [SHARE]"
  std::string_view arguments_zh;
  Takes takes = Takes::Nothing;
  std::string_view what;
  std::string_view what_zh;
  std::string_view example;
  int (*run)(Session& session, const std::string& arguments) = nullptr;
};

[[nodiscard]] std::span<const Command> commands();
/// Null when there is none of that name.
[[nodiscard]] const Command* find_command(std::string_view name);
/// What does what people look for under a name that is no command's; empty when nobody knows.
[[nodiscard]] Text command_meant(std::string_view name);
/// "\by TAG", for readers of each language.
[[nodiscard]] Text usage_of(const Command& command);

/// Words between blanks; a text in double quotes is one.
[[nodiscard]] std::vector<std::string> words_of(const std::string& arguments);

// Each is in the table.
int tags_command(Session& session, const std::string& arguments);
int tag_command(Session& session, const std::string& arguments);
int health_command(Session& session, const std::string& arguments);
int events_command(Session& session, const std::string& arguments);
int segments_command(Session& session, const std::string& arguments);
int save_command(Session& session, const std::string& arguments);
int replace_command(Session& session, const std::string& arguments);
int delete_command(Session& session, const std::string& arguments);
int rename_command(Session& session, const std::string& arguments);
int show_command(Session& session, const std::string& arguments);
int diff_command(Session& session, const std::string& arguments);
int history_command(Session& session, const std::string& arguments);

int explain_command(Session& session, const std::string& arguments);
int plan_command(Session& session, const std::string& arguments);
int why_command(Session& session, const std::string& arguments);
int ids_command(Session& session, const std::string& arguments);
int apart_command(Session& session, const std::string& arguments);
int profile_command(Session& session, const std::string& arguments);
int by_command(Session& session, const std::string& arguments);
int cross_command(Session& session, const std::string& arguments);
int overlap_command(Session& session, const std::string& arguments);
int top_command(Session& session, const std::string& arguments);
int bottom_command(Session& session, const std::string& arguments);
int pareto_command(Session& session, const std::string& arguments);
int sum_command(Session& session, const std::string& arguments);

int watch_command(Session& session, const std::string& arguments);
int export_command(Session& session, const std::string& arguments);
int overwrite_command(Session& session, const std::string& arguments);
int input_command(Session& session, const std::string& arguments);
int load_command(Session& session, const std::string& arguments);
int set_command(Session& session, const std::string& arguments);
int tour_command(Session& session, const std::string& arguments);
int help_command(Session& session, const std::string& arguments);
int quit_command(Session& session, const std::string& arguments);

}  // namespace tagline::cli
