#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/progress.h"
#include "cli/refusal.h"
#include "cli/rows.h"
#include "server/answer_json.h"
#include "server/service.h"

#include <memory>

namespace tagline::cli {

int run(const VerifyArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  auto progress = std::make_unique<ProgressLine>(console);
  const auto report = service->verify([&](std::uint64_t done, std::uint64_t whole) {
    progress->show(grouped(done) + console.say({" fragments", " 个片段"}), done, whole);
  });
  progress.reset();
  if (!report.has_value()) {
    return console.report(report.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::verify_json(*report) + "\n");
    return report->clean() ? kFine : kSystemAtFault;
  }
  if (arguments.format == Format::Csv) {
    console.out(csv_row(server::JsonValue::parse(server::verify_json(*report)),
                        {"clean", "fragments", "fragment_bytes", "tags", "values", "events",
                         "segments", "users", "problem_count"}));
    return report->clean() ? kFine : kSystemAtFault;
  }
  for (const Text& problem : report->problems) {
    console.out(console.say({"problem: ", "问题："}) + console.say(problem) + "\n");
  }
  const std::string checked =
      grouped(report->fragments) + console.say({" fragments (", " 个片段（"}) +
      grouped(report->fragment_bytes) + console.say({" bytes), ", " 字节），"}) +
      grouped(report->tags) + console.say({" tags, ", " 个标签，"}) + grouped(report->values) +
      console.say({" values, ", " 个取值，"}) + grouped(report->events) +
      console.say({" events, ", " 种行为，"}) + grouped(report->segments) +
      console.say({" segments, ", " 个人群，"}) + grouped(report->users) +
      console.say({" users", " 个用户"});
  console.out((report->clean()
                   ? console.say({"clean: ", "完好："})
                   : grouped(report->problem_count) + console.say({" problems: ", " 个问题："})) +
              checked + "\n");
  return report->clean() ? kFine : kSystemAtFault;
}

}  // namespace tagline::cli
