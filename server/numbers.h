// Numbers: what can be said of one number (or date) tag over the people an expression selects:
// total and mean, extremes, quantiles, who has the most, and how few hold most of it. All exact;
// see engine/number_summary.h and engine/ranking.h for how.
#pragma once

#include "server/service.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// Values are written as people write them ("-12.50", "2024-06-15"), exactly; mean and deviation
/// are rounded to two digits more than the tag has.
struct NumberAnswer {
  Answer answer;    ///< of the expression; its time is that of the whole
  std::string tag;  ///< catalogue name
  Text name;        ///< for readers of each language
  engine::TagKind kind = engine::TagKind::Number;
  std::string unit;
  std::uint64_t known = 0;  ///< of those selected, the ones who have a value
  // Of a number; nothing for a date, and when nobody has a value.
  std::optional<std::string> sum;
  std::optional<std::string> mean;
  std::optional<std::string> deviation;  ///< standard deviation (divided by n)
  std::optional<std::string> min;
  std::optional<std::string> max;
  struct Quantile {
    std::uint32_t share = 0;  ///< millionths
    std::string value;        ///< the smallest that so many of them do not exceed
  };
  std::vector<Quantile> quantiles;  ///< 10 %, 25 %, 50 %, 75 %, 90 % and 99 %
};
enum class NumberDetail : std::uint8_t { Total, Full };

/// Refused for a tag that is no number or date, and Total for a date.
[[nodiscard]] Outcome<NumberAnswer> number_answer(const storage::Snapshot& snapshot,
                                                  const QueryRequest& request, std::string_view tag,
                                                  NumberDetail detail);

struct RankedAnswer {
  Answer answer;
  std::string tag;
  Text name;
  std::string unit;
  struct Person {
    std::string id;
    std::string value;
  };
  std::vector<Person> people;
};
/// The `n` people with the largest (or smallest) number, in order; of equal ones, who came first.
/// REQUIRES: n is at most engine::kRankedMax.
[[nodiscard]] Outcome<RankedAnswer> ranked_answer(const storage::Snapshot& snapshot,
                                                  const QueryRequest& request, std::string_view tag,
                                                  bool largest, std::uint64_t n);

struct ParetoAnswer {
  Answer answer;
  std::string tag;
  Text name;
  std::string unit;
  std::uint32_t share = 0;  ///< asked, in millionths
  std::uint64_t known = 0;
  std::optional<std::string> total;
  std::uint64_t people = 0;  ///< the fewest who hold the share; 0 when the total is not above zero
  std::optional<std::string> held;
  std::optional<std::string> threshold;  ///< the least that one of them has
  std::string segment;                   ///< the expression that selects them
};
[[nodiscard]] Outcome<ParetoAnswer> pareto_answer(const storage::Snapshot& snapshot,
                                                  const QueryRequest& request, std::string_view tag,
                                                  std::uint32_t share);

}  // namespace tagline::server
