#include "cli/markdown_text.h"

#include "cli/table.h"
#include "dsl/wrapped.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

constexpr std::string_view kFence = "```";
constexpr std::string_view kCodeIndent = "    ";

/// The cells of "| a | b |", without marks.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cell += line[++i];
    } else if (line[i] == '|') {
      const std::string plain = without_marks(std::exchange(cell, {}));
      const std::size_t begin = std::min(plain.find_first_not_of(' '), plain.size());
      cells.push_back(plain.substr(begin, plain.find_last_not_of(' ') + 1 - begin));
    } else {
      cell += line[i];
    }
  }
  return cells;
}

bool is_rule(std::string_view line) {
  return line.find_first_not_of("|-: ") == std::string_view::npos;
}

std::string table_text(const std::vector<std::string>& lines, const Console& console) {
  std::vector<Table::Column> columns;
  bool has_title = false;
  for (const std::string& title : cells_of(lines.front())) {
    has_title = has_title || !title.empty();
    columns.push_back({title, Align::Left, 0, Fit::Wrap});
  }
  Table table(columns, console.reading_window());
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (!is_rule(lines[i])) {
      std::vector<std::string> texts = cells_of(lines[i]);
      table.add({std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end())});
    }
  }
  return has_title ? table.text(2) : table.body(2);
}

/// Reads line by line and gathers what belongs together.
class Reader {
 public:
  explicit Reader(const Console& console) : console_(console) {}

  void take(const std::string& line) {
    if (line.starts_with(kFence)) {
      end_block();
      fenced_ = !fenced_;
      blank();
      return;
    }
    if (fenced_) {
      out_ += std::string(kCodeIndent) + line + "\n";
      return;
    }
    if (line.starts_with("<a id=")) {
      return;
    }
    const bool row = line.starts_with('|');
    if (row != is_table_) {
      end_block();
    }
    is_table_ = row;
    if (line.starts_with('#')) {
      end_block();
      blank();
      out_ += console_.bold(without_marks(line.substr(line.find_first_not_of("# ")))) + "\n";
    } else if (line.empty()) {
      end_block();
      blank();
    } else {
      block_.push_back(line);
    }
  }

  [[nodiscard]] std::string text() && {
    end_block();
    out_.erase(out_.find_last_not_of('\n') + 1);
    return out_ + "\n";
  }

 private:
  void blank() {
    if (!out_.empty() && !out_.ends_with("\n\n")) {
      out_ += "\n";
    }
  }
  void end_block() {
    const std::vector<std::string> block = std::exchange(block_, {});
    if (block.empty()) {
      return;
    }
    if (is_table_) {
      out_ += table_text(block, console_);
      is_table_ = false;
      return;
    }
    std::string lines;
    for (const std::string& line : block) {
      lines += without_marks(line) + "\n";
    }
    out_ += dsl::flowed(lines, console_.reading_window());
  }

  const Console& console_;
  std::string out_;
  std::vector<std::string> block_;  ///< lines of a paragraph or list, or of a table
  bool is_table_ = false;
  bool fenced_ = false;
};

}  // namespace

std::string without_marks(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '[') {
      const std::size_t middle = line.find("](", i);
      const std::size_t end = middle == std::string_view::npos ? middle : line.find(')', middle);
      if (end != std::string_view::npos && line.find(']', i) == middle) {
        text += without_marks(line.substr(i + 1, middle - i - 1));
        i = end;
        continue;
      }
    }
    if (line[i] == '`') {
      const std::size_t end = line.find('`', i + 1);
      if (end != std::string_view::npos) {
        text += line.substr(i + 1, end - i - 1);  // code: marks within are meant
        i = end;
      }
      continue;
    }
    if (line.substr(i, 2) == "**") {
      ++i;
      continue;
    }
    // *emphasis*, which may begin on one line and end on the next; a bullet and `a * b` are none.
    const bool opens = line[i] == '*' && i + 1 < line.size() && line[i + 1] != ' ';
    const bool closes = line[i] == '*' && i > 0 && line[i - 1] != ' ';
    if (opens || closes) {
      continue;
    }
    text += line[i];
  }
  return text;
}

std::string markdown_text(std::string_view markdown, const Console& console) {
  Reader reader(console);
  while (!markdown.empty()) {
    const std::size_t end = std::min(markdown.find('\n'), markdown.size());
    reader.take(std::string(markdown.substr(0, end)));
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
  }
  return std::move(reader).text();
}

}  // namespace tagline::cli
