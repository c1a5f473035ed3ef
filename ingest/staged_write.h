// staged_write: what is staged into the transaction, with the times it is written at.
#pragma once

#include "engine/result.h"
#include "ingest/staged_changes.h"
#include "ingest/vocabulary.h"
#include "storage/write_txn.h"

#include <cstdint>

namespace tagline::ingest {

/// Adds the new users and makes the changes; notes when their tags were written (person.h), and
/// their values of tags of which that is kept. `staged` has to begin anew before it is used again.
/// Whether there was anything. `now_s`: seconds since 1970, UTC.
[[nodiscard]] Result<bool> write_staged(const StagedChanges& staged, Vocabulary& names,
                                        std::int64_t now_s, storage::WriteTxn& txn);

}  // namespace tagline::ingest
