// Rate: how many requests a caller may make in a window of time.
#pragma once

#include "engine/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tagline::server {

/// Both 1 or more.
struct Rate {
  std::uint32_t requests = 1;
  std::chrono::seconds window{1};

  friend bool operator==(const Rate&, const Rate&) = default;
};

/// "10/s", "600/min", "10000/h": a whole number of 1 to 1,000,000 and s, min or h. BadInput else.
[[nodiscard]] Result<Rate> rate_of(std::string_view text);
/// As rate_of reads it.
[[nodiscard]] std::string text_of(const Rate& rate);

}  // namespace tagline::server
