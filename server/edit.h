// Edit: what somebody who changes the catalogue says of himself and of what he has seen of it.
#pragma once

#include "server/service.h"
#include "storage/record.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tagline::server {

struct Edit {
  std::string author;  ///< empty: not known
  /// Revisions one of which it must have, "*" for any. Nothing: whatever it is.
  std::optional<std::vector<std::string>> seen;
  bool only_new = false;  ///< it must not be there yet
};

/// 16 hexadecimal digits that differ when anything of the record does (by a 64-bit hash). Every
/// change of a segment, of a list's ids too, makes its `updated_s` another
/// (server/segment_rules.h).
[[nodiscard]] std::string revision_of(const storage::SegmentRecord& record);
/// Of a tag or event with its values or keys: what people write into it, not when it was loaded.
[[nodiscard]] std::string revision_of(const storage::TagRecord& record,
                                      std::span<const storage::ValueRecord> values);

/// A refusal (Refusal::changed) unless the edit may change what has the revision `now`; nothing
/// there has none. `what`: its name, for the message.
[[nodiscard]] std::optional<Refusal> refuse_changed(const Edit& edit,
                                                    const std::optional<std::string>& now,
                                                    const std::string& what);

}  // namespace tagline::server
