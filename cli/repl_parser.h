// ReplParser: the arguments of `tagline repl`. Included by parse_arguments.cc only.
#pragma once

#include "cli/option_maker.h"

#include <CLI/CLI.hpp>
#include <string>

namespace tagline::cli {

class ReplParser : private OptionMaker {
 public:
  explicit ReplParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Sets the command when it was chosen.
  bool take(Arguments& arguments) const;

 private:
  CLI::App* command_ = nullptr;
  ReplArguments repl_;
  std::string as_of_;
};

}  // namespace tagline::cli
