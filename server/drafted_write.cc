#include "server/drafted_write.h"

#include <cstdint>

namespace tagline::server {

Status write_drafted(storage::Store& store,
                     const std::function<Result<bool>(const storage::Snapshot&)>& draft,
                     const std::function<Status(storage::WriteTxn&)>& write) {
  for (int drafts = 0; drafts < kDraftsOutside; ++drafts) {
    std::uint64_t version = 0;
    TAGLINE_ASSIGN_OR_RETURN(const bool wanted, store.read([&](const storage::Snapshot& snapshot) {
      version = snapshot.version();
      return draft(snapshot);
    }));
    if (!wanted) {
      return {};
    }
    bool outrun = false;
    const Status written = store.write([&](storage::WriteTxn& txn) -> Status {
      outrun = txn.version() != version;
      return outrun ? Status() : write(txn);
    });
    if (!outrun) {
      return written;
    }
  }
  return store.write([&](storage::WriteTxn& txn) -> Status {
    // The committed state, which nobody else can change while this writes.
    TAGLINE_ASSIGN_OR_RETURN(const bool wanted, store.read(draft));
    return wanted ? write(txn) : Status();
  });
}

}  // namespace tagline::server
