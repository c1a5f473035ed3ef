// Commands by what people do with them, in the order of the help.
#pragma once

#include "engine/error.h"

#include <span>
#include <string>
#include <string_view>

namespace tagline::cli {

struct CommandGroup {
  std::string_view en;
  std::string_view zh;
  std::string_view commands;  ///< names, with a blank between two
};

[[nodiscard]] std::span<const CommandGroup> command_groups();

/// The heading of a command's group; empty when it is in none.
[[nodiscard]] Text group_of(std::string_view command);

}  // namespace tagline::cli
