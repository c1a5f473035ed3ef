// WhyParser: `tagline why` and `tagline complete`, the questions about an expression that are no
// counts.
#pragma once

#include "cli/option_maker.h"

#include <optional>

namespace tagline::cli {

class WhyParser : private OptionMaker {
 public:
  explicit WhyParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is one of these.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* why_command_ = nullptr;
  CLI::App* complete_command_ = nullptr;
  WhyArguments why_;
  CompleteArguments complete_;
  std::string as_of_;
};

}  // namespace tagline::cli
