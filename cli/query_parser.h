// QueryParser: `tagline query` and `tagline overlap`, the questions that people are counted for.
#pragma once

#include "cli/option_maker.h"

#include <string>
#include <vector>

namespace tagline::cli {

class QueryParser : private OptionMaker {
 public:
  explicit QueryParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is one of these.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  void add_query(CLI::App& app);
  /// What may be asked instead of the count, one thing at a time.
  void add_answers(std::vector<CLI::Option*> others);
  void add_overlap(CLI::App& app);

  CLI::App* query_command_ = nullptr;
  CLI::App* overlap_command_ = nullptr;
  QueryArguments query_;
  OverlapArguments overlap_;
  std::string as_of_;
};

}  // namespace tagline::cli
