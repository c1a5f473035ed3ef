#include "cli/wrapped.h"

#include "dsl/display_width.h"
#include "dsl/unicode.h"

namespace tagline::cli {
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

std::string without_last_blanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  char32_t last = U' ';
  for (std::size_t at = 0; at < text.size();) {
    const dsl::Decoded next = dsl::decode_at(text, at);
    const bool beside_chinese =
        dsl::display_width(next.point) == 2 || dsl::display_width(last) == 2;
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
    if (!line.empty() && dsl::display_width(std::string_view(whole)) > cells) {
      line = without_last_blanks(std::move(line));
      lines.push_back(piece);
    } else {
      line += piece;
    }
  }
  lines.back() = without_last_blanks(std::move(lines.back()));
  return lines;
}

}  // namespace tagline::cli
