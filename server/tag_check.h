// What people may write into a tag: names that name one thing, bounds and values its kind has.
#pragma once

#include "engine/result.h"
#include "server/tags.h"
#include "storage/record.h"
#include "storage/write_txn.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tagline::server {

/// As names are stored: NFC, without blanks around. BadInput when empty, not UTF-8, too long or
/// with a character that cannot be seen (ingest::hidden_in). `what`: whose name it is, for the
/// message.
[[nodiscard]] Result<std::string> normal_spelling(const std::string& name, const Text& what);

/// Puts what is given into the record, in normal form. BadInput: bounds of what is no number, or
/// the wrong way round; a text with a character that cannot be seen.
[[nodiscard]] Status apply(const TagEdit& edit, storage::TagRecord& record);
/// What becomes of the life of the values of a tag; nothing: it stays. BadInput: see Tags::change.
[[nodiscard]] Result<std::optional<storage::TagLife>> changed_life(
    const TagEdit& edit, const storage::TagRecord& record);
/// BadInput unless `record` is deprecated, and `other` another tag that is in use.
[[nodiscard]] Status check_replacement(const storage::TagRecord& record,
                                       const storage::TagRecord& other);
/// The values that change, out of `values`. NotFound: no such value.
[[nodiscard]] Result<std::vector<storage::ValueRecord>> changed_values(
    const TagEdit& edit, const storage::TagRecord& record,
    std::span<const storage::ValueRecord> values);

/// SchemaConflict when a spelling of `record` that `before` does not have is another's among
/// `others` (tags and events).
[[nodiscard]] Status check_spellings(const storage::TagRecord& record,
                                     const storage::TagRecord& before,
                                     std::span<const storage::TagRecord> others);
/// SchemaConflict when one spelling means two values, and one of those is among `changed`.
[[nodiscard]] Status check_value_spellings(const storage::TagRecord& record,
                                           std::span<const storage::ValueRecord> values,
                                           std::span<const storage::ValueRecord> changed);

}  // namespace tagline::server
