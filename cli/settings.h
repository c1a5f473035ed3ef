// Settings: options of a command that come from a file or the environment, where the command line
// does not give them. They become words of the command line, so that whatever checks those checks
// them too, and every option there will ever be can be set.
#pragma once

#include "engine/result.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

namespace tagline::cli {

class Settings {
 public:
  /// Options that say what to do rather than how: not in files.
  static constexpr const char* kConfig = "config";
  static constexpr const char* kPrint = "print-config";

  /// The variable of the environment that sets an option, or ""; REQUIRES: of a command that takes
  /// settings.
  [[nodiscard]] static std::string variable_of(const CLI::Option& option);

  /// `words`: the command line behind the command's name. Adds those for options it does not have:
  /// from the environment (TAGLINE_READ_ONLY of --read-only), then from the file that --config or
  /// TAGLINE_CONFIG names. BadInput, also for a
  /// TAGLINE_* variable that is of no option; and what reading the file gives.
  [[nodiscard]] Status add_to(std::vector<std::string>& words, const CLI::App& command);

  /// ", from tagline.toml, line 3" of an option "--workers"; empty when it is of the command line.
  [[nodiscard]] std::string said_from(const std::string& option) const;
  /// Every option of the command as a file of settings, each with where it comes from. `defaults`:
  /// of options that do not say theirs themselves.
  [[nodiscard]] std::string text(const CLI::App& command,
                                 const std::map<std::string, std::string>& defaults) const;

 private:
  std::map<std::string, std::string> origins_;  ///< by name without dashes
};

}  // namespace tagline::cli
