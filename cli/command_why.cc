#include "cli/commands.h"
#include "cli/displayed.h"
#include "cli/exit_status.h"
#include "cli/refusal.h"
#include "cli/why_text.h"
#include "server/why_json.h"

namespace tagline::cli {
int run(const WhyArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  server::QueryRequest request;
  request.expression = arguments.expression;
  request.as_of = arguments.as_of;
  auto why = service->why(arguments.id, request);
  if (!why.has_value()) {
    return report_refusal(why.error(), arguments.expression, arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::why_json(*why, arguments.expression) + "\n");
    return kFine;
  }
  if (arguments.format == Format::Csv) {
    console.out(
        why_csv(server::JsonValue::parse(server::why_json(*why, arguments.expression)), console));
    console.report(why->warnings, arguments.expression);
    return kFine;
  }
  why->expression = displayed(why->expression, arguments.as_of, *service, console);
  print(*why, console);
  console.report(why->warnings, arguments.expression);
  return kFine;
}

}  // namespace tagline::cli
