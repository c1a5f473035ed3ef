// Number summary: what can be said of one number over a segment: total, mean, extremes, spread,
// quantiles. Exact, but for mean and deviation, which are rounded to a double.
#pragma once

#include "engine/number_column.h"
#include "engine/ranking.h"
#include "engine/sweep.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tagline::engine {

struct NumberTotal {
  std::uint64_t users = 0;  ///< of the answer
  std::uint64_t known = 0;  ///< of those, the ones who have a number
  Int128 sum = 0;
};

/// For every answer of the sweep, which may come in turn. Adds up bit slices (P. O'Neil and D.
/// Quass, 1997): a count a slice and block, whatever the number of users.
[[nodiscard]] Result<std::vector<NumberTotal>> number_totals(const Sweep& over, FieldId field,
                                                             ExecuteStats* stats = nullptr);

/// The same of several fields, which one sweep serves: totals[i] are those of fields[i].
[[nodiscard]] Result<std::vector<std::vector<NumberTotal>>> number_totals(
    const Sweep& over, std::span<const FieldId> fields, ExecuteStats* stats = nullptr);

struct NumberSummary {
  NumberTotal total;
  // Of those who have a number; nothing when nobody has.
  std::optional<std::int64_t> min;
  std::optional<std::int64_t> max;
  double mean = 0;
  double deviation = 0;  ///< standard deviation of the whole segment (divided by n, not n - 1)
  std::vector<std::optional<std::int64_t>> quantiles;  ///< as asked
};

/// Of the first answer. A quantile in millionths q (0 to 1,000,000) is the smallest number that at
/// least q of the users with a number do not exceed: always a number somebody has (percentile_disc
/// of SQL); 0 is the minimum. One sweep, and for quantiles those of engine/ranking.h. The deviation
/// is added up as T. Chan, G. Golub and R. LeVeque do ("Updating formulae and a pairwise algorithm
/// for computing sample variances", 1979), in no fixed order of shards: its last digits may differ
/// between runs on several threads.
[[nodiscard]] Result<NumberSummary> number_summary(const Sweep& over, FieldId field,
                                                   std::span<const std::uint32_t> quantiles,
                                                   ExecuteStats* stats = nullptr);

/// Of several fields, and of every answer, which may come in turn: summaries[i][j] is of fields[i]
/// and answer j, without quantiles. One sweep.
[[nodiscard]] Result<std::vector<std::vector<NumberSummary>>> number_summaries(
    const Sweep& over, std::span<const FieldId> fields, ExecuteStats* stats = nullptr);

/// How many users of the first answer have a number in [first + i * width, first + (i + 1) *
/// width), for i below `bins`; numbers outside are in no bin. REQUIRES: width is 1 or more. One
/// sweep.
struct Bins {
  std::int64_t first = 0;
  std::uint64_t width = 1;
  std::size_t count = 0;
};
[[nodiscard]] Result<std::vector<std::uint64_t>> number_histogram(const Sweep& over, FieldId field,
                                                                  const Bins& bins,
                                                                  ExecuteStats* stats = nullptr);
/// The same of every answer, which may come in turn.
[[nodiscard]] Result<std::vector<std::vector<std::uint64_t>>> number_histograms(
    const Sweep& over, FieldId field, const Bins& bins, ExecuteStats* stats = nullptr);

}  // namespace tagline::engine
