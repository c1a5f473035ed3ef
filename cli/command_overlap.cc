#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/query_budget.h"
#include "cli/refusal.h"
#include "cli/table.h"
#include "server/insight_json.h"
#include "server/overlaps.h"

#include <string>
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

void print(const OverlapAnswer& answer, Console& console) {
  const std::size_t size = answer.segments.size();
  std::vector<Table::Column> columns = {{"", Align::Right},
                                        {console.say({"segment", "人群"}), Align::Left, 48},
                                        {console.say({"people", "人数"}), Align::Right}};
  for (std::size_t i = 0; i < size; ++i) {
    columns.push_back({label(i), Align::Right});
  }
  Table table(columns);
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t people = answer.overlaps[i * size + i];
    std::vector<std::string> cells = {label(i), answer.segments[i], grouped(people)};
    for (std::size_t j = 0; j < size; ++j) {
      cells.push_back(i == j ? "" : percent(answer.overlaps[i * size + j], people));
    }
    table.add(cells);
  }
  console.out(
      table.text() +
      console.say({"each row: what share of its people is also in the segment of a column\n",
                   "每行：该人群中有多大比例也属于某列的人群\n"}));
  if (answer.regions.empty()) {
    return;
  }
  Table regions({{console.say({"exactly in", "恰好属于"})},
                 {console.say({"people", "人数"}), Align::Right},
                 {console.say({"share", "占比"}), Align::Right},
                 {""}});
  for (const OverlapAnswer::Region& region : answer.regions) {
    regions.add({region_text(region, console), grouped(region.count),
                 percent(region.count, answer.population),
                 bar(region.count, answer.population, kBarCells)});
  }
  console.out("\n" + regions.text());
}

std::string csv(const OverlapAnswer& answer) {
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

}  // namespace

int run(const OverlapArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  server::OverlapRequest request;
  request.expressions = arguments.expressions;
  request.regions = arguments.regions;
  request.as_of = arguments.as_of;
  request.threads = arguments.threads;
  const QueryBudget budget(arguments.limits);
  request.budget = budget.get();
  const auto answer = service->store().read(
      [&](const storage::Snapshot& snapshot) { return server::overlaps(snapshot, request); });
  if (!answer.has_value()) {
    const auto& [refusal, place] = answer.error();
    return report_refusal(refusal, arguments.expressions[place], arguments.format, console);
  }
  switch (arguments.format) {
    case Format::Json:
    case Format::Ndjson:
      console.out(server::overlap_json(*answer, request) + "\n");
      break;
    case Format::Csv:
      console.out(csv(*answer));
      break;
    case Format::Table:
      print(*answer, console);
      break;
  }
  return kFine;
}

}  // namespace tagline::cli
