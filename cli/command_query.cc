#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/explanation.h"
#include "cli/insight.h"
#include "cli/read_file.h"
#include "cli/refusal.h"
#include "cli/table.h"
#include "server/answer_json.h"
#include "server/day_text.h"
#include "server/service.h"

#include <algorithm>
#include <utility>

namespace tagline::cli {
namespace {

using server::Answer;

constexpr unsigned kBarCells = 30;
/// In a batch table: the least room for a segment's title, and what people, share, bar and time
/// take.
constexpr unsigned kSegmentCellsMin = 40;
constexpr unsigned kOtherCells = 50;

double seconds_of(const Answer& answer) {
  return std::chrono::duration<double>(answer.elapsed).count();
}

server::QueryRequest request_of(const QueryArguments& arguments, std::string expression) {
  server::QueryRequest request;
  request.expression = std::move(expression);
  request.as_of = arguments.as_of;
  request.explain = arguments.explain;
  request.threads = arguments.threads;
  return request;
}

void print_facts(const Answer& answer, Console& console) {
  const auto line = [&](const Text& label, const std::string& value) {
    Text padded = label;
    padded.en.resize(std::max<std::size_t>(padded.en.size(), 12), ' ');
    for (std::size_t cells = padded.zh.size() / 3 * 2; cells < 12;
         ++cells) {  // every character here is three bytes, two cells
      padded.zh += ' ';
    }
    console.out("  " + console.say(padded) + value + "\n");
  };
  console.out(answer.expression + "\n");
  line({"count", "人数"}, grouped(answer.count));
  line({"population", "总人数"}, grouped(answer.population));
  line({"share", "占比"}, percent(answer.count, answer.population) + "  " +
                              bar(answer.count, answer.population, kBarCells));
  line({"as of", "日期"}, server::day_text(answer.as_of) + " (" + answer.time_zone + ")");
  line({"time", "用时"}, duration_text(seconds_of(answer)));
}

constexpr const char* kCsvHeader = "expression,count,population,as_of,elapsed_us\n";

std::string csv_line(const Answer& answer) {
  return csv_field(answer.expression) + "," + std::to_string(answer.count) + "," +
         std::to_string(answer.population) + "," + server::day_text(answer.as_of) + "," +
         std::to_string(answer.elapsed.count()) + "\n";
}

int run_count(const QueryArguments& arguments, server::Service& service, Console& console) {
  const auto answer = service.query(request_of(arguments, *arguments.expression));
  if (!answer.has_value()) {
    return report_refusal(answer.error(), *arguments.expression, arguments.format, console);
  }
  switch (arguments.format) {
    case Format::Json:
      console.out(server::answer_json(*answer, *arguments.expression) + "\n");
      return kFine;
    case Format::Csv:
      console.out(answer->explanation.has_value() ? nodes_csv(*answer->explanation)
                                                  : kCsvHeader + csv_line(*answer));
      break;
    case Format::Table:
      print_facts(*answer, console);
      break;
  }
  if (answer->explanation.has_value() && arguments.format == Format::Table) {
    print_explanation(*answer, console);
  }
  console.report(answer->warnings, *arguments.expression);
  return kFine;
}

int run_ids(const QueryArguments& arguments, server::Service& service, Console& console) {
  bool headed = arguments.format != Format::Csv;
  const auto sink = [&](std::string_view id) {
    if (!headed) {
      console.out("id\n");
      headed = true;
    }
    switch (arguments.format) {
      case Format::Json:
        console.out(server::quoted_json(id) + "\n");
        break;
      case Format::Csv:
        console.out(csv_field(id) + "\n");
        break;
      case Format::Table:
        console.out(id);
        console.out("\n");
        break;
    }
    return true;
  };
  const auto answer =
      service.query_ids(request_of(arguments, *arguments.expression), arguments.limit, sink);
  if (!answer.has_value()) {
    return report_refusal(answer.error(), *arguments.expression, arguments.format, console);
  }
  if (!headed) {
    console.out("id\n");
  }
  return kFine;
}

struct BatchLine {
  std::string title;
  std::string expression;
};

/// One expression a line; a comment line above names it.
std::vector<BatchLine> batch_lines(std::string_view text) {
  std::vector<BatchLine> lines;
  std::string title;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.remove_suffix(1);
    }
    while (!line.empty() && line.front() == ' ') {
      line.remove_prefix(1);
    }
    if (line.empty()) {
      title.clear();
    } else if (line.front() == '#') {
      line.remove_prefix(std::min(line.size(), line.find_first_not_of("# ")));
      title = std::string(line);
    } else {
      lines.push_back({std::exchange(title, {}), std::string(line)});
    }
  }
  return lines;
}

int run_batch(const QueryArguments& arguments, server::Service& service, Console& console) {
  const auto text = read_file(arguments.batch_file);
  if (!text.has_value()) {
    return console.report(text.error());
  }
  // A pipe or a file gets whole expressions; a window gets what fits beside the other columns.
  const unsigned cells =
      console.out_is_terminal()
          ? std::max(kSegmentCellsMin, console.width() - std::min(console.width(), kOtherCells))
          : 0;
  Table table({{console.say({"segment", "人群"}), Align::Left, cells},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"share", "占比"}), Align::Right},
               {""},
               {console.say({"time", "用时"}), Align::Right}});
  std::string csv = kCsvHeader;
  int status = kFine;
  for (const BatchLine& line : batch_lines(*text)) {
    const auto answer = service.query(request_of(arguments, line.expression));
    if (!answer.has_value()) {
      status =
          std::max(status, report_line(answer.error(), line.expression, arguments.format, console));
      continue;
    }
    if (arguments.format == Format::Json) {
      console.out(server::answer_json(*answer, line.expression) + "\n");
    }
    csv += csv_line(*answer);
    if (!line.title.empty()) {
      table.add({line.title, grouped(answer->count), percent(answer->count, answer->population),
                 bar(answer->count, answer->population, kBarCells / 2),
                 duration_text(seconds_of(*answer))});
      table.add({"  " + line.expression, "", "", "", ""});
    } else {
      table.add({line.expression, grouped(answer->count),
                 percent(answer->count, answer->population),
                 bar(answer->count, answer->population, kBarCells / 2),
                 duration_text(seconds_of(*answer))});
    }
  }
  if (arguments.format == Format::Csv) {
    console.out(csv);
  } else if (arguments.format == Format::Table) {
    console.out(table.text());
  }
  return status;
}

}  // namespace

int run(const QueryArguments& arguments, Console& console) {
  if (!arguments.expression.has_value() && arguments.batch_file.empty()) {
    const std::string example = "tagline query --db " + arguments.db + " 'age >= 18'";
    return console.report_usage({"an expression is missing", "缺少表达式"}, {example, example});
  }
  const bool lists = arguments.ids || !arguments.top.empty() || !arguments.bottom.empty();
  if (arguments.limit != QueryArguments().limit && !lists) {
    return console.report_usage(
        {"--limit needs --ids, --top or --bottom", "--limit 须与 --ids、--top 或 --bottom 同用"},
        {"tagline query --help shows how it is used", "tagline query --help 显示用法"});
  }
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  if (!arguments.batch_file.empty()) {
    return run_batch(arguments, *service, console);
  }
  if (asks_beyond_count(arguments)) {
    return run_insight(arguments, *service, console);
  }
  return arguments.ids ? run_ids(arguments, *service, console)
                       : run_count(arguments, *service, console);
}

}  // namespace tagline::cli
