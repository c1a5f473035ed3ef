// EditTagParser: `tagline edit-tag`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class EditTagParser : private OptionMaker {
 public:
  explicit EditTagParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* command_ = nullptr;
  EditTagArguments arguments_;
};

}  // namespace tagline::cli
