// identity_reader: identities, merges, erasures and their rules as any transaction sees them.
// Private to storage/.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/identity.h"
#include "storage/identity_codec.h"
#include "storage/lmdb_environment.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::storage {

/// The user of an id or identity, written as it is stored; of one that lost a merge the survivor.
[[nodiscard]] Result<std::optional<engine::UserIndex>> find_person(const Transaction& txn,
                                                                   std::uint64_t seed,
                                                                   std::string_view id);
/// `user`, or who it was merged into. One look-up, and one a merge.
[[nodiscard]] Result<engine::UserIndex> survivor_of(const Transaction& txn, engine::UserIndex user);
/// Who the user lost a merge to itself; nothing: to nobody.
[[nodiscard]] Result<std::optional<MergedUser>> merged_user(const Transaction& txn,
                                                            engine::UserIndex user);
/// Everybody who was merged into the user, or into one who was; ascending.
[[nodiscard]] Result<std::vector<engine::UserIndex>> merged_into(const Transaction& txn,
                                                                 engine::UserIndex user);

[[nodiscard]] Result<std::optional<IdentityRecord>> find_identity(const Transaction& txn,
                                                                  std::string_view identity);
/// Those linked to the user itself, by text.
[[nodiscard]] Result<std::vector<IdentityRecord>> identities_of(const Transaction& txn,
                                                                engine::UserIndex user);

[[nodiscard]] Result<std::optional<MergeRecord>> find_merge(const Transaction& txn,
                                                            std::uint32_t number);
/// The newest first, those before `before` (0: all), at most `most`.
[[nodiscard]] Result<std::vector<MergeRecord>> read_merges(const Transaction& txn,
                                                           std::uint32_t before, std::size_t most);
[[nodiscard]] Result<std::vector<ErasureRecord>> read_erasures(const Transaction& txn,
                                                               std::uint32_t before,
                                                               std::size_t most);
/// The number of the last record there; 0: none.
[[nodiscard]] Result<std::uint32_t> last_number(const Transaction& txn, KeySpace space);

/// Types that somebody has set, by name.
[[nodiscard]] Result<std::vector<IdentityTypeRecord>> read_identity_types(const Transaction& txn);
/// The rule somebody has set for a tag.
[[nodiscard]] Result<std::optional<MergeRule>> find_merge_rule(const Transaction& txn,
                                                               engine::FieldId field);
/// The field that says when each user was last written; nothing before the first time.
[[nodiscard]] Result<std::optional<engine::FieldId>> find_updated_field(const Transaction& txn);
/// Snapshot::people_version.
[[nodiscard]] Result<std::uint64_t> people_version(const Transaction& txn);

[[nodiscard]] std::string identity_type_key(std::string_view name);
[[nodiscard]] std::string merge_rule_key(engine::FieldId field);
[[nodiscard]] std::string updated_key();
[[nodiscard]] std::string people_key();
[[nodiscard]] std::string last_merge_key();

}  // namespace tagline::storage
