// Tables of two tags.
#include "dsl/bound.h"
#include "engine/cross_counts.h"
#include "engine/number_summary.h"
#include "engine/row_counts.h"
#include "server/breakdown_lines.h"
#include "server/number_range.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tagline::server {
namespace {

using engine::RowKey;
using engine::Sweep;
using engine::TagKind;

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

/// As many lines as a tag's side of a table has at most.
std::size_t side_of(const dsl::Tag& tag) {
  return tag.kind == TagKind::Flag ? 2 : is_measured(tag.kind) ? kStretchesMax : tag.values.size();
}

/// The people of each stretch of a number or date, as roots of the plan.
std::vector<engine::NodeId> stretch_roots(const dsl::Tag& tag, const Stretches& stretches,
                                          Prepared& prepared) {
  std::vector<engine::NodeId> roots;
  const engine::Bins& bins = stretches.bins;
  constexpr engine::Int128 kMost = std::numeric_limits<std::int64_t>::max();
  for (std::size_t begin = 0; begin < bins.count;) {
    std::size_t end = begin;
    while (end < bins.count && stretches.of_bin[end] == stretches.of_bin[begin]) {
      ++end;
    }
    const auto start_of = [&](std::size_t bin) {
      return engine::Int128{bins.first} + engine::Int128{bins.width} * static_cast<int>(bin);
    };
    const auto high = std::min<engine::Int128>(start_of(end) - 1, kMost);
    const std::array both = {
        prepared.root, prepared.plan.range(tag.field, static_cast<std::int64_t>(start_of(begin)),
                                           static_cast<std::int64_t>(high))};
    roots.push_back(prepared.plan.all_of(both));
    begin = end;
  }
  return roots;
}

/// One side of a table: a tag and its lines.
struct Side {
  const dsl::Tag& tag;
  TagBreakdown& lines;
};

using Table = std::vector<std::vector<std::uint64_t>>;

/// The rows of the store that the lines of a tag with values are; of a flag the one that it has.
std::vector<RowKey> keys_of(const Side& side) {
  return side.tag.kind == TagKind::Flag ? std::vector<RowKey>{{side.tag.field, engine::kFlagRow}}
                                        : shown_rows(side.tag, side.lines);
}

/// The people of each stretch of `across`, a number or date, by the lines of `along`: one sweep.
Result<Table> table_by_stretches(const Side& across, const Side& along, Prepared& prepared,
                                 const storage::Snapshot& snapshot, const QueryRequest& request) {
  TAGLINE_ASSIGN_OR_RETURN(const SegmentRange found,
                           segment_range(across.tag, prepared, snapshot, request));
  if (!found.range.has_value() || along.lines.rows.empty()) {
    return Table(across.lines.rows.size());
  }
  const auto roots = stretch_roots(across.tag, stretches_of(across.tag, *found.range), prepared);
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep, sweep_of(prepared, roots, snapshot, request));
  if (is_measured(along.tag.kind)) {
    TAGLINE_ASSIGN_OR_RETURN(const SegmentRange other,
                             segment_range(along.tag, prepared, snapshot, request));
    const Stretches stretches = stretches_of(along.tag, *other.range);
    TAGLINE_ASSIGN_OR_RETURN(Table table,
                             engine::number_histograms(sweep, along.tag.field, stretches.bins));
    for (auto& line : table) {
      line = stretched_counts(stretches, line);
    }
    return table;
  }
  const bool flag = along.tag.kind == TagKind::Flag;
  const auto keys = flag ? std::vector<RowKey>{{along.tag.field, engine::kFlagRow}}
                         : shown_rows(along.tag, along.lines);
  TAGLINE_ASSIGN_OR_RETURN(Table table, engine::row_counts(sweep, keys));
  for (std::size_t i = 0; flag && i < table.size(); ++i) {
    table[i].push_back(across.lines.rows[i].count - table[i].front());
  }
  return table;
}

/// The table of two tags with values. A flag is one row of the store: what its other line has is
/// what is left of the lines across.
Result<Table> table_by_rows(const Side& rows, const Side& columns, Prepared& prepared,
                            const storage::Snapshot& snapshot, const QueryRequest& request) {
  const std::vector<RowKey> down = keys_of(rows);
  const std::vector<RowKey> along = keys_of(columns);
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep,
                           sweep_of(prepared, {&prepared.root, 1}, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(const auto counts, engine::cross_counts(sweep, down, along));
  Table table;
  for (std::size_t i = 0; i < down.size(); ++i) {
    const auto first = counts.begin() + static_cast<std::ptrdiff_t>(i * along.size());
    table.emplace_back(first, first + static_cast<std::ptrdiff_t>(along.size()));
    if (columns.tag.kind == TagKind::Flag) {
      table.back().push_back(rows.lines.rows[i].count - table.back().front());
    }
  }
  if (rows.tag.kind == TagKind::Flag) {
    std::vector<std::uint64_t> no;
    for (std::size_t j = 0; j < columns.lines.rows.size(); ++j) {
      no.push_back(columns.lines.rows[j].count - table.front()[j]);
    }
    table.push_back(std::move(no));
  }
  return table;
}

/// Of each of the lines of `side` the people who have a value of the other tag, a set: whoever has
/// several is in several cells.
Result<std::vector<std::uint64_t>> with_any(const Side& side, const Side& other, Prepared& prepared,
                                            const storage::Snapshot& snapshot,
                                            const QueryRequest& request) {
  const std::array any = {RowKey{other.tag.field, engine::kExistsRow}};
  std::vector<std::uint64_t> with;
  if (is_measured(side.tag.kind)) {
    TAGLINE_ASSIGN_OR_RETURN(const SegmentRange found,
                             segment_range(side.tag, prepared, snapshot, request));
    if (!found.range.has_value()) {
      return with;
    }
    const auto roots = stretch_roots(side.tag, stretches_of(side.tag, *found.range), prepared);
    TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep, sweep_of(prepared, roots, snapshot, request));
    TAGLINE_ASSIGN_OR_RETURN(const Table table, engine::row_counts(sweep, any));
    for (const auto& line : table) {
      with.push_back(line.front());
    }
    return with;
  }
  const std::vector<RowKey> rows = keys_of(side);
  TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep,
                           sweep_of(prepared, {&prepared.root, 1}, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(with, engine::cross_counts(sweep, rows, any));
  if (side.tag.kind == TagKind::Flag) {
    with.push_back(other.lines.known - with.front());
  }
  return with;
}

/// Of each of the lines of `side` the people who have no value of the other tag. `crossed`: the
/// cells of each line added up.
Result<std::vector<std::uint64_t>> without_other(const Side& side, const Side& other,
                                                 std::vector<std::uint64_t> crossed,
                                                 Prepared& prepared,
                                                 const storage::Snapshot& snapshot,
                                                 const QueryRequest& request) {
  if (other.tag.kind == TagKind::Set) {
    TAGLINE_ASSIGN_OR_RETURN(crossed, with_any(side, other, prepared, snapshot, request));
  }
  std::vector<std::uint64_t> without;
  for (std::size_t i = 0; i < side.lines.rows.size(); ++i) {
    without.push_back(side.lines.rows[i].count - crossed[i]);
  }
  return without;
}

/// Those who have a value of neither tag.
Result<std::uint64_t> without_both(const dsl::Tag& row, const dsl::Tag& column, Prepared& prepared,
                                   const storage::Snapshot& snapshot, const QueryRequest& request) {
  const auto known = [&](const dsl::Tag& tag) {
    return tag.kind == TagKind::Flag ? prepared.plan.everyone()
           : is_measured(tag.kind)
               ? prepared.plan.range(tag.field, dsl::kNumberMin, dsl::kNumberMax)
               : prepared.plan.row({tag.field, engine::kExistsRow});
  };
  const std::array either = {known(row), known(column)};
  const engine::NodeId neither = prepared.plan.difference(prepared.root, either);
  return engine::count(prepared.plan, neither, snapshot, execute_options(request));
}

}  // namespace

Outcome<CrossAnswer> cross_table(const storage::Snapshot& snapshot, const QueryRequest& request,
                                 std::string_view row_tag, std::string_view column_tag) {
  const auto start = Clock::now();
  auto prepared = prepare(request, snapshot);
  if (!prepared.has_value()) {
    return tl::unexpected(std::move(prepared).error());
  }
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Tag* row, tag_called(prepared->catalogue, row_tag));
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Tag* column, tag_called(prepared->catalogue, column_tag));
  TAGLINE_RETURN_IF_ERROR(engine::check_cross_size(side_of(*row), side_of(*column)));
  TAGLINE_RETURN_IF_ERROR(count_segment(*prepared, snapshot, request));
  CrossAnswer answer;
  TAGLINE_ASSIGN_OR_RETURN(answer.rows, tag_lines(*row, *prepared, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(answer.columns, tag_lines(*column, *prepared, snapshot, request));
  const Side rows{*row, answer.rows};
  const Side columns{*column, answer.columns};
  const bool is_by_row = is_measured(row->kind);
  Table table;
  if (is_by_row || is_measured(column->kind)) {
    TAGLINE_ASSIGN_OR_RETURN(
        table, table_by_stretches(is_by_row ? rows : columns, is_by_row ? columns : rows, *prepared,
                                  snapshot, request));
  } else {
    TAGLINE_ASSIGN_OR_RETURN(table, table_by_rows(rows, columns, *prepared, snapshot, request));
  }
  const std::size_t width = answer.columns.rows.size();
  const bool is_turned = !is_by_row && is_measured(column->kind);  // then its lines are columns
  answer.counts.resize(answer.rows.rows.size() * width);
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (std::size_t j = 0; j < table[i].size(); ++j) {
      answer.counts[is_turned ? j * width + i : i * width + j] = table[i][j];
    }
  }
  std::vector<std::uint64_t> by_row(answer.rows.rows.size());
  std::vector<std::uint64_t> by_column(width);
  for (std::size_t i = 0; i < by_row.size(); ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      by_row[i] += answer.counts[i * width + j];
      by_column[j] += answer.counts[i * width + j];
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(answer.without_column,
                           without_other(rows, columns, by_row, *prepared, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(answer.without_row,
                           without_other(columns, rows, by_column, *prepared, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(answer.without_both,
                           without_both(*row, *column, *prepared, snapshot, request));
  answer.answer = std::move(prepared->answer);
  answer.answer.elapsed = since(start);
  return answer;
}

}  // namespace tagline::server
