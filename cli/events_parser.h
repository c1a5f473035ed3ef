// EventsParser: `tagline events`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class EventsParser : private OptionMaker {
 public:
  explicit EventsParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* command_ = nullptr;
  CLI::App* list_ = nullptr;
  CLI::App* trim_ = nullptr;
  EventsArguments arguments_;
  std::string before_;
};

}  // namespace tagline::cli
