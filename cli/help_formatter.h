// HelpFormatter: options and commands of a help beside what they do, in lines that fit a terminal.
#pragma once

#include "dsl/diagnostic.h"

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>

namespace tagline::cli {

/// CLI11's own pads by bytes, which sets Chinese askew, and breaks no lines.
class HelpFormatter : public CLI::Formatter {
 public:
  /// `cells`: of a line.
  HelpFormatter(dsl::Language language, std::size_t cells) : language_(language), cells_(cells) {}

  [[nodiscard]] std::string make_option(const CLI::Option* option,
                                        bool is_positional) const override;
  [[nodiscard]] std::string make_description(const CLI::App* command) const override;
  [[nodiscard]] std::string make_subcommand(const CLI::App* command) const override;

 private:
  [[nodiscard]] std::string say(const char* en, const char* zh) const {
    return language_ == dsl::Language::Chinese ? zh : en;
  }
  [[nodiscard]] std::string notes_of(const CLI::Option& option) const;
  [[nodiscard]] std::string entry(const std::string& name, const std::string& text) const;

  dsl::Language language_;
  std::size_t cells_;
};

/// Columns of the terminal that is standard output, within reason; those of a page when it is none.
[[nodiscard]] std::size_t help_cells();

}  // namespace tagline::cli
