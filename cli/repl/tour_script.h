// TourScript: the guided tour as text: what each step says, the inputs it proposes, and what is to
// be seen in their answers (tour.en.md, tour.zh.md).
#pragma once

#include "dsl/diagnostic.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

/// One input of a step. In `input` and `seen` stand places for what only the database knows:
/// {member}, {count}, {before}, {population}.
struct TourPart {
  std::string text;   ///< said before it; lines
  std::string input;  ///< proposed
  std::string seen;   ///< said after its answer; lines
  /// The expression it is about: itself, or of a command the one before it; and the one before
  /// that.
  std::string expression;
  std::string expression_before;
  /// Inputs before it that the expression goes on from, the nearest first: whom it looks at where
  /// nobody is left.
  std::vector<std::string> wider;
};

struct TourStep {
  std::string title;
  std::vector<TourPart> parts;  ///< at least one
};

struct TourScript {
  std::string intro;
  std::vector<TourStep> steps;
  std::string outro;

  /// "# " a title and what is said first; "## " a step; four blanks an input; "> " what is seen;
  /// behind a last "## " without an input what is said at the end.
  [[nodiscard]] static TourScript parse(std::string_view text);
};

/// Of a language; read once.
[[nodiscard]] const TourScript& tour_script(dsl::Language language);

}  // namespace tagline::cli
