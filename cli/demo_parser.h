// DemoParser: `tagline demo`.
#pragma once

#include "cli/option_maker.h"

#include <string>

namespace tagline::cli {

class DemoParser : private OptionMaker {
 public:
  explicit DemoParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* command_ = nullptr;
  std::string until_;
  DemoArguments demo_;
};

}  // namespace tagline::cli
