#include "storage/identity_reader.h"

#include "storage/record_codec.h"
#include "storage/user_directory.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace tagline::storage {
namespace {

using engine::UserIndex;

// Keys of KeySpace::Settings.
constexpr std::string_view kTypePrefix = "identity/";
constexpr std::string_view kRulePrefix = "merge/";
constexpr std::string_view kUpdated = "updated";
/// More merges in a row than this are a damaged database.
constexpr unsigned kChainMax = 1'000'000;

tl::unexpected<Error> endless(UserIndex user) {
  const std::string number = std::to_string(user);
  return damaged_record("the merges of user " + number + " have no end",
                        "用户 " + number + " 的合并链没有终点");
}

/// Records under numbers, newest first.
template <class Record, class Decode>
Result<std::vector<Record>> read_backwards(const Transaction& txn, KeySpace space,
                                           std::uint32_t before, std::size_t most,
                                           const Decode& decode) {
  std::vector<Record> records;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, space));
  std::optional<Cursor::Entry> entry;
  if (before == 0) {
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.last());
  } else {
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.seek(make_key<1>({before})));
    TAGLINE_ASSIGN_OR_RETURN(entry, entry ? cursor.previous() : cursor.last());
  }
  while (entry && records.size() < most) {
    const auto number = parse_key<1>(entry->key);
    TAGLINE_ASSIGN_OR_RETURN(Record record, decode(number ? (*number)[0] : 0, entry->value));
    records.push_back(std::move(record));
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.previous());
  }
  return records;
}

}  // namespace

std::string identity_type_key(std::string_view name) {
  return std::string(kTypePrefix) + std::string(name);
}

std::string merge_rule_key(engine::FieldId field) {
  const auto number = make_key<1>({field});
  return std::string(kRulePrefix) + std::string(text_of(number));
}

std::string people_key() {
  return "people";
}

std::string last_merge_key() {
  return "merges";
}

std::string updated_key() {
  return std::string(kUpdated);
}

Result<std::optional<MergedUser>> merged_user(const Transaction& txn, UserIndex user) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes, txn.get(KeySpace::Merged, make_key<1>({user})));
  if (!bytes) {
    return std::optional<MergedUser>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const MergedUser merged, decode_merged(*bytes));
  return std::optional(merged);
}

Result<UserIndex> survivor_of(const Transaction& txn, UserIndex user) {
  for (unsigned step = 0; step < kChainMax; ++step) {
    TAGLINE_ASSIGN_OR_RETURN(const auto merged, merged_user(txn, user));
    if (!merged) {
      return user;
    }
    user = merged->survivor;
  }
  return endless(user);
}

Result<std::vector<UserIndex>> merged_into(const Transaction& txn, UserIndex user) {
  std::set<UserIndex> found;
  std::vector<UserIndex> waiting{user};
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Merged));
  while (!waiting.empty()) {
    const UserIndex survivor = waiting.back();
    waiting.pop_back();
    // Keys of two numbers: the survivor and the loser.
    TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.seek(make_key<2>({survivor, 0})));
    while (entry) {
      const auto pair = parse_key<2>(entry->key);
      if (!pair || (*pair)[0] != survivor) {
        break;
      }
      if ((*pair)[1] == user || !found.insert((*pair)[1]).second) {
        return endless(user);
      }
      waiting.push_back((*pair)[1]);
      TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
    }
  }
  return std::vector<UserIndex>(found.begin(), found.end());
}

Result<std::optional<UserIndex>> find_person(const Transaction& txn, std::uint64_t seed,
                                             std::string_view id) {
  TAGLINE_ASSIGN_OR_RETURN(auto user, find_user(txn, seed, id));
  if (!user && !id.empty() && id.size() <= kExternalIdBytesMax) {
    TAGLINE_ASSIGN_OR_RETURN(const auto identity, find_identity(txn, id));
    user = identity ? std::optional(identity->user) : std::nullopt;
  }
  if (user) {
    TAGLINE_ASSIGN_OR_RETURN(user, survivor_of(txn, *user));
  }
  return user;
}

Result<std::optional<IdentityRecord>> find_identity(const Transaction& txn,
                                                    std::string_view identity) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes, txn.get(KeySpace::Identities, bytes_of(identity)));
  if (!bytes) {
    return std::optional<IdentityRecord>();
  }
  TAGLINE_ASSIGN_OR_RETURN(IdentityRecord record, decode_identity(identity, *bytes));
  return std::optional(std::move(record));
}

Result<std::vector<IdentityRecord>> identities_of(const Transaction& txn, UserIndex user) {
  std::vector<std::string> names;
  const auto prefix = make_key<1>({user});
  {
    TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Identified));
    TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.seek(prefix));
    while (entry && entry->key.size() > prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), entry->key.begin())) {
      names.emplace_back(text_of(entry->key.subspan(prefix.size())));
      TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
    }
  }
  std::vector<IdentityRecord> records;
  for (const std::string& name : names) {
    TAGLINE_ASSIGN_OR_RETURN(auto record, find_identity(txn, name));
    if (!record || record->user != user) {
      return damaged_record("identity \"" + name + "\" is not that of user " + std::to_string(user),
                            "身份标识 \"" + name + "\" 不属于用户 " + std::to_string(user));
    }
    records.push_back(std::move(*record));
  }
  return records;
}

Result<std::optional<MergeRecord>> find_merge(const Transaction& txn, std::uint32_t number) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes, txn.get(KeySpace::Merges, make_key<1>({number})));
  if (!bytes) {
    return std::optional<MergeRecord>();
  }
  TAGLINE_ASSIGN_OR_RETURN(MergeRecord record, decode_merge(number, *bytes));
  return std::optional(std::move(record));
}

Result<std::vector<MergeRecord>> read_merges(const Transaction& txn, std::uint32_t before,
                                             std::size_t most) {
  return read_backwards<MergeRecord>(txn, KeySpace::Merges, before, most, decode_merge);
}

Result<std::vector<ErasureRecord>> read_erasures(const Transaction& txn, std::uint32_t before,
                                                 std::size_t most) {
  return read_backwards<ErasureRecord>(txn, KeySpace::Erasures, before, most, decode_erasure);
}

Result<std::uint32_t> last_number(const Transaction& txn, KeySpace space) {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, space));
  TAGLINE_ASSIGN_OR_RETURN(const auto entry, cursor.last());
  const auto number = entry ? parse_key<1>(entry->key) : std::nullopt;
  return number ? (*number)[0] : 0;
}

Result<std::vector<IdentityTypeRecord>> read_identity_types(const Transaction& txn) {
  std::vector<IdentityTypeRecord> types;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Settings));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.seek(bytes_of(kTypePrefix)));
  while (entry && text_of(entry->key).starts_with(kTypePrefix)) {
    TAGLINE_ASSIGN_OR_RETURN(
        auto type,
        decode_identity_type(text_of(entry->key).substr(kTypePrefix.size()), entry->value));
    types.push_back(std::move(type));
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return types;
}

Result<std::optional<MergeRule>> find_merge_rule(const Transaction& txn, engine::FieldId field) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes,
                           txn.get(KeySpace::Settings, bytes_of(merge_rule_key(field))));
  if (!bytes) {
    return std::optional<MergeRule>();
  }
  if (bytes->size() != 1 ||
      std::to_integer<unsigned>((*bytes)[0]) > static_cast<unsigned>(MergeRule::Sum)) {
    return damaged_record("a rule of merging cannot be read", "无法读取合并规则");
  }
  return std::optional(static_cast<MergeRule>((*bytes)[0]));
}

Result<std::uint64_t> people_version(const Transaction& txn) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes, txn.get(KeySpace::Settings, bytes_of(people_key())));
  const auto parts = bytes ? parse_key<2>(*bytes) : std::nullopt;
  return parts ? std::uint64_t{(*parts)[0]} << 32U | (*parts)[1] : 0;
}

Result<std::optional<engine::FieldId>> find_updated_field(const Transaction& txn) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes, txn.get(KeySpace::Settings, bytes_of(kUpdated)));
  if (!bytes) {
    return std::optional<engine::FieldId>();
  }
  const auto field = parse_key<1>(*bytes);
  if (!field || (*field)[0] == 0) {
    return damaged_record("the field of times of users cannot be read", "无法读取用户更新时间字段");
  }
  return std::optional((*field)[0]);
}

}  // namespace tagline::storage
