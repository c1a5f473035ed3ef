#include "cli/table.h"

#include "cli/console.h"
#include "cli/expression_lines.h"
#include "dsl/display_width.h"
#include "dsl/wrapped.h"

#include <algorithm>
#include <utility>

namespace tagline::cli {
namespace {

/// Cuts `text` to `cells` terminal cells, the last of which is then "…". Control characters would
/// break the table.
std::string fit(std::string text, unsigned cells) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }, ' ');
  if (cells == 0 || dsl::display_width(text) <= cells) {
    return text;
  }
  std::size_t end = text.size();
  while (end > 0 && dsl::display_width(std::string_view(text).substr(0, end)) + 1 > cells) {
    --end;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
      --end;
    }
  }
  return text.substr(0, end) + "…";
}

std::string padded(const std::string& text, std::size_t cells, Align align) {
  const std::size_t width = dsl::display_width(text);
  const std::string space(cells > width ? cells - width : 0, ' ');
  return align == Align::Right ? space + text : text + space;
}

void trim_end(std::string& line) {
  line.erase(line.find_last_not_of(' ') + 1);
}

constexpr unsigned kBarCellsMax = 64;
constexpr unsigned kBarCellsMin = 4;
// Texts are not made narrower than these as long as another column may go, and then not than those.
constexpr std::size_t kWrappedCellsFair = 24;
constexpr std::size_t kCutCellsFair = 16;
constexpr std::size_t kWrappedCellsMin = 12;
constexpr std::size_t kCutCellsMin = 8;
constexpr std::size_t kGap = 2;  // between columns

std::string shown(const Table::Cell& cell, unsigned bar_cells) {
  return cell.bar.whole == 0
             ? cell.text
             : bar(cell.bar.part, cell.bar.whole, std::min(cell.bar.cells_max, bar_cells));
}

}  // namespace

Table::Table(std::vector<Column> columns, unsigned window)
    : columns_(std::move(columns)), window_(window) {}

void Table::add(std::vector<Cell> cells) {
  for (std::size_t i = 0; i < cells.size() && i < columns_.size(); ++i) {
    cells[i].text = fit(std::move(cells[i].text), columns_[i].cells_max);
  }
  cells.resize(columns_.size(), Cell(""));
  rows_.push_back(std::move(cells));
}

std::size_t Table::width_of(std::size_t column, unsigned bar_cells) const {
  std::size_t width = dsl::display_width(columns_[column].title);
  for (const auto& row : rows_) {
    width = std::max(width, dsl::display_width(shown(row[column], bar_cells)));
  }
  return width;
}

std::size_t Table::Layout::line_cells(unsigned indent) const {
  std::size_t line = indent;
  bool first = true;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (shown[i]) {
      line += widths[i] + (first ? 0 : kGap);
      first = false;
    }
  }
  return line;
}

bool Table::is_empty(std::size_t column) const {
  return std::all_of(rows_.begin(), rows_.end(), [&](const std::vector<Cell>& row) {
    return row[column].text.empty() && row[column].bar.whole == 0;
  });
}

bool Table::is_bars(std::size_t column) const {
  return !is_empty(column) &&
         std::all_of(rows_.begin(), rows_.end(),
                     [&](const std::vector<Cell>& row) { return row[column].text.empty(); });
}

void Table::measure(Layout& layout) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    layout.widths[i] = width_of(i, layout.bar_cells);
    layout.shown[i] =
        !(columns_[i].hides_empty && is_empty(i)) && !(layout.bar_cells == 0 && is_bars(i));
  }
}

void Table::narrow(Layout& layout, unsigned indent, std::size_t wrapped, std::size_t cut) const {
  for (std::size_t line = layout.line_cells(indent); line > window_; --line) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::size_t least = columns_[i].fit == Fit::Cut ? cut : wrapped;
      if (layout.shown[i] && columns_[i].align == Align::Left && layout.widths[i] > least &&
          (widest == columns_.size() || layout.widths[i] > layout.widths[widest])) {
        widest = i;
      }
    }
    if (widest == columns_.size()) {
      return;
    }
    --layout.widths[widest];
  }
}

Table::Layout Table::layout(unsigned indent) const {
  Layout layout{std::vector<std::size_t>(columns_.size()), std::vector<bool>(columns_.size()),
                kBarCellsMax};
  measure(layout);
  if (window_ == 0) {
    return layout;
  }
  while (layout.line_cells(indent) > window_ && layout.bar_cells > 0) {
    layout.bar_cells = layout.bar_cells > kBarCellsMin ? layout.bar_cells - 1 : 0;
    measure(layout);
  }
  narrow(layout, indent, kWrappedCellsFair, kCutCellsFair);
  for (std::size_t i = columns_.size(); i-- > 0 && layout.line_cells(indent) > window_;) {
    layout.shown[i] = layout.shown[i] && !columns_[i].may_go;
  }
  narrow(layout, indent, kWrappedCellsMin, kCutCellsMin);
  return layout;
}

std::string Table::text(unsigned indent) const {
  const Layout layout = this->layout(indent);
  std::string head(indent, ' ');
  std::string rule = head;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!layout.shown[i]) {
      continue;
    }
    const auto width = static_cast<unsigned>(layout.widths[i]);
    head +=
        padded(width == 0 ? "" : fit(columns_[i].title, width), width, columns_[i].align) + "  ";
    for (std::size_t cell = 0; cell < width; ++cell) {
      rule += "─";
    }
    rule += "  ";
  }
  trim_end(head);
  trim_end(rule);
  return head + "\n" + rule + "\n" + lines(layout, indent);
}

std::size_t Table::cells(unsigned indent) const {
  return layout(indent).line_cells(indent);
}

std::string Table::body(unsigned indent) const {
  return lines(layout(indent), indent);
}

std::vector<std::string> Table::cell_lines(const Layout& layout, std::size_t column,
                                           const Cell& cell) const {
  const auto width = static_cast<unsigned>(layout.widths[column]);
  const std::string text = shown(cell, layout.bar_cells);
  if (width == 0) {
    return {""};
  }
  if (columns_[column].fit == Fit::Cut || dsl::display_width(text) <= width) {
    return {fit(text, width)};
  }
  const auto blanks = static_cast<unsigned>(std::min(text.find_first_not_of(' '), text.size()));
  std::vector<std::string> lines =
      columns_[column].fit == Fit::WrapExpression
          ? expression_lines(std::string_view(text).substr(blanks), width, blanks)
          : dsl::wrapped(text, width);
  for (std::string& line : lines) {
    line = fit(line, width);  // a word that is wider than its column
  }
  return lines;
}

std::string Table::lines(const Layout& layout, unsigned indent) const {
  std::string text;
  for (const auto& row : rows_) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      cells.push_back(cell_lines(layout, i, row[i]));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t at = 0; at < height; ++at) {
      std::string line(indent, ' ');
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (layout.shown[i]) {
          line += padded(at < cells[i].size() ? cells[i][at] : "", layout.widths[i],
                         columns_[i].align) +
                  "  ";
        }
      }
      trim_end(line);
      text += line + "\n";
    }
  }
  return text;
}

}  // namespace tagline::cli
