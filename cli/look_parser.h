// LookParser: `tagline tags` and `tagline user`, what is there of tags and of one person.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class LookParser : private OptionMaker {
 public:
  explicit LookParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is one of these.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  void add_tags(CLI::App& app);
  void add_user(CLI::App& app);

  CLI::App* tags_command_ = nullptr;
  CLI::Option* stale_ = nullptr;
  CLI::App* user_command_ = nullptr;
  TagsArguments tags_;
  UserArguments user_;
};

}  // namespace tagline::cli
