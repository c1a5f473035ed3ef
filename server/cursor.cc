#include "server/cursor.h"

#include "dsl/fingerprint_hash.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace tagline::server {
namespace {

/// Of the fields and their order. Its top bits are the first letter, which so is never a dash.
constexpr std::uint8_t kLayout = 2;

// layout, version, data version, as_of, database, expression, next, before, check
constexpr std::size_t kBytes = 1 + 8 + 8 + 4 + 8 + 8 + 4 + 4 + 4;
constexpr std::size_t kCheckedBytes = kBytes - 4;
constexpr std::size_t kBitsALetter = 6;
constexpr std::size_t kLetters = (kBytes * 8 + kBitsALetter - 1) / kBitsALetter;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Packed = std::array<std::uint8_t, kBytes>;

template <class Number>
void put(Packed& bytes, std::size_t& at, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) {
    bytes[at++] = static_cast<std::uint8_t>(number >> (8 * i));
  }
}

template <class Number>
Number take(const Packed& bytes, std::size_t& at) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    number = static_cast<Number>(number | Number{bytes[at++]} << (8 * i));
  }
  return number;
}

std::uint64_t first_of(const dsl::Digest& digest) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    number = number << 8U | digest[i];
  }
  return number;
}

std::uint32_t check_of(const Packed& bytes) {
  dsl::FingerprintHash hash;
  hash.text("tagline cursor");
  hash.bytes(bytes.data(), kCheckedBytes);
  return static_cast<std::uint32_t>(first_of(std::move(hash).finish()));
}

std::string letters(const Packed& bytes) {
  std::string text;
  std::uint32_t bits = 0;
  std::size_t held = 0;
  const auto emit = [&] {
    while (held >= kBitsALetter) {
      held -= kBitsALetter;
      text += kAlphabet[bits >> held & 63U];
    }
  };
  for (const std::uint8_t byte : bytes) {
    bits = (bits & 63U) << 8U | byte;
    held += 8;
    emit();
  }
  if (held > 0) {
    bits <<= kBitsALetter - held;
    held = kBitsALetter;
    emit();
  }
  return text;
}

/// Nothing unless the text is what letters() gives for the bytes.
std::optional<Packed> bytes_of(std::string_view text) {
  if (text.size() != kLetters) {
    return std::nullopt;
  }
  Packed bytes{};
  std::uint32_t bits = 0;
  std::size_t held = 0;
  std::size_t at = 0;
  for (const char letter : text) {
    const std::size_t value = kAlphabet.find(letter);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    bits = (bits & 255U) << kBitsALetter | static_cast<std::uint32_t>(value);
    held += kBitsALetter;
    if (held >= 8 && at < kBytes) {
      held -= 8;
      bytes[at++] = static_cast<std::uint8_t>(bits >> held);
    }
  }
  return letters(bytes) == text ? std::optional(bytes) : std::nullopt;
}

}  // namespace

std::uint64_t key_of(std::uint64_t seed) {
  dsl::FingerprintHash hash;
  hash.text("tagline database");
  hash.number(seed);
  return first_of(std::move(hash).finish());
}

std::uint64_t key_of(std::string_view fingerprint) {
  dsl::FingerprintHash hash;
  hash.text("tagline expression");
  hash.text(fingerprint);
  return first_of(std::move(hash).finish());
}

std::string text_of(const Cursor& cursor) {
  Packed bytes{};
  std::size_t at = 0;
  put(bytes, at, kLayout);
  put(bytes, at, cursor.version);
  put(bytes, at, cursor.data_version);
  put(bytes, at, static_cast<std::uint32_t>(cursor.as_of.time_since_epoch().count()));
  put(bytes, at, cursor.database);
  put(bytes, at, cursor.expression);
  put(bytes, at, cursor.next);
  put(bytes, at, cursor.before);
  put(bytes, at, check_of(bytes));
  return letters(bytes);
}

Result<Cursor> read_cursor(std::string_view text) {
  const std::optional<Packed> bytes = bytes_of(text);
  std::size_t at = kCheckedBytes;
  if (!bytes.has_value() || (*bytes)[0] != kLayout ||
      take<std::uint32_t>(*bytes, at) != check_of(*bytes)) {
    const std::string length = std::to_string(kLetters);
    return failure(
        ErrorCode::BadCursor,
        {"this is not a cursor: it is cut, mistyped or of another release; a cursor is " + length +
             " letters as a page gave them",
         "这不是游标：可能被截断、输入有误或来自其他版本；游标是某一页给出的 " + length +
             " 个字符"},
        {"copy it whole from the page before, or leave it out to begin at the first page",
         "请完整复制上一页给出的游标，或去掉游标从第一页开始"});
  }
  Cursor cursor;
  at = 1;
  cursor.version = take<std::uint64_t>(*bytes, at);
  cursor.data_version = take<std::uint64_t>(*bytes, at);
  cursor.as_of = std::chrono::sys_days(
      std::chrono::days(static_cast<std::int32_t>(take<std::uint32_t>(*bytes, at))));
  cursor.database = take<std::uint64_t>(*bytes, at);
  cursor.expression = take<std::uint64_t>(*bytes, at);
  cursor.next = take<std::uint32_t>(*bytes, at);
  cursor.before = take<std::uint32_t>(*bytes, at);
  return cursor;
}

}  // namespace tagline::server
