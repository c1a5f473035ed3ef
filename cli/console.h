// Console: the two output streams, the reader's language, and how errors and numbers look to
// people.
#pragma once

#include "dsl/diagnostic.h"
#include "engine/error.h"
#include "server/csv_field.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

/// One thread.
class Console {
 public:
  explicit Console(dsl::Language language);

  [[nodiscard]] dsl::Language language() const { return language_; }
  [[nodiscard]] const std::string& say(const Text& text) const {
    return language_ == dsl::Language::Chinese ? text.zh : text.en;
  }
  [[nodiscard]] bool out_is_terminal() const { return out_is_terminal_; }
  [[nodiscard]] bool err_is_terminal() const { return err_is_terminal_; }
  /// Columns of the terminal as it is now, or those given; 100 when there are none.
  [[nodiscard]] unsigned width() const;
  /// The same for what is laid out: 0 when there are none, so that a file gets whole lines.
  [[nodiscard]] unsigned window() const { return out_is_terminal_ || width_ != 0 ? width() : 0; }
  /// The same of standard error.
  [[nodiscard]] unsigned error_window() const;
  /// Of text that is read line by line: as `window`, and no more than 100.
  [[nodiscard]] unsigned reading_window() const;
  /// Columns to keep to instead of the terminal's, also in a pipe; 0: the terminal's.
  void set_width(unsigned width) { width_ = width; }
  /// From now on.
  void set_language(dsl::Language language) { language_ = language; }

  /// Whose words hints are said in. A subcommand's at first.
  void set_face(Face face) { face_ = face; }

  /// Whether the command answers in JSON; then it refuses in JSON too. Off at first.
  void set_answers_json(bool json) { answers_json_ = json; }
  [[nodiscard]] bool answers_json() const { return answers_json_; }

  void out(std::string_view text);
  void err(std::string_view text);
  /// Sentences: lines that are wider than the window are wrapped.
  void tell(std::string_view text);
  /// An expression on lines of its own, broken at operators where it is wider than the window;
  /// `indent` blanks in front.
  void out_expression(std::string_view expression, unsigned indent = 0);
  /// In bold on a terminal that shows such (TERM, NO_COLOR); else as it is.
  [[nodiscard]] std::string bold(std::string_view text) const;
  /// "error: ..." and "hint: ..." on standard error, and as one JSON object on standard output when
  /// the command answers in JSON; returns the exit status for it.
  [[nodiscard]] int report(const Error& error) { return report(error, ""); }
  /// `code`: what JSON calls it, where it has a narrower name than the error's code.
  [[nodiscard]] int report(const Error& error, std::string_view code);
  /// The same for a command line that does not say enough.
  [[nodiscard]] int report_usage(const Text& message, const Text& hint);
  /// Cards of an expression's faults or warnings on standard error.
  void report(const std::vector<dsl::Diagnostic>& diagnostics, std::string_view text);
  /// False when something printed was not taken (a full disk behind a redirection).
  [[nodiscard]] bool flush();

 private:
  dsl::Language language_;
  bool out_is_terminal_;
  bool err_is_terminal_;
  bool answers_json_ = false;
  Face face_ = Face::Command;
  unsigned width_ = 0;
};

/// Text of files and of people for a terminal: control characters (escape sequences, NUL) are
/// written as \\x1b, line breaks stay.
[[nodiscard]] std::string printable(std::string_view text);

/// 1234567 as 1,234,567.
[[nodiscard]] std::string grouped(std::uint64_t number);
/// part / whole as "12.34%"; "-" when whole is 0.
[[nodiscard]] std::string percent(std::uint64_t part, std::uint64_t whole);
/// A bar of `cells` character cells, filled to part / whole by eighths.
[[nodiscard]] std::string bar(std::uint64_t part, std::uint64_t whole, unsigned cells);
/// "0.31 ms", "2.4 s".
[[nodiscard]] std::string duration_text(double seconds);
using server::csv_field;

}  // namespace tagline::cli
