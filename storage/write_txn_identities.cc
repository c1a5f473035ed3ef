// Who is who, in a WriteTxn: identities, merges, erasures and their rules.
#include "storage/fragment_value.h"
#include "storage/identity_codec.h"
#include "storage/identity_reader.h"
#include "storage/record_codec.h"
#include "storage/record_limits.h"
#include "storage/user_directory.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <limits>
#include <string>
#include <utility>

namespace tagline::storage {
namespace {

using engine::UserIndex;

tl::unexpected<Error> internal(const std::string& en, const std::string& zh) {
  return failure(ErrorCode::Internal, {en, zh});
}

std::string identified_key(UserIndex user, std::string_view identity) {
  const auto number = make_key<1>({user});
  return std::string(text_of(number)) + std::string(identity);
}

template <class Record>
Status put_numbered(WriteTransaction& txn, KeySpace space, const Record& record) {
  RecordWriter bytes;
  encode(record, bytes);
  return txn.put(space, make_key<1>({record.number}), bytes.bytes());
}

Result<std::uint32_t> next_number(std::uint32_t last) {
  if (last == std::numeric_limits<std::uint32_t>::max()) {
    return failure(ErrorCode::TooLarge,
                   {"all numbers of the journal have been given out", "日志编号已用尽"});
  }
  return last + 1;
}

}  // namespace

Result<std::uint64_t> WriteTxn::people_version() const {
  return storage::people_version(rep_->txn);
}

std::uint64_t WriteTxn::seed() const {
  return rep_->meta.id_seed;
}

Result<std::optional<UserIndex>> WriteTxn::find_user(std::string_view external_id) const {
  return find_person(rep_->txn, rep_->meta.id_seed, external_id);
}

Result<std::string> WriteTxn::external_id(UserIndex user) const {
  TAGLINE_ASSIGN_OR_RETURN(const std::string_view id, external_id_of(rep_->txn, user));
  return std::string(id);
}

Result<std::optional<IdentityRecord>> WriteTxn::identity(std::string_view identity) const {
  return find_identity(rep_->txn, identity);
}

Result<std::vector<IdentityRecord>> WriteTxn::identities_of(UserIndex user) const {
  return storage::identities_of(rep_->txn, user);
}

Result<bool> WriteTxn::has_identities(std::string_view prefix) const {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(rep_->txn, KeySpace::Identities));
  TAGLINE_ASSIGN_OR_RETURN(const auto entry, cursor.seek(bytes_of(prefix)));
  return entry && text_of(entry->key).starts_with(prefix);
}

Status WriteTxn::put_identity(const IdentityRecord& identity) {
  if (identity.identity.size() > kExternalIdBytesMax) {
    return too_long("the identity that starts with \"" + identity.identity.substr(0, 32) + "\"",
                    "以 \"" + identity.identity.substr(0, 32) + "\" 开头的身份标识 ",
                    identity.identity.size(), kExternalIdBytesMax);
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto known,
                           find_person(rep_->txn, rep_->meta.id_seed, identity.identity));
  if (known || identity.identity.empty() || identity.user >= user_limit()) {
    return internal(
        "the identity \"" + identity.identity + "\" cannot be linked to user " +
            std::to_string(identity.user),
        "身份标识 \"" + identity.identity + "\" 无法关联到用户 " + std::to_string(identity.user));
  }
  RecordWriter record;
  encode(identity, record);
  TAGLINE_RETURN_IF_ERROR(
      rep_->txn.put(KeySpace::Identities, bytes_of(identity.identity), record.bytes()));
  return rep_->txn.put(KeySpace::Identified,
                       bytes_of(identified_key(identity.user, identity.identity)), {});
}

Status WriteTxn::erase_identity(std::string_view identity) {
  TAGLINE_ASSIGN_OR_RETURN(const auto known, this->identity(identity));
  if (!known) {
    const std::string text(identity);
    return failure(ErrorCode::NotFound,
                   {"there is no identity \"" + text + "\"", "没有身份标识 \"" + text + "\""});
  }
  TAGLINE_RETURN_IF_ERROR(
      rep_->txn.erase(KeySpace::Identified, bytes_of(identified_key(known->user, identity))));
  return rep_->txn.erase(KeySpace::Identities, bytes_of(identity));
}

Result<UserIndex> WriteTxn::survivor_of(UserIndex user) const {
  return storage::survivor_of(rep_->txn, user);
}

Result<std::vector<UserIndex>> WriteTxn::merged_into(UserIndex user) const {
  return storage::merged_into(rep_->txn, user);
}

Result<std::optional<std::uint32_t>> WriteTxn::merge_of(UserIndex loser) const {
  TAGLINE_ASSIGN_OR_RETURN(const auto merged, merged_user(rep_->txn, loser));
  return merged ? std::optional(merged->merge) : std::nullopt;
}

Result<std::optional<MergeRecord>> WriteTxn::merge(std::uint32_t number) const {
  return find_merge(rep_->txn, number);
}

Result<std::vector<MergeRecord>> WriteTxn::merges(std::uint32_t before, std::size_t most) const {
  return read_merges(rep_->txn, before, most);
}

Status WriteTxn::Rep::set_in_population(UserIndex user, bool in) {
  const std::uint64_t version = meta.version + 1;
  TAGLINE_RETURN_IF_ERROR(txn.put(KeySpace::Settings, bytes_of(people_key()),
                                  make_key<2>({static_cast<std::uint32_t>(version >> 32U),
                                               static_cast<std::uint32_t>(version)})));
  const engine::ShardId shard = engine::shard_of(user);
  const auto key = make_key<3>({engine::kPopulationRow.field, engine::kPopulationRow.row, shard});
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(KeySpace::Fragments, key));
  engine::Bitmap members;
  if (stored) {
    TAGLINE_ASSIGN_OR_RETURN(members, copy_fragment(*stored));
  }
  const std::uint32_t within = engine::within_shard(user);
  if (in) {
    members.add_range(within, std::uint64_t{within} + 1);
  } else {
    members.subtract(engine::Bitmap::of(std::vector<std::uint32_t>{within}));
  }
  if (members.empty()) {
    return change_fragment(engine::kPopulationRow, shard, std::nullopt);
  }
  members.optimize();
  return change_fragment(engine::kPopulationRow, shard, encoder.encode(members));
}

Result<std::uint32_t> WriteTxn::put_merge(MergeRecord merge) {
  TAGLINE_ASSIGN_OR_RETURN(const auto lost, merge_of(merge.loser));
  TAGLINE_ASSIGN_OR_RETURN(const UserIndex survivor, survivor_of(merge.survivor));
  if (lost || survivor != merge.survivor || merge.loser == merge.survivor ||
      merge.loser >= user_limit() || merge.survivor >= user_limit()) {
    return internal("users " + std::to_string(merge.survivor) + " and " +
                        std::to_string(merge.loser) + " cannot be merged",
                    "用户 " + std::to_string(merge.survivor) + " 与 " +
                        std::to_string(merge.loser) + " 无法合并");
  }
  // Not that of the last record: it may have gone with somebody who was erased.
  TAGLINE_ASSIGN_OR_RETURN(const auto last,
                           rep_->txn.get(KeySpace::Settings, bytes_of(last_merge_key())));
  const auto number = last ? parse_key<1>(*last) : std::nullopt;
  TAGLINE_ASSIGN_OR_RETURN(merge.number, next_number(number ? (*number)[0] : 0));
  TAGLINE_RETURN_IF_ERROR(
      rep_->txn.put(KeySpace::Settings, bytes_of(last_merge_key()), make_key<1>({merge.number})));
  TAGLINE_RETURN_IF_ERROR(put_numbered(rep_->txn, KeySpace::Merges, merge));
  RecordWriter merged;
  encode(MergedUser{merge.survivor, merge.number}, merged);
  TAGLINE_RETURN_IF_ERROR(
      rep_->txn.put(KeySpace::Merged, make_key<1>({merge.loser}), merged.bytes()));
  TAGLINE_RETURN_IF_ERROR(
      rep_->txn.put(KeySpace::Merged, make_key<2>({merge.survivor, merge.loser}), {}));
  TAGLINE_RETURN_IF_ERROR(rep_->set_in_population(merge.loser, false));
  return merge.number;
}

Status WriteTxn::undo_merge(std::uint32_t number, std::int64_t now_s) {
  TAGLINE_ASSIGN_OR_RETURN(auto merge, this->merge(number));
  if (!merge || merge->undone_s.has_value()) {
    return internal("merge " + std::to_string(number) + " cannot be undone",
                    "合并 " + std::to_string(number) + " 无法撤销");
  }
  merge->undone_s = now_s;
  merge->cells.clear();
  TAGLINE_RETURN_IF_ERROR(put_numbered(rep_->txn, KeySpace::Merges, *merge));
  TAGLINE_RETURN_IF_ERROR(rep_->txn.erase(KeySpace::Merged, make_key<1>({merge->loser})));
  TAGLINE_RETURN_IF_ERROR(
      rep_->txn.erase(KeySpace::Merged, make_key<2>({merge->survivor, merge->loser})));
  return rep_->set_in_population(merge->loser, true);
}

Result<WriteTxn::Erased> WriteTxn::erase_user(UserIndex user) {
  Erased erased;
  TAGLINE_ASSIGN_OR_RETURN(const auto identities, identities_of(user));
  for (const IdentityRecord& identity : identities) {
    TAGLINE_RETURN_IF_ERROR(erase_identity(identity.identity));
  }
  TAGLINE_RETURN_IF_ERROR(forget_user(rep_->txn, rep_->meta.id_seed, user));
  erased.identities = identities.size() + 1;
  // The journal holds what people had; what is undone holds who they were.
  std::vector<MergeRecord> gone;
  {
    TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(rep_->txn, KeySpace::Merges));
    TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
    while (entry) {
      const auto number = parse_key<1>(entry->key);
      TAGLINE_ASSIGN_OR_RETURN(MergeRecord merge,
                               decode_merge(number ? (*number)[0] : 0, entry->value));
      if (merge.survivor == user || merge.loser == user) {
        gone.push_back(std::move(merge));
      }
      TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
    }
  }
  for (const MergeRecord& merge : gone) {
    TAGLINE_RETURN_IF_ERROR(rep_->txn.erase(KeySpace::Merges, make_key<1>({merge.number})));
    TAGLINE_ASSIGN_OR_RETURN(const auto lost, merged_user(rep_->txn, merge.loser));
    if (lost && lost->merge == merge.number) {
      TAGLINE_RETURN_IF_ERROR(rep_->txn.erase(KeySpace::Merged, make_key<1>({merge.loser})));
      TAGLINE_RETURN_IF_ERROR(
          rep_->txn.erase(KeySpace::Merged, make_key<2>({merge.survivor, merge.loser})));
    }
  }
  erased.merges = gone.size();
  TAGLINE_RETURN_IF_ERROR(rep_->erase_from_histories(user));
  TAGLINE_RETURN_IF_ERROR(rep_->set_in_population(user, false));
  return erased;
}

Result<std::uint32_t> WriteTxn::put_erasure(ErasureRecord erasure) {
  TAGLINE_ASSIGN_OR_RETURN(const std::uint32_t last, last_number(rep_->txn, KeySpace::Erasures));
  TAGLINE_ASSIGN_OR_RETURN(erasure.number, next_number(last));
  TAGLINE_RETURN_IF_ERROR(put_numbered(rep_->txn, KeySpace::Erasures, erasure));
  return erasure.number;
}

Result<std::vector<IdentityTypeRecord>> WriteTxn::identity_types() const {
  return read_identity_types(rep_->txn);
}

Status WriteTxn::put_identity_type(const IdentityTypeRecord& type) {
  if (type.name.empty() || type.name.size() > kNameBytesMax) {
    return too_long("the name of a type of identities", "身份标识类型的名称", type.name.size(),
                    kNameBytesMax);
  }
  RecordWriter record;
  encode(type, record);
  return rep_->put_if_new(KeySpace::Settings, bytes_of(identity_type_key(type.name)),
                          record.bytes());
}

Status WriteTxn::erase_identity_type(std::string_view name) {
  return rep_->txn.erase(KeySpace::Settings, bytes_of(identity_type_key(name)));
}

Result<std::optional<MergeRule>> WriteTxn::merge_rule(engine::FieldId field) const {
  return find_merge_rule(rep_->txn, field);
}

Status WriteTxn::put_merge_rule(engine::FieldId field, MergeRule rule) {
  const std::byte byte{static_cast<std::uint8_t>(rule)};
  return rep_->put_if_new(KeySpace::Settings, bytes_of(merge_rule_key(field)), Bytes(&byte, 1));
}

Result<engine::FieldId> WriteTxn::updated_field() {
  TAGLINE_ASSIGN_OR_RETURN(const auto known, find_updated_field(rep_->txn));
  if (known) {
    return *known;
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::FieldId field, rep_->take_field());
  TAGLINE_RETURN_IF_ERROR(
      rep_->txn.put(KeySpace::Settings, bytes_of(updated_key()), make_key<1>({field})));
  return field;
}

}  // namespace tagline::storage
