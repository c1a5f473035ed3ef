// Breakdown: whom a segment is made of: its people by the values of one tag, of two, or of every
// tag of the catalogue, beside the whole population. Exact; see engine/row_counts.h, cross_counts.h
// and number_summary.h for how.
#pragma once

#include "server/service.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// One value, or one stretch of a number or date.
struct BreakdownRow {
  std::string value;  ///< catalogue name, or "30..39"
  Text name;          ///< for readers of each language
  std::uint64_t count = 0;
  std::uint64_t population = 0;  ///< people of the database with it
  std::string condition;         ///< the row as an expression, see server/condition.h
};

struct TagBreakdown {
  std::string tag;
  Text name;
  engine::TagKind kind = engine::TagKind::Flag;
  std::string unit;
  std::uint64_t known = 0;             ///< of the segment: people with any value
  std::uint64_t known_population = 0;  ///< of the database
  /// Values by number of people, most first; stretches in order. A flag: yes, and no. In a set
  /// people count once for each of their values, so that the rows may be more than `known`.
  std::vector<BreakdownRow> rows;
  /// Of a number, in a profile: the mean, of the segment and of the database, instead of rows.
  std::optional<std::string> mean;
  std::optional<std::string> mean_population;
  /// Standard deviations (divided by n) beside them, where they were asked for.
  std::optional<std::string> deviation;
  std::optional<std::string> deviation_population;
  /// And of a number what the means are made of, exactly.
  std::optional<std::string> sum;
  std::optional<std::string> sum_population;
};

struct BreakdownAnswer {
  Answer answer;
  std::vector<TagBreakdown> tags;  ///< one; in a profile all, in order of creation
};

/// By one tag. Numbers and dates are cut into at most kStretchesMax stretches: round numbers, and
/// days, months or years.
[[nodiscard]] Outcome<BreakdownAnswer> breakdown(const storage::Snapshot& snapshot,
                                                 const QueryRequest& request, std::string_view tag);
inline constexpr std::size_t kStretchesMax = 24;

/// By every tag that is no event. Three passes: the people, all values of all tags, all numbers and
/// dates; however many tags there are.
enum class ProfileDetail : std::uint8_t { Means, Deviations };
[[nodiscard]] Outcome<BreakdownAnswer> profile(const storage::Snapshot& snapshot,
                                               const QueryRequest& request,
                                               ProfileDetail detail = ProfileDetail::Means);

struct CrossAnswer {
  Answer answer;
  TagBreakdown rows;     ///< the segment by the first tag
  TagBreakdown columns;  ///< and by the second
  /// counts[i * columns.rows.size() + j]: people of rows.rows[i] and columns.rows[j].
  std::vector<std::uint64_t> counts;
  /// People without a value of one tag, by the values of the other: of each of rows.rows those who
  /// have none of the columns, of each of columns.rows those who have none of the rows; and those
  /// who have neither.
  std::vector<std::uint64_t> without_column;
  std::vector<std::uint64_t> without_row;
  std::uint64_t without_both = 0;
};
/// By two tags. Numbers and dates by stretches, in order, as in breakdown(); of a flag yes and no.
/// People without a value of one of them are in no cell of the counts, and stand beside them.
[[nodiscard]] Outcome<CrossAnswer> cross_table(const storage::Snapshot& snapshot,
                                               const QueryRequest& request,
                                               std::string_view row_tag,
                                               std::string_view column_tag);

}  // namespace tagline::server
