#include "ingest/text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <simdjson.h>
#include <utf8proc.h>

namespace tagline::ingest {
namespace {

/// Code points of a cell shown in a message.
constexpr std::size_t kExcerptLength = 40;

struct Free {
  void operator()(utf8proc_uint8_t* bytes) const noexcept { std::free(bytes); }
};

Result<std::string> normal_form(std::string_view text, int options) {
  if (is_ascii(text)) {
    return std::string(text);
  }
  utf8proc_uint8_t* raw = nullptr;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t size = utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()),
                                             &raw, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, Free> owned(raw);
  if (size < 0) {
    const std::string reason = utf8proc_errmsg(size);
    return failure(ErrorCode::BadInput,
                   {"text cannot be normalised: " + reason, "文本无法规范化：" + reason});
  }
  return std::string(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size));
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

bool is_ascii(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Result<std::string> to_nfc(std::string_view text) {
  return normal_form(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

Result<std::string> to_nfkc(std::string_view text) {
  return normal_form(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
}

std::string_view trim_both(std::string_view text) {
  while (!text.empty() && is_trimmed(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_trimmed(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::string to_lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return lower;
}

namespace {

/// Bytes of the control character that `text` begins with; 0 when it begins with none.
std::size_t control_bytes(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7F) {
    return 1;
  }
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) {
    return 2;
  }
  return byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9) ? 3 : 0;
}

/// The same of U+202A..202E and U+2066..2069.
std::size_t bidi_bytes(std::string_view text) {
  const std::string_view two = text.substr(0, 2);
  const unsigned third = text.size() > 2 ? static_cast<unsigned char>(text[2]) : 0U;
  const bool found = (two == "\xE2\x80" && third >= 0xAA && third <= 0xAE) ||
                     (two == "\xE2\x81" && third >= 0xA6 && third <= 0xA9);
  return found ? 3 : 0;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Of one character of UTF-8.
char32_t point_of(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes.front());
  char32_t point = bytes.size() == 1 ? first : first & (0x7FU >> bytes.size());
  for (const char c : bytes.substr(1)) {
    point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return point;
}

}  // namespace

bool has_control(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(1)) {
    if (control_bytes(text) > 0) {
      return true;
    }
  }
  return false;
}

std::optional<HiddenCharacter> hidden_in(std::string_view text) {
  HiddenCharacter hidden;
  for (std::size_t at = 0; at < text.size(); ++at) {
    hidden.at += is_continuation(text[at]) ? 0U : 1U;
    const std::string_view rest = text.substr(at);
    hidden.bytes = std::max(control_bytes(rest), bidi_bytes(rest));
    if (hidden.bytes > 0) {
      hidden.begin = at;
      hidden.point = point_of(rest.substr(0, hidden.bytes));
      return hidden;
    }
  }
  return std::nullopt;
}

Status check_shown(std::string_view text, ErrorCode code, const Text& what) {
  if (!is_utf8(text)) {
    return failure(code, {what.en + " is not UTF-8 text", what.zh + " 不是 UTF-8 文本"},
                   {"write it in UTF-8", "请使用 UTF-8 编码"});
  }
  const auto hidden = hidden_in(text);
  if (!hidden.has_value()) {
    return {};
  }
  std::array<char, 16> point{};
  std::snprintf(point.data(), point.size(), "U+%04X", static_cast<unsigned>(hidden->point));
  const std::string name = point.data();
  const std::string place = std::to_string(hidden->at);
  return failure(code,
                 {what.en + ": unexpected control character " + name + " at character " + place,
                  what.zh + "：第 " + place + " 个字符是控制字符 " + name},
                 {"expected one line of text that can be seen; take the character out, or write a "
                  "space",
                  "此处应为一行可见文本；请去掉该字符，或改用空格"});
}

Status check_addressable(std::string_view name, ErrorCode code, const Text& what) {
  if (name != "." && name != "..") {
    return {};
  }
  const std::string found(name);
  return failure(code,
                 {what.en + ": nothing can be called \"" + found +
                      "\": clients take it out of the addresses they ask for",
                  what.zh + "：名称不能是“" + found + "”，客户端会把它从地址中去掉"},
                 {"add a letter or a digit", "请加上文字或数字"});
}

Result<std::string> name_of_cell(std::string_view cell) {
  const std::string_view text = trim(cell);
  if (!has_control(text)) {
    return to_nfc(text);
  }
  std::string folded;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t control = control_bytes(text.substr(at));
    const bool blank = control > 0 || text[at] == ' ';
    if (!blank || folded.empty() || folded.back() != ' ') {
      folded.push_back(blank ? ' ' : text[at]);
    }
    at += std::max<std::size_t>(control, 1);
  }
  return to_nfc(trim(folded));
}

std::string excerpt(std::string_view text) {
  std::string shown;
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_continuation(text[at]) && ++length > kExcerptLength) {
      return shown + "...";
    }
    const std::string_view rest = text.substr(at);
    const std::size_t hidden = std::max(control_bytes(rest), bidi_bytes(rest));
    shown.push_back(hidden > 0 ? '?' : text[at]);
    at += std::max<std::size_t>(hidden, 1) - 1;
  }
  return shown;
}

}  // namespace tagline::ingest
