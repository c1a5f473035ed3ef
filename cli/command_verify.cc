#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/exit_status.h"
#include "cli/progress.h"
#include "cli/refusal.h"
#include "cli/rows.h"
#include "server/answer_json.h"
#include "server/service.h"

#include <memory>

namespace tagline::cli {
namespace {

/// Those who can be counted, and what became of the other users.
std::string people_text(const server::Verified& report, const Console& console) {
  if (!report.clean()) {
    return console.say({counted(report.users, "user"), grouped(report.users) + " 个用户"});
  }
  std::string text =
      console.say({people_counted(report.population), grouped(report.population) + " 人"});
  std::string others;
  if (report.merged > 0) {
    others = grouped(report.merged) + console.say({" merged into others", " 个已并入他人"});
  }
  if (report.erased > 0) {
    others += (others.empty() ? "" : console.say({", ", "，"})) + grouped(report.erased) +
              console.say({" erased", " 个已删除"});
  }
  if (!others.empty()) {
    text += console.say(
        {" (of the " + grouped(report.users) + " users there have been, " + others + ")",
         "（曾有用户 " + grouped(report.users) + " 个，其中 " + others + "）"});
  }
  return text;
}

}  // namespace

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
                         "segments", "users", "population", "merged", "erased", "problem_count"}));
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
      console.say({" segments, ", " 个人群，"}) + people_text(*report, console);
  console.out((report->clean()
                   ? console.say({"clean: ", "完好："})
                   : grouped(report->problem_count) + console.say({" problems: ", " 个问题："})) +
              checked + "\n");
  return report->clean() ? kFine : kSystemAtFault;
}

}  // namespace tagline::cli
