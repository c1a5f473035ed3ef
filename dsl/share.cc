// Ours: the digits of percent / 100 are taken as a fraction in base 10^9. Multiplied by 2^32, what
// runs over its point is the first half of the result, and once more the second: no digit is
// dropped, so the floor is exact whatever the number of digits.
#include "dsl/share.h"

#include <string>
#include <vector>

namespace tagline::dsl {
namespace {

constexpr std::uint64_t kBase = 1'000'000'000;
constexpr std::size_t kBaseDigits = 9;
constexpr unsigned kHalfBits = 32;

/// What runs over the point when the fraction is multiplied by 2^32. Each product is below 2^62.
[[nodiscard]] std::uint64_t take_half(std::vector<std::uint64_t>& limbs) {
  std::uint64_t carry = 0;
  for (auto limb = limbs.rbegin(); limb != limbs.rend(); ++limb) {
    const std::uint64_t product = (*limb << kHalfBits) + carry;
    *limb = product % kBase;
    carry = product / kBase;
  }
  return carry;
}

}  // namespace

std::uint64_t share_of(const Decimal& percent) {
  constexpr std::size_t kPercentDigits = 2;
  if (percent.whole.size() > kPercentDigits) {
    return UINT64_MAX;
  }
  std::string digits(kPercentDigits - percent.whole.size(), '0');
  digits += percent.whole + percent.fraction;
  digits.append((kBaseDigits - digits.size() % kBaseDigits) % kBaseDigits, '0');
  std::vector<std::uint64_t> limbs(digits.size() / kBaseDigits);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    std::uint64_t& limb = limbs[i / kBaseDigits];
    limb = limb * 10 + static_cast<std::uint64_t>(digits[i] - '0');
  }
  const std::uint64_t high = take_half(limbs);
  return high << kHalfBits | take_half(limbs);
}

}  // namespace tagline::dsl
