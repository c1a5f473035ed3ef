// Drafted writes: what takes long (counting, selecting) is done on a snapshot, while others may
// write; the transaction only writes down what came out.
#pragma once

#include "engine/result.h"
#include "storage/store.h"

#include <functional>

namespace tagline::server {

/// How often a draft is made while others may write; the one after is made within the transaction.
inline constexpr int kDraftsOutside = 3;

/// Runs `draft` on the newest state, then `write` in a transaction over that very state. Where
/// somebody has written between the two, both again; after kDraftsOutside drafts once more with the
/// draft within the transaction, where nobody can. False from `draft`: there is nothing to write.
///
/// `draft` must begin anew each time, and `write` take nothing from it: both may run again (as the
/// function of Store::write). Threads: another's write waits for `write` alone, and for `draft`
/// only where it has been outrun so often.
[[nodiscard]] Status write_drafted(
    storage::Store& store, const std::function<Result<bool>(const storage::Snapshot&)>& draft,
    const std::function<Status(storage::WriteTxn&)>& write);

}  // namespace tagline::server
