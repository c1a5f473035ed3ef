// DoctorParser: the options of `tagline doctor`. Included by parse_arguments.cc only.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class DoctorParser : private OptionMaker {
 public:
  explicit DoctorParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* command_ = nullptr;
  DoctorArguments arguments_;
};

}  // namespace tagline::cli
