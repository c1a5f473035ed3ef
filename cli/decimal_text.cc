#include "cli/decimal_text.h"

#include <algorithm>
#include <utility>

namespace tagline::cli {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kGroup = 3;
constexpr std::size_t kMeanPlacesMin = 2;

/// Digits, with at most one point between them; a sign in front.
bool is_decimal(std::string_view text) {
  text.remove_prefix(text.starts_with('-') ? 1 : 0);
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of(kDigits) == std::string_view::npos;
  };
  return digits(text.substr(0, point)) && (point == text.size() || digits(text.substr(point + 1)));
}

std::size_t places_of(std::string_view decimal) {
  const std::size_t point = decimal.find('.');
  return point == std::string_view::npos ? 0 : decimal.size() - point - 1;
}

/// REQUIRES: a decimal. One more in its last place, away from zero.
std::string one_up(std::string decimal) {
  for (std::size_t at = decimal.size(); at-- > 0;) {
    if (decimal[at] == '.' || decimal[at] == '-') {
      continue;
    }
    if (decimal[at] != '9') {
      ++decimal[at];
      return decimal;
    }
    decimal[at] = '0';
  }
  decimal.insert(decimal.starts_with('-') ? 1 : 0, 1, '1');
  return decimal;
}

}  // namespace

std::string grouped_decimal(std::string_view decimal) {
  std::string text(decimal);
  if (!is_decimal(decimal)) {
    return text;
  }
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = std::min(text.find('.'), text.size()); at > first + kGroup; at -= kGroup) {
    text.insert(at - kGroup, 1, ',');
  }
  return text;
}

std::string rounded_decimal(std::string_view decimal, std::size_t places) {
  if (!is_decimal(decimal) || places_of(decimal) <= places) {
    return grouped_decimal(decimal);
  }
  const std::size_t point = decimal.find('.');
  const bool up = decimal[point + places + 1] >= '5';
  std::string text(decimal.substr(0, places == 0 ? point : point + places + 1));
  text = up ? one_up(std::move(text)) : text;
  if (text.find_first_not_of("-0.") == std::string::npos) {
    text.erase(0, text.starts_with('-') ? 1 : 0);  // no -0.00
  }
  return grouped_decimal(text);
}

std::string mean_decimal(std::string_view decimal) {
  const std::size_t places = places_of(decimal);
  return rounded_decimal(decimal, std::max(places, 2 * kMeanPlacesMin) - kMeanPlacesMin);
}

}  // namespace tagline::cli
