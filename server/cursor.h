// Cursor: where the next page of a list of ids begins, as a text that a client keeps and hands
// back. It belongs to one state of the data of one database, one meaning of an expression and one
// day, and says so, so that no page is ever taken from another list than the pages before it. Edits
// of the catalogue that leave the meaning as it is leave the cursor good.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tagline::server {

struct Cursor {
  std::uint64_t version = 0;       ///< of the state it was given in
  std::uint64_t data_version = 0;  ///< of that state's data: what it belongs to
  std::chrono::sys_days as_of;
  std::uint64_t database = 0;    ///< key_of its seed
  std::uint64_t expression = 0;  ///< key_of its fingerprint
  engine::UserIndex next = 0;    ///< the next page begins with this user
  std::uint32_t before = 0;      ///< users on the pages before it
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

/// 64 bits of SHA-256: what a cursor keeps of what it belongs to. A seed cannot be found from it.
[[nodiscard]] std::uint64_t key_of(std::uint64_t seed);
[[nodiscard]] std::uint64_t key_of(std::string_view fingerprint);

/// 66 letters, digits, - and _; never begins with -.
[[nodiscard]] std::string text_of(const Cursor& cursor);

/// BadCursor when `text` is none of ours: cut, mistyped or of another release. Of changed letters
/// one in four billion goes unnoticed.
[[nodiscard]] Result<Cursor> read_cursor(std::string_view text);

}  // namespace tagline::server
