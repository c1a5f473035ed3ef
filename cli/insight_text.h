// Answers beyond counts as people read them (print), and as CSV. Wherever the answer came from.
#pragma once

#include "cli/console.h"
#include "server/breakdown.h"
#include "server/numbers.h"

#include <string>

namespace tagline::cli {

/// The expression, and how many people of how many it selects on which day.
void print_head(const server::Answer& answer, Console& console);

/// People of the answer who have no value of the tag.
[[nodiscard]] std::uint64_t unknown_of(const server::TagBreakdown& tag,
                                       const server::Answer& answer);

void print(const server::NumberAnswer& answer, Console& console);
[[nodiscard]] std::string csv_of(const server::NumberAnswer& answer);

void print(const server::RankedAnswer& answer, Console& console);
[[nodiscard]] std::string csv_of(const server::RankedAnswer& answer);

void print(const server::ParetoAnswer& answer, Console& console);
[[nodiscard]] std::string csv_of(const server::ParetoAnswer& answer);

/// Values shown a tag.
enum class Values : std::uint8_t { All, Few };
void print(const server::BreakdownAnswer& answer, Values values, Console& console);
[[nodiscard]] std::string csv_of(const server::BreakdownAnswer& answer);

/// With those who have no value, and totals; of names the largest values only, of numbers and dates
/// the stretches from the first to the last that has anybody. The CSV has all, without totals.
void print(const server::CrossAnswer& answer, Console& console);
[[nodiscard]] std::string csv_of(const server::CrossAnswer& answer);

}  // namespace tagline::cli
