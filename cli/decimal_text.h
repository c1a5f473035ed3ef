// Decimals as people read them; programs get them as they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tagline::cli {

/// "1234567.50" as "1,234,567.50". What is no decimal (a day, "-") stays as it is.
[[nodiscard]] std::string grouped_decimal(std::string_view decimal);

/// The same, rounded half away from zero to `places` digits behind the point if it has more.
[[nodiscard]] std::string rounded_decimal(std::string_view decimal, std::size_t places);

/// A mean or deviation, which comes with two digits more than the tag has: with as many as the tag
/// has, and two at the least.
[[nodiscard]] std::string mean_decimal(std::string_view decimal);

}  // namespace tagline::cli
