// WhyParser: `tagline why`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class WhyParser : private OptionMaker {
 public:
  explicit WhyParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* command_ = nullptr;
  WhyArguments why_;
  std::string as_of_;
};

}  // namespace tagline::cli
