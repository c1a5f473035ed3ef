#include "server/breakdown.h"

#include "engine/cross_counts.h"
#include "engine/number_summary.h"
#include "engine/row_counts.h"
#include "server/condition.h"
#include "server/day_text.h"
#include "server/number_range.h"
#include "server/prepared.h"
#include "server/stretches.h"
#include "server/tag_names.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tagline::server {
namespace {

using engine::RowKey;
using engine::Sweep;
using engine::TagKind;

bool has_values(TagKind kind) {
  return kind == TagKind::Category || kind == TagKind::Set;
}
bool is_measured(TagKind kind) {
  return kind == TagKind::Number || kind == TagKind::Date;
}

Result<Sweep> sweep_of(Prepared& prepared, std::span<const engine::NodeId> roots,
                       const storage::Snapshot& snapshot, const QueryRequest& request) {
  return Sweep::prepare(prepared.plan, roots, snapshot, execute_options(request),
                        engine::Answers::InTurn);
}

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
  TAGLINE_ASSIGN_OR_RETURN(const auto range, number_range(snapshot, tag.field));
  if (!range.has_value()) {
    return tags;
  }
  const Stretches stretches = tag.kind == TagKind::Date
                                  ? date_stretches(*range, kStretchesMax)
                                  : number_stretches(*range, tag.scale, kStretchesMax);
  const std::array roots = {prepared.root, prepared.plan.everyone()};
  std::array<std::vector<std::uint64_t>, 2> counts;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep,
                             sweep_of(prepared, {&roots[i], 1}, snapshot, request));
    TAGLINE_ASSIGN_OR_RETURN(const auto bins,
                             engine::number_histogram(sweep, tag.field, stretches.bins));
    counts[i].resize(stretches.texts.size());
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
      counts[i][stretches.of_bin[bin]] += bins[bin];
    }
  }
  tags.known = std::accumulate(counts[0].begin(), counts[0].end(), std::uint64_t{0});
  tags.known_population = std::accumulate(counts[1].begin(), counts[1].end(), std::uint64_t{0});
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

Result<TagBreakdown> averaged(const dsl::Tag& tag, Prepared& prepared,
                              const storage::Snapshot& snapshot, const QueryRequest& request) {
  TagBreakdown tags = head_of(tag);
  const std::array roots = {prepared.root, prepared.plan.everyone()};
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep, sweep_of(prepared, roots, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(const auto totals, engine::number_totals(sweep, tag.field));
  tags.known = totals[0].known;
  tags.known_population = totals[1].known;
  tags.mean = mean_text(totals[0], tag.kind, tag.scale);
  tags.mean_population = mean_text(totals[1], tag.kind, tag.scale);
  return tags;
}

Status count_segment(Prepared& prepared, const storage::Snapshot& snapshot,
                     const QueryRequest& request) {
  TAGLINE_ASSIGN_OR_RETURN(
      prepared.answer.count,
      engine::count(prepared.plan, prepared.root, snapshot, execute_options(request)));
  return {};
}

tl::unexpected<Error> not_crossed(const dsl::Tag& tag) {
  return failure(ErrorCode::BadInput,
                 {tag.name + " is a number or a date; a table of two tags needs tags with values",
                  tag.name + " 是数值或日期；交叉表需要有取值的标签"},
                 {"use flags, categories and sets", "请使用开关、单值或多值标签"});
}

/// The order in which a breakdown shows the rows of add_rows(), as places in it.
std::vector<RowKey> shown_rows(const dsl::Tag& tag, const TagBreakdown& tags) {
  std::unordered_map<std::string_view, engine::RowId> by_name;
  for (const dsl::Value& value : tag.values) {
    by_name.emplace(value.name, value.row);
  }
  std::vector<RowKey> rows;
  for (const BreakdownRow& row : tags.rows) {
    if (const auto found = by_name.find(row.value); found != by_name.end()) {
      rows.push_back({tag.field, found->second});
    }
  }
  return rows;
}

/// As many values as a tag's table has; a flag is one.
std::size_t side_of(const dsl::Tag& tag) {
  return tag.kind == TagKind::Flag ? 1 : tag.values.size();
}

}  // namespace

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
  if (is_measured(tag->kind)) {
    TAGLINE_ASSIGN_OR_RETURN(auto tags, stretched(*tag, *prepared, snapshot, request));
    answer.tags.push_back(std::move(tags));
  } else {
    TAGLINE_ASSIGN_OR_RETURN(answer.tags, by_values({tag}, *prepared, snapshot, request));
  }
  answer.answer = std::move(prepared->answer);
  answer.answer.elapsed = since(start);
  return answer;
}

Outcome<BreakdownAnswer> profile(const storage::Snapshot& snapshot, const QueryRequest& request) {
  const auto start = Clock::now();
  auto prepared = prepare(request, snapshot);
  if (!prepared.has_value()) {
    return tl::unexpected(std::move(prepared).error());
  }
  TAGLINE_RETURN_IF_ERROR(count_segment(*prepared, snapshot, request));
  std::vector<const dsl::Tag*> valued;
  for (const dsl::Tag& tag : prepared->catalogue.tags) {
    if (!is_measured(tag.kind)) {
      valued.push_back(&tag);
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(auto by_value, by_values(valued, *prepared, snapshot, request));
  BreakdownAnswer answer;
  std::size_t next = 0;
  for (const dsl::Tag& tag : prepared->catalogue.tags) {
    if (is_measured(tag.kind)) {
      TAGLINE_ASSIGN_OR_RETURN(auto tags, averaged(tag, *prepared, snapshot, request));
      answer.tags.push_back(std::move(tags));
    } else {
      answer.tags.push_back(std::move(by_value[next++]));
    }
  }
  answer.answer = std::move(prepared->answer);
  answer.answer.elapsed = since(start);
  return answer;
}

Outcome<CrossAnswer> cross_table(const storage::Snapshot& snapshot, const QueryRequest& request,
                                 std::string_view row_tag, std::string_view column_tag) {
  const auto start = Clock::now();
  auto prepared = prepare(request, snapshot);
  if (!prepared.has_value()) {
    return tl::unexpected(std::move(prepared).error());
  }
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Tag* row, tag_called(prepared->catalogue, row_tag));
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Tag* column, tag_called(prepared->catalogue, column_tag));
  for (const dsl::Tag* tag : {row, column}) {
    if (!has_values(tag->kind) && tag->kind != TagKind::Flag) {
      return tl::unexpected(Refusal(not_crossed(*tag).value()));
    }
  }
  TAGLINE_RETURN_IF_ERROR(engine::check_cross_size(side_of(*row), side_of(*column)));
  TAGLINE_RETURN_IF_ERROR(count_segment(*prepared, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(auto both, by_values({row, column}, *prepared, snapshot, request));
  CrossAnswer answer;
  answer.rows = std::move(both[0]);
  answer.columns = std::move(both[1]);
  // A flag is one row: of the table, the other is what is left.
  std::array<std::vector<RowKey>, 2> keys = {shown_rows(*row, answer.rows),
                                             shown_rows(*column, answer.columns)};
  for (std::size_t i = 0; i < 2; ++i) {
    const dsl::Tag& tag = i == 0 ? *row : *column;
    if (tag.kind == TagKind::Flag) {
      keys[i] = {{tag.field, engine::kFlagRow}};
      TagBreakdown& shown = i == 0 ? answer.rows : answer.columns;
      shown.rows.resize(1);
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep,
                           sweep_of(*prepared, {&prepared->root, 1}, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(answer.counts, engine::cross_counts(sweep, keys[0], keys[1]));
  answer.answer = std::move(prepared->answer);
  answer.answer.elapsed = since(start);
  return answer;
}

}  // namespace tagline::server
