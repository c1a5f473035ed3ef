#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/count_csv.h"
#include "cli/exit_status.h"
#include "cli/explanation.h"
#include "cli/ids.h"
#include "cli/insight.h"
#include "cli/members.h"
#include "cli/query_request.h"
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

double seconds_of(const Answer& answer) {
  return std::chrono::duration<double>(answer.elapsed).count();
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

int run_count(const QueryArguments& arguments, server::Service& service, Console& console) {
  const QueryBudget budget(arguments.limits);
  const auto answer = service.query(request_of(arguments, budget));
  if (!answer.has_value()) {
    return report_refusal(answer.error(), *arguments.expression, arguments.format, console);
  }
  switch (arguments.format) {
    case Format::Json:
    case Format::Ndjson:
      console.out(server::answer_json(*answer, *arguments.expression) + "\n");
      return kFine;
    case Format::Csv:
      console.out(answer->explanation.has_value() ? nodes_csv(*answer->explanation)
                                                  : kCountCsvHeader + count_csv(*answer));
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

}  // namespace

int run(const QueryArguments& arguments, Console& console) {
  if (!arguments.expression.has_value() && arguments.batch_file.empty()) {
    const std::string example = "tagline query --db " + arguments.db + " 'age >= 18'";
    return console.report_usage({"an expression is missing", "缺少表达式"}, {example, example});
  }
  const bool lists = arguments.ids || !arguments.top.empty() || !arguments.bottom.empty();
  if (arguments.limit.has_value() && !lists) {
    return console.report_usage(
        {"--limit needs --ids, --top or --bottom", "--limit 须与 --ids、--top 或 --bottom 同用"},
        {"tagline query --help shows how it is used", "tagline query --help 显示用法"});
  }
  const bool lines =
      arguments.ids || !arguments.members_file.empty() || !arguments.batch_file.empty();
  if (arguments.format == Format::Ndjson && !lines) {
    return console.report_usage({"--format ndjson needs --ids, --members or --batch",
                                 "--format ndjson 须与 --ids、--members 或 --batch 同用"},
                                {"--format json gives one object", "--format json 输出一个对象"});
  }
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  if (!arguments.batch_file.empty()) {
    return run_batch(arguments, *service, console);
  }
  if (!arguments.members_file.empty()) {
    return run_members(arguments, *service, console);
  }
  if (asks_beyond_count(arguments)) {
    return run_insight(arguments, *service, console);
  }
  return arguments.ids ? run_ids(arguments, *service, console)
                       : run_count(arguments, *service, console);
}

}  // namespace tagline::cli
