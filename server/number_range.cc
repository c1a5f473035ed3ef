#include "server/number_range.h"

#include "engine/execute.h"
#include "engine/plan.h"
#include "server/day_text.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace tagline::server {
namespace {

using engine::RowKey;

/// Looks for extreme magnitudes among the negative or the non-negative values of one field.
class MagnitudeSearch {
 public:
  MagnitudeSearch(const engine::Source& source, engine::FieldId field, bool negative, unsigned bits)
      : source_(source), field_(field), negative_(negative), bits_(bits) {}

  /// REQUIRES: somebody has a value of this sign.
  [[nodiscard]] Result<std::int64_t> greatest() const {
    std::int64_t found = 0;
    for (unsigned bit = bits_; bit-- > 0;) {
      const std::int64_t step = std::int64_t{1} << bit;
      TAGLINE_ASSIGN_OR_RETURN(const bool any,
                               any_between(found + step, found + step + (step - 1)));
      if (any) {
        found += step;
      }
    }
    return found;
  }

  [[nodiscard]] Result<std::int64_t> least() const {
    std::int64_t found = 0;
    for (unsigned bit = bits_; bit-- > 0;) {
      const std::int64_t step = std::int64_t{1} << bit;
      TAGLINE_ASSIGN_OR_RETURN(const bool any, any_between(found, found + (step - 1)));
      if (!any) {
        found += step;
      }
    }
    return found;
  }

 private:
  [[nodiscard]] Result<bool> any_between(std::int64_t low, std::int64_t high) const {
    engine::Plan plan;
    // A negative zero does not exist, so the range of magnitudes [0, h] is values [-h, -1] there.
    const auto node =
        negative_ ? plan.range(field_, -high, low == 0 ? -1 : -low) : plan.range(field_, low, high);
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t people, engine::count(plan, node, source_));
    return people > 0;
  }

  const engine::Source& source_;
  engine::FieldId field_;
  bool negative_;
  unsigned bits_;
};

/// How many low bits the magnitudes of a field use.
Result<unsigned> bits_used(const engine::Source& source, engine::FieldId field) {
  for (unsigned bit = engine::kValueBitsMax; bit-- > 0;) {
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t people,
                             source.cardinality({field, engine::kFirstBitRow + bit}));
    if (people > 0) {
      return bit + 1;
    }
  }
  return 0U;
}

}  // namespace

Result<std::optional<NumberRange>> number_range(const engine::Source& source,
                                                engine::FieldId field) {
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t known,
                           source.cardinality({field, engine::kExistsRow}));
  if (known == 0) {
    return std::optional<NumberRange>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t negatives,
                           source.cardinality({field, engine::kSignRow}));
  TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, bits_used(source, field));
  const MagnitudeSearch below_zero(source, field, true, bits);
  const MagnitudeSearch from_zero(source, field, false, bits);
  NumberRange range;
  if (negatives > 0) {
    TAGLINE_ASSIGN_OR_RETURN(const std::int64_t magnitude, below_zero.greatest());
    range.lowest = -magnitude;
  } else {
    TAGLINE_ASSIGN_OR_RETURN(range.lowest, from_zero.least());
  }
  if (negatives < known) {
    TAGLINE_ASSIGN_OR_RETURN(range.highest, from_zero.greatest());
  } else {
    TAGLINE_ASSIGN_OR_RETURN(const std::int64_t magnitude, below_zero.least());
    range.highest = -magnitude;
  }
  return std::optional<NumberRange>(range);
}

std::string value_text(engine::TagKind kind, std::int64_t value, unsigned scale) {
  if (kind == engine::TagKind::Date) {
    return day_text(std::chrono::sys_days(std::chrono::days(value)));
  }
  const bool negative = value < 0;
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string digits = std::to_string(magnitude);
  if (scale > 0) {
    if (digits.size() <= scale) {
      digits.insert(0, scale + 1 - digits.size(), '0');
    }
    digits.insert(digits.size() - scale, 1, '.');
  }
  return negative ? "-" + digits : digits;
}

std::string total_text(engine::Int128 total, unsigned scale) {
  const bool negative = total < 0;
  __extension__ using UInt128 = unsigned __int128;
  auto left = static_cast<UInt128>(negative ? -total : total);
  std::string digits;
  while (left != 0 || digits.size() <= scale) {
    digits.push_back(static_cast<char>('0' + static_cast<int>(left % 10)));
    left /= 10;
    if (scale != 0 && digits.size() == scale) {
      digits.push_back('.');
    }
  }
  if (scale != 0 && digits.back() == '.') {
    digits.push_back('0');
  }
  std::string text(digits.rbegin(), digits.rend());
  return negative ? "-" + text : text;
}

std::string rounded_text(double value, unsigned scale) {
  std::array<char, 400> text{};  // the largest double has 309 digits before the point
  std::snprintf(text.data(), text.size(), "%.*f", static_cast<int>(scale + 2),
                value / std::pow(10.0, scale));
  return text.data();
}

}  // namespace tagline::server
