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

// Backwards what T. Chan, G. Golub and R. LeVeque (1979) put together.
Mean mean_of_others(const Mean& all, const Mean& some) {
  Mean others;
  others.known = all.known - std::min(some.known, all.known);
  if (others.known < 2) {
    return others;
  }
  const auto of_all = static_cast<double>(all.known);
  const auto of_some = static_cast<double>(some.known);
  const auto of_others = static_cast<double>(others.known);
  others.mean = (all.mean * of_all - some.mean * of_some) / of_others;
  const double between = some.mean - others.mean;
  const double squares = all.deviation * all.deviation * of_all -
                         some.deviation * some.deviation * of_some -
                         between * between * of_some * of_others / of_all;
  others.deviation = std::sqrt(std::max(squares, 0.0) / of_others);
  return others;
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
