// Finding: one thing that was looked at on a machine or in a database, and what to do about it.
#pragma once

#include "engine/error.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {

enum class Mark : std::uint8_t {
  Fine,
  Warning,  ///< works, though worse or less safely than it could
  Fault,    ///< something does not work
};

struct Finding {
  std::string_view code;  ///< stable: "open-files"
  Text name;              ///< for people: "open files"
  Mark mark = Mark::Fine;
  Text found;
  Text expected;  ///< empty where there is nothing to expect
  Text advice;    ///< what to try; empty when all is fine
  /// Numbers behind `found`, for programs: names are stable, bytes are bytes.
  std::vector<std::pair<std::string_view, std::uint64_t>> figures;
};

/// "1.5 GiB": of three digits or less, in the largest unit of 1,024 that leaves one at least.
[[nodiscard]] std::string size_text(std::uint64_t bytes);
/// 1234567 as 1,234,567.
[[nodiscard]] std::string grouped_text(std::uint64_t number);
/// "3 days", "5 minutes": whole, in the largest unit of which there is one at least.
[[nodiscard]] Text age_text(std::uint64_t seconds);

}  // namespace tagline::server
