#include "cli/repl/plot.h"

#include "cli/console.h"
#include "dsl/display_width.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace tagline::cli {
namespace {

constexpr std::size_t kRows = 8;
constexpr std::size_t kColumnsMax = 72;
constexpr std::size_t kColumnsMin = 8;
constexpr std::size_t kDotsAcross = 2;  // of a braille character
constexpr std::size_t kDotsDown = 4;
constexpr char32_t kBraille = 0x2800;

/// Dots by cell: which bit of a braille character each is.
class Canvas {
 public:
  explicit Canvas(std::size_t columns) : columns_(columns), cells_(columns * kRows) {}

  [[nodiscard]] std::size_t dots_across() const { return columns_ * kDotsAcross; }
  [[nodiscard]] static std::size_t dots_down() { return kRows * kDotsDown; }
  /// From the left and the bottom.
  void set(std::size_t x, std::size_t y) {
    static constexpr std::array<std::array<unsigned, kDotsAcross>, kDotsDown> kBits = {
        {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
    x = std::min(x, dots_across() - 1);
    const std::size_t down = dots_down() - 1 - std::min(y, dots_down() - 1);
    cells_[down / kDotsDown * columns_ + x / kDotsAcross] |=
        kBits[down % kDotsDown][x % kDotsAcross];
  }
  [[nodiscard]] std::string row(std::size_t row) const {
    std::string text;
    for (std::size_t i = 0; i < columns_; ++i) {
      const unsigned dots = cells_[row * columns_ + i];
      dsl::append_utf8(text, dots == 0 ? U' ' : kBraille + dots);
    }
    return text;
  }

 private:
  std::size_t columns_;
  std::vector<unsigned> cells_;
};

std::string label(double number, const std::string& unit) {
  return grouped(static_cast<std::uint64_t>(std::llround(std::max(0.0, number)))) + unit;
}

}  // namespace

std::string plot(const Curve& curve, unsigned cells) {
  const auto& points = curve.points;
  if (points.size() < 2 || points.back().first <= points.front().first) {
    return {};
  }
  const auto by_y = [](const auto& a, const auto& b) { return a.second < b.second; };
  const double most = std::max_element(points.begin(), points.end(), by_y)->second;
  const double least = std::min(std::min_element(points.begin(), points.end(), by_y)->second, 0.0);
  const double height = most > least ? most - least : 1.0;
  const std::string top = label(most, curve.y_unit);
  const std::string bottom = label(least, curve.y_unit);
  const std::size_t side = std::max(dsl::display_width(top), dsl::display_width(bottom));
  const std::size_t frame = side + 5;
  Canvas canvas(
      std::clamp<std::size_t>(cells > frame ? cells - frame : 0, kColumnsMin, kColumnsMax));
  // Between two points as many dots as there are places: a line, straight.
  const double left = points.front().first;
  const double width = points.back().first - left;
  const auto last_x = static_cast<double>(canvas.dots_across() - 1);
  const auto last_y = static_cast<double>(Canvas::dots_down() - 1);
  std::size_t at = 0;
  std::size_t before = 0;
  for (std::size_t x = 0; x < canvas.dots_across(); ++x) {
    const double place = left + width * static_cast<double>(x) / last_x;
    while (at + 2 < points.size() && points[at + 1].first < place) {
      ++at;
    }
    const auto& [x0, y0] = points[at];
    const auto& [x1, y1] = points[at + 1];
    const double share = std::clamp((place - x0) / (x1 - x0), 0.0, 1.0);
    const double value = y0 + (y1 - y0) * share;
    const auto y = static_cast<std::size_t>(std::lround((value - least) / height * last_y));
    const auto [low, high] = std::minmax(x == 0 ? y : before, y);
    for (std::size_t dot = low; dot <= high; ++dot) {
      canvas.set(x, dot);
    }
    before = y;
  }
  std::string text;
  for (std::size_t row = 0; row < kRows; ++row) {
    const std::string mark = row == 0 && most > least ? top : row + 1 == kRows ? bottom : "";
    std::string line = "  " + std::string(side - dsl::display_width(mark), ' ') + mark +
                       (mark.empty() ? " │" : " ┤") + canvas.row(row);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  const std::size_t columns = canvas.dots_across() / kDotsAcross;
  text += "  " + std::string(side, ' ') + " └";
  for (std::size_t i = 0; i < columns; ++i) {
    text += "─";
  }
  const std::size_t labels = dsl::display_width(curve.x_first) + dsl::display_width(curve.x_last);
  text += "\n  " + std::string(side + 2, ' ') + curve.x_first +
          std::string(columns > labels ? columns - labels : 1, ' ') + curve.x_last + "\n";
  return text;
}

std::string sparkline(std::span<const double> numbers) {
  static constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (numbers.empty()) {
    return {};
  }
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  std::string text;
  for (const double number : numbers) {
    const double share = *most > *least ? (number - *least) / (*most - *least) : 0.0;
    text += kBlocks[static_cast<std::size_t>(std::lround(share * (kBlocks.size() - 1)))];
  }
  return text;
}

}  // namespace tagline::cli
