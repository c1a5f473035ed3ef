// OptionMaker: what the subcommands' parsers share: the options several commands have, in the
// reader's language. Included by the files that parse arguments only.
#pragma once

#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tagline::cli {

extern const std::map<std::string, Format> kFormats;
extern const std::map<std::string, Format> kFormatsWithoutCsv;
extern const std::map<std::string, Format> kFormatsOfReports;  ///< no tables
extern const std::map<std::string, Format> kFormatsOfLists;    ///< also ndjson

/// CLI11 reads -5 as a huge unsigned number and nan as a number in every range.
[[nodiscard]] CLI::Validator plain_number();
/// It reads a number that is too large as the largest, too: for numbers that may be as large.
[[nodiscard]] CLI::Validator whole_number();
/// Both ends included. (CLI11's own says "FLOAT in [0 - 100]" in the help, in no language.)
template <class Number>
[[nodiscard]] CLI::Validator in_range(Number low, Number high) {
  CLI::Validator range = CLI::Range(low, high);
  range.description("");
  return range;
}
[[nodiscard]] CLI::Validator one_of(const std::vector<std::string>& names);
/// '' is a variable that a script forgot to set, not an option left out.
[[nodiscard]] CLI::Validator not_empty();
/// Refuses '' as the value of every option, but for texts of cards, which it takes away.
void refuse_empty(CLI::App& app);

/// Options that may be repeated take one value each time.
void take_one_value_each(CLI::App& app);

class OptionMaker {
 public:
  explicit OptionMaker(dsl::Language language) : language_(language) {}

 protected:
  [[nodiscard]] std::string say(const std::string& en, const std::string& zh) const {
    return language_ == dsl::Language::Chinese ? zh : en;
  }
  /// `example`: lines of a shell, the further ones indented by two.
  CLI::App* subcommand(CLI::App& parent, const char* name, const std::string& description,
                       const std::string& example) const;
  /// The end of a help: `lines` under a heading.
  [[nodiscard]] std::string examples(const std::string& lines) const;
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
  /// --threads of a query.
  void add_threads(CLI::App* command, unsigned& threads, const Text& by_default) const;
  /// --timeout and --memory of a query.
  void add_limits(CLI::App* command, QueryLimits& limits) const;

  dsl::Language language_;
};

}  // namespace tagline::cli
