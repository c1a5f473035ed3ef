// Numbers of a tag as people see them: the range present in the data, and values as text.
#pragma once

#include "engine/layout.h"
#include "engine/number_column.h"
#include "engine/result.h"
#include "engine/source.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tagline::server {

struct NumberRange {
  std::int64_t lowest = 0;  ///< scaled, or days since 1970
  std::int64_t highest = 0;
};

/// The least and greatest value of a number or date tag, nothing when no user has one. Bisects by
/// counts, one bit of the magnitude at a time: at most two counts a bit.
[[nodiscard]] Result<std::optional<NumberRange>> number_range(const engine::Source& source,
                                                              engine::FieldId field);

/// A stored value as people write it: "-12.50" (scale 2), "2024-06-15" (Date).
[[nodiscard]] std::string value_text(engine::TagKind kind, std::int64_t value, unsigned scale);

/// A total of numbers of this scale as people write it, exactly.
[[nodiscard]] std::string total_text(engine::Int128 total, unsigned scale);

/// A scaled mean or deviation, rounded to two digits more than the tag has.
[[nodiscard]] std::string rounded_text(double value, unsigned scale);

}  // namespace tagline::server
