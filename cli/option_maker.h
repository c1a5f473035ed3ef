// OptionMaker: what the subcommands' parsers share: the options several commands have, in the
// reader's language. Included by the files that parse arguments only.
#pragma once

#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>

namespace tagline::cli {

extern const std::map<std::string, Format> kFormats;
extern const std::map<std::string, Format> kFormatsWithoutCsv;
extern const std::map<std::string, Format> kFormatsOfReports;  ///< no tables
extern const std::map<std::string, Format> kFormatsOfLists;    ///< also ndjson

/// CLI11 reads -5 as a huge unsigned number and nan as a number in every range.
[[nodiscard]] CLI::Validator plain_number();
/// It reads a number that is too large as the largest, too: for numbers that may be as large.
[[nodiscard]] CLI::Validator whole_number();
/// '' is a variable that a script forgot to set, not an option left out.
[[nodiscard]] CLI::Validator not_empty();
/// Refuses '' as the value of every option, but for texts of cards, which it takes away.
void refuse_empty(CLI::App& app);

class OptionMaker {
 public:
  explicit OptionMaker(dsl::Language language) : language_(language) {}

 protected:
  [[nodiscard]] std::string say(const std::string& en, const std::string& zh) const {
    return language_ == dsl::Language::Chinese ? zh : en;
  }
  CLI::App* subcommand(CLI::App& parent, const char* name, const std::string& description,
                       const std::string& example) const;
  void add_db(CLI::App* command, std::string& db) const;
  CLI::Option* add_format(CLI::App* command, const std::map<std::string, Format>& formats,
                          const std::string& note, std::function<void(Format)> keep) const;
  void add_format(CLI::App* command, Format& format,
                  const std::map<std::string, Format>& formats) const;
  /// A day that server::parse_day reads; the text is kept.
  CLI::Option* add_day(CLI::App* command, const char* option, std::string& day,
                       const std::string& description) const;
  void add_as_of(CLI::App* command, std::string& day) const;
  /// A rate that server::rate_of reads.
  CLI::Option* add_rate(CLI::App* command, const char* option, std::optional<server::Rate>& rate,
                        const std::string& description) const;
  /// --timeout and --memory of a query.
  void add_limits(CLI::App* command, QueryLimits& limits) const;

  dsl::Language language_;
};

}  // namespace tagline::cli
