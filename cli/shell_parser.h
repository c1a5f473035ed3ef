// ShellParser: `tagline completion` and `tagline manual`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class ShellParser : private OptionMaker {
 public:
  explicit ShellParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is one of these.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  void add_completion(CLI::App& app);
  void add_manual(CLI::App& app);

  CLI::App* completion_command_ = nullptr;
  CLI::App* manual_command_ = nullptr;
  CompletionArguments completion_;
  ManualArguments manual_;
};

}  // namespace tagline::cli
