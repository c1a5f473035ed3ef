// What both languages' sentences are made of: names of fields, rows and series, numbers and days
// as text, and which operands of a group are spelled out.
#pragma once

#include "dsl/bound.h"
#include "dsl/catalogue.h"
#include "dsl/diagnostic.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tagline::dsl {

/// Names of one kind, as many as a sentence bears.
struct ShownNames {
  std::vector<std::string> shown;
  std::size_t total = 0;
};

/// The catalogue by id, in one language. REQUIRES: the catalogue outlives it.
class SentenceNames {
 public:
  SentenceNames(const Catalogue& catalogue, Language language);

  [[nodiscard]] const Tag* tag(engine::FieldId field) const;
  [[nodiscard]] std::string tag_name(engine::FieldId field) const;
  [[nodiscard]] const Event* event(const BoundEvent& step) const;
  [[nodiscard]] std::string event_name(const BoundEvent& step) const;
  [[nodiscard]] ShownNames values(engine::FieldId field, const std::vector<engine::RowId>& rows);
  /// Of an event; none: everything it counts.
  [[nodiscard]] ShownNames keys(const BoundEvent& step);

 private:
  using Rows = std::unordered_map<engine::RowId, const Value*>;
  [[nodiscard]] ShownNames list(const std::vector<Value>& all,
                                const std::vector<engine::RowId>& rows);

  Language language_;
  std::unordered_map<engine::FieldId, const Tag*> tags_;
  std::unordered_map<engine::FieldId, const Event*> events_;
  std::unordered_map<const std::vector<Value>*, Rows> rows_;
};

/// A name set in a sentence: in “” when it could be read as part of the sentence.
[[nodiscard]] std::string set_off(std::string_view name);

/// One interval as people say it. `low` and `high` are empty where it is open.
struct Bounds {
  enum class Kind : std::uint8_t {
    Anything,
    Exactly,
    Between,
    AtLeast,
    MoreThan,
    AtMost,
    LessThan
  };
  Kind kind = Kind::Anything;
  std::string low;   ///< Exactly, Between, AtLeast, MoreThan
  std::string high;  ///< Between, AtMost, LessThan
};
/// 10.01 and more on a scale of two digits is more than 10.
[[nodiscard]] Bounds number_bounds(const Interval& interval, unsigned scale);
[[nodiscard]] Bounds day_bounds(const Interval& interval);
/// Of times, days and rows of days: at least one is always meant.
[[nodiscard]] Bounds count_bounds(const Interval& interval);
[[nodiscard]] Bounds window_bounds(const engine::DayWindow& window);

/// Everything else.
[[nodiscard]] std::vector<Interval> complement(const std::vector<Interval>& intervals);

[[nodiscard]] bool is_flag(const SentenceNames& names, const Bound& bound);
/// `city:*`.
[[nodiscard]] bool is_existence(const SentenceNames& names, const Bound& bound);
/// Top, Bottom, samples and lookalikes: a number of people rather than a condition.
[[nodiscard]] bool is_subset(const Bound& bound);
/// NOT city:tier1 takes in people without a city: the field that may be unknown.
[[nodiscard]] std::optional<engine::FieldId> may_be_unknown(const SentenceNames& names,
                                                            const Bound& negated);
/// Small enough to be spelled out in brackets behind the name of its segment.
[[nodiscard]] bool is_brief(const Bound& bound);

/// Operands of one group that are spelled out.
inline constexpr std::size_t kOperandsSpelled = 20;

[[nodiscard]] std::string english_sentence(const Bound& bound, const Catalogue& catalogue);
[[nodiscard]] std::string chinese_sentence(const Bound& bound, const Catalogue& catalogue);

}  // namespace tagline::dsl
