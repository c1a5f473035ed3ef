#include "cli/commands.h"
#include "cli/count_text.h"
#include "cli/decimal_text.h"
#include "cli/exit_status.h"
#include "cli/refusal.h"
#include "cli/table.h"
#include "ingest/expiry.h"
#include "server/segment_names.h"
#include "server/service.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tagline::cli {
namespace {

/// Values of one commit: what is beside the fragments is in memory until it is folded.
constexpr std::size_t kAtOnce = 100'000;

}  // namespace

int run(const ExpireArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Write, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  const std::int64_t now = server::now_s();
  std::uint64_t expired = 0;
  for (bool more = true; more;) {
    const auto step = ingest::expire_some(service->store(), now, kAtOnce);
    if (!step.has_value()) {
      return console.report(step.error());
    }
    expired += step->values;
    more = step->more;
    if (step->values == 0) {
      continue;
    }
    const Status folded = service->store().write([](storage::WriteTxn& txn) { return txn.fold(); });
    if (!folded.has_value()) {
      return console.report(folded.error());
    }
  }
  if (arguments.format == Format::Json) {
    console.out("{\"expired\":" + std::to_string(expired) + ",\"as_of_s\":" + std::to_string(now) +
                "}\n");
    return kFine;
  }
  const std::string count = grouped(expired);
  console.out(
      console.say({count + (expired == 1 ? " value has expired\n" : " values have expired\n"),
                   count + " 个取值已过期并清除\n"}));
  return kFine;
}

}  // namespace tagline::cli
