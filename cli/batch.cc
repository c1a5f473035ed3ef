#include "cli/batch.h"

#include "cli/exit_status.h"
#include "cli/query_request.h"
#include "cli/read_file.h"
#include "cli/refusal.h"
#include "cli/table.h"
#include "server/answer_json.h"
#include "server/day_text.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

using server::Answer;

constexpr unsigned kBarCells = 15;
/// In a table: the least room for a segment's title, and what people, share and bar take.
constexpr unsigned kSegmentCellsMin = 40;
constexpr unsigned kOtherCells = 40;

/// Expressions with their titles, place by place.
struct Lines {
  std::vector<std::size_t> numbers;  ///< in the file, from 1
  std::vector<std::string> titles;
  std::vector<std::string> expressions;
};

/// One expression a line; a comment line above names it.
Lines batch_lines(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Lines lines;
  std::string title;
  for (std::size_t number = 1; !text.empty(); ++number) {
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
      lines.numbers.push_back(number);
      lines.titles.push_back(std::exchange(title, {}));
      lines.expressions.emplace_back(line);
    }
  }
  return lines;
}

/// Prints answers as they come: JSON and CSV at once, a table at the end.
class BatchPrinter {
 public:
  BatchPrinter(const Lines& lines, Format format, Console& console)
      : lines_(lines), format_(format), console_(console), table_(columns(console)) {
    if (format_ == Format::Csv) {
      console_.out("line,title,segment,count,population,as_of,error\n");
    }
  }

  void add(std::size_t place, const server::Outcome<Answer>& answer) {
    if (!answer.has_value()) {
      if (format_ == Format::Csv) {
        console_.out(start_of_row(place) + ",,,," + csv_field(code_of(answer.error())) + "\n");
      }
      if (format_ == Format::Csv || format_ == Format::Table) {
        const std::string number = std::to_string(lines_.numbers[place]);
        const std::string& title = lines_.titles[place];
        console_.err(console_.say({"line " + number, "第 " + number + " 行"}) +
                     (title.empty() ? "" : " (" + title + ")") + ":\n");
      }
      status_ = std::max(status_, report_line(answer.error(), line_at(place), format_, console_));
      return;
    }
    switch (format_) {
      case Format::Json:
      case Format::Ndjson:
        console_.out(server::answered_line_json(*answer, line_at(place)) + "\n");
        break;
      case Format::Csv:
        console_.out(start_of_row(place) + "," + std::to_string(answer->count) + "," +
                     std::to_string(answer->population) + "," + server::day_text(answer->as_of) +
                     ",\n");
        break;
      case Format::Table:
        add_row(place, *answer);
        break;
    }
  }

  int finish(std::chrono::duration<double> elapsed) {
    if (format_ == Format::Table) {
      const std::string answers = grouped(answered_);
      const std::string time = duration_text(elapsed.count());
      console_.out(table_.text() + "\n" +
                   console_.say({answers + " answered together in " + time + "\n",
                                 "共回答 " + answers + " 个，用时 " + time + "\n"}));
    }
    return status_;
  }

 private:
  // A pipe or a file gets whole expressions; a window gets what fits beside the other columns.
  static std::vector<Table::Column> columns(const Console& console) {
    const unsigned cells =
        console.out_is_terminal()
            ? std::max(kSegmentCellsMin, console.width() - std::min(console.width(), kOtherCells))
            : 0;
    return {{console.say({"segment", "人群"}), Align::Left, cells},
            {console.say({"people", "人数"}), Align::Right},
            {console.say({"share", "占比"}), Align::Right},
            {""}};
  }

  [[nodiscard]] server::BatchLine line_at(std::size_t place) const {
    return {lines_.numbers[place], lines_.titles[place], lines_.expressions[place]};
  }
  [[nodiscard]] std::string start_of_row(std::size_t place) const {
    return std::to_string(lines_.numbers[place]) + "," + csv_field(lines_.titles[place]) + "," +
           csv_field(lines_.expressions[place]);
  }
  static std::string code_of(const server::Refusal& refusal) {
    if (refusal.error.has_value()) {
      return std::string(wire_name(refusal.error->code()));
    }
    return refusal.diagnostics.empty() ? std::string() : refusal.diagnostics.front().code;
  }

  void add_row(std::size_t place, const Answer& answer) {
    ++answered_;
    const std::string& title = lines_.titles[place];
    const std::string& expression = lines_.expressions[place];
    table_.add({title.empty() ? expression : title, grouped(answer.count),
                percent(answer.count, answer.population),
                bar(answer.count, answer.population, kBarCells)});
    if (!title.empty()) {
      table_.add({"  " + expression, "", "", ""});
    }
  }

  const Lines& lines_;
  const Format format_;
  Console& console_;
  Table table_;
  std::uint64_t answered_ = 0;
  int status_ = kFine;
};

}  // namespace

int run_batch(const QueryArguments& arguments, server::Service& service, Console& console) {
  const auto text = read_file(arguments.batch_file);
  if (!text.has_value()) {
    return console.report(text.error());
  }
  const Lines lines = batch_lines(*text);
  BatchPrinter printer(lines, arguments.format, console);
  const auto start = std::chrono::steady_clock::now();
  const QueryBudget budget(arguments.limits);
  const auto done =
      service.batch(lines.expressions, request_of(arguments, budget),
                    [&printer](std::size_t place, const server::Outcome<Answer>& answer) {
                      printer.add(place, answer);
                    });
  if (!done.has_value()) {
    return console.report(done.error());
  }
  return printer.finish(std::chrono::steady_clock::now() - start);
}

}  // namespace tagline::cli
