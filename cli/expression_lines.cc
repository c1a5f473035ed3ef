#include "cli/expression_lines.h"

#include "cli/repl/highlight.h"
#include "dsl/display_width.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tagline::cli {
namespace {

constexpr std::size_t kCellsMin = 12;
constexpr std::array<std::string_view, 7> kJoints = {"and",  "or",   "且", "或",
                                                     "并且", "或者", "not"};

std::string lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

bool is_joint(std::string_view word) {
  return std::find(kJoints.begin(), kJoints.end(), lower(word)) != kJoints.end();
}

/// Parts of an expression between which it may be broken; their sum is the expression.
struct Pieces {
  std::vector<std::string> words;   ///< between any blanks that no quotes hold
  std::vector<bool> begins_clause;  ///< whether a break before it is a good one
};

Pieces pieces_of(std::string_view expression) {
  Pieces pieces;
  std::size_t taken = 0;
  bool good = true;
  bool after_joint = false;
  const auto cut = [&](std::size_t at, bool is_good) {
    if (at > taken) {
      pieces.words.emplace_back(expression.substr(taken, at - taken));
      pieces.begins_clause.push_back(good);
      taken = at;
    }
    good = is_good;
  };
  // What stands behind a command is read as an expression.
  const std::size_t first =
      expression.starts_with('\\') ? std::min(expression.find(' '), expression.size()) : 0;
  std::size_t last_end = first;
  bool after_comma = false;
  for (HighlightedPart part : highlight(expression.substr(first), {})) {
    part.begin += first;
    part.end += first;
    const std::string_view word = expression.substr(part.begin, part.end - part.begin);
    const bool joint = part.part == Part::Operator && is_joint(word);
    if (part.begin > last_end) {
      // AND NOT stays together.
      cut(part.begin, after_comma || (joint && !(after_joint && lower(word) == "not")));
    }
    after_comma = part.part == Part::Operator && (word == "," || word == "，");
    after_joint = joint;
    last_end = part.end;
  }
  cut(expression.size(), false);
  return pieces;
}

std::string without_last_blanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

/// The pieces [begin, end) as a text.
std::string joined(const Pieces& pieces, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    text += pieces.words[i];
  }
  return text;
}

std::vector<std::string> lines_of(std::string_view expression, std::size_t cells, unsigned indent) {
  const Pieces pieces = pieces_of(expression);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < pieces.words.size();) {
    const std::size_t blanks = indent + (lines.empty() ? 0U : 2U);
    const std::size_t room = std::max(cells > blanks ? cells - blanks : 0, kCellsMin);
    std::size_t fits = at + 1;  // at the least, however long it is
    std::size_t good = at;
    std::size_t used = 0;
    for (std::size_t end = at; end < pieces.words.size(); ++end) {
      if (end > at && pieces.begins_clause[end]) {
        good = end;
      }
      const std::size_t width =
          used + dsl::display_width(std::string_view(without_last_blanks(pieces.words[end])));
      if (width > room) {
        break;
      }
      fits = end + 1;
      used += dsl::display_width(std::string_view(pieces.words[end]));
    }
    const std::size_t end = fits == pieces.words.size() ? fits
                            : good > at && good <= fits ? good
                                                        : fits;
    lines.push_back(std::string(blanks, ' ') + without_last_blanks(joined(pieces, at, end)));
    at = end;
  }
  return lines;
}

}  // namespace

std::vector<std::string> expression_lines(std::string_view expression, unsigned cells,
                                          unsigned indent) {
  std::vector<std::string> lines;
  while (true) {
    const std::size_t end = std::min(expression.find('\n'), expression.size());
    const std::string_view line = expression.substr(0, end);
    if (cells == 0) {
      lines.push_back(std::string(indent, ' ') + std::string(line));
    } else {
      for (std::string& each : lines_of(line, cells, indent)) {
        lines.push_back(std::move(each));
      }
    }
    if (end == expression.size()) {
      return lines;
    }
    expression.remove_prefix(end + 1);
  }
}

}  // namespace tagline::cli
