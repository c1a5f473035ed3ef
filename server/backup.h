// backup: a consistent copy of a database that is in use.
#pragma once

#include "engine/result.h"
#include "server/http/temporary_file.h"
#include "server/service.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace tagline::server {

struct Backup {
  std::shared_ptr<TemporaryFile> file;  ///< a whole data.mdb: a folder with it is a database
  std::uint64_t bytes = 0;
  Standing standing;  ///< the state that was copied
};

/// Copies the newest committed state to a file in `folder`. Queries and writes go on. It is a file
/// and no stream, because whoever takes a stream slowly would hold the copied state: no page that
/// is changed meanwhile could be used again, and the database would grow. Cost: a read and a write
/// of the data; disk for it. DiskFull, System.
[[nodiscard]] Result<Backup> back_up(Service& service, const std::filesystem::path& folder);

}  // namespace tagline::server
