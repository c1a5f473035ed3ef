// Stage: rows turned into columns of typed values, a block of users or some hundred thousand at a
// time, on their way into bitmaps.
#pragma once

#include "engine/layout.h"
#include "ingest/staged_field.h"

#include <cstddef>
#include <vector>

namespace tagline::ingest {

/// Users and their values, row by row in order of arrival; a user may be in several rows.
struct Stage {
  std::vector<engine::UserIndex> users;
  std::vector<StagedField> fields;  ///< parallel to the plans

  void clear() {
    users.clear();
    for (StagedField& field : fields) {
      field.clear();
    }
  }
  [[nodiscard]] std::size_t bytes() const {
    std::size_t total = users.size() * sizeof users[0];
    for (const StagedField& field : fields) {
      total += field.bytes();
    }
    return total;
  }
};

}  // namespace tagline::ingest
