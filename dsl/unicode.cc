#include "dsl/unicode.h"

#include <algorithm>
#include <array>

namespace tagline::dsl {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kPointMax = 0x10FFFF;

[[nodiscard]] unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// The shape of a lead byte: how many bytes follow, its payload, and the least code point that
/// needs that many.
struct Lead {
  std::size_t tail = 0;
  char32_t payload = 0;
  char32_t least = 0;
  bool valid = false;
};

[[nodiscard]] Lead lead_of(unsigned byte) {
  if (byte >= 0xC2U && byte < 0xE0U) {
    return {1, byte & 0x1FU, 0x80, true};
  }
  if (byte >= 0xE0U && byte < 0xF0U) {
    return {2, byte & 0x0FU, 0x800, true};
  }
  if (byte >= 0xF0U && byte < 0xF5U) {
    return {3, byte & 0x07U, 0x10000, true};
  }
  return {};
}

[[nodiscard]] bool is_space(char32_t point) {
  return (point >= 0x09 && point <= 0x0D) || point == 0x20 || point == 0x85 || point == 0xA0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
         point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

}  // namespace

Decoded decode_at(std::string_view text, std::size_t at) {
  const unsigned first = byte_at(text, at);
  if (first < 0x80U) {
    return {first, 1, true};
  }
  const Lead lead = lead_of(first);
  if (!lead.valid || at + lead.tail >= text.size()) {
    return {kReplacement, 1, false};
  }
  char32_t point = lead.payload;
  for (std::size_t i = 1; i <= lead.tail; ++i) {
    const unsigned next = byte_at(text, at + i);
    if ((next & 0xC0U) != 0x80U) {
      return {kReplacement, 1, false};
    }
    point = (point << 6U) | (next & 0x3FU);
  }
  if (point < lead.least || point > kPointMax || (point >= 0xD800 && point <= 0xDFFF)) {
    return {kReplacement, 1, false};
  }
  return {point, lead.tail + 1, true};
}

std::u32string decode(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Decoded next = decode_at(text, at);
    points.push_back(next.point);
    at += next.bytes;
  }
  return points;
}

void append_utf8(std::string& out, char32_t point) {
  const auto tail = [&out](char32_t bits) {
    out.push_back(static_cast<char>(0x80U | (bits & 0x3FU)));
  };
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xC0U | (point >> 6U)));
    tail(point);
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xE0U | (point >> 12U)));
    tail(point >> 6U);
    tail(point);
  } else {
    out.push_back(static_cast<char>(0xF0U | (point >> 18U)));
    tail(point >> 12U);
    tail(point >> 6U);
    tail(point);
  }
}

std::string encode(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char32_t point : text) {
    append_utf8(out, point);
  }
  return out;
}

std::size_t count_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    at += decode_at(text, at).bytes;
  }
  return count;
}

char32_t fold(char32_t point) {
  if (point >= 0xFF01 && point <= 0xFF5E) {
    return point - 0xFF01 + U'!';
  }
  if (point == 0x3001) {  // 、
    return U',';
  }
  // ‐ ‑ ‒ – — −
  if (point == 0x2010 || point == 0x2011 || point == 0x2012 || point == 0x2013 || point == 0x2014 ||
      point == 0x2212) {
    return U'-';
  }
  if (point == 0x301C) {  // 〜
    return U'~';
  }
  return is_space(point) ? U' ' : point;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

namespace {

[[nodiscard]] std::string folded_key(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte > 0x20U && byte < 0x7FU) {  // nothing to fold: most names are of these
      out.push_back(static_cast<char>(ascii_lower(byte)));
      ++at;
      continue;
    }
    const Decoded next = decode_at(text, at);
    append_utf8(out, ascii_lower(fold(next.point)));
    at += next.bytes;
  }
  return out;
}

}  // namespace

std::string match_key(std::string_view text) {
  return is_composed(text) ? folded_key(text) : folded_key(to_nfc(text));
}

bool is_line_break(char32_t point) {
  return (point >= 0x0A && point <= 0x0D) || point == 0x85 || point == 0x2028 || point == 0x2029;
}

bool is_invisible(char32_t point) {
  return point == 0xFEFF || point == 0x200B || point == 0x200E || point == 0x200F ||
         point == 0x061C || point == 0x2060 || point == 0x00AD;
}

bool is_bidi_control(char32_t point) {
  return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

bool is_noncharacter(char32_t point) {
  return (point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFEU) == 0xFFFE;
}

bool is_control(char32_t point) {
  return (point < 0x20 || (point >= 0x7F && point < 0xA0)) && !is_space(point);
}

bool is_word_char(char32_t folded) {
  constexpr std::u32string_view kOutside = U" ():=<>!&|,\"'#@≥≤≠;[]{}^?\\`“‘「";
  return kOutside.find(folded) == std::u32string_view::npos && !is_space(folded) &&
         !is_control(folded) && !is_invisible(folded) && !is_bidi_control(folded) &&
         !is_noncharacter(folded);
}

bool has_han(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), [](char32_t point) {
    return (point >= 0x3400 && point <= 0x9FFF) || (point >= 0x20000 && point <= 0x3FFFF);
  });
}

bool has_wide_script(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80U; });
}

}  // namespace tagline::dsl
