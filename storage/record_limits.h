// record_limits: how large what people write into a record may be. Checked before it is stored, so
// that no file can put more than that into every reader's memory. Private to storage/.
#pragma once

#include "engine/result.h"
#include "storage/record.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tagline::storage {

/// Numbers of rules stay below, so that the first byte of one is 0 in its key.
inline constexpr std::uint32_t kRuleNumberEnd = 1U << 24U;

/// TooLarge, and BadInput for what needs a name and has none.
[[nodiscard]] Status check_limits(const TagRecord& tag);
[[nodiscard]] Status check_limits(const ValueRecord& value);
[[nodiscard]] Status check_limits(const SegmentRecord& segment);
[[nodiscard]] Status check_limits(const LoadRecord& load);
/// Of the segment `name`.
[[nodiscard]] Status check_limits(const std::string& name, const RuleRecord& rule);
[[nodiscard]] Status check_limits(const OriginRecord& origin);

/// TooLarge: "`what` has `size` bytes, expected at most `max`".
[[nodiscard]] tl::unexpected<Error> too_long(const std::string& what_en, const std::string& what_zh,
                                             std::size_t size, std::size_t max);

}  // namespace tagline::storage
