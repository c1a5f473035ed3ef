#include "cli/table.h"

#include "cli/console.h"
#include "dsl/display_width.h"

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
constexpr std::size_t kTextCellsMin = 8;
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

Table::Layout Table::layout(unsigned indent) const {
  Layout layout{{}, kBarCellsMax};
  const auto measure = [&] {
    layout.widths.clear();
    std::size_t line = indent;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      layout.widths.push_back(width_of(i, layout.bar_cells));
      line += layout.widths.back() + (i == 0 ? 0 : kGap);
    }
    return line;
  };
  std::size_t line = measure();
  while (window_ != 0 && line > window_ && layout.bar_cells > kBarCellsMin) {
    --layout.bar_cells;
    line = measure();
  }
  while (window_ != 0 && line > window_) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].align == Align::Left && layout.widths[i] > kTextCellsMin &&
          (widest == columns_.size() || layout.widths[i] > layout.widths[widest])) {
        widest = i;
      }
    }
    if (widest == columns_.size()) {
      break;
    }
    --layout.widths[widest];
    --line;
  }
  return layout;
}

std::string Table::text(unsigned indent) const {
  const Layout layout = this->layout(indent);
  std::string head(indent, ' ');
  std::string rule = head;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
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

std::string Table::body(unsigned indent) const {
  return lines(layout(indent), indent);
}

std::string Table::lines(const Layout& layout, unsigned indent) const {
  std::string text;
  for (const auto& row : rows_) {
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto width = static_cast<unsigned>(layout.widths[i]);
      line += padded(width == 0 ? "" : fit(shown(row[i], layout.bar_cells), width), width,
                     columns_[i].align) +
              "  ";
    }
    trim_end(line);
    text += line + "\n";
  }
  return text;
}

}  // namespace tagline::cli
