// LoadParser: `tagline infer` and `tagline load`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class LoadParser : private OptionMaker {
 public:
  explicit LoadParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is one of these.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  void add_infer(CLI::App& app);
  void add_load(CLI::App& app);

  CLI::App* infer_command_ = nullptr;
  CLI::App* load_command_ = nullptr;
  InferArguments infer_;
  LoadArguments load_;
};

}  // namespace tagline::cli
