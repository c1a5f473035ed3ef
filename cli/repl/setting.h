// The settings of the terminal: what \set and completion know of each.
#pragma once

#include "engine/error.h"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

struct Setting {
  std::string_view name;
  std::array<std::string_view, 3> values;  ///< offered while typing; "" where there are fewer
  std::string_view allowed;                ///< "table, json or csv"
  std::string_view allowed_zh;
  std::string_view example;  ///< a value
};

[[nodiscard]] std::span<const Setting> settings();

/// The nearest of `names` to what was typed; "" when none is near.
[[nodiscard]] std::string nearest(std::string_view typed,
                                  const std::vector<std::string_view>& names);

}  // namespace tagline::cli
