// ServeParser: `tagline serve`.
#pragma once

#include "cli/option_maker.h"
#include "cli/settings.h"

#include <string>
#include <vector>

namespace tagline::cli {

class ServeParser : private OptionMaker {
 public:
  explicit ServeParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Adds settings from a file and the environment to the command line, when it is of this command.
  [[nodiscard]] Status add_settings(std::vector<std::string>& arguments);
  /// Where the value of an option is from, when not from the command line; else "".
  [[nodiscard]] std::string said_from(const std::string& option) const {
    return settings_.said_from(option);
  }
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  void add_access();

  CLI::App* command_ = nullptr;
  void add_logs();
  ServeArguments arguments_;
  Settings settings_;
  bool print_ = false;
};

}  // namespace tagline::cli
