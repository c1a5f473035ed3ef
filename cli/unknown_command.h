// A word where a command should stand.
#pragma once

#include "engine/error.h"

#include <CLI/CLI.hpp>
#include <optional>

namespace tagline::cli {

/// The command that was reached, and its name as typed: "segment save".
struct Reached {
  const CLI::App* command = nullptr;
  std::string path;  ///< empty: the program itself
};
/// REQUIRES: `app` has parsed, or tried to.
[[nodiscard]] Reached reached_command(const CLI::App& app);

struct UnknownCommand {
  Text message;
  Text hint;  ///< the nearest commands, or all there are
};
/// What to say when a word was given where one of the commands of `reached` should stand; nothing
/// when no word was.
[[nodiscard]] std::optional<UnknownCommand> unknown_command(const CLI::App& app,
                                                            const Reached& reached);

/// The first word that looks like an option and is none of the command reached, with the closest
/// that is; nothing when there is no such word. REQUIRES: as unknown_command.
[[nodiscard]] std::optional<UnknownCommand> unknown_option(const CLI::App& app,
                                                           const Reached& reached);

}  // namespace tagline::cli
