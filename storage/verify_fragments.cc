// One pass over all fragments in key order: the population first, then tag by tag, row by row. Of
// the tag at hand two bitmaps a shard are kept (who has a value, who is in a value row), so memory
// is bounded by the users, not by the tags.
#include "engine/bitmap.h"
#include "storage/fragment_value.h"
#include "storage/verifier.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace tagline::storage {

namespace {

using engine::Bitmap;

struct Address {
  engine::RowKey row;
  engine::ShardId shard = 0;
};

/// Whole rows by shard. A shard that could not be read is not judged further.
class Rows {
 public:
  void put(engine::ShardId shard, std::optional<Bitmap> members) {
    shards_.insert_or_assign(shard, std::move(members));
  }
  void spoil(engine::ShardId shard) { put(shard, std::nullopt); }
  void unite(engine::ShardId shard, const Bitmap& members) {
    const auto [at, fresh] = shards_.try_emplace(shard, std::nullopt);
    if (fresh) {
      at->second.emplace(members.clone());
    } else if (at->second) {
      at->second->unite(members);
    }
  }
  [[nodiscard]] bool readable(engine::ShardId shard) const {
    const auto found = shards_.find(shard);
    return found == shards_.end() || found->second.has_value();
  }
  /// Nobody where nothing is stored. REQUIRES: readable(shard).
  [[nodiscard]] const Bitmap& at(engine::ShardId shard) const {
    const auto found = shards_.find(shard);
    return found == shards_.end() ? nobody_ : *found->second;
  }
  [[nodiscard]] const std::map<engine::ShardId, std::optional<Bitmap>>& shards() const {
    return shards_;
  }

 private:
  std::map<engine::ShardId, std::optional<Bitmap>> shards_;
  Bitmap nobody_;
};

std::uint64_t outside(const Bitmap& members, const Bitmap& allowed) {
  Bitmap rest = members.clone();
  rest.subtract(allowed);
  return rest.cardinality();
}

class FragmentCheck {
 public:
  explicit FragmentCheck(Verifier& verifier) : verifier_(verifier) {}

  void take(Bytes key, Bytes value) {
    ++verifier_.report.fragments;
    verifier_.report.fragment_bytes += value.size();
    const auto parts = parse_key<3>(key);
    if (!parts) {
      verifier_.problem("fragments: a key of " + std::to_string(key.size()) + " bytes, expected 12",
                        "分片：键长 " + std::to_string(key.size()) + " 字节，应为 12");
      return;
    }
    const Address address{{(*parts)[0], (*parts)[1]}, (*parts)[2]};
    if (address.row.field != field_) {
      finish_field();
      field_ = address.row.field;
    }
    auto members = read(address, value);
    if (!known_row(address)) {
      return;
    }
    if (!members) {
      spoil(address);
      return;
    }
    if (address.row == engine::kPopulationRow) {
      check_limit(address, *members);
      population_.put(address.shard, std::move(members));
      return;
    }
    check_population(address, *members);
    check_kind(address, std::move(*members));
  }

  /// After the last row of a tag.
  void finish_field() {
    const auto tag = verifier_.tags.find(field_);
    if (tag != verifier_.tags.end() && (tag->second.kind == engine::TagKind::Category ||
                                        tag->second.kind == engine::TagKind::Set)) {
      compare_existence();
    }
    exists_ = Rows();
    covered_ = Rows();
  }

 private:
  void problem(const Address& address, const std::string& en, const std::string& zh) {
    const auto tag = verifier_.tags.find(address.row.field);
    const std::string name = address.row == engine::kPopulationRow ? "population"
                             : tag == verifier_.tags.end() ? std::to_string(address.row.field)
                                                           : "\"" + tag->second.name + "\"";
    const std::string row = std::to_string(address.row.row);
    const std::string shard = std::to_string(address.shard);
    verifier_.problem("fragment of " + name + ", row " + row + ", shard " + shard + ": " + en,
                      name + " 第 " + row + " 行第 " + shard + " 分区的分片：" + zh);
  }

  std::optional<Bitmap> read(const Address& address, Bytes value) {
    if (const auto header = split_fragment(value); !header.has_value()) {
      problem(address, header.error().message().en, header.error().message().zh);
      return std::nullopt;
    }
    if (!checksum_matches(value)) {
      problem(address, "the checksum does not match", "校验和不符");
      return std::nullopt;
    }
    auto members = copy_fragment(value);
    if (!members.has_value()) {
      problem(address, members.error().message().en, members.error().message().zh);
      return std::nullopt;
    }
    return std::move(*members);
  }

  /// Whether such a row can be; only then its members are judged.
  bool known_row(const Address& address) {
    if (address.row == engine::kPopulationRow) {
      return true;
    }
    const auto tag = verifier_.tags.find(address.row.field);
    if (tag == verifier_.tags.end()) {
      problem(address, "there is no such tag", "没有该标签");
      return false;
    }
    const engine::RowId row = address.row.row;
    bool possible = false;
    switch (tag->second.kind) {
      case engine::TagKind::Flag:
        possible = row == engine::kFlagRow;
        break;
      case engine::TagKind::Category:
      case engine::TagKind::Set:
        possible = row == engine::kExistsRow || tag->second.value_rows.contains(row);
        break;
      case engine::TagKind::Number:
      case engine::TagKind::Date:
        possible = row < engine::kFirstBitRow + engine::kValueBitsMax;
        break;
      case engine::TagKind::Event:
        break;
    }
    if (!possible) {
      problem(address, "the tag has no such row", "该标签没有此行");
    }
    return possible;
  }

  void spoil(const Address& address) {
    if (address.row == engine::kPopulationRow) {
      population_.spoil(address.shard);
      return;
    }
    (address.row.row == engine::kExistsRow ? exists_ : covered_).spoil(address.shard);
  }

  void check_limit(const Address& address, const Bitmap& members) {
    const std::uint64_t highest =
        (std::uint64_t{address.shard} << engine::kShardBits) + members.max().value_or(0);
    if (highest >= verifier_.meta.user_limit) {
      problem(address, "it holds user " + std::to_string(highest) + ", who was never added",
              "包含从未添加的用户 " + std::to_string(highest));
    }
  }

  void check_population(const Address& address, const Bitmap& members) {
    if (!population_.readable(address.shard)) {
      return;
    }
    if (const std::uint64_t strangers = outside(members, population_.at(address.shard));
        strangers != 0) {
      problem(address, std::to_string(strangers) + " of its users are not in the population",
              "有 " + std::to_string(strangers) + " 个用户不在总体中");
    }
  }

  void check_kind(const Address& address, Bitmap members) {
    const engine::TagKind kind = verifier_.tags.at(address.row.field).kind;
    if (kind == engine::TagKind::Flag) {
      return;
    }
    if (address.row.row == engine::kExistsRow) {
      exists_.put(address.shard, std::move(members));
      return;
    }
    if (kind == engine::TagKind::Category || kind == engine::TagKind::Set) {
      if (kind == engine::TagKind::Category && covered_.readable(address.shard) &&
          covered_.at(address.shard).intersects(members)) {
        problem(address, "some of its users have another value of this category too",
                "其中有用户还有该类别的其他取值");
      }
      covered_.unite(address.shard, members);
      return;
    }
    if (exists_.readable(address.shard)) {
      if (const std::uint64_t strays = outside(members, exists_.at(address.shard)); strays != 0) {
        problem(address, std::to_string(strays) + " of its users have no number",
                "有 " + std::to_string(strays) + " 个用户没有数值");
      }
    }
  }

  /// Existence row = union of the value rows.
  void compare_existence() {
    std::set<engine::ShardId> shards;
    for (const auto& [shard, members] : exists_.shards()) {
      shards.insert(shard);
    }
    for (const auto& [shard, members] : covered_.shards()) {
      shards.insert(shard);
    }
    for (const engine::ShardId shard : shards) {
      if (exists_.readable(shard) && covered_.readable(shard) &&
          !(exists_.at(shard) == covered_.at(shard))) {
        problem({{field_, engine::kExistsRow}, shard}, "it is not the union of the value rows",
                "它不等于各取值行的并集");
      }
    }
  }

  Verifier& verifier_;
  engine::FieldId field_ = engine::kPopulationRow.field;
  Rows population_;
  Rows exists_;
  Rows covered_;
};

}  // namespace

Status Verifier::check_fragments(const Progress& progress) {
  // Often enough for a progress bar, rarely enough to cost nothing.
  constexpr std::uint64_t kProgressEvery = 256;
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t total, txn.entries(KeySpace::Fragments));
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Fragments));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  FragmentCheck check(*this);
  while (entry) {
    check.take(entry->key, entry->value);
    if (progress && report.fragments % kProgressEvery == 0) {
      progress(report.fragments, total);
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  check.finish_field();
  if (progress) {
    progress(report.fragments, total);
  }
  return {};
}

}  // namespace tagline::storage
