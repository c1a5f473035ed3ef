// linking_batch: a batch some of whose operations say who is one person. It has a transaction of
// its own: whoever is merged has to be written first, and what is written cannot be taken back but
// with the whole.
#pragma once

#include "engine/result.h"
#include "ingest/apply.h"
#include "ingest/vocabulary.h"
#include "storage/write_txn.h"

#include <cstdint>

namespace tagline::ingest {

/// Whether any operation links.
[[nodiscard]] bool links(const IngestBatch& batch);

/// Does the operations in order, each seeing those before it; its outcome says what became of it.
/// Refused: nothing of it is to be committed. An operation that cannot be done leaves nothing, but
/// for one case: where a merge makes a later part impossible (something added to a number that came
/// with the other user), the link stays. Errors: the database cannot be read or written.
[[nodiscard]] Result<Applier::Written> write_linking(IngestBatch& batch, Vocabulary& names,
                                                     std::int64_t now_s, storage::WriteTxn& txn);

}  // namespace tagline::ingest
