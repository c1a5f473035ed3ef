#include "server/breakdown.h"

#include "engine/number_summary.h"
#include "engine/row_counts.h"
#include "server/breakdown_lines.h"
#include "server/condition.h"
#include "server/day_text.h"
#include "server/number_range.h"
#include "server/prepared.h"
#include "server/stretches.h"
#include "server/tag_names.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>
#include <utility>

namespace tagline::server {
namespace {

using engine::RowKey;
using engine::Sweep;
using engine::TagKind;

/// What a tag's rows in the store are: its existence row, then its values. A flag's one row is
/// both.
void add_rows(const dsl::Tag& tag, std::vector<RowKey>& rows) {
  rows.push_back({tag.field, engine::kExistsRow});
  for (const dsl::Value& value : tag.values) {
    rows.push_back({tag.field, value.row});
  }
}

TagBreakdown head_of(const dsl::Tag& tag) {
  TagBreakdown head;
  head.tag = tag.name;
  head.name = names_of(tag);
  head.kind = tag.kind;
  head.unit = tag.unit;
  return head;
}

BreakdownRow row_of(const dsl::Tag& tag, std::string value, Text name, std::uint64_t count,
                    std::uint64_t population) {
  std::string condition = server::condition(tag, value);
  return {std::move(value), std::move(name), count, population, std::move(condition)};
}

/// A flag, category or set from the counts of add_rows(), of the segment and of the database.
TagBreakdown counted(const dsl::Tag& tag, std::span<const std::uint64_t> counts,
                     std::span<const std::uint64_t> population, std::uint64_t segment,
                     std::uint64_t everybody) {
  TagBreakdown tags = head_of(tag);
  tags.known = counts[0];
  tags.known_population = population[0];
  if (tag.kind == TagKind::Flag) {
    tags.known = segment;
    tags.known_population = everybody;
    tags.rows = {row_of(tag, "yes", {"yes", "是"}, counts[0], population[0]),
                 row_of(tag, "no", {"no", "否"}, segment - counts[0], everybody - population[0])};
    return tags;
  }
  for (std::size_t i = 0; i < tag.values.size(); ++i) {
    tags.rows.push_back(
        row_of(tag, tag.values[i].name, names_of(tag.values[i]), counts[i + 1], population[i + 1]));
  }
  std::stable_sort(tags.rows.begin(), tags.rows.end(),
                   [](const BreakdownRow& a, const BreakdownRow& b) {
                     return a.count != b.count ? a.count > b.count : a.name.en < b.name.en;
                   });
  return tags;
}

Result<std::vector<std::uint64_t>> stored(std::span<const RowKey> rows,
                                          const storage::Snapshot& snapshot) {
  std::vector<std::uint64_t> people;
  for (const RowKey& row : rows) {
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users, snapshot.cardinality(row));
    people.push_back(users);
  }
  return people;
}

/// A number or date by stretches.
Result<TagBreakdown> stretched(const dsl::Tag& tag, Prepared& prepared,
                               const storage::Snapshot& snapshot, const QueryRequest& request) {
  TagBreakdown tags = head_of(tag);
  TAGLINE_ASSIGN_OR_RETURN(const SegmentRange found,
                           segment_range(tag, prepared, snapshot, request));
  tags.known_population = found.everybody;
  if (!found.range.has_value()) {
    return tags;
  }
  const Stretches stretches = stretches_of(tag, *found.range);
  const std::array roots = {prepared.root, prepared.plan.everyone()};
  std::array<std::vector<std::uint64_t>, 2> counts;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep,
                             sweep_of(prepared, {&roots[i], 1}, snapshot, request));
    TAGLINE_ASSIGN_OR_RETURN(const auto bins,
                             engine::number_histogram(sweep, tag.field, stretches.bins));
    counts[i] = stretched_counts(stretches, bins);
  }
  tags.known = std::accumulate(counts[0].begin(), counts[0].end(), std::uint64_t{0});
  for (std::size_t i = 0; i < stretches.texts.size(); ++i) {
    const std::string& text = stretches.texts[i];
    tags.rows.push_back(row_of(tag, text, {text, text}, counts[0][i], counts[1][i]));
  }
  return tags;
}

/// All flags, categories and sets of `of`, in one pass.
Result<std::vector<TagBreakdown>> by_values(const std::vector<const dsl::Tag*>& of,
                                            Prepared& prepared, const storage::Snapshot& snapshot,
                                            const QueryRequest& request) {
  std::vector<RowKey> rows;
  for (const dsl::Tag* tag : of) {
    add_rows(*tag, rows);
  }
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep,
                           sweep_of(prepared, {&prepared.root, 1}, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(const auto counts, engine::row_counts(sweep, rows));
  TAGLINE_ASSIGN_OR_RETURN(const auto population, stored(rows, snapshot));
  std::vector<TagBreakdown> tags;
  std::size_t at = 0;
  for (const dsl::Tag* tag : of) {
    const std::size_t size = tag->values.size() + 1;
    tags.push_back(counted(*tag, std::span(counts.front()).subspan(at, size),
                           std::span(population).subspan(at, size), prepared.answer.count,
                           prepared.answer.population));
    at += size;
  }
  return tags;
}

/// All numbers and dates of `of`, in one pass.
Result<std::vector<TagBreakdown>> averaged(const std::vector<const dsl::Tag*>& of,
                                           Prepared& prepared, const storage::Snapshot& snapshot,
                                           const QueryRequest& request, ProfileDetail detail) {
  std::vector<engine::FieldId> fields;
  for (const dsl::Tag* tag : of) {
    fields.push_back(tag->field);
  }
  const std::array roots = {prepared.root, prepared.plan.everyone()};
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep, sweep_of(prepared, roots, snapshot, request));
  std::vector<TagBreakdown> tags;
  const auto add = [&](const dsl::Tag& tag, const engine::NumberTotal& mine,
                       const engine::NumberTotal& all) -> TagBreakdown& {
    TagBreakdown& added = tags.emplace_back(head_of(tag));
    added.known = mine.known;
    added.known_population = all.known;
    added.mean = mean_text(mine, tag.kind, tag.scale);
    added.mean_population = mean_text(all, tag.kind, tag.scale);
    return added;
  };
  if (detail == ProfileDetail::Means) {
    TAGLINE_ASSIGN_OR_RETURN(const auto totals, engine::number_totals(sweep, fields));
    for (std::size_t i = 0; i < of.size(); ++i) {
      add(*of[i], totals[i][0], totals[i][1]);
    }
    return tags;
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto summaries, engine::number_summaries(sweep, fields));
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto& [mine, all] = std::tie(summaries[i][0], summaries[i][1]);
    TagBreakdown& added = add(*of[i], mine.total, all.total);
    const auto deviation = [&](const engine::NumberSummary& summary) {
      // Of a date in days: a deviation is no date.
      return summary.total.known == 0
                 ? std::nullopt
                 : std::optional(rounded_text(summary.deviation, of[i]->scale));
    };
    added.deviation = deviation(mine);
    added.deviation_population = deviation(all);
    if (of[i]->kind == TagKind::Number) {
      added.sum = total_text(mine.total.sum, of[i]->scale);
      added.sum_population = total_text(all.total.sum, of[i]->scale);
    }
  }
  return tags;
}

}  // namespace

bool is_measured(TagKind kind) {
  return kind == TagKind::Number || kind == TagKind::Date;
}

Result<Sweep> sweep_of(Prepared& prepared, std::span<const engine::NodeId> roots,
                       const storage::Snapshot& snapshot, const QueryRequest& request) {
  return Sweep::prepare(prepared.plan, roots, snapshot, execute_options(request),
                        engine::Answers::InTurn);
}

Stretches stretches_of(const dsl::Tag& tag, const NumberRange& range) {
  return tag.kind == TagKind::Date ? date_stretches(range, kStretchesMax)
                                   : number_stretches(range, tag.scale, kStretchesMax);
}

std::vector<std::uint64_t> stretched_counts(const Stretches& stretches,
                                            std::span<const std::uint64_t> bins) {
  std::vector<std::uint64_t> counts(stretches.texts.size());
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    counts[stretches.of_bin[bin]] += bins[bin];
  }
  return counts;
}

Result<SegmentRange> segment_range(const dsl::Tag& tag, Prepared& prepared,
                                   const storage::Snapshot& snapshot, const QueryRequest& request) {
  const std::array roots = {prepared.root, prepared.plan.everyone()};
  const std::array fields = {tag.field};
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep, sweep_of(prepared, roots, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(const auto summaries, engine::number_summaries(sweep, fields));
  const engine::NumberSummary& mine = summaries.front()[0];
  SegmentRange found;
  found.everybody = summaries.front()[1].total.known;
  if (mine.min.has_value() && mine.max.has_value()) {
    found.range = NumberRange{*mine.min, *mine.max};
  }
  return found;
}

Status count_segment(Prepared& prepared, const storage::Snapshot& snapshot,
                     const QueryRequest& request) {
  TAGLINE_ASSIGN_OR_RETURN(
      prepared.answer.count,
      engine::count(prepared.plan, prepared.root, snapshot, execute_options(request)));
  return {};
}

Result<TagBreakdown> tag_lines(const dsl::Tag& tag, Prepared& prepared,
                               const storage::Snapshot& snapshot, const QueryRequest& request) {
  if (is_measured(tag.kind)) {
    return stretched(tag, prepared, snapshot, request);
  }
  TAGLINE_ASSIGN_OR_RETURN(auto lines, by_values({&tag}, prepared, snapshot, request));
  return std::move(lines.front());
}

Outcome<BreakdownAnswer> breakdown(const storage::Snapshot& snapshot, const QueryRequest& request,
                                   std::string_view tag_name) {
  const auto start = Clock::now();
  auto prepared = prepare(request, snapshot);
  if (!prepared.has_value()) {
    return tl::unexpected(std::move(prepared).error());
  }
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Tag* tag, tag_called(prepared->catalogue, tag_name));
  TAGLINE_RETURN_IF_ERROR(count_segment(*prepared, snapshot, request));
  BreakdownAnswer answer;
  TAGLINE_ASSIGN_OR_RETURN(auto lines, tag_lines(*tag, *prepared, snapshot, request));
  answer.tags.push_back(std::move(lines));
  answer.answer = std::move(prepared->answer);
  answer.answer.elapsed = since(start);
  return answer;
}

Outcome<BreakdownAnswer> profile(const storage::Snapshot& snapshot, const QueryRequest& request,
                                 ProfileDetail detail) {
  const auto start = Clock::now();
  auto prepared = prepare(request, snapshot);
  if (!prepared.has_value()) {
    return tl::unexpected(std::move(prepared).error());
  }
  TAGLINE_RETURN_IF_ERROR(count_segment(*prepared, snapshot, request));
  std::vector<const dsl::Tag*> valued;
  std::vector<const dsl::Tag*> measured;
  for (const dsl::Tag& tag : prepared->catalogue.tags) {
    (is_measured(tag.kind) ? measured : valued).push_back(&tag);
  }
  TAGLINE_ASSIGN_OR_RETURN(auto by_value, by_values(valued, *prepared, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(auto means, averaged(measured, *prepared, snapshot, request, detail));
  BreakdownAnswer answer;
  auto next_value = by_value.begin();
  auto next_mean = means.begin();
  for (const dsl::Tag& tag : prepared->catalogue.tags) {
    answer.tags.push_back(std::move(is_measured(tag.kind) ? *next_mean++ : *next_value++));
  }
  answer.answer = std::move(prepared->answer);
  answer.answer.elapsed = since(start);
  return answer;
}

}  // namespace tagline::server
