#include "cli/commands.h"
#include "cli/displayed.h"
#include "cli/exit_status.h"
#include "cli/overlap_text.h"
#include "cli/query_budget.h"
#include "cli/refusal.h"
#include "server/insight_json.h"
#include "server/overlaps.h"

namespace tagline::cli {
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
  auto answer = service->store().read(
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
      console.out(csv_of(*answer));
      break;
    case Format::Table:
      for (std::string& segment : answer->segments) {
        segment = displayed(segment, arguments.as_of, *service, console);
      }
      print(*answer, console);
      break;
  }
  return kFine;
}

}  // namespace tagline::cli
