// complete: what may stand at the cursor. The text is cut there and read by the parser itself: the
// rule that fails at the cut says what is expected, the checker's tables and the catalogue say what
// there is of it. Whatever is offered was tried: put in its place it scans and parses up to its own
// end, whatever stands behind it.
#pragma once

#include "dsl/catalogue.h"
#include "dsl/diagnostic.h"
#include "dsl/limits.h"
#include "engine/error.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

enum class CompletionKind : std::uint8_t {
  Tag,
  Value,  ///< of a category or set tag
  Event,
  Key,  ///< of an event: view:beauty
  Function,
  Option,
  Segment,
  Keyword,  ///< AND OR NOT 且 或 非
  Period,   ///< last 30d, 本月, today: what dates are compared with
  Snippet,  ///< anything else that is text: a number, a range, an operator, a bracket
};
/// tag, value, ...; stable.
[[nodiscard]] std::string_view wire_name(CompletionKind kind);

struct Completion {
  std::string insert;  ///< replaces Completions::replace
  CompletionKind kind = CompletionKind::Snippet;
  std::string label;  ///< what to show: the name, without quotes and what follows it
  Text detail;        ///< its other spelling, or what it means; may be empty
  std::optional<std::uint64_t> people;  ///< whom it stands for, where the catalogue can tell
  bool deprecated = false;              ///< a tag that is not to be used any more
};

struct Completions {
  Span replace;  ///< of the text as given: the word around the cursor, or an empty span at it
  std::vector<Completion> candidates;  ///< best first
};

struct CompleteOptions {
  std::chrono::sys_days as_of;  ///< for dates in snippets
  Limits limits{};
  std::size_t candidates_max = 50;
  PeopleOf people{};  ///< in place of catalogue.people; empty: that
};

/// `cursor`: code points before it; beyond the end means at the end. Any bytes at all. Nothing
/// where nothing may stand or could help: in a comment, after a fault, where a new name is
/// invented.
///
/// Order: exact, then beginning with what was typed, then containing it; only when there are none,
/// names one or two slips away; deprecated tags last of all. Any ASCII case and width, names and
/// aliases. Then by kind, then values by people (of up to kCountedMax) and name, other names as the
/// catalogue lists them. The script of what is inserted follows the script of what is typed, or of
/// the word before.
///
/// Cost: O(catalogue), and candidates_max short parses.
[[nodiscard]] Completions complete(std::string_view text, std::uint32_t cursor,
                                   const Catalogue& catalogue, const CompleteOptions& options);

/// More values than this are not counted before they are ordered.
inline constexpr std::size_t kCountedMax = 20'000;

}  // namespace tagline::dsl
