// Who is who, as a Snapshot sees it.
#include "storage/identity_reader.h"
#include "storage/snapshot.h"
#include "storage/snapshot_rep.h"

#include <mutex>

namespace tagline::storage {

using engine::UserIndex;

Result<std::optional<UserIndex>> Snapshot::find_user(std::string_view external_id) const {
  const std::lock_guard lock(rep_->mutex);
  return find_person(rep_->reading.txn, rep_->meta.id_seed, external_id);
}

Result<std::optional<IdentityRecord>> Snapshot::identity(std::string_view identity) const {
  const std::lock_guard lock(rep_->mutex);
  return find_identity(rep_->reading.txn, identity);
}

Result<std::vector<IdentityRecord>> Snapshot::identities_of(UserIndex user) const {
  const std::lock_guard lock(rep_->mutex);
  return storage::identities_of(rep_->reading.txn, user);
}

Result<std::vector<UserIndex>> Snapshot::merged_into(UserIndex user) const {
  const std::lock_guard lock(rep_->mutex);
  return storage::merged_into(rep_->reading.txn, user);
}

Result<std::vector<MergeRecord>> Snapshot::merges(std::uint32_t before, std::size_t most) const {
  const std::lock_guard lock(rep_->mutex);
  return read_merges(rep_->reading.txn, before, most);
}

Result<std::optional<MergeRecord>> Snapshot::merge(std::uint32_t number) const {
  const std::lock_guard lock(rep_->mutex);
  return find_merge(rep_->reading.txn, number);
}

Result<std::optional<std::uint32_t>> Snapshot::merge_of(UserIndex loser) const {
  const std::lock_guard lock(rep_->mutex);
  TAGLINE_ASSIGN_OR_RETURN(const auto merged, merged_user(rep_->reading.txn, loser));
  return merged ? std::optional(merged->merge) : std::nullopt;
}

Result<std::vector<ErasureRecord>> Snapshot::erasures(std::uint32_t before,
                                                      std::size_t most) const {
  const std::lock_guard lock(rep_->mutex);
  return read_erasures(rep_->reading.txn, before, most);
}

Result<std::uint64_t> Snapshot::people_version() const {
  const std::lock_guard lock(rep_->mutex);
  return storage::people_version(rep_->reading.txn);
}

Result<std::vector<IdentityTypeRecord>> Snapshot::identity_types() const {
  const std::lock_guard lock(rep_->mutex);
  return read_identity_types(rep_->reading.txn);
}

Result<std::optional<MergeRule>> Snapshot::merge_rule(engine::FieldId field) const {
  const std::lock_guard lock(rep_->mutex);
  return find_merge_rule(rep_->reading.txn, field);
}

Result<std::optional<std::int64_t>> Snapshot::updated_s(UserIndex user) const {
  std::optional<engine::FieldId> field;
  {
    const std::lock_guard lock(rep_->mutex);
    TAGLINE_ASSIGN_OR_RETURN(field, find_updated_field(rep_->reading.txn));
  }
  return field ? number_of(*field, user) : std::optional<std::int64_t>();
}

}  // namespace tagline::storage
