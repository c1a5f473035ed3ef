// Stretches: a number or date cut into a few round parts, for breakdowns.
#pragma once

#include "engine/number_summary.h"
#include "server/number_range.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

struct Stretches {
  engine::Bins bins;                ///< what to count
  std::vector<std::size_t> of_bin;  ///< which stretch each bin is part of
  std::vector<std::string> texts;   ///< "30..39", "2024-06", closed at both ends
};

/// The narrowest parts of 1, 2 or 5 times a power of ten that cover the range with `most` at most
/// (20 or more).
[[nodiscard]] Stretches number_stretches(const NumberRange& range, unsigned scale,
                                         std::size_t most);
/// Days, months, years, decades or centuries. Bins are days.
[[nodiscard]] Stretches date_stretches(const NumberRange& range, std::size_t most);

/// A mean as people write it: two digits more than the tag has; a day for a date. Nothing when
/// nobody has a value.
[[nodiscard]] std::optional<std::string> mean_text(const engine::NumberTotal& total,
                                                   engine::TagKind kind, unsigned scale);

}  // namespace tagline::server
