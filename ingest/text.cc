#include "ingest/text.h"

#include <algorithm>
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

}  // namespace

bool is_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

bool is_ascii(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Result<std::string> to_nfc(std::string_view text) {
  if (is_ascii(text)) {
    return std::string(text);
  }
  utf8proc_uint8_t* raw = nullptr;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t size =
      utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &raw,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, Free> owned(raw);
  if (size < 0) {
    const std::string reason = utf8proc_errmsg(size);
    return failure(ErrorCode::BadInput,
                   {"text cannot be normalised: " + reason, "文本无法规范化：" + reason});
  }
  return std::string(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size));
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

}  // namespace

bool has_control(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(1)) {
    if (control_bytes(text) > 0) {
      return true;
    }
  }
  return false;
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
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U && ++length > kExcerptLength) {
      return shown + "...";
    }
    shown.push_back(byte < 0x20 || byte == 0x7F ? '?' : c);
  }
  return shown;
}

}  // namespace tagline::ingest
