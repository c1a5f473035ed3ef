// VersionParser: the options of `tagline version`, which is also spelt --version. Included by
// parse_arguments.cc only.
#pragma once

#include "cli/option_maker.h"

#include <string>
#include <vector>

namespace tagline::cli {

class VersionParser : private OptionMaker {
 public:
  explicit VersionParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// --version before any command becomes the command, so that it has that one's options.
  static void spell_out(std::vector<std::string>& words);
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* command_ = nullptr;
  VersionArguments arguments_;
};

}  // namespace tagline::cli
