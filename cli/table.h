// Table: aligned columns for people, right under Chinese too (wide characters take two cells).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

enum class Align : std::uint8_t { Left, Right };

class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::Left;
    unsigned cells_max = 0;  ///< longer texts are cut with "…"; 0: never
  };
  explicit Table(std::vector<Column> columns);

  /// REQUIRES as many cells as columns.
  void add(std::vector<std::string> cells);
  /// Title line, a rule, and the rows; `indent` spaces in front of each line.
  [[nodiscard]] std::string text(unsigned indent = 0) const;

  /// The rows alone.
  [[nodiscard]] std::string body(unsigned indent = 0) const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths() const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tagline::cli
