// Tables of two tags, as text and as CSV.
#include "cli/insight_text.h"
#include "cli/table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

using server::TagBreakdown;

/// As people read it; programs get all of it.
constexpr std::size_t kColumnsShown = 8;
constexpr std::size_t kRowsShown = 40;

bool is_measured(const TagBreakdown& tag) {
  return tag.kind == engine::TagKind::Number || tag.kind == engine::TagKind::Date;
}

/// A table of two tags as it is shown: its lines, those of the people without a value, and totals.
struct CrossTable {
  std::vector<std::string> down;
  std::vector<std::string> along;
  std::vector<std::vector<std::uint64_t>> cells;
};

/// The first and one behind the last line with anybody; stretches at the ends may have nobody.
std::pair<std::size_t, std::size_t> met(const TagBreakdown& tag, std::size_t most) {
  std::size_t begin = 0;
  std::size_t end = tag.rows.size();
  if (!is_measured(tag)) {
    return {begin, std::min(end, most)};
  }
  while (end > 0 && tag.rows[end - 1].count == 0) {
    --end;
  }
  while (begin < end && tag.rows[begin].count == 0) {
    ++begin;
  }
  return {begin, end};
}

CrossTable shown_of(const server::CrossAnswer& answer, const Console& console) {
  // Stretches are in order: to leave out the last ones would say that there are none.
  const auto [top, bottom] = met(answer.rows, kRowsShown);
  const auto [left, right] = met(answer.columns, kColumnsShown);
  const std::string unknown = console.say({"(unknown)", "（未知）"});
  const std::string total = console.say({"total", "合计"});
  const std::uint64_t no_row = unknown_of(answer.rows, answer.answer);
  const std::uint64_t no_column = unknown_of(answer.columns, answer.answer);
  CrossTable table;
  for (std::size_t j = left; j < right; ++j) {
    table.along.push_back(console.say(answer.columns.rows[j].name));
  }
  if (no_column != 0) {
    table.along.push_back(unknown);
  }
  table.along.push_back(total);
  for (std::size_t i = top; i < bottom; ++i) {
    table.down.push_back(console.say(answer.rows.rows[i].name));
    auto& line = table.cells.emplace_back();
    for (std::size_t j = left; j < right; ++j) {
      line.push_back(answer.counts[i * answer.columns.rows.size() + j]);
    }
    if (no_column != 0) {
      line.push_back(answer.without_column[i]);
    }
    line.push_back(answer.rows.rows[i].count);
  }
  // A line below the others: of the people without a row's value, or of all.
  const auto add = [&](const std::string& name, const auto& count_of, std::uint64_t without,
                       std::uint64_t all) {
    table.down.push_back(name);
    auto& line = table.cells.emplace_back();
    for (std::size_t j = left; j < right; ++j) {
      line.push_back(count_of(j));
    }
    if (no_column != 0) {
      line.push_back(without);
    }
    line.push_back(all);
  };
  if (no_row != 0) {
    add(
        unknown, [&](std::size_t j) { return answer.without_row[j]; }, answer.without_both, no_row);
  }
  add(
      total, [&](std::size_t j) { return answer.columns.rows[j].count; }, no_column,
      answer.answer.count);
  return table;
}

/// Columns [begin, end) of it, behind the heads of the rows.
Table part_of(const CrossTable& shown, const std::string& corner, std::size_t begin,
              std::size_t end, unsigned window) {
  std::vector<Table::Column> titles = {{corner, Align::Left, 32}};
  for (std::size_t j = begin; j < end; ++j) {
    titles.push_back({shown.along[j], Align::Right});
  }
  Table table(titles, window);
  for (std::size_t i = 0; i < shown.down.size(); ++i) {
    std::vector<Table::Cell> cells = {shown.down[i]};
    for (std::size_t j = begin; j < end; ++j) {
      cells.emplace_back(grouped(shown.cells[i][j]));
    }
    table.add(std::move(cells));
  }
  return table;
}

/// The end of the most columns from the first on that the window has room for; one at the least.
std::size_t columns_that_fit(const CrossTable& shown, const std::string& corner, std::size_t first,
                             const Console& console) {
  std::size_t end = shown.along.size();
  while (console.window() != 0 && end > first + 1 &&
         part_of(shown, corner, first, end, 0).cells(2) > console.window()) {
    --end;
  }
  return end;
}

}  // namespace

void print(const server::CrossAnswer& answer, Console& console) {
  print_head(answer.answer, console);
  const auto title = [&](const TagBreakdown& tag) {
    return console.say(tag.name) + (tag.unit.empty() ? "" : " " + tag.unit);
  };
  const std::string corner = title(answer.rows) + " \\ " + title(answer.columns);
  const CrossTable shown = shown_of(answer, console);
  for (std::size_t first = 0; first < shown.along.size();) {
    const std::size_t end = columns_that_fit(shown, corner, first, console);
    console.out((first == 0 ? "" : "\n") +
                part_of(shown, corner, first, end, console.window()).text(2));
    first = end;
  }
  const auto is_cut = [](const TagBreakdown& tag, std::size_t most) {
    return !is_measured(tag) && tag.rows.size() > most;
  };
  if (is_cut(answer.columns, kColumnsShown) || is_cut(answer.rows, kRowsShown)) {
    console.tell(console.say({"  the largest values only; --format csv gives the whole table\n",
                              "  仅显示人数最多的取值；--format csv 输出整张表\n"}));
  }
}

std::string csv_of(const server::CrossAnswer& answer) {
  std::string csv = csv_field(answer.rows.tag) + "," + csv_field(answer.columns.tag) + ",count\n";
  for (std::size_t i = 0; i < answer.rows.rows.size(); ++i) {
    for (std::size_t j = 0; j < answer.columns.rows.size(); ++j) {
      csv += csv_field(answer.rows.rows[i].value) + "," + csv_field(answer.columns.rows[j].value) +
             "," + std::to_string(answer.counts[i * answer.columns.rows.size() + j]) + "\n";
    }
  }
  // Without a value: those who have none.
  const bool no_row = unknown_of(answer.rows, answer.answer) != 0;
  const bool no_column = unknown_of(answer.columns, answer.answer) != 0;
  for (std::size_t i = 0; no_column && i < answer.rows.rows.size(); ++i) {
    csv += csv_field(answer.rows.rows[i].value) + ",," + std::to_string(answer.without_column[i]) +
           "\n";
  }
  for (std::size_t j = 0; no_row && j < answer.columns.rows.size(); ++j) {
    csv += "," + csv_field(answer.columns.rows[j].value) + "," +
           std::to_string(answer.without_row[j]) + "\n";
  }
  return csv + (no_row && no_column ? ",," + std::to_string(answer.without_both) + "\n" : "");
}

}  // namespace tagline::cli
