// Places in a text as JavaScript counts them: in UTF-16 units, while the language counts code
// points. A byte that is not UTF-8 is a code point of its own, and one unit, as it is for the scan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tagline::server {

/// UTF-16 units before a code point of `text`; of the whole text when it has fewer. O(text).
[[nodiscard]] std::size_t utf16_units_before(std::string_view text, std::uint32_t code_point);

/// Code points before a UTF-16 unit; of the whole text when it has fewer. In the middle of a pair:
/// those before the pair. O(text).
[[nodiscard]] std::uint32_t code_points_before(std::string_view text, std::uint64_t utf16_unit);

}  // namespace tagline::server
