#include "dsl/sentence_zh_words.h"

#include "dsl/number.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl::chinese {
namespace {

[[nodiscard]] bool is_han(char32_t point) {
  return (point >= 0x3400 && point <= 0x9FFF) || (point >= 0x20000 && point <= 0x3FFFF);
}
[[nodiscard]] bool is_latin(char32_t point) {
  return is_digit(point) || (ascii_lower(point) >= U'a' && ascii_lower(point) <= U'z') ||
         point == U'%' || point == U'+' || point == U'_' || point == U'@' || point == U'-';
}

}  // namespace

using engine::TagKind;

std::string set(std::initializer_list<std::string_view> pieces) {
  std::string text;
  for (const std::string_view piece : pieces) {
    if (piece.empty()) {
      continue;
    }
    if (!text.empty()) {
      const char32_t before = decode(text).back();
      const char32_t after = decode(piece).front();
      text += (is_han(before) && is_latin(after)) || (is_latin(before) && is_han(after)) ? " " : "";
    }
    text += piece;
  }
  return text;
}

std::string listed(const Words& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text = i == 0 ? words[i] : set({text, i + 1 == words.size() ? last : "、", words[i]});
  }
  return text;
}

std::string any_of_names(const ShownNames& names) {
  if (names.total == names.shown.size()) {
    return listed(names.shown, "或");
  }
  return set({listed(names.shown, "、"), "等", with_separators(names.total), "个取值之一"});
}

std::string none_of_names(std::string_view verb, const ShownNames& names) {
  if (names.total == 1) {
    return set({"不", verb, names.shown.front()});
  }
  if (names.total == 2) {
    return set({"既不", verb, names.shown[0], "也不", verb, names.shown[1]});
  }
  const std::string count = with_separators(names.total);
  return names.total == names.shown.size()
             ? set({"不", verb, listed(names.shown, "、"), "中的任何一个"})
             : set({"不", verb, listed(names.shown, "、"), "等", count, "个取值中的任何一个"});
}

std::string said(const Bounds& bounds, bool is_date, std::string_view unit) {
  const std::string low = set({bounds.low, unit});
  const std::string high = set({bounds.high, unit});
  switch (bounds.kind) {
    case Bounds::Kind::Exactly:
      return set({"为", low});
    case Bounds::Kind::Between:
      return set({"在", bounds.low, "到", high, "之间"});
    case Bounds::Kind::AtLeast:
      return is_date ? set({"不早于", low}) : set({"至少", low});
    case Bounds::Kind::MoreThan:
      return set({"大于", low});
    case Bounds::Kind::AtMost:
      return is_date ? set({"不晚于", high}) : set({"最多", high});
    case Bounds::Kind::LessThan:
      return set({"小于", high});
    case Bounds::Kind::Anything:
      break;
  }
  return "任意";
}

Words ranges(const std::vector<Interval>& intervals, const Tag* tag) {
  Words words;
  const bool is_date = tag != nullptr && tag->kind == TagKind::Date;
  for (const Interval& interval : intervals) {
    if (words.size() == kOperandsSpelled) {
      words.push_back(set({"另外", with_separators(intervals.size() - words.size()), "个区间"}));
      break;
    }
    words.push_back(is_date ? said(day_bounds(interval), true, "")
                            : said(number_bounds(interval, tag == nullptr ? 0 : tag->scale), false,
                                   tag == nullptr ? "" : tag->unit));
  }
  return words;
}

std::string times(const std::vector<Interval>& intervals, std::string_view unit) {
  Words words;
  for (const Interval& interval : intervals) {
    const Bounds bounds = count_bounds(interval);
    switch (bounds.kind) {
      case Bounds::Kind::Exactly:
        words.push_back(set({"正好", bounds.low, unit}));
        break;
      case Bounds::Kind::Between:
        words.push_back(set({bounds.low, "到", bounds.high, unit}));
        break;
      case Bounds::Kind::AtLeast:
      case Bounds::Kind::MoreThan:
      case Bounds::Kind::AtMost:
      case Bounds::Kind::LessThan:
      case Bounds::Kind::Anything:
        words.push_back(set({"至少", bounds.low, unit}));
        break;
    }
  }
  return words.empty() ? set({"0", unit}) : listed(words, "或");
}

std::string gap(const engine::DayGap& gap) {
  const std::string months = gap.months == 0 ? "" : set({std::to_string(gap.months), "个月"});
  const std::string days =
      gap.days == 0 && gap.months != 0 ? "" : set({std::to_string(gap.days), "天"});
  return set({months, months.empty() || days.empty() ? "" : "零", days});
}

std::string in_window(const engine::DayWindow& window) {
  const Bounds bounds = window_bounds(window);
  switch (bounds.kind) {
    case Bounds::Kind::Exactly:
      return set({"在", bounds.low, "当天"});
    case Bounds::Kind::Between:
      return set({"在", bounds.low, "到", bounds.high, "期间"});
    case Bounds::Kind::AtLeast:
    case Bounds::Kind::MoreThan:
      return set({"自", bounds.low, "起"});
    case Bounds::Kind::AtMost:
    case Bounds::Kind::LessThan:
      return set({"截至", bounds.high});
    case Bounds::Kind::Anything:
      break;
  }
  return "";
}

}  // namespace tagline::dsl::chinese
