#include "dsl/sentence_en_words.h"

#include "dsl/number.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl::english {

using engine::TagKind;

std::string listed(const Words& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_last = i + 1 == words.size() && !last.empty();
    text += i == 0 ? "" : (is_last ? " " + std::string(last) + " " : ", ");
    text += words[i];
  }
  return text;
}

std::string clauses(const Words& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_last = i + 1 == words.size();
    text += i == 0 ? "" : (words.size() == 2 ? " " : ", ");
    text += (i > 0 && is_last ? std::string(last) + " " : "") + words[i];
  }
  return text;
}

std::string any_of_names(const ShownNames& names) {
  if (names.total == names.shown.size()) {
    return listed(names.shown, "or");
  }
  return "any of " + listed(names.shown) + " and " +
         with_separators(names.total - names.shown.size()) + " more";
}

std::string none_of_names(std::string_view verb, const ShownNames& names) {
  const std::string is(verb);
  if (names.total == 1) {
    return (is == "is" ? "is not " : "does not include ") + names.shown.front();
  }
  if (names.total == 2) {
    return is + " neither " + names.shown[0] + " nor " + names.shown[1];
  }
  return names.total == names.shown.size()
             ? is + " none of " + listed(names.shown, "and")
             : is + " none of " + listed(names.shown) + " and " +
                   with_separators(names.total - names.shown.size()) + " more";
}

std::string said(const Bounds& bounds, bool is_date) {
  switch (bounds.kind) {
    case Bounds::Kind::Exactly:
      return bounds.low;
    case Bounds::Kind::Between:
      return "between " + bounds.low + " and " + bounds.high;
    case Bounds::Kind::AtLeast:
      return (is_date ? "on or after " : "at least ") + bounds.low;
    case Bounds::Kind::MoreThan:
      return "more than " + bounds.low;
    case Bounds::Kind::AtMost:
      return (is_date ? "on or before " : "at most ") + bounds.high;
    case Bounds::Kind::LessThan:
      return "less than " + bounds.high;
    case Bounds::Kind::Anything:
      break;
  }
  return "anything";
}

Words ranges(const std::vector<Interval>& intervals, const Tag* tag) {
  Words words;
  const bool is_date = tag != nullptr && tag->kind == TagKind::Date;
  for (const Interval& interval : intervals) {
    if (words.size() == kOperandsSpelled) {
      words.push_back(with_separators(intervals.size() - words.size()) + " more");
      break;
    }
    std::string text = is_date
                           ? said(day_bounds(interval), true)
                           : said(number_bounds(interval, tag == nullptr ? 0 : tag->scale), false);
    words.push_back(text + (tag == nullptr || tag->unit.empty() ? "" : " " + tag->unit));
  }
  return words;
}

std::string times(const std::vector<Interval>& intervals, std::string_view one,
                  std::string_view many) {
  Words words;
  for (const Interval& interval : intervals) {
    const Bounds bounds = count_bounds(interval);
    const bool single = bounds.low == "1" && bounds.kind != Bounds::Kind::Between;
    if (single && one == "time") {
      words.push_back(bounds.kind == Bounds::Kind::Exactly ? "exactly once" : "at least once");
      continue;
    }
    const std::string noun(single ? one : many);
    switch (bounds.kind) {
      case Bounds::Kind::Exactly:
        words.push_back("exactly " + bounds.low + " " + noun);
        break;
      case Bounds::Kind::Between:
        words.push_back(bounds.low + " to " + bounds.high + " " + noun);
        break;
      case Bounds::Kind::AtLeast:
      case Bounds::Kind::MoreThan:
      case Bounds::Kind::AtMost:
      case Bounds::Kind::LessThan:
      case Bounds::Kind::Anything:
        words.push_back("at least " + bounds.low + " " + noun);
        break;
    }
  }
  return words.empty() ? "0 " + std::string(many) : listed(words, "or");
}

std::string gap(const engine::DayGap& gap) {
  Words words;
  if (gap.months != 0) {
    words.push_back(std::to_string(gap.months) + (gap.months == 1 ? " month" : " months"));
  }
  if (gap.days != 0 || gap.months == 0) {
    words.push_back(std::to_string(gap.days) + (gap.days == 1 ? " day" : " days"));
  }
  return listed(words, "and");
}

std::string in_window(const engine::DayWindow& window) {
  const Bounds bounds = window_bounds(window);
  if (bounds.kind == Bounds::Kind::Anything) {
    return "";
  }
  return " " + (bounds.kind == Bounds::Kind::Exactly ? "on " + bounds.low : said(bounds, true));
}

}  // namespace tagline::dsl::english
