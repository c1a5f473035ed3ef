#include "cli/refusal.h"

#include "cli/exit_status.h"

#include <utility>

namespace tagline::cli {

int report_refusal(const server::Refusal& refusal, std::string_view expression, Format format,
                   Console& console) {
  if (refusal.error.has_value()) {
    return console.report(*refusal.error, refusal.changed ? "changed" : "");
  }
  const std::string_view text = refusal.text.has_value() ? *refusal.text : expression;
  if (is_json(format)) {
    console.out(server::faults_json(refusal.diagnostics, text, console.language()) + "\n");
  } else {
    console.report(refusal.diagnostics, text);
  }
  return kInputAtFault;
}

int report_line(const server::Refusal& refusal, const server::BatchLine& line, Format format,
                Console& console) {
  if (!is_json(format)) {
    return report_refusal(refusal, line.expression, format, console);
  }
  console.out(server::refused_line_json(refusal, line) + "\n");
  return refusal.error.has_value() ? exit_status(*refusal.error) : kInputAtFault;
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
