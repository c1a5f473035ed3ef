#include "cli/insight_text.h"

#include "cli/counted.h"
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

bool has_means(const TagBreakdown& tag) {
  return tag.mean.has_value() || tag.mean_population.has_value();
}

void print_tag(const TagBreakdown& tag, const server::Answer& answer, std::size_t most,
               Console& console) {
  const std::string title = console.say(tag.name) + unit(tag.unit);
  if (has_means(tag)) {
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
  const std::uint64_t unknown = unknown_of(tag, answer);
  std::uint64_t largest = std::max<std::uint64_t>(unknown, 1);
  for (const BreakdownRow& row : tag.rows) {
    largest = std::max(largest, row.count);
  }
  std::size_t shown = 0;
  for (const BreakdownRow& row : tag.rows) {
    if (shown++ == most) {
      break;
    }
    table.add({console.say(row.name), grouped(row.count), percent(row.count, answer.count),
               Bar{row.count, largest, kBarCells}, percent(row.population, answer.population),
               lift(row.count, answer.count, row, answer.population)});
  }
  if (unknown != 0) {
    const BreakdownRow none{"", {}, unknown, answer.population - tag.known_population, {}};
    table.add({console.say({"(unknown)", "（未知）"}), grouped(unknown),
               percent(unknown, answer.count), Bar{unknown, largest, kBarCells},
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

}  // namespace

std::uint64_t unknown_of(const TagBreakdown& tag, const server::Answer& answer) {
  return answer.count - std::min(tag.known, answer.count);
}

void print_head(const server::Answer& answer, Console& console) {
  console.out_expression(answer.expression);
  console.tell(
      console.say({"  " + people_counted(answer.count) + " of " + grouped(answer.population) +
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
  const bool means = std::any_of(answer.tags.begin(), answer.tags.end(), has_means);
  std::string csv =
      means ? "tag,value,count,population,mean,mean_population\n" : "tag,value,count,population\n";
  for (const TagBreakdown& tag : answer.tags) {
    const auto add = [&](const std::string& value, std::uint64_t count, std::uint64_t population) {
      csv += csv_field(tag.tag) + "," + csv_field(value) + "," + std::to_string(count) + "," +
             std::to_string(population);
    };
    for (const BreakdownRow& row : tag.rows) {
      add(row.value, row.count, row.population);
      csv += means ? ",,\n" : "\n";
    }
    if (has_means(tag)) {  // `*`: any value, as in expressions
      add("*", tag.known, tag.known_population);
      csv += "," + tag.mean.value_or("") + "," + tag.mean_population.value_or("") + "\n";
    }
    // Without a value: those who have none.
    if (const std::uint64_t unknown = unknown_of(tag, answer.answer); unknown != 0) {
      add("", unknown, answer.answer.population - tag.known_population);
      csv += means ? ",,\n" : "\n";
    }
  }
  return csv;
}

}  // namespace tagline::cli
