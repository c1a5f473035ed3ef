#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/count_csv.h"
#include "cli/count_text.h"
#include "cli/displayed.h"
#include "cli/exit_status.h"
#include "cli/explanation.h"
#include "cli/ids.h"
#include "cli/insight.h"
#include "cli/members.h"
#include "cli/query_request.h"
#include "cli/refusal.h"
#include "server/answer_json.h"
#include "server/service.h"

namespace tagline::cli {
namespace {

using server::Answer;

int run_count(const QueryArguments& arguments, server::Service& service, Console& console) {
  const QueryBudget budget(arguments.limits);
  auto answer = service.query(request_of(arguments, budget));
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
      answer->expression = displayed(answer->expression, arguments.as_of, service, console);
      print(*answer, console);
      break;
  }
  if (answer->explanation.has_value() && arguments.format == Format::Table) {
    print_conditions(*answer, console);
    print_plan(*answer, console);
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
