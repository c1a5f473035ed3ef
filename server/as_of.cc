#include "server/as_of.h"

#include "storage/time_zone.h"

namespace tagline::server {

Result<std::chrono::sys_days> as_of_day(std::optional<std::chrono::sys_days> given,
                                        const storage::Snapshot& snapshot) {
  if (given.has_value()) {
    return *given;
  }
  return storage::day_in_zone(std::chrono::system_clock::now(), snapshot.time_zone());
}

}  // namespace tagline::server
