// Expressions as readers of the console's language would have written them.
#pragma once

#include "cli/console.h"
#include "server/service.h"

#include <chrono>
#include <optional>
#include <string>

namespace tagline::cli {

/// In Chinese with the Chinese words and names (dsl/display.h), else as it is, as is what cannot be
/// read. `expression`: canonical.
[[nodiscard]] std::string displayed(const std::string& expression,
                                    std::optional<std::chrono::sys_days> as_of,
                                    server::Service& service, const Console& console);

}  // namespace tagline::cli
