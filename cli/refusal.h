// How a request that could not be answered is told, and how a database is opened for one.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "server/answer_json.h"
#include "server/service.h"

#include <memory>
#include <string_view>

namespace tagline::cli {

/// Says why a request was refused: cards (or JSON) of the faults of `expression`, or the error.
/// Returns the exit status.
[[nodiscard]] int report_refusal(const server::Refusal& refusal, std::string_view expression,
                                 Format format, Console& console);

/// As report_refusal, of one of many expressions: its JSON says which.
[[nodiscard]] int report_line(const server::Refusal& refusal, const server::BatchLine& line,
                              Format format, Console& console);

/// The service, or null when the database could not be opened, which has been said: the exit
/// status is then kSystemAtFault, whatever the reason.
[[nodiscard]] std::unique_ptr<server::Service> open_service(const std::string& db,
                                                            storage::OpenMode mode,
                                                            Console& console);

}  // namespace tagline::cli
