#include "cli/overlap_text.h"

#include "cli/table.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

using server::OverlapAnswer;

constexpr unsigned kBarCells = 24;

std::string label(std::size_t place) {
  return std::to_string(place + 1);
}

/// "1 + 3", or what stands for none.
std::string region_text(const OverlapAnswer::Region& region, const Console& console) {
  std::string text;
  for (const std::size_t place : region.in) {
    text += (text.empty() ? "" : " + ") + label(place);
  }
  return text.empty() ? console.say({"none of them", "都不属于"}) : text;
}

}  // namespace

void print(const OverlapAnswer& answer, Console& console) {
  const std::size_t size = answer.segments.size();
  std::vector<Table::Column> columns = {
      {"", Align::Right},
      {console.say({"segment", "人群"}), Align::Left, 0, Fit::WrapExpression},
      {console.say({"people", "人数"}), Align::Right}};
  for (std::size_t i = 0; i < size; ++i) {
    columns.push_back({label(i), Align::Right});
  }
  Table table(columns, console.window());
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t people = answer.overlaps[i * size + i];
    std::vector<Table::Cell> cells = {label(i), answer.segments[i], grouped(people)};
    for (std::size_t j = 0; j < size; ++j) {
      cells.emplace_back(i == j ? "" : percent(answer.overlaps[i * size + j], people));
    }
    table.add(std::move(cells));
  }
  console.out(table.text());
  console.tell(
      console.say({"each row: what share of its people is also in the segment of a column\n",
                   "每行：该人群中有多大比例也属于某列的人群\n"}));
  if (answer.regions.empty()) {
    return;
  }
  Table regions({{console.say({"exactly in", "恰好属于"})},
                 {console.say({"people", "人数"}), Align::Right},
                 {console.say({"share", "占比"}), Align::Right},
                 {""}},
                console.window());
  for (const OverlapAnswer::Region& region : answer.regions) {
    regions.add({region_text(region, console), grouped(region.count),
                 percent(region.count, answer.population),
                 Bar{region.count, answer.population, kBarCells}});
  }
  console.out("\n" + regions.text());
}

std::string csv_of(const OverlapAnswer& answer) {
  const std::size_t size = answer.segments.size();
  std::string text;
  if (!answer.regions.empty()) {
    for (std::size_t i = 0; i < size; ++i) {
      text += csv_field(answer.segments[i]) + ",";
    }
    text += "count\n";
    for (const OverlapAnswer::Region& region : answer.regions) {
      std::vector<bool> in(size);
      for (const std::size_t place : region.in) {
        in[place] = true;
      }
      for (std::size_t i = 0; i < size; ++i) {
        text += in[i] ? "1," : "0,";
      }
      text += std::to_string(region.count) + "\n";
    }
    return text;
  }
  text = "a,b,count\n";
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      text += csv_field(answer.segments[i]) + "," + csv_field(answer.segments[j]) + "," +
              std::to_string(answer.overlaps[i * size + j]) + "\n";
    }
  }
  return text;
}

}  // namespace tagline::cli
