// What words mean in other notations: comparisons in words (大于, "greater than"), keywords stuck
// to a value (30且会员), periods of the future (next week, 下周). For hints only.
#pragma once

#include "dsl/dates.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::dsl {

struct SpelledComparison {
  std::size_t begin = 0;  ///< code points
  std::size_t end = 0;
  std::string_view op;  ///< ":", ">=", ...
};
/// One that `text` begins with; of folded text, any ASCII case.
[[nodiscard]] std::optional<SpelledComparison> comparison_at(std::u32string_view text);
/// A Chinese one inside of a word, or at its end: 年龄大于30, 年龄大于.
[[nodiscard]] std::optional<SpelledComparison> comparison_inside(std::u32string_view word);

/// A word in which a keyword is stuck to what stands before it.
struct Stuck {
  std::string head;     ///< 30
  std::string keyword;  ///< 且
  std::string rest;     ///< 会员; may be empty
};
/// 30且会员, 30and. The first Chinese keyword; otherwise an English one at the end of the word, or
/// behind a number. REQUIRES: nothing; `head` is never empty.
[[nodiscard]] std::optional<Stuck> split_keyword(std::u32string_view word);
/// With blanks around the keyword, and around a NOT that follows it: "30 且 会员", "30 且 非 会员".
[[nodiscard]] std::string spaced(const Stuck& stuck);

/// 或者, 和, 排除, but, except: the operator that a word which is none stands for, "或", "AND NOT".
[[nodiscard]] std::optional<std::string_view> operator_in_words(std::string_view word);
/// 25到34, 在25至34之间: the number or range as it is written, 25-34; "" when it is neither.
[[nodiscard]] std::string plain_range(std::u32string_view word);

/// last, 最近, 近, 过去: what a length follows.
[[nodiscard]] bool is_last_word(std::u32string_view word);
/// A period after this one, as days: `next week` ("next" and `unit`), 下周, 明年, tomorrow.
[[nodiscard]] std::optional<DayRange> next_period(std::string_view unit, Day as_of);
[[nodiscard]] std::optional<DayRange> future_word(std::string_view word, Day as_of);
/// 2024-06-17..2024-06-23, or one day.
[[nodiscard]] std::string to_text(const DayRange& days);

}  // namespace tagline::dsl
