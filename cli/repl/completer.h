// Completer: what may stand at the cursor of an input, and what an expression comes to while it is
// typed. By the language's own completer, so in every language and spelling it knows.
#pragma once

#include "cli/repl/session.h"
#include "dsl/diagnostic.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

struct Candidate {
  std::string insert;
  std::string label;
  std::string help;  ///< its kind, how many people it stands for, its other name
};

struct Candidates {
  std::size_t from = 0;  ///< bytes of the input that a candidate replaces, half open
  std::size_t to = 0;
  std::vector<Candidate> list;  ///< best first
  bool are_files = false;       ///< the word is a path: whoever asks lists the folder
};

/// One thread. The last texts that were asked about are remembered.
class Completer {
 public:
  explicit Completer(Session& session) : session_(session) {}

  /// `cursor`: bytes of the input before it.
  [[nodiscard]] Candidates at(const std::string& input, std::size_t cursor);
  /// What is wrong with the expression, but for what may yet be typed at its end.
  [[nodiscard]] std::vector<dsl::Span> faults(const std::string& expression);
  /// "1,204 people · 12.34%" of an expression that is complete; "" for others, and when that takes
  /// too long.
  [[nodiscard]] std::string count_hint(const std::string& expression);

 private:
  using Clock = std::chrono::steady_clock;
  struct Checked {
    std::string expression;
    bool ok = false;
    std::vector<dsl::Diagnostic> errors;
  };
  [[nodiscard]] const Checked& check(const std::string& expression);
  /// Nothing while the last answer took too long for one at every key.
  [[nodiscard]] std::optional<server::JsonValue> live(const ApiRequest& request);
  [[nodiscard]] Candidates of_expression(const std::string& expression, std::size_t cursor,
                                         const std::string& kind);
  [[nodiscard]] Candidates of_command(const std::string& input, std::size_t cursor);
  /// Of a name that is not part of an expression: a tag of a kind in `kinds`, an event.
  [[nodiscard]] Candidates of_tags(const std::string& typed, std::string_view kinds);
  [[nodiscard]] Candidates of_events(const std::string& typed);

  struct KnownTag {
    Text title;
    std::string kind;
    std::string unit;
  };
  /// The tags, by name and by every other name; asked for once.
  [[nodiscard]] const std::map<std::string, KnownTag>& tags();

  Session& session_;
  std::optional<std::map<std::string, KnownTag>> tags_;
  Checked checked_;
  Clock::time_point paused_until_{};
};

}  // namespace tagline::cli
