// Unicode as the language needs it: UTF-8, the fold of full-width and other look-alike characters,
// and the classes of characters that the scan tells apart. The fold is one code point to one code
// point, so a position in folded text is a position in what was typed; normalisation is not, and
// is for words that have been read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tagline::dsl {

/// One step of a strict UTF-8 decoder.
struct Decoded {
  char32_t point = 0;
  std::size_t bytes = 0;  ///< how far to move on; at least 1
  bool valid = false;     ///< false: the byte at this place starts no well-formed character
};
/// REQUIRES: `at < text.size()`. Overlong forms, surrogates and values above U+10FFFF are invalid.
[[nodiscard]] Decoded decode_at(std::string_view text, std::size_t at);

/// Invalid bytes become U+FFFD, one each.
[[nodiscard]] std::u32string decode(std::string_view text);
void append_utf8(std::string& out, char32_t point);
[[nodiscard]] std::string encode(std::u32string_view text);
[[nodiscard]] std::size_t count_points(std::string_view text);

/// Full-width forms to ASCII, the dashes to '-', 、 to ',', 〜 to '~', every Unicode space and line
/// break to ' '.
[[nodiscard]] char32_t fold(char32_t point);
[[nodiscard]] constexpr char32_t ascii_lower(char32_t point) {
  return point >= U'A' && point <= U'Z' ? point - U'A' + U'a' : point;
}
[[nodiscard]] std::string ascii_lower(std::string_view text);
/// Certainly NFC already; false when it would have to be looked at more closely. O(length).
[[nodiscard]] bool is_composed(std::string_view text);
/// Canonically composed (NFC): an e and an accent typed one after the other become one character.
/// Text that cannot be normalised comes back as it is. A position in the result is none in `text`.
[[nodiscard]] std::string to_nfc(std::string_view text);
/// How names are compared when they are not equal as typed: fold of every code point, NFC, and
/// ascii_lower.
[[nodiscard]] std::string match_key(std::string_view text);

[[nodiscard]] bool is_line_break(char32_t point);
/// BOM, zero-width space, direction marks, word joiner, soft hyphen: come with copied text, can
/// never be seen.
[[nodiscard]] bool is_invisible(char32_t point);
/// Bidirectional embeddings, overrides and isolates: what is read is not what is stored.
[[nodiscard]] bool is_bidi_control(char32_t point);
[[nodiscard]] bool is_noncharacter(char32_t point);
/// C0 and C1 controls that are not white space.
[[nodiscard]] bool is_control(char32_t point);
/// Of folded text: may stand in an unquoted word.
[[nodiscard]] bool is_word_char(char32_t folded);
[[nodiscard]] constexpr bool is_digit(char32_t point) {
  return point >= U'0' && point <= U'9';
}
/// Has a Chinese character: its writer reads Chinese.
[[nodiscard]] bool has_han(std::u32string_view text);
/// Has a character outside ASCII: how messages tell Chinese names from Latin ones.
[[nodiscard]] bool has_wide_script(std::string_view text);

}  // namespace tagline::dsl
