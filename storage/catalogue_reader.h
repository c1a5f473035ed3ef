// catalogue_reader: tags and values as any transaction sees them.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/lmdb_environment.h"
#include "storage/record.h"

#include <vector>

namespace tagline::storage {

[[nodiscard]] Result<std::vector<TagRecord>> read_tags(const Transaction& txn);
[[nodiscard]] Result<std::vector<ValueRecord>> read_values(const Transaction& txn,
                                                           engine::FieldId field);

}  // namespace tagline::storage
