// UpkeepParser: `tagline verify`, `tagline expire` and `tagline backup`.
#pragma once

#include "cli/option_maker.h"

namespace tagline::cli {

class UpkeepParser : private OptionMaker {
 public:
  explicit UpkeepParser(dsl::Language language) : OptionMaker(language) {}

  void add_to(CLI::App& app);
  /// Fills in the command when it is one of these.
  [[nodiscard]] bool take(Arguments& arguments) const;

 private:
  void add_verify(CLI::App& app);
  void add_expire(CLI::App& app);
  void add_backup(CLI::App& app);

  CLI::App* verify_command_ = nullptr;
  CLI::App* expire_command_ = nullptr;
  CLI::App* backup_command_ = nullptr;
  VerifyArguments verify_;
  ExpireArguments expire_;
  BackupArguments backup_;
};

}  // namespace tagline::cli
