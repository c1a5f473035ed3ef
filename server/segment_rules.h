// The rules of a segment as edits write them. Private to server/segment*.cc.
#pragma once

#include "dsl/catalogue.h"
#include "engine/result.h"
#include "storage/record.h"
#include "storage/write_txn.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tagline::server {

/// Of one segment so many rules are kept, and so many bytes of their texts; the oldest go first,
/// the newest never does.
inline constexpr std::size_t kRulesMax = 1000;
inline constexpr std::size_t kRuleBytesMax = std::size_t{4} << 20U;

/// When a segment changes: now, and at least a second after the change before, so that no two
/// states of it have the same `updated_s`, and with it the same revision. `before`: as it was
/// stored.
[[nodiscard]] std::int64_t change_s(const storage::SegmentRecord& before);

struct NumberedRule {
  std::uint32_t number = 0;
  std::uint32_t dropped = 0;  ///< older rules that went for it
};

/// Numbers the rule that a save has made the segment's and keeps it, unless it was its rule
/// already. `before`: the segment as it was stored; without a name when there was none.
[[nodiscard]] Result<NumberedRule> put_next_rule(storage::WriteTxn& txn, const std::string& segment,
                                                 const storage::SegmentRecord& before,
                                                 storage::RuleRecord rule);

/// Every reference to `from` in any rule that any segment has had becomes one to `to`: what a
/// segment meant in the past must stay computable too. Returns the segments whose rules now
/// changed.
[[nodiscard]] Result<std::vector<std::string>> rename_in_rules(storage::WriteTxn& txn,
                                                               const dsl::Catalogue& catalogue,
                                                               const std::string& from,
                                                               const std::string& to);

}  // namespace tagline::server
