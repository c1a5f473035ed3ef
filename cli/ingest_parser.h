// IngestParser: `tagline ingest`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class IngestParser : private OptionMaker {
 public:
  explicit IngestParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is this one.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  void add_policy(const char* option, ingest::Unknown& unknown, const std::string& description);

  CLI::App* command_ = nullptr;
  IngestArguments arguments_;
};

}  // namespace tagline::cli
