// Table: aligned columns for people, right under Chinese too (wide characters take two cells).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::cli {

enum class Align : std::uint8_t { Left, Right };

/// A cell that is a bar, filled to part / whole: as long as the window has room for, and
/// `cells_max` at most.
struct Bar {
  std::uint64_t part = 0;
  std::uint64_t whole = 0;
  unsigned cells_max = 24;
};

class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::Left;
    unsigned cells_max = 0;  ///< longer texts are cut with "…"; 0: never
  };
  /// A text or a bar. Both convert on purpose: a row is a list of them.
  struct Cell {
    Cell(std::string words) : text(std::move(words)) {}  // NOLINT(google-explicit-constructor)
    Cell(const char* words) : text(words) {}             // NOLINT(google-explicit-constructor)
    Cell(Bar filled) : bar(filled) {}                    // NOLINT(google-explicit-constructor)
    std::string text;
    Bar bar;
  };
  /// In a window of so many cells bars are shortened, then the widest column of texts is cut, until
  /// a line fits; 0: all is as long as it is.
  explicit Table(std::vector<Column> columns, unsigned window = 0);

  /// REQUIRES as many cells as columns.
  void add(std::vector<Cell> cells);
  /// Title line, a rule, and the rows; `indent` spaces in front of each line.
  [[nodiscard]] std::string text(unsigned indent = 0) const;

  /// The rows alone.
  [[nodiscard]] std::string body(unsigned indent = 0) const;

 private:
  struct Layout {
    std::vector<std::size_t> widths;
    unsigned bar_cells = 0;  ///< at most
  };
  [[nodiscard]] Layout layout(unsigned indent) const;
  [[nodiscard]] std::size_t width_of(std::size_t column, unsigned bar_cells) const;
  [[nodiscard]] std::string lines(const Layout& layout, unsigned indent) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
  unsigned window_;
};

}  // namespace tagline::cli
