#include "server/scaled_number.h"

#include <string>

namespace tagline::server {

std::optional<std::int64_t> scaled(std::string_view text, unsigned scale) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const auto point = text.find('.');
  std::string digits(text.substr(0, point));
  std::string fraction = point == std::string_view::npos ? "" : std::string(text.substr(point + 1));
  while (fraction.size() > scale && fraction.back() == '0') {
    fraction.pop_back();
  }
  if (digits.empty() || fraction.size() > scale) {
    return std::nullopt;
  }
  fraction.resize(scale, '0');
  digits += fraction;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9' || __builtin_mul_overflow(value, std::int64_t{10}, &value) ||
        __builtin_add_overflow(value, std::int64_t{c - '0'}, &value)) {
      return std::nullopt;
    }
  }
  return negative ? -value : value;
}

}  // namespace tagline::server
