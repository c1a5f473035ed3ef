// What the functions of Segments share: names, references, counting. Private to server/segment*.cc.
#pragma once

#include "dsl/bound.h"
#include "dsl/catalogue.h"
#include "engine/execute.h"
#include "engine/result.h"
#include "server/segments.h"
#include "storage/snapshot.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tagline::server {

[[nodiscard]] std::int64_t now_s();  ///< seconds since 1970, UTC

/// A name as it is stored: NFC, without blanks around it. BadInput when it could not be written as
/// @name, or not be seen, or not be asked for ("." and "..").
[[nodiscard]] Result<std::string> normal_segment_name(const std::string& name);
/// The stored name that `name` means. NotFound, with the nearest.
[[nodiscard]] Result<std::string> stored_segment_name(const dsl::Catalogue& catalogue,
                                                      const std::string& name);
/// "@name", quoted where it has to be.
[[nodiscard]] std::string segment_reference(const std::string& name);
[[nodiscard]] std::string segment_references(const std::vector<std::string>& names);

[[nodiscard]] Result<std::uint64_t> count_of(const dsl::Bound& bound,
                                             const storage::Snapshot& snapshot,
                                             const engine::ExecuteOptions& options);

/// BadInput: a text with a character that cannot be seen (ingest::hidden_in).
[[nodiscard]] Status check_card(const SegmentCard& card);
/// Puts what the card gives into the record. REQUIRES: check_card.
void apply(const SegmentCard& card, storage::SegmentRecord& record);

/// The rules of a segment, at least the one it has: databases of older versions kept none.
[[nodiscard]] std::vector<storage::RuleRecord> rules_with_current(
    std::vector<storage::RuleRecord> stored, const storage::SegmentRecord& record);

}  // namespace tagline::server
