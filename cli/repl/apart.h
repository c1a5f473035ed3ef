// What sets two groups of people apart: how sure it is that a share or a mean of the one is not
// that of the other, so that the largest differences are told from those of chance.
#pragma once

#include <cstdint>

namespace tagline::cli {

/// Of so many people, so many have something.
struct Share {
  std::uint64_t count = 0;
  std::uint64_t people = 0;
};
/// A number, of those whose number is known.
struct Mean {
  double mean = 0;
  double deviation = 0;
  std::uint64_t known = 0;
};

/// Of the others, from all and those who are no others. REQUIRES: `some` are among `all`. Of fewer
/// than two others nothing is known but how many they are.
[[nodiscard]] Mean mean_of_others(const Mean& all, const Mean& some);

/// The difference in standard errors, as if both were samples of one, with Yates' correction; above
/// 0 when `a` is larger. 0 where there is nothing to compare: nobody, or the same for all.
[[nodiscard]] double errors_apart(const Share& a, const Share& b);
/// The same by Welch's test. 0 when fewer than two are known of one.
[[nodiscard]] double errors_apart(const Mean& a, const Mean& b);

}  // namespace tagline::cli
