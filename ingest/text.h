// Text of cells: encoding, normal form, and the small comparisons of ASCII words.
#pragma once

#include "engine/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::ingest {

[[nodiscard]] bool is_utf8(std::string_view bytes);
[[nodiscard]] bool is_ascii(std::string_view bytes);

/// Unicode normal form NFC, so that é typed in one or two code points is one value. ASCII comes
/// back as it is. REQUIRES: is_utf8(text). BadInput when utf8proc refuses it (unassigned forms it
/// cannot handle).
[[nodiscard]] Result<std::string> to_nfc(std::string_view text);

/// The same of NFKC: full-width digits, letters and signs, as a Chinese keyboard makes them, become
/// the plain ones.
[[nodiscard]] Result<std::string> to_nfkc(std::string_view text);

/// Without the spaces, tabs and line ends at both sides.
[[nodiscard]] std::string_view trim_both(std::string_view text);
[[nodiscard]] constexpr bool is_trimmed(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
/// The same; the common cell has nothing to trim and costs two comparisons.
[[nodiscard]] inline std::string_view trim(std::string_view text) {
  return text.empty() || (!is_trimmed(text.front()) && !is_trimmed(text.back())) ? text
                                                                                 : trim_both(text);
}
/// ASCII letters made small; other characters stay.
[[nodiscard]] std::string to_lower_ascii(std::string_view text);

/// Whether UTF-8 text holds a control character (C0, DEL, C1) or a line or paragraph separator:
/// what no expression can write.
[[nodiscard]] bool has_control(std::string_view text);
/// A character that cannot be seen where a text is shown, or that changes how the rest reads.
struct HiddenCharacter {
  char32_t point = 0;
  std::size_t at = 0;     ///< which character of the text, from 1
  std::size_t begin = 0;  ///< its first byte in the text
  std::size_t bytes = 0;
};
/// The first of UTF-8 text: what has_control finds, and bidirectional embeddings, overrides and
/// isolates (U+202A..202E, U+2066..2069).
[[nodiscard]] std::optional<HiddenCharacter> hidden_in(std::string_view text);
/// Of a text that people write for people, and that is shown on one line. `code` when it is not
/// UTF-8 or has a hidden character; the message names `what`, the character and its place.
[[nodiscard]] Status check_shown(std::string_view text, ErrorCode code, const Text& what);
/// Of the name of what has an address of its own: `code` for "." and "..", which clients take out
/// of paths before they send them.
[[nodiscard]] Status check_addressable(std::string_view name, ErrorCode code, const Text& what);
/// NFC of a cell that names something, with every run of blanks and control characters that holds
/// a control character as one space, and trimmed.
[[nodiscard]] Result<std::string> name_of_cell(std::string_view cell);

/// `text` shortened for a message: at most 40 code points, "..." when cut, characters that cannot
/// be seen (hidden_in) as "?".
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace tagline::ingest
