// Phrases of English sentences: lists, ranges, counts, windows.
#pragma once

#include "dsl/sentence_parts.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl::english {

using Words = std::vector<std::string>;

/// "a", "a or b", "a, b or c"; without a last word "a, b, c".
[[nodiscard]] std::string listed(const Words& words, std::string_view last = {});

/// Clauses have commas of their own: "a, b, and c".
[[nodiscard]] std::string clauses(const Words& words, std::string_view last);

/// "a or b", but "any of a, b, c and 12 more".
[[nodiscard]] std::string any_of_names(const ShownNames& names);

[[nodiscard]] std::string none_of_names(std::string_view verb, const ShownNames& names);

[[nodiscard]] std::string said(const Bounds& bounds, bool is_date);

/// "between 25 and 34 or at least 65".
[[nodiscard]] Words ranges(const std::vector<Interval>& intervals, const Tag* tag);

[[nodiscard]] std::string times(const std::vector<Interval>& intervals, std::string_view one,
                                std::string_view many);

[[nodiscard]] std::string gap(const engine::DayGap& gap);

[[nodiscard]] std::string in_window(const engine::DayWindow& window);

}  // namespace tagline::dsl::english
