#include "cli/console.h"

#include "cli/exit_status.h"
#include "cli/expression_lines.h"
#include "dsl/card.h"
#include "dsl/unicode.h"
#include "dsl/wrapped.h"
#include "server/answer_json.h"
#include "server/day_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tagline::cli {
namespace {

constexpr unsigned kWidthWithoutTerminal = 100;
/// Longer lines lose whoever reads them.
constexpr unsigned kReadingWidthMax = 100;

/// 0: no terminal, or one that does not say.
unsigned columns_of(int file) {
  winsize size{};
  return ioctl(file, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0U;
}

void write_to(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

}  // namespace

Console::Console(dsl::Language language)
    : language_(language),
      out_is_terminal_(isatty(STDOUT_FILENO) == 1),
      err_is_terminal_(isatty(STDERR_FILENO) == 1) {}

unsigned Console::width() const {
  if (width_ != 0) {
    return width_;
  }
  const unsigned columns = columns_of(STDOUT_FILENO);
  return columns > 0 ? columns : kWidthWithoutTerminal;
}

unsigned Console::error_window() const {
  return width_ != 0 ? width_ : err_is_terminal_ ? columns_of(STDERR_FILENO) : 0;
}

unsigned Console::reading_window() const {
  return std::min(window(), kReadingWidthMax);
}

void Console::out(std::string_view text) {
  write_to(stdout, text);
}

void Console::err(std::string_view text) {
  write_to(stderr, text);
}

void Console::tell(std::string_view text) {
  out(dsl::wrapped_lines(text, reading_window()));
}

void Console::out_expression(std::string_view expression, unsigned indent) {
  for (const std::string& line : expression_lines(expression, window(), indent)) {
    out(line + "\n");
  }
}

std::string Console::bold(std::string_view text) const {
  const char* plain = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool shows = out_is_terminal_ && (plain == nullptr || *plain == '\0') &&
                     terminal != nullptr && std::string_view(terminal) != "dumb";
  return shows ? "\x1b[1m" + std::string(text) + "\x1b[0m" : std::string(text);
}

int Console::report(const Error& error, std::string_view code) {
  const unsigned window = error_window();
  err(dsl::labelled(say({"error: ", "错误："}), printable(say(error.message())), window));
  if (const Text& hint = error.hint(face_); !hint.empty()) {
    err(dsl::labelled(say({"hint:  ", "提示："}), printable(say(hint)), window));
  }
  if (answers_json_) {
    out(server::error_json(error, code, {face_, language_}) + "\n");
  }
  return exit_status(error);
}

int Console::report_usage(const Text& message, const Text& hint) {
  static_cast<void>(report(Error(ErrorCode::BadInput, message, hint)));
  return kUsage;
}

void Console::report(const std::vector<dsl::Diagnostic>& diagnostics, std::string_view text) {
  // A list of a hundred values may have as many warnings of one kind.
  constexpr std::size_t kOfACode = 5;
  std::map<std::string, std::size_t> of_code;
  for (const dsl::Diagnostic& diagnostic : diagnostics) {
    if (++of_code[diagnostic.code] > kOfACode) {
      continue;
    }
    if (!diagnostic.as_of.has_value()) {
      err(dsl::card_within(diagnostic, text, language_, error_window()));
      continue;
    }
    const std::string day = server::day_text(*diagnostic.as_of);
    const std::string way = face_ == Face::Terminal ? "\\set as_of " + day : "--as-of " + day;
    dsl::Diagnostic told = diagnostic;
    told.hint.en += " (" + way + ")";
    told.hint.zh += "（" + way + "）";
    err(dsl::card_within(told, text, language_, error_window()));
  }
  for (const auto& [code, count] : of_code) {
    if (count > kOfACode) {
      const std::string more = grouped(count - kOfACode);
      err(say({"... and " + more + " more of " + code + "\n",
               "……另有 " + more + " 处 " + code + "\n"}));
    }
  }
}

bool Console::flush() {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

std::string printable(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const dsl::Decoded next = dsl::decode_at(text, at);
    const std::string_view bytes = text.substr(at, next.bytes);
    at += next.bytes;
    const bool control = next.point < 0x20 ? next.point != '\n' && next.point != '\t'
                                           : next.point >= 0x7F && next.point < 0xA0;
    if (next.valid && !control && !dsl::is_bidi_control(next.point)) {
      shown += bytes;
      continue;
    }
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      shown += "\\x";
      shown += kDigits[byte >> 4U];
      shown += kDigits[byte & 15U];
    }
  }
  return shown;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) {
    digits.insert(at - 3, 1, ',');
  }
  return digits;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) {
    return "-";
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f%%",
                100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text.data();
}

std::string bar(std::uint64_t part, std::uint64_t whole, unsigned cells) {
  static constexpr std::array<const char*, 9> kEighths = {"",  "▏", "▎", "▍", "▌",
                                                          "▋", "▊", "▉", "█"};
  if (whole == 0 || cells == 0) {
    return {};
  }
  const double share = std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
  auto eighths = static_cast<unsigned>(std::lround(share * cells * 8));
  if (eighths == 0 && part > 0) {
    eighths = 1;
  }
  std::string text;
  for (; eighths >= 8; eighths -= 8) {
    text += kEighths[8];
  }
  return text + kEighths[eighths];
}

std::string duration_text(double seconds) {
  std::array<char, 32> text{};
  if (seconds < 1.0) {
    std::snprintf(text.data(), text.size(), "%.2f ms", seconds * 1000);
  } else if (seconds < 120.0) {
    std::snprintf(text.data(), text.size(), "%.1f s", seconds);
  } else {
    std::snprintf(text.data(), text.size(), "%.1f min", seconds / 60);
  }
  return text.data();
}

}  // namespace tagline::cli
