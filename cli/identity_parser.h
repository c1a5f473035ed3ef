// IdentityParser: `tagline identity ...`.
#pragma once

#include "cli/option_maker.h"

#include <string>
#include <utility>
#include <vector>

namespace tagline::cli {

class IdentityParser : private OptionMaker {
 public:
  explicit IdentityParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* action(IdentityAction action, const char* name, const std::string& description,
                   const std::string& example);
  void add_linking();
  void add_merging();
  void add_erasing();
  void add_types();

  CLI::App* command_ = nullptr;
  std::vector<std::pair<CLI::App*, IdentityAction>> actions_;
  IdentityArguments arguments_;
};

}  // namespace tagline::cli
