// Overlaps as people read them (print), and as CSV.
#pragma once

#include "cli/console.h"
#include "server/overlaps.h"

#include <string>

namespace tagline::cli {

void print(const server::OverlapAnswer& answer, Console& console);
/// The regions when there are any, else pairs.
[[nodiscard]] std::string csv_of(const server::OverlapAnswer& answer);

}  // namespace tagline::cli
