// OptionMaker: the options that several subcommands share, in the reader's language. Included by
// the files that parse arguments only.
#pragma once

#include "cli/arguments.h"

#include <map>
#include <string>

#include <CLI/CLI.hpp>

namespace tagline::cli {

extern const std::map<std::string, Format> kFormats;
extern const std::map<std::string, Format> kFormatsWithoutCsv;

/// CLI11 reads -5 as a huge unsigned number and nan as a number in every range.
[[nodiscard]] CLI::Validator plain_number();

class OptionMaker {
 public:
  explicit OptionMaker(dsl::Language language) : language_(language) {}

 protected:
  [[nodiscard]] std::string say(const char* en, const char* zh) const {
    return language_ == dsl::Language::Chinese ? zh : en;
  }
  [[nodiscard]] CLI::App* subcommand(CLI::App& parent, const char* name,
                                     const std::string& description,
                                     const std::string& example) const;
  void add_db(CLI::App* command, std::string& db) const;
  void add_format(CLI::App* command, Format& format,
                  const std::map<std::string, Format>& formats) const;
  /// `day` keeps the text; server::parse_day reads it.
  void add_day(CLI::App* command, const char* option, std::string& day,
               const std::string& description) const;
  void add_as_of(CLI::App* command, std::string& day) const;

  dsl::Language language_;
};

}  // namespace tagline::cli
