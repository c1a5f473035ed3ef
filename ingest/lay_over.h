// LayOver: what a load says of a tag, over what the catalogue says when it is written. People edit
// the catalogue while a long load is read; neither undoes the other.
#pragma once

#include "storage/record.h"

#include <vector>

namespace tagline::ingest {

/// `planned` was made from `was`, and `now` is what the catalogue has come to say meanwhile: what
/// the plan changed is changed, all else is as it is now.
[[nodiscard]] storage::TagRecord lay_over(const storage::TagRecord& now,
                                          const storage::TagRecord& was,
                                          const storage::TagRecord& planned);

/// Whether cells would be read as the same values: names and aliases are alike, in order.
[[nodiscard]] bool read_alike(const std::vector<storage::ValueRecord>& a,
                              const std::vector<storage::ValueRecord>& b);

}  // namespace tagline::ingest
