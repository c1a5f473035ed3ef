#include "cli/insight_text.h"

#include "cli/decimal_text.h"
#include "cli/table.h"
#include "server/day_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

using server::BreakdownRow;
using server::TagBreakdown;

constexpr unsigned kBarCells = 24;
/// Of a table of two tags, as people read it; programs get all of it.
constexpr std::size_t kColumnsShown = 8;
constexpr std::size_t kRowsShown = 40;
/// Values a tag in a profile.
constexpr std::size_t kProfileValuesShown = 5;

std::string share_text(std::uint32_t millionths) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g%%", millionths / 10'000.0);
  return text.data();
}

std::string unit(const std::string& text) {
  return text.empty() ? "" : " " + text;
}

/// How much more often than in the population: "1.8x".
std::string lift(std::uint64_t count, std::uint64_t of, const BreakdownRow& row,
                 std::uint64_t population) {
  if (of == 0 || row.population == 0 || population == 0) {
    return "-";
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2fx",
                static_cast<double>(count) / static_cast<double>(of) /
                    (static_cast<double>(row.population) / static_cast<double>(population)));
  return text.data();
}

/// The tag as readers call it.
template <class Answer>
std::string title_of(const Answer& answer, const Console& console) {
  return answer.name.empty() ? answer.tag : console.say(answer.name);
}

using Lines = std::vector<std::pair<Text, std::string>>;

Lines lines_of(const server::NumberAnswer& answer) {
  Lines all = {{{"known", "有值人数"}, std::to_string(answer.known)}};
  const auto add = [&](const Text& label, const std::optional<std::string>& value) {
    if (value.has_value()) {
      all.emplace_back(label, *value);
    }
  };
  add({"sum", "合计"}, answer.sum);
  add({"mean", "均值"}, answer.mean);
  add({"deviation", "标准差"}, answer.deviation);
  add({"min", "最小"}, answer.min);
  for (const auto& quantile : answer.quantiles) {
    const std::string share = share_text(quantile.share);
    add(quantile.share == 500'000 ? Text{"median", "中位数"}
                                  : Text{share + " below", share + " 分位"},
        quantile.value);
  }
  add({"max", "最大"}, answer.max);
  return all;
}

void print_tag(const TagBreakdown& tag, const server::Answer& answer, std::size_t most,
               Console& console) {
  const std::string title = console.say(tag.name) + unit(tag.unit);
  if (tag.mean.has_value() || tag.mean_population.has_value()) {
    console.tell("  " + title + console.say({": mean ", "：均值 "}) +
                 mean_decimal(tag.mean.value_or("-")) + console.say({", of all ", "，总体 "}) +
                 mean_decimal(tag.mean_population.value_or("-")) + "\n\n");
    return;
  }
  Table table({{title, Align::Left, 32},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"share", "占比"}), Align::Right},
               {""},
               {console.say({"of all", "总体"}), Align::Right},
               {console.say({"lift", "倍数"}), Align::Right}},
              console.window());
  std::uint64_t largest = 0;
  for (const BreakdownRow& row : tag.rows) {
    largest = std::max(largest, row.count);
  }
  std::size_t shown = 0;
  for (const BreakdownRow& row : tag.rows) {
    if (shown++ == most) {
      break;
    }
    table.add({console.say(row.name), grouped(row.count), percent(row.count, answer.count),
               Bar{row.count, std::max<std::uint64_t>(largest, 1), kBarCells},
               percent(row.population, answer.population),
               lift(row.count, answer.count, row, answer.population)});
  }
  const std::uint64_t unknown = answer.count - std::min(tag.known, answer.count);
  if (unknown != 0) {
    const BreakdownRow none{"", {}, unknown, answer.population - tag.known_population, {}};
    table.add({console.say({"(unknown)", "（未知）"}), grouped(unknown),
               percent(unknown, answer.count),
               Bar{unknown, std::max<std::uint64_t>({largest, unknown, 1}), kBarCells},
               percent(none.population, answer.population),
               lift(unknown, answer.count, none, answer.population)});
  }
  console.out(table.text(2));
  if (tag.rows.size() > most) {
    const std::string more = grouped(tag.rows.size() - most);
    const bool one = tag.rows.size() - most == 1;
    console.out(console.say({"  ... and " + more + (one ? " more value\n" : " more values\n"),
                             "  ……另有 " + more + " 个取值\n"}));
  }
  console.out("\n");
}

/// Columns [begin, end) of a table of two tags.
struct Columns {
  std::size_t begin;
  std::size_t end;
};

/// These columns of it, behind the heads of the rows.
Table part_of(const server::CrossAnswer& answer, Columns columns, std::size_t rows,
              const Console& console, unsigned window) {
  const auto title = [&](const TagBreakdown& tag) {
    return console.say(tag.name) + unit(tag.unit);
  };
  std::vector<Table::Column> titles = {
      {title(answer.rows) + " \\ " + title(answer.columns), Align::Left, 32}};
  for (std::size_t j = columns.begin; j < columns.end; ++j) {
    titles.push_back({console.say(answer.columns.rows[j].name), Align::Right});
  }
  Table table(titles, window);
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<Table::Cell> cells = {console.say(answer.rows.rows[i].name)};
    for (std::size_t j = columns.begin; j < columns.end; ++j) {
      cells.emplace_back(grouped(answer.counts[i * answer.columns.rows.size() + j]));
    }
    table.add(std::move(cells));
  }
  return table;
}

/// The end of the most columns from the first on that the window has room for; one at the least.
std::size_t columns_that_fit(const server::CrossAnswer& answer, Columns columns, std::size_t rows,
                             const Console& console) {
  std::size_t end = columns.end;
  while (console.window() != 0 && end > columns.begin + 1 &&
         part_of(answer, {columns.begin, end}, rows, console, 0).cells(2) > console.window()) {
    --end;
  }
  return std::max(end, std::min(columns.begin + 1, columns.end));
}

}  // namespace

void print_head(const server::Answer& answer, Console& console) {
  console.out_expression(answer.expression);
  console.tell(
      console.say({"  " + grouped(answer.count) + " people of " + grouped(answer.population) +
                       " (" + percent(answer.count, answer.population) + "), as of " +
                       server::day_text(answer.as_of),
                   "  " + grouped(answer.count) + " 人，总人数 " + grouped(answer.population) +
                       "（" + percent(answer.count, answer.population) + "），日期 " +
                       server::day_text(answer.as_of)}) +
      "\n\n");
}

void print(const server::NumberAnswer& answer, Console& console) {
  print_head(answer.answer, console);
  Table table({{title_of(answer, console), Align::Left}, {answer.unit, Align::Right}},
              console.window());
  for (const auto& [label, value] : lines_of(answer)) {
    const bool is_mean = label.en == "mean" || label.en == "deviation";
    table.add({console.say(label), is_mean ? mean_decimal(value) : grouped_decimal(value)});
  }
  console.out(table.text(2));
}

std::string csv_of(const server::NumberAnswer& answer) {
  std::string csv = "measure,value\nusers," + std::to_string(answer.answer.count) + "\n";
  for (const auto& [label, value] : lines_of(answer)) {
    csv += csv_field(label.en) + "," + csv_field(value) + "\n";
  }
  return csv;
}

void print(const server::RankedAnswer& answer, Console& console) {
  print_head(answer.answer, console);
  Table table({{"", Align::Right},
               {console.say({"id", "编号"})},
               {title_of(answer, console) + unit(answer.unit), Align::Right}},
              console.window());
  std::uint64_t place = 0;
  for (const auto& person : answer.people) {
    table.add({std::to_string(++place), printable(person.id), grouped_decimal(person.value)});
  }
  console.out(table.text(2));
}

std::string csv_of(const server::RankedAnswer& answer) {
  std::string csv = "id," + csv_field(answer.tag) + "\n";
  for (const auto& person : answer.people) {
    csv += csv_field(person.id) + "," + csv_field(person.value) + "\n";
  }
  return csv;
}

void print(const server::ParetoAnswer& answer, Console& console) {
  print_head(answer.answer, console);
  if (!answer.held.has_value()) {
    console.out(console.say({"  nobody holds a share: the total is not above zero\n",
                             "  合计不大于零，无法计算占比\n"}));
    return;
  }
  const std::string people =
      grouped(answer.people) + " (" + percent(answer.people, answer.known) + ") ";
  const std::string tag = title_of(answer, console);
  const std::string held = grouped_decimal(*answer.held) + unit(answer.unit);
  const std::string total = grouped_decimal(answer.total.value_or("-"));
  const std::string threshold = grouped_decimal(answer.threshold.value_or("-"));
  console.tell("  " +
               console.say({people + "of the " + grouped(answer.known) + " people with " + tag +
                                " hold " + share_text(answer.share) + " of it: " + held + " of " +
                                total + "; each has " + threshold + " or more",
                            "有 " + tag + " 的 " + grouped(answer.known) + " 人中，最少 " + people +
                                "人占 " + share_text(answer.share) + "：" + held + "（合计 " +
                                total + "），每人至少 " + threshold}) +
               "\n");
  const std::string label = console.say({"as a segment: ", "对应人群："});
  console.out("  " + bar(answer.people, answer.known, kBarCells) + "\n");
  if (console.window() == 0) {
    console.out("  " + label + answer.segment + "\n");
  } else {
    console.out("  " + label + "\n");
    console.out_expression(answer.segment, 4);
  }
}

std::string csv_of(const server::ParetoAnswer& answer) {
  return "tag,share,people,known,held,total,threshold\n" + csv_field(answer.tag) + "," +
         share_text(answer.share) + "," + std::to_string(answer.people) + "," +
         std::to_string(answer.known) + "," + answer.held.value_or("") + "," +
         answer.total.value_or("") + "," + answer.threshold.value_or("") + "\n";
}

void print(const server::BreakdownAnswer& answer, Values values, Console& console) {
  print_head(answer.answer, console);
  for (const TagBreakdown& tag : answer.tags) {
    print_tag(tag, answer.answer, values == Values::Few ? kProfileValuesShown : tag.rows.size(),
              console);
  }
}

std::string csv_of(const server::BreakdownAnswer& answer) {
  std::string csv = "tag,value,count,population\n";
  for (const TagBreakdown& tag : answer.tags) {
    for (const BreakdownRow& row : tag.rows) {
      csv += csv_field(tag.tag) + "," + csv_field(row.value) + "," + std::to_string(row.count) +
             "," + std::to_string(row.population) + "\n";
    }
  }
  return csv;
}

void print(const server::CrossAnswer& answer, Console& console) {
  print_head(answer.answer, console);
  const auto is_measured = [](const TagBreakdown& tag) {
    return tag.kind == engine::TagKind::Number || tag.kind == engine::TagKind::Date;
  };
  // Stretches are in order: to leave out the last ones would say that there are none.
  const std::size_t columns = is_measured(answer.columns)
                                  ? answer.columns.rows.size()
                                  : std::min(answer.columns.rows.size(), kColumnsShown);
  const std::size_t rows = is_measured(answer.rows) ? answer.rows.rows.size()
                                                    : std::min(answer.rows.rows.size(), kRowsShown);
  std::size_t first = 0;
  do {
    const std::size_t end = columns_that_fit(answer, {first, columns}, rows, console);
    console.out((first == 0 ? "" : "\n") +
                part_of(answer, {first, end}, rows, console, console.window()).text(2));
    first = end;
  } while (first < columns);
  if (columns < answer.columns.rows.size() || rows < answer.rows.rows.size()) {
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
  return csv;
}

}  // namespace tagline::cli
