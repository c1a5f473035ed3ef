// The card a diagnostic is shown as. Wide characters get wide carets and wide padding, so that the
// carets stand under them in any font that keeps to two columns (CEL does the same, but for every
// character that is not ASCII).
#include "dsl/card.h"

#include "dsl/display_width.h"
#include "dsl/print.h"
#include "dsl/unicode.h"
#include "dsl/wrapped.h"

#include <algorithm>
#include <string>

namespace tagline::dsl {
namespace {

// A line of 65,536 characters would bury the caret: what is shown is cut around it.
constexpr std::size_t kBeforeMax = 60;  // code points kept before the span
constexpr std::size_t kLineMax = 120;   // code points shown at most
constexpr std::size_t kCellsMin = 20;   // however narrow the window is
constexpr char32_t kWideBlank = 0x3000;
constexpr char32_t kWideCaret = 0xFF3E;
constexpr char32_t kReplacement = 0xFFFD;

/// What a terminal may be sent: controls could move its cursor.
[[nodiscard]] char32_t shown(char32_t point) {
  if (point == U'\t') {
    return U' ';
  }
  return is_control(point) || is_bidi_control(point) || is_noncharacter(point) ||
                 is_line_break(point)
             ? kReplacement
             : point;
}

void pad(std::string& out, char32_t under, char32_t narrow, char32_t wide) {
  const unsigned width = display_width(under);
  if (width > 0) {
    append_utf8(out, width == 2 ? wide : narrow);
  }
}

struct Window {
  std::size_t begin;
  std::size_t end;
};

/// The line that holds `at`, cut to size.
[[nodiscard]] Window window_of(const std::u32string& text, std::size_t at) {
  Window window{at, at};
  while (window.begin > 0 && !is_line_break(text[window.begin - 1])) {
    --window.begin;
  }
  while (window.end < text.size() && !is_line_break(text[window.end])) {
    ++window.end;
  }
  if (window.end - window.begin > kLineMax) {
    window.begin = std::max(window.begin, at - std::min(at, kBeforeMax));
    window.end = std::min(window.end, window.begin + kLineMax);
  }
  return window;
}

/// The same in no more than `cells` columns: a third of them before `at`, more where the line ends
/// soon behind it.
[[nodiscard]] Window window_of(const std::u32string& text, std::size_t at, std::size_t cells) {
  Window line{at, at};
  while (line.begin > 0 && !is_line_break(text[line.begin - 1])) {
    --line.begin;
  }
  while (line.end < text.size() && !is_line_break(text[line.end])) {
    ++line.end;
  }
  // A column each for "…" at the sides, and one for a caret behind the end.
  const std::size_t room = std::max<std::size_t>(cells, kCellsMin) - 3;
  Window window{at, at};
  std::size_t used = 0;
  const auto grow_left = [&](std::size_t most) {
    while (window.begin > line.begin &&
           used + display_width(shown(text[window.begin - 1])) <= most) {
      used += display_width(shown(text[--window.begin]));
    }
  };
  grow_left(room / 3);
  while (window.end < line.end && used + display_width(shown(text[window.end])) <= room) {
    used += display_width(shown(text[window.end++]));
  }
  grow_left(room);
  return window;
}

[[nodiscard]] bool goes_on_before(const std::u32string& text, const Window& window) {
  return window.begin > 0 && !is_line_break(text[window.begin - 1]);
}
[[nodiscard]] bool goes_on_after(const std::u32string& text, const Window& window) {
  return window.end < text.size() && !is_line_break(text[window.end]);
}

/// The line of the text, and carets under the span.
[[nodiscard]] std::string place_text(const Diagnostic& diagnostic, std::string_view text,
                                     std::size_t cells) {
  const std::u32string points = decode(text);
  const std::size_t begin = std::min<std::size_t>(diagnostic.span.begin, points.size());
  const Window window = cells == 0 ? window_of(points, begin) : window_of(points, begin, cells);
  const std::size_t end =
      std::clamp<std::size_t>(diagnostic.span.end, begin, std::max(begin, window.end));

  std::string line;
  std::string carets;
  if (cells != 0 && goes_on_before(points, window)) {
    line += "…";
    carets += " ";
  }
  for (std::size_t i = window.begin; i < window.end; ++i) {
    append_utf8(line, shown(points[i]));
    if (i < begin) {
      pad(carets, shown(points[i]), U' ', kWideBlank);
    } else if (i < end) {
      pad(carets, shown(points[i]), U'^', kWideCaret);
    }
  }
  if (begin == end) {
    carets += "^";
  }
  if (cells != 0 && goes_on_after(points, window)) {
    line += "…";
  }
  return line + "\n" + carets + "\n";
}

/// Without what is inside a segment.
[[nodiscard]] std::string own_card(const Diagnostic& diagnostic, std::string_view text,
                                   Language language, std::size_t cells) {
  const bool en = language == Language::English;
  const bool error = diagnostic.severity == Severity::Error;
  std::string out = place_text(diagnostic, text, cells);
  out += labelled(en ? (error ? "error: " : "warning: ") : (error ? "错误：" : "警告："),
                  en ? diagnostic.message.en : diagnostic.message.zh, cells);
  if (!diagnostic.hint.empty()) {
    out += labelled(en ? "hint:  " : "提示：", en ? diagnostic.hint.en : diagnostic.hint.zh, cells);
  }
  return out;
}

}  // namespace

// Recursion is bounded: segments are within each other no more than Limits::segment_depth, and one
// error a text goes further in.
std::string card_within(const Diagnostic& diagnostic, std::string_view text, Language language,
                        std::size_t cells) {
  std::string out = own_card(diagnostic, text, language, cells);
  if (diagnostic.inside == nullptr) {
    return out;
  }
  const SegmentFault& fault = *diagnostic.inside;
  const std::string name = "@" + write_name(fault.name);
  out += language == Language::English ? "in segment " + name + ":\n" : "人群 " + name + " 中：\n";
  for (const Diagnostic& error : fault.errors) {
    out += card_within(error, fault.text, language, cells);
  }
  return out;
}

std::string card(const Diagnostic& diagnostic, std::string_view text, Language language) {
  return card_within(diagnostic, text, language, 0);
}

}  // namespace tagline::dsl
