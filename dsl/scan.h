// scan: bytes -> folded code points. Everything that would make the grammar hard is settled here,
// ahead of it: UTF-8, the fold, quotes, comments, invisible characters and the depth of brackets.
#pragma once

#include "dsl/diagnostic.h"
#include "dsl/limits.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

/// The first thing wrong with the form of a text; scan and parse stop at it. syntax_error.h words
/// it.
struct Fault {
  std::string_view code;
  Span span;
  std::uint64_t count = 0;  ///< what was counted, for the codes of limits
};

/// What opens and closes a quoted text in Scanned::text, whatever quotes were typed. Noncharacters:
/// input that holds them is refused.
inline constexpr char32_t kQuoteOpen = U'\uFDD0';
inline constexpr char32_t kQuoteClose = U'\uFDD1';

struct Scanned {
  std::u32string typed;  ///< as typed, code point for code point
  /// Same length: folded outside quotes; quotes are kQuoteOpen and kQuoteClose; comments and
  /// invisible characters are blanks. Holds only word characters, `( ) : = < > ! & | , @ ≥ ≤ ≠`, '
  /// ' and quoted text.
  std::u32string text;
  std::vector<std::uint32_t> unclosed;  ///< positions of ( without ), outermost first
  std::optional<Fault> fault;           ///< when set, `text` ends where the scan stopped
};

/// Any bytes at all. O(length), and never more than limits.code_points characters are kept.
[[nodiscard]] Scanned scan(std::string_view bytes, const Limits& limits);

}  // namespace tagline::dsl
