// How the values of tags are spread, day by day, and how far a spread has moved: what tells that
// the source of a tag has changed before anybody's segment does.
#pragma once

#include "engine/execute.h"
#include "engine/layout.h"
#include "storage/history.h"
#include "storage/store.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

/// Of a category or set so many values are told apart, the most frequent; the others are one part.
inline constexpr std::size_t kSpreadParts = 256;

/// Takes the spread of the day before that of `now`, in the zone of the database, of every tag that
/// was there then and has none of it yet, as the tags are now; drops those of days more than
/// `keep_days` before that day. Doing it again does nothing. One transaction. Returns how many were
/// taken. Numbers and dates are cut at the deciles they had when they were first taken. Cost:
/// stored cardinalities, and ten counts a number.
[[nodiscard]] Result<std::uint64_t> record_spreads(storage::Store& store,
                                                   const engine::ExecuteOptions& execute,
                                                   std::chrono::system_clock::time_point now,
                                                   std::uint64_t keep_days);

/// From here on values have moved, and shifted, by the custom of credit scoring.
inline constexpr double kMovedFrom = 0.1;
inline constexpr double kShiftedFrom = 0.25;

/// The population stability index of two spreads of one tag: the sum over all parts, those without
/// a value among them, of (q - p) ln(q / p), where p and q are the shares of the population; a part
/// that is empty on one side counts as half a person. 0: the same; by the custom of credit scoring
/// below 0.1 is stable and from 0.25 on has shifted. Nothing: a population is empty. (Siddiqi,
/// Credit Risk Scorecards, 2006.)
[[nodiscard]] std::optional<double> stability_index(const storage::Spread& before,
                                                    const storage::Spread& after);

struct TagDrift {
  std::string name;
  engine::TagKind kind = engine::TagKind::Flag;
  std::string time_zone;
  struct Day {
    std::chrono::sys_days day;
    std::uint64_t population = 0;
    std::uint64_t known = 0;  ///< users who have a value
    /// Against the day before among these; nothing for the first.
    std::optional<double> index;
  };
  std::vector<Day> days;  ///< that are kept, of those asked for; oldest first
  /// What moved most between the last two days.
  struct Part {
    std::string value;  ///< a value's name, "12..47" of a number, "(none)", "(others)"
    double before = 0;  ///< share of the population
    double after = 0;
  };
  std::vector<Part> moved;  ///< at most ten, those that moved most first
};

/// How far a tag has moved between the last two days that are kept of it; nothing: fewer are.
struct LastDrift {
  std::chrono::sys_days before;
  std::chrono::sys_days after;
  double index = 0;
  std::vector<TagDrift::Part> moved;  ///< as TagDrift::moved
};
[[nodiscard]] Result<std::optional<LastDrift>> last_drift(const storage::Snapshot& snapshot,
                                                          const storage::TagRecord& tag);

/// BadInput: an event, which has none. `days`: of the last so many days before `today`.
[[nodiscard]] Result<TagDrift> tag_drift(const storage::Snapshot& snapshot,
                                         const storage::TagRecord& tag, std::uint64_t days,
                                         std::chrono::sys_days today);

}  // namespace tagline::server
