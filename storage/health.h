// Health: figures of an open database that say how it is, beside what it holds.
#pragma once

#include <cstdint>
#include <string>

namespace tagline::storage {

struct Health {
  std::uint64_t format = 0;        ///< of the file; the first commit makes it kFormatVersion
  std::uint64_t version = 0;       ///< of the newest commit
  std::int64_t created_s = 0;      ///< seconds since 1970, UTC
  std::string time_zone;           ///< IANA
  std::uint64_t page_bytes = 0;    ///< LMDB's
  std::uint64_t map_bytes = 0;     ///< of this process
  std::uint64_t pages = 0;         ///< that have ever been used
  std::uint64_t pages_free = 0;    ///< of those, to be used again by the next writes
  unsigned reader_slots = 0;       ///< 0: opened without registering (a folder that stays as it is)
  unsigned readers = 0;            ///< read transactions of other processes now
  unsigned readers_cleared = 0;    ///< left behind by processes that were killed; cleared at open
  std::uint64_t commits_held = 0;  ///< how far the oldest of them is behind the newest commit
};

}  // namespace tagline::storage
