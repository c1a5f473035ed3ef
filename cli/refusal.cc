#include "cli/refusal.h"

#include "cli/exit_status.h"
#include "server/answer_json.h"

#include <utility>

namespace tagline::cli {

int report_refusal(const server::Refusal& refusal, std::string_view expression, Format format,
                   Console& console) {
  if (refusal.error.has_value()) {
    return console.report(*refusal.error);
  }
  if (format == Format::Json) {
    console.out(server::faults_json(refusal.diagnostics, expression) + "\n");
  } else {
    console.report(refusal.diagnostics, expression);
  }
  return kInputAtFault;
}

std::unique_ptr<server::Service> open_service(const std::string& db, storage::OpenMode mode,
                                              Console& console) {
  storage::OpenOptions options;
  options.mode = mode;
  auto service = server::Service::open(db, options);
  if (!service.has_value()) {
    static_cast<void>(console.report(service.error()));
    return nullptr;
  }
  return std::move(*service);
}

}  // namespace tagline::cli
