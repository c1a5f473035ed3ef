// CommandLine: all commands with their options, in one language. Included by the files that know
// CLI11 only.
#pragma once

#include "cli/arguments.h"
#include "cli/check_parser.h"
#include "cli/demo_parser.h"
#include "cli/doctor_parser.h"
#include "cli/edit_tag_parser.h"
#include "cli/events_parser.h"
#include "cli/identity_parser.h"
#include "cli/ingest_parser.h"
#include "cli/key_parser.h"
#include "cli/load_parser.h"
#include "cli/look_parser.h"
#include "cli/query_parser.h"
#include "cli/repl_parser.h"
#include "cli/segment_parser.h"
#include "cli/serve_parser.h"
#include "cli/shell_parser.h"
#include "cli/upkeep_parser.h"
#include "cli/version_parser.h"
#include "cli/why_parser.h"

#include <CLI/CLI.hpp>
#include <string>

namespace tagline::cli {

class CommandLine : private OptionMaker {
 public:
  explicit CommandLine(dsl::Language language);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  [[nodiscard]] CLI::App& app() { return app_; }
  [[nodiscard]] const CLI::App& app() const { return app_; }
  [[nodiscard]] ServeParser& serving() { return serving_; }
  /// What was asked for. REQUIRES: app() has parsed.
  [[nodiscard]] Arguments taken() const;

 private:
  CLI::App app_;
  std::string language_name_;
  unsigned width_ = 0;
  DemoParser demo_;
  LoadParser loads_;
  IngestParser ingests_;
  QueryParser queries_;
  WhyParser why_;
  ReplParser repl_;
  LookParser looks_;
  EventsParser events_;
  SegmentParser segments_;
  EditTagParser tag_edits_;
  IdentityParser identities_;
  CheckParser checks_;
  ServeParser serving_;
  KeyParser keys_;
  UpkeepParser upkeep_;
  DoctorParser doctor_;
  VersionParser version_;
  ShellParser shell_;
};

}  // namespace tagline::cli
