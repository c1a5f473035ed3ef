// Phrases of Chinese sentences: lists, ranges, counts, windows; a space stands between Chinese and
// Latin text.
#pragma once

#include "dsl/sentence_parts.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl::chinese {

using Words = std::vector<std::string>;

/// Pieces in a row, Chinese and Latin ones set apart.
[[nodiscard]] std::string set(std::initializer_list<std::string_view> pieces);

/// 一线, 一线或二线, 一线、二线或三线.
[[nodiscard]] std::string listed(const Words& words, std::string_view last);

[[nodiscard]] std::string any_of_names(const ShownNames& names);

/// 不是一线, 既不是一线也不是二线; `verb`: 是 or 包含.
[[nodiscard]] std::string none_of_names(std::string_view verb, const ShownNames& names);

/// With its verb: 为 25, 在 25 到 34 之间, 至少 65.
[[nodiscard]] std::string said(const Bounds& bounds, bool is_date, std::string_view unit);

[[nodiscard]] Words ranges(const std::vector<Interval>& intervals, const Tag* tag);

/// 至少 3 次, 正好 1 次, 1 到 3 次.
[[nodiscard]] std::string times(const std::vector<Interval>& intervals, std::string_view unit);

[[nodiscard]] std::string gap(const engine::DayGap& gap);

/// Ahead of what was done: 在 2024-05-17 到 2024-06-15 期间.
[[nodiscard]] std::string in_window(const engine::DayWindow& window);

}  // namespace tagline::dsl::chinese
