#include "dsl/wrapped.h"

#include "dsl/display_width.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

bool holds(std::u32string_view signs, char32_t point) {
  return signs.find(point) != std::u32string_view::npos;
}
bool opens(char32_t point) {
  return holds(U"（“‘「《【", point);
}
bool closes(char32_t point) {
  return holds(U"，。；：、！？）”’」》】…", point);
}

/// Of a text beside a label or an indentation, however narrow the window is.
constexpr std::size_t kCellsMin = 16;

/// Blanks, and a mark of a list behind them.
std::size_t indent_of(std::string_view line) {
  const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
  const std::string_view rest = line.substr(blanks);
  if (rest.starts_with("- ")) {
    return blanks + 2;
  }
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const bool numbered = digits > 0 && rest.substr(digits).starts_with(". ");
  return numbered ? blanks + digits + 2 : blanks;
}

/// "- " or "1. " at the front, which begins a paragraph of its own.
bool is_item(std::string_view line) {
  const std::size_t blanks = line.find_first_not_of(' ');
  return blanks != std::string_view::npos && indent_of(line) > blanks;
}

/// A line of `first` columns, then `text`, which goes on behind as many.
std::string behind(std::string_view first, std::string_view text, std::size_t cells) {
  const std::size_t used = display_width(first);
  const std::size_t room = std::max(cells > used ? cells - used : 0, kCellsMin);
  std::string out(first);
  std::string_view between;
  const std::string next = "\n" + std::string(used, ' ');
  for (const std::string& line : wrapped(text, room)) {
    out += std::string(between) + line;
    between = next;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

/// Calls `take` with each line, without its end.
template <class Take>
void each_line(std::string_view text, const Take& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end), end < text.size());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string without_last_blanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  char32_t last = U' ';
  for (std::size_t at = 0; at < text.size();) {
    const Decoded next = decode_at(text, at);
    const bool beside_chinese = display_width(next.point) == 2 || display_width(last) == 2;
    const bool breaks = next.point != U' ' && !closes(next.point) && !opens(last) &&
                        (last == U' ' || beside_chinese);
    if (breaks || pieces.empty()) {
      pieces.emplace_back();
    }
    pieces.back() += text.substr(at, next.bytes);
    last = next.point;
    at += next.bytes;
  }
  return pieces;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t cells) {
  std::vector<std::string> lines(1);
  for (const std::string& piece : pieces_of(text)) {
    std::string& line = lines.back();
    const std::string whole = without_last_blanks(line + piece);
    if (!line.empty() && display_width(std::string_view(whole)) > cells) {
      line = without_last_blanks(std::move(line));
      lines.push_back(piece);
    } else {
      line += piece;
    }
  }
  lines.back() = without_last_blanks(std::move(lines.back()));
  return lines;
}

std::string wrapped_lines(std::string_view text, std::size_t cells) {
  if (cells == 0) {
    return std::string(text);
  }
  std::string out;
  each_line(text, [&](std::string_view line, bool ended) {
    const std::size_t indent = indent_of(line);
    out += behind(line.substr(0, indent), line.substr(indent), cells);
    out += ended ? "\n" : "";
  });
  return out;
}

std::string flowed(std::string_view text, std::size_t cells) {
  if (cells == 0) {
    return std::string(text);
  }
  std::string joined;
  std::size_t indent = 0;
  bool open = false;  // a paragraph that the next line may belong to
  each_line(text, [&](std::string_view line, bool) {
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    if (open && blanks == indent && blanks < line.size() && !is_item(line)) {
      const std::u32string before =
          decode(joined.substr(joined.size() - std::min<std::size_t>(joined.size(), 4)));
      const std::u32string after = decode(line.substr(blanks));
      const bool chinese = display_width(before.back()) == 2 && display_width(after.front()) == 2;
      joined += (chinese ? "" : " ") + std::string(line.substr(blanks));
    } else {
      joined += (joined.empty() ? "" : "\n") + std::string(line);
      open = blanks < line.size();
    }
    indent = is_item(line) ? indent_of(line) : blanks;
  });
  return wrapped_lines(joined + (text.ends_with('\n') ? "\n" : ""), cells);
}

std::string labelled(std::string_view label, std::string_view text, std::size_t cells) {
  if (cells == 0 || text.empty()) {
    return std::string(label) + std::string(text) + "\n";
  }
  std::string out;
  std::string first(label);
  each_line(text, [&](std::string_view line, bool) {
    out += behind(first, line, cells) + "\n";
    first = std::string(display_width(label), ' ');
  });
  return out;
}

}  // namespace tagline::dsl
