// ServeParser: `tagline serve`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class ServeParser : private OptionMaker {
 public:
  explicit ServeParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  void add_access();

  CLI::App* command_ = nullptr;
  ServeArguments arguments_;
};

}  // namespace tagline::cli
