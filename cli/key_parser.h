// KeyParser: `tagline key ...`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class KeyParser : private OptionMaker {
 public:
  explicit KeyParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* action(KeyAction action, const char* name, const std::string& description,
                   const std::string& example);

  CLI::App* command_ = nullptr;
  std::vector<std::pair<CLI::App*, KeyAction>> actions_;
  KeyArguments arguments_;
  std::string expires_;
};

}  // namespace tagline::cli
