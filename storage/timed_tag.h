// timed_tag: the tags of which it is kept when values were written. Private to storage/.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/lmdb_environment.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::storage {

/// The tag whose times `field` has; nothing: it has nobody's. One look-up.
[[nodiscard]] Result<std::optional<engine::FieldId>> find_timed_tag(const Transaction& txn,
                                                                    engine::FieldId field);
/// All fields of times, each with its tag, ascending.
[[nodiscard]] Result<std::vector<std::pair<engine::FieldId, engine::FieldId>>> read_timed_tags(
    const Transaction& txn);
/// In KeySpace::Settings.
[[nodiscard]] std::string timed_tag_key(engine::FieldId times);

}  // namespace tagline::storage
