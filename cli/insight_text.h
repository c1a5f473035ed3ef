// Answers beyond counts as people read them (print), and as CSV. Wherever the answer came from.
#pragma once

#include "cli/console.h"
#include "server/breakdown.h"
#include "server/numbers.h"

#include <string>

namespace tagline::cli {

/// The expression, and how many people of how many it selects on which day.
void print_head(const server::Answer& answer, Console& console);

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

/// The largest values only; the CSV has all.
void print(const server::CrossAnswer& answer, Console& console);
[[nodiscard]] std::string csv_of(const server::CrossAnswer& answer);

}  // namespace tagline::cli
