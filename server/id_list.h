// Id lists: a file of external ids, and a row written from a set of users.
#pragma once

#include "engine/bitmap.h"
#include "engine/result.h"
#include "storage/write_txn.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tagline::server {

inline constexpr std::size_t kUnknownShown = 10;
/// Of read_id_list: more are refused, for they are held in memory.
inline constexpr std::size_t kListIdsMax = 200'000'000;

/// What a line is. Plain: an id, trimmed, quotes around it taken off; a first line "id" (any case)
/// is none. Quoted: a JSON text, as ids are exported. Blank lines are left out.
enum class IdLines : std::uint8_t { Plain, Quoted };
using IdTaker = std::function<Status(std::string)>;
/// Bytes read of the file as it is on disk, and all there are (0: unknown, a pipe).
using ReadProgress = std::function<void(std::uint64_t read, std::uint64_t whole)>;
/// Gives the ids of a file to `take`, one a line, until it fails. gzip, xz and zstd; "-" is
/// standard input. `what` the file is called in messages. NotFound, BadInput, what `take` says.
/// `progress` is told about now and then how much of the file was read. It and `take` are called
/// from the calling thread.
[[nodiscard]] Status read_ids(const std::string& path, IdLines form, const Text& what,
                              const IdTaker& take, const ReadProgress& progress = {});
/// Those of a file of texts, all.
[[nodiscard]] Result<std::vector<std::string>> read_id_list(const std::string& file);

/// Row kFlagRow of `field` becomes exactly `members`.
[[nodiscard]] Status write_list(storage::WriteTxn& txn, engine::FieldId field,
                                const engine::Bitmap& members);

}  // namespace tagline::server
