// Numbers of things in English, which has a word for one and a word for more.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tagline::cli {

/// "1 user", "1,234 users": of things whose plural ends in s.
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view thing);
/// "1 person", "1,234 people".
[[nodiscard]] std::string people_counted(std::uint64_t number);

}  // namespace tagline::cli
