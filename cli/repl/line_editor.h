// LineEditor: inputs typed on a terminal, with colours, completion, hints and history. The one
// place that knows isocline.
#pragma once

#include "cli/repl/completer.h"
#include "cli/repl/history.h"
#include "cli/repl/keyboard.h"
#include "cli/repl/session.h"

#include <optional>
#include <string>

namespace tagline::cli {

/// One a process: isocline has one terminal.
class LineEditor {
 public:
  /// `name`: what the prompt says. The keyboard was there before.
  LineEditor(Session& session, History& history, Keyboard& keyboard, std::string name);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// The next input: an expression goes on over lines until it is complete (a blank line ends it as
  /// it is). Several lines where a text of several was pasted. Blank only while the tour is on.
  /// Ctrl-C drops what was typed. Nothing when the user leaves: by Ctrl-D on an empty line (twice
  /// where the keyboard cannot tell what ended the line).
  [[nodiscard]] std::optional<std::string> read();

  // For isocline's callbacks.
  /// What was typed on the lines before this one, with their ends.
  [[nodiscard]] const std::string& before() const { return before_; }
  void note(const std::string& line) { shown_ = line; }
  /// Whether it is a hint that is asked for at the end of `prefix`, and not the list: then the line
  /// has not been shown yet.
  [[nodiscard]] bool wants_hint(const std::string& prefix) const {
    return !shown_.starts_with(prefix);
  }
  /// The whole line, of which isocline says what stands before the cursor: a character was typed
  /// into the one that was shown last, or none.
  [[nodiscard]] std::string line_of(const std::string& prefix) const;
  [[nodiscard]] Completer& completer() { return completer_; }
  [[nodiscard]] Keyboard& keyboard() { return keyboard_; }

 private:
  [[nodiscard]] std::string prompt() const;

  Session& session_;
  History& history_;
  Keyboard& keyboard_;
  const std::string name_;
  Completer completer_;
  std::string before_;
  std::string shown_;  ///< the line as it was shown last
};

}  // namespace tagline::cli
