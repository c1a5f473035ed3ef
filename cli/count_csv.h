// A count as one CSV line under its header.
#pragma once

#include "server/service.h"

#include <string>

namespace tagline::cli {

inline constexpr const char* kCountCsvHeader = "expression,count,population,as_of,elapsed_us\n";
[[nodiscard]] std::string count_csv(const server::Answer& answer);

}  // namespace tagline::cli
