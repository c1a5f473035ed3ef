// check: text -> tree -> bound condition, or diagnostics. The door to the language: scan, parse and
// check in one call.
#pragma once

#include "dsl/bound.h"
#include "dsl/catalogue.h"
#include "dsl/diagnostic.h"
#include "dsl/limits.h"
#include "dsl/tree.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

struct CheckOptions {
  std::chrono::sys_days as_of;  ///< what `today` means; the caller reads the clock once a request
  Limits limits{};
  PeopleOf people{};  ///< in place of catalogue.people; empty: that
  NewestOf newest{};  ///< empty: no window is known to lie past the data
};

/// What is known of an expression. Errors and warnings are sorted by position; at most
/// limits.errors errors.
struct Checked {
  bool ok = false;        ///< no errors
  std::string canonical;  ///< language.md 2.4; empty when the text did not parse
  Tree tree;              ///< as written; meaningless when the text did not parse
  Bound bound;            ///< names resolved, dates fixed; only when ok
  std::vector<Diagnostic> errors;
  std::vector<Diagnostic> warnings;  ///< never block
};

/// Never fails otherwise: any bytes at all give a Checked. Reads no clock and no disk (except
/// through `people`). Cost: microseconds for a normal expression; bounded by the limits for
/// any.
[[nodiscard]] Checked check(std::string_view text, const Catalogue& catalogue,
                            const CheckOptions& options);

/// Whether `text` may be saved as the segment `name`: check() of the text in a catalogue in which
/// the segment is so defined (new, or in place of the one of exactly that name). Errors of its own:
/// segment-cycle where the text would lead back to the segment, segment-too-deep where it, or a
/// segment that names it, would nest too deep. That segments which name it stay sound otherwise is
/// not asked. Cost: reads every segment of the catalogue.
[[nodiscard]] Checked check_segment_definition(std::string_view name, std::string_view text,
                                               const Catalogue& catalogue,
                                               const CheckOptions& options);

/// Names of the segments a text refers to, as written, in order, each once. Names::segment says
/// which segments they are.
[[nodiscard]] std::vector<std::string> segments_in(const Tree& tree);

}  // namespace tagline::dsl
