#include "storage/health.h"

#include "storage/database.h"

namespace tagline::storage {

Result<Health> Database::health() {
  Health health;
  {
    TAGLINE_ASSIGN_OR_RETURN(const Reading reading, begin_read());
    TAGLINE_ASSIGN_OR_RETURN(const MetaRecord meta, read_meta(reading.txn));
    health.format = meta.format;
    health.version = meta.version;
    health.created_s = meta.created_s;
    health.time_zone = meta.time_zone;
  }
  const TransactionGate::Pass pass = gate.enter();
  TAGLINE_ASSIGN_OR_RETURN(const LmdbFigures lmdb, environment.figures());
  health.page_bytes = lmdb.page_bytes;
  health.map_bytes = environment.map_bytes();
  health.pages = lmdb.pages;
  health.pages_free = lmdb.pages_free;
  health.reader_slots = lmdb.reader_slots;
  health.readers = lmdb.readers;
  health.readers_cleared = environment.readers_cleared();
  health.commits_held = lmdb.commits_held;
  return health;
}

}  // namespace tagline::storage
