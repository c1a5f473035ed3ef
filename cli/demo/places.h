// Places: Chinese cities with their province and what marketers call their tier.
#pragma once

#include "cli/demo/names.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace tagline::cli::demo {

struct City {
  std::string_view name;  ///< as in the rows; the other language's name is in users.schema.json
  std::string_view province;
  Tier tier = Tier::Tier4;
  std::uint8_t weight = 0;  ///< people, beside the other cities of its tier
};

/// Ordered by tier.
[[nodiscard]] std::span<const City> cities();
[[nodiscard]] std::span<const City> cities_of(Tier tier);

}  // namespace tagline::cli::demo
