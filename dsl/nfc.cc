// NFC and the folding of searches by utf8proc; the only file of the language that knows it.
#include "dsl/search_key.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utf8proc.h>
#include <utility>

namespace tagline::dsl {
namespace {

struct Free {
  void operator()(utf8proc_uint8_t* bytes) const noexcept { std::free(bytes); }
};

/// Neither composes nor decomposes: Latin, and Chinese, Japanese and Korean apart from the marks
/// and letters that combine. What is not among these is left to utf8proc.
[[nodiscard]] bool stands_alone(char32_t point) {
  constexpr char32_t kFirstMark = 0x300;
  constexpr char32_t kVoicedMark = 0x3099;
  constexpr char32_t kSemiVoicedMark = 0x309A;
  return point < kFirstMark ||
         (point >= 0x2E80 && point <= 0xD7A3 && point != kVoicedMark && point != kSemiVoicedMark) ||
         (point >= 0xFF00 && point <= 0xFFEF);
}

/// Nothing when it is no UTF-8.
std::optional<std::string> mapped(std::string_view text, int options) {
  utf8proc_uint8_t* raw = nullptr;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t size = utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()),
                                             &raw, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, Free> owned(raw);
  return size < 0 ? std::nullopt
                  : std::optional(std::string(reinterpret_cast<const char*>(raw),
                                              static_cast<std::size_t>(size)));
}

}  // namespace

bool is_composed(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Decoded next = decode_at(text, at);
    if (!stands_alone(next.point)) {
      return false;
    }
    at += next.bytes;
  }
  return true;
}

std::string to_nfc(std::string_view text) {
  return is_composed(text)
             ? std::string(text)
             : mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE).value_or(std::string(text));
}

std::string search_key(std::string_view text) {
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x80U; })) {
    return ascii_lower(text);
  }
  auto key = mapped(text, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                              UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD);
  return key.has_value() ? std::move(*key) : match_key(text);
}

}  // namespace tagline::dsl
