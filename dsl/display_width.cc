#include "dsl/display_width.h"

#include "dsl/unicode.h"
#include "dsl/width_table.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

[[nodiscard]] bool contains(std::span<const CodeRange> ranges, char32_t point) {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), point,
                       [](char32_t value, const CodeRange& range) { return value < range.first; });
  return after != ranges.begin() && point <= std::prev(after)->last;
}

}  // namespace

unsigned display_width(char32_t point) {
  if (point < 0x300) {
    return point == 0xAD ? 0 : 1;
  }
  if (contains(zero_width_ranges(), point)) {
    return 0;
  }
  return contains(wide_ranges(), point) ? 2 : 1;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Decoded next = decode_at(text, at);
    columns += display_width(next.point);
    at += next.bytes;
  }
  return columns;
}

}  // namespace tagline::dsl
