#include "dsl/sentence_parts.h"

#include "dsl/dates.h"
#include "dsl/display.h"
#include "dsl/literal.h"
#include "dsl/number.h"
#include "dsl/sentence.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

using engine::TagKind;

constexpr std::size_t kNamesShown = 8;
constexpr std::size_t kBriefNodes = 20;

[[nodiscard]] std::int64_t power_of_ten(unsigned scale) {
  constexpr unsigned kScaleMax = 18;
  std::int64_t power = 1;
  for (unsigned i = 0; i < std::min(scale, kScaleMax); ++i) {
    power *= 10;
  }
  return power;
}

[[nodiscard]] std::string day_text(std::int64_t day) {
  return to_text(std::clamp(
      Day(std::chrono::days(std::clamp<std::int64_t>(day, engine::kFirstDay, engine::kLastDay))),
      earliest_day(), latest_day()));
}

}  // namespace

SentenceNames::SentenceNames(const Catalogue& catalogue, Language language) : language_(language) {
  for (const Tag& tag : catalogue.tags) {
    tags_.emplace(tag.field, &tag);
  }
  for (const Event& event : catalogue.events) {
    events_.emplace(event.field, &event);
  }
}

const Tag* SentenceNames::tag(engine::FieldId field) const {
  const auto found = tags_.find(field);
  return found == tags_.end() ? nullptr : found->second;
}

std::string SentenceNames::tag_name(engine::FieldId field) const {
  const Tag* found = tag(field);
  return found == nullptr ? "?" : std::string(name_in(*found, language_));
}

const Event* SentenceNames::event(const BoundEvent& step) const {
  const auto found = events_.find(step.event);
  return found == events_.end() ? nullptr : found->second;
}

std::string SentenceNames::event_name(const BoundEvent& step) const {
  const Event* found = event(step);
  return found == nullptr ? "?" : set_off(name_in(*found, language_));
}

ShownNames SentenceNames::list(const std::vector<Value>& all,
                               const std::vector<engine::RowId>& rows) {
  Rows& by_row = rows_[&all];
  if (by_row.empty()) {
    for (const Value& value : all) {
      by_row.emplace(value.row, &value);
    }
  }
  ShownNames names;
  names.total = rows.size();
  for (const engine::RowId row : rows) {
    if (names.shown.size() == kNamesShown) {
      break;
    }
    const auto found = by_row.find(row);
    names.shown.push_back(found == by_row.end() ? "?"
                                                : set_off(name_in(*found->second, language_)));
  }
  return names;
}

ShownNames SentenceNames::values(engine::FieldId field, const std::vector<engine::RowId>& rows) {
  const Tag* found = tag(field);
  return found == nullptr ? ShownNames{} : list(found->values, rows);
}

ShownNames SentenceNames::keys(const BoundEvent& step) {
  const Event* found = event(step);
  const bool is_whole = step.series.size() == 1 && step.series.front() == step.event;
  return found == nullptr || is_whole ? ShownNames{} : list(found->keys, step.series);
}

std::string set_off(std::string_view name) {
  constexpr std::u32string_view kMarks = U",.;:()\"“”‘’，、。；：（）？?";
  const std::u32string points = decode(name);
  const bool marked = std::any_of(points.begin(), points.end(), [&](char32_t point) {
    return kMarks.find(point) != std::u32string_view::npos;
  });
  const bool bare = !points.empty() && !marked && !is_keyword(points) && points.front() != U' ' &&
                    points.back() != U' ';
  return bare ? std::string(name) : "“" + std::string(name) + "”";
}

Bounds number_bounds(const Interval& interval, unsigned scale) {
  const std::int64_t whole = power_of_ten(scale);
  const auto text = [scale](std::int64_t value) { return unscale(value, scale); };
  const bool from_start = interval.low == kNumberMin;
  const bool to_end = interval.high == kNumberMax;
  if (from_start && to_end) {
    return {};
  }
  if (to_end) {
    const bool beyond = scale > 0 && (interval.low - 1) % whole == 0;
    return beyond ? Bounds{Bounds::Kind::MoreThan, text(interval.low - 1), ""}
                  : Bounds{Bounds::Kind::AtLeast, text(interval.low), ""};
  }
  if (from_start) {
    const bool beyond = scale > 0 && (interval.high + 1) % whole == 0;
    return beyond ? Bounds{Bounds::Kind::LessThan, "", text(interval.high + 1)}
                  : Bounds{Bounds::Kind::AtMost, "", text(interval.high)};
  }
  const auto kind = interval.low == interval.high ? Bounds::Kind::Exactly : Bounds::Kind::Between;
  return {kind, text(interval.low), text(interval.high)};
}

Bounds day_bounds(const Interval& interval) {
  Bounds bounds = number_bounds(interval, 0);
  bounds.low = bounds.low.empty() ? "" : day_text(interval.low);
  bounds.high = bounds.high.empty() ? "" : day_text(interval.high);
  return bounds;
}

Bounds count_bounds(const Interval& interval) {
  return number_bounds({std::max<std::int64_t>(interval.low, 1), interval.high}, 0);
}

Bounds window_bounds(const engine::DayWindow& window) {
  return day_bounds({window.first == engine::kFirstDay ? kNumberMin : window.first,
                     window.last == engine::kLastDay ? kNumberMax : window.last});
}

std::vector<Interval> complement(const std::vector<Interval>& intervals) {
  std::vector<Interval> rest;
  std::int64_t from = kNumberMin;
  for (const Interval& interval : intervals) {
    if (interval.low > from) {
      rest.push_back({from, interval.low - 1});
    }
    if (interval.high == kNumberMax) {
      return rest;
    }
    from = interval.high + 1;
  }
  rest.push_back({from, kNumberMax});
  return rest;
}

bool is_flag(const SentenceNames& names, const Bound& bound) {
  const Tag* tag = bound.kind == BoundKind::Rows ? names.tag(bound.field) : nullptr;
  return tag != nullptr && tag->kind == TagKind::Flag;
}

bool is_existence(const SentenceNames& names, const Bound& bound) {
  if (bound.kind == BoundKind::Numbers) {
    return bound.differs && bound.intervals.empty();
  }
  return bound.kind == BoundKind::Rows && !bound.differs && !is_flag(names, bound) &&
         bound.rows == std::vector<engine::RowId>{engine::kExistsRow};
}

bool is_subset(const Bound& bound) {
  switch (bound.kind) {
    case BoundKind::Top:
    case BoundKind::Bottom:
    case BoundKind::SampleShare:
    case BoundKind::SampleSize:
    case BoundKind::Lookalike:
      return true;
    case BoundKind::Nothing:
    case BoundKind::Everyone:
    case BoundKind::Rows:
    case BoundKind::Numbers:
    case BoundKind::And:
    case BoundKind::Or:
    case BoundKind::Not:
    case BoundKind::AtLeast:
    case BoundKind::Did:
    case BoundKind::Sequence:
    case BoundKind::Segment:
    case BoundKind::List:
    case BoundKind::Foreign:
      break;
  }
  return false;
}

std::optional<engine::FieldId> may_be_unknown(const SentenceNames& names, const Bound& negated) {
  const bool is_value = negated.kind == BoundKind::Rows || negated.kind == BoundKind::Numbers;
  return is_value && !is_flag(names, negated) && !is_existence(names, negated)
             ? std::optional(negated.field)
             : std::nullopt;
}

bool is_brief(const Bound& bound) {
  std::size_t nodes = 0;
  std::vector<const Bound*> pending = {&bound};
  while (!pending.empty()) {
    const Bound* next = pending.back();
    pending.pop_back();
    if (++nodes > kBriefNodes) {
      return false;
    }
    for (const Bound& operand : next->operands) {
      pending.push_back(&operand);
    }
  }
  return true;
}

Text sentence(const Bound& bound, const Catalogue& catalogue) {
  return {english_sentence(bound, catalogue), chinese_sentence(bound, catalogue)};
}

}  // namespace tagline::dsl
