// holders: which processes have a database open, told by their locks. Opens and changes nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace tagline::storage {

struct Holders {
  bool open = false;                ///< somebody has it open, reading or writing
  std::vector<pid_t> readers;       ///< who has read it since it opened it; the writer too
  bool written = false;             ///< somebody has the writer's lock
  std::optional<pid_t> written_by;  ///< nothing: it has not signed, or nobody
};

/// Of what may not be read (lock.mdb, writer.lock) nothing is known. Processes of other containers
/// have their own numbers there. REQUIRES: this process has no environment open in the folder, for
/// closing lock.mdb would let go of its locks. Cost: a call a reader.
[[nodiscard]] Holders holders_of(const std::filesystem::path& folder);

}  // namespace tagline::storage
