// What was found on a machine, in a folder and in a database, judged: facts in, findings out, no
// system asked. Limits that decide are named in the sources.
#pragma once

#include "server/doctor/finding.h"
#include "server/doctor/machine.h"
#include "server/doctor/place.h"
#include "storage/health.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace tagline::server {

/// Codes processor, cores, memory, open-files, address-space, huge-pages, clock, time-zones,
/// locale, temporary-folder. `map_bytes`: of a database's memory map that must fit, if there is
/// one.
[[nodiscard]] std::vector<Finding> findings_of(const Machine& machine,
                                               std::optional<std::uint64_t> map_bytes);

/// Codes folder, file-system, free-space, permission, lock-files, processes, data-file. Where the
/// folder is not there, the first alone.
[[nodiscard]] std::vector<Finding> findings_of(const Place& place);

/// How a database is and what it holds.
struct Condition {
  storage::Health health;
  bool zone_known = true;  ///< the system has its time zone
  std::uint64_t users = 0;
  std::uint64_t tags = 0;
  std::uint64_t events = 0;
  std::uint64_t segments = 0;
  std::uint64_t loads = 0;  ///< of files of events that are remembered
  std::optional<std::chrono::sys_seconds> last_load;
  std::chrono::system_clock::time_point written;  ///< last change of data.mdb
  std::chrono::system_clock::time_point now;
};
/// Codes format, time-zone, map, free-pages, readers, contents, last-write.
[[nodiscard]] std::vector<Finding> findings_of(const Condition& condition);

/// Code database: it could not be opened.
[[nodiscard]] Finding finding_of_refusal(const Error& error);

}  // namespace tagline::server
