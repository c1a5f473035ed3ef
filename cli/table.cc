#include "cli/table.h"

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

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
  for (std::size_t i = 0; i < cells.size() && i < columns_.size(); ++i) {
    cells[i] = fit(std::move(cells[i]), columns_[i].cells_max);
  }
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = dsl::display_width(columns_[i].title);
    for (const auto& row : rows_) {
      width = std::max(width, dsl::display_width(row[i]));
    }
    widths.push_back(width);
  }
  return widths;
}

std::string Table::text(unsigned indent) const {
  const std::vector<std::size_t> widths = this->widths();
  const std::string margin(indent, ' ');
  std::string head = margin;
  std::string rule = margin;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    head += padded(columns_[i].title, widths[i], columns_[i].align) + "  ";
    for (std::size_t cell = 0; cell < widths[i]; ++cell) {
      rule += "─";
    }
    rule += "  ";
  }
  trim_end(head);
  trim_end(rule);
  return head + "\n" + rule + "\n" + body(indent);
}

std::string Table::body(unsigned indent) const {
  const std::vector<std::size_t> widths = this->widths();
  std::string text;
  for (const auto& row : rows_) {
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      line += padded(row[i], widths[i], columns_[i].align) + "  ";
    }
    trim_end(line);
    text += line + "\n";
  }
  return text;
}

}  // namespace tagline::cli
