#include "cli/repl/apart.h"

#include <algorithm>
#include <cmath>

namespace tagline::cli {

double errors_apart(const Share& a, const Share& b) {
  if (a.people == 0 || b.people == 0) {
    return 0;
  }
  const auto of_a = static_cast<double>(a.people);
  const auto of_b = static_cast<double>(b.people);
  const double pooled = static_cast<double>(a.count + b.count) / (of_a + of_b);
  const double error = std::sqrt(pooled * (1 - pooled) * (1 / of_a + 1 / of_b));
  const double difference =
      static_cast<double>(a.count) / of_a - static_cast<double>(b.count) / of_b;
  // Yates' correction: counts go in steps, which tells where they are small.
  const double step = (1 / of_a + 1 / of_b) / 2;
  const double sure = std::max(std::abs(difference) - step, 0.0);
  return error > 0 ? std::copysign(sure, difference) / error : 0;
}

double errors_apart(const Mean& a, const Mean& b) {
  if (a.known < 2 || b.known < 2) {
    return 0;
  }
  const double error = std::sqrt(a.deviation * a.deviation / static_cast<double>(a.known) +
                                 b.deviation * b.deviation / static_cast<double>(b.known));
  return error > 0 ? (a.mean - b.mean) / error : 0;
}

}  // namespace tagline::cli
