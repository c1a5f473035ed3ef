// Id lists: a file of external ids, and a row written from a set of users.
#pragma once

#include "engine/bitmap.h"
#include "engine/result.h"
#include "storage/write_txn.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

inline constexpr std::size_t kUnknownShown = 10;
/// A list of more ids than this is refused: they are held in memory while they are looked up.
inline constexpr std::size_t kListIdsMax = 200'000'000;

/// Ids of a file, one a line, trimmed; blank lines left out, quotes around an id taken off, a first
/// line "id" (any case) skipped. gzip, xz and zstd; "-" is standard input. NotFound, BadInput.
[[nodiscard]] Result<std::vector<std::string>> read_id_list(const std::string& file);

/// As read_id_list, of a text in memory that is not compressed; `what` it is called in messages.
[[nodiscard]] Result<std::vector<std::string>> ids_of_text(std::string_view text, const Text& what);

/// Row kFlagRow of `field` becomes exactly `members`.
[[nodiscard]] Status write_list(storage::WriteTxn& txn, engine::FieldId field,
                                const engine::Bitmap& members);

}  // namespace tagline::server
