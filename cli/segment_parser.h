// SegmentParser: `tagline segment ...`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class SegmentParser : private OptionMaker {
 public:
  explicit SegmentParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  CLI::App* action(SegmentAction action, const char* name, const std::string& description,
                   const std::string& example);
  void add_name(CLI::App* command);
  void add_replace(CLI::App* command);
  void add_card(CLI::App* command);
  void add_history();

  CLI::App* command_ = nullptr;
  std::vector<std::pair<CLI::App*, SegmentAction>> actions_;
  SegmentArguments arguments_;
  std::string as_of_;
  std::string since_;
  std::string recorded_;
};

}  // namespace tagline::cli
