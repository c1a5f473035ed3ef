// CheckParser: `tagline check` and `tagline complete`, the questions about the text
// of an expression.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class CheckParser : private OptionMaker {
 public:
  explicit CheckParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is one of these.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  void add_check(CLI::App& app);
  void add_complete(CLI::App& app);
  void add_shell();

  CLI::App* check_command_ = nullptr;
  CLI::App* complete_command_ = nullptr;
  CheckArguments check_;
  CompleteArguments complete_;
  std::string as_of_;
};

}  // namespace tagline::cli
