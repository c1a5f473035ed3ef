// Table: aligned columns for people, right under Chinese too (wide characters take two cells).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::cli {

enum class Align : std::uint8_t { Left, Right };
/// What becomes of a text that the window has no room for: cut with "…", or gone on with in further
/// lines of its row, as words or as an expression.
enum class Fit : std::uint8_t { Cut, Wrap, WrapExpression };

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
    Fit fit = Fit::Cut;
    /// Left out where the window has no room for it otherwise.
    bool may_go = false;
    /// Left out when no row has anything there.
    bool hides_empty = false;
  };
  /// A text or a bar. Both convert on purpose: a row is a list of them.
  struct Cell {
    Cell(std::string words) : text(std::move(words)) {}  // NOLINT(google-explicit-constructor)
    Cell(const char* words) : text(words) {}             // NOLINT(google-explicit-constructor)
    Cell(Bar filled) : bar(filled) {}                    // NOLINT(google-explicit-constructor)
    std::string text;
    Bar bar;
  };
  /// In a window of so many cells bars are shortened and then dropped, columns that wrap or may be
  /// cut become narrower, columns that may go do, and what can be cut is cut further, until a line
  /// fits; 0: all is as long as it is.
  explicit Table(std::vector<Column> columns, unsigned window = 0);

  /// REQUIRES as many cells as columns.
  void add(std::vector<Cell> cells);
  /// Title line, a rule, and the rows; `indent` spaces in front of each line.
  [[nodiscard]] std::string text(unsigned indent = 0) const;

  /// Columns of its widest line; of more than the window has, it does not fit.
  [[nodiscard]] std::size_t cells(unsigned indent = 0) const;

  /// The rows alone.
  [[nodiscard]] std::string body(unsigned indent = 0) const;

 private:
  struct Layout {
    std::vector<std::size_t> widths;
    std::vector<bool> shown;
    unsigned bar_cells = 0;  ///< at most
    [[nodiscard]] std::size_t line_cells(unsigned indent) const;
  };
  [[nodiscard]] Layout layout(unsigned indent) const;
  [[nodiscard]] std::size_t width_of(std::size_t column, unsigned bar_cells) const;
  [[nodiscard]] bool is_empty(std::size_t column) const;
  [[nodiscard]] bool is_bars(std::size_t column) const;
  void measure(Layout& layout) const;
  /// Narrows the widest columns of texts, none below `wrapped` or `cut` cells, until a line fits.
  void narrow(Layout& layout, unsigned indent, std::size_t wrapped, std::size_t cut) const;
  [[nodiscard]] std::vector<std::string> cell_lines(const Layout& layout, std::size_t column,
                                                    const Cell& cell) const;
  [[nodiscard]] std::string lines(const Layout& layout, unsigned indent) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
  unsigned window_;
};

}  // namespace tagline::cli
