#include "server/utf16.h"

#include "dsl/unicode.h"

namespace tagline::server {
namespace {

std::size_t units_of(const dsl::Decoded& decoded) {
  return decoded.valid && decoded.point > 0xFFFF ? 2 : 1;
}

}  // namespace

std::size_t utf16_units_before(std::string_view text, std::uint32_t code_point) {
  std::size_t units = 0;
  std::size_t at = 0;
  for (std::uint32_t point = 0; point < code_point && at < text.size(); ++point) {
    const dsl::Decoded next = dsl::decode_at(text, at);
    units += units_of(next);
    at += next.bytes;
  }
  return units;
}

std::uint32_t code_points_before(std::string_view text, std::uint64_t utf16_unit) {
  std::uint32_t points = 0;
  std::uint64_t units = 0;
  for (std::size_t at = 0; at < text.size(); ++points) {
    const dsl::Decoded next = dsl::decode_at(text, at);
    units += units_of(next);
    if (units > utf16_unit) {
      break;
    }
    at += next.bytes;
  }
  return points;
}

}  // namespace tagline::server
