// FieldPlan: a column of the schema together with the tag of the database it goes to.
#pragma once

#include "engine/result.h"
#include "ingest/dictionary.h"
#include "ingest/schema.h"
#include "storage/record.h"
#include "storage/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tagline::ingest {

struct FieldPlan {
  FieldPlan(const Column& from, std::vector<storage::ValueRecord> known)
      : column(from), values(std::move(known)), dictionary(column, values) {}

  Column column;
  storage::TagRecord record;                 ///< what the catalogue will say; field 0: a new tag
  std::optional<storage::TagRecord> was;     ///< what it said when the plan was made
  bool record_changed = false;               ///< differs from that
  std::vector<storage::ValueRecord> values;  ///< the database's, before this load
  std::size_t date_format = 0;               ///< Date: index into kDateFormats
  Dictionary dictionary;                     ///< Flag, Category, Set

  /// The row states the value of users it mentions (else it only adds to it).
  [[nodiscard]] bool replaces() const {
    return column.kind != engine::TagKind::Set || column.update == SetUpdate::Replace;
  }
};

/// BadSchema names the column and what is wrong: a name that cannot be stored, a tag named twice,
/// an unknown date format, a scale above kScaleMax, a word both true and false, an impossible
/// delimiter.
[[nodiscard]] Status check_schema(const Schema& schema);

/// One plan a column that is not skipped. SchemaConflict when the tag exists with another kind or a
/// smaller scale. `now_s`: seconds since 1970, for new tags. REQUIRES: check_schema(schema)
/// succeeded.
[[nodiscard]] Result<std::vector<FieldPlan>> plan_fields(const Schema& schema,
                                                         const storage::Snapshot& snapshot,
                                                         std::int64_t now_s);

/// "flag", "category", "set", "number", "date", for messages.
[[nodiscard]] Text kind_text(engine::TagKind kind);

}  // namespace tagline::ingest
