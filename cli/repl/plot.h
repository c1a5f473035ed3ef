// Plots of characters: curves of braille dots, and lines of blocks.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tagline::cli {

struct Curve {
  std::vector<std::pair<double, double>> points;  ///< x ascending
  std::string x_first;                            ///< labels below both ends
  std::string x_last;
  std::string y_unit;  ///< behind the numbers at the side: "%"
};

/// The curve in at most so many cells across, with 0 and the greatest at its side: whole lines,
/// each with an end. The axis begins at 0, so that twice as high is twice as many. "" without two
/// points.
[[nodiscard]] std::string plot(const Curve& curve, unsigned cells);

/// A character a number, from the least (▁) to the greatest (█).
[[nodiscard]] std::string sparkline(std::span<const double> numbers);

}  // namespace tagline::cli
