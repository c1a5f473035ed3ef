// One pass over all fragments in key order: the population first, then field by field, row by row.
// Of the tag at hand two bitmaps a shard are kept (who has a value, who is in a value row), and as
// many of the day at hand of a series (who was there, who has an amount above zero), so memory is
// bounded by the users, not by the tags or days. That the users of an event's key are among the
// event's is asked of the event's own fragment, day by day.
//
// What rows say of each other holds of what a reader sees: of fragments with the changes over them.
// While changes are being folded, fragments alone need not agree.
#include "engine/bitmap.h"
#include "storage/fragment_value.h"
#include "storage/verifier.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace tagline::storage {

namespace {

using engine::Bitmap;

struct Address {
  engine::RowKey row;
  engine::ShardId shard = 0;
  friend auto operator<=>(const Address&, const Address&) = default;
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

/// All that changes may have somebody in, ascending.
std::vector<Address> changed_rows(const Delta& changes) {
  std::vector<Address> changed;
  for (const auto& [field, changed_in_field] : changes.fields()) {
    for (const auto& [first, cell] : changed_in_field->cells()) {
      for (const auto& [shard, part] : cell->parts) {
        std::set<engine::RowId> rows;
        for (const auto& block : part->blocks) {
          if (block != nullptr) {
            add_rows_of(*cell, first, block->members(), rows);
          }
        }
        for (const engine::RowId row : rows) {
          changed.push_back({{field, row}, shard});
        }
      }
    }
  }
  std::sort(changed.begin(), changed.end());
  return changed;
}

class FragmentCheck {
 public:
  explicit FragmentCheck(Verifier& verifier)
      : verifier_(verifier), changed_(changed_rows(*verifier.changes)) {}

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
    take_changes_before(address);
    if (at_change_ < changed_.size() && changed_[at_change_] == address) {
      ++at_change_;
    }
    go_to(address);
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
    Bitmap now = with_changes(address, std::move(*members));
    if (const auto field = verifier_.fields.find(address.row.field);
        field != verifier_.fields.end() && field->second.history) {
      check_limit(address, now);
      return;
    }
    check_population(address, now);
    check_row(address, std::move(now));
  }

  /// After the last fragment.
  void finish() {
    take_changes_before(std::nullopt);
    finish_field();
  }

 private:
  /// Rows that have changes in a shard and no fragment there.
  void take_changes_before(const std::optional<Address>& end) {
    for (; at_change_ < changed_.size() && (!end || changed_[at_change_] < *end); ++at_change_) {
      const Address& address = changed_[at_change_];
      Bitmap members = with_changes(address, Bitmap());
      if (!members.empty()) {
        go_to(address);
        if (known_row(address)) {
          check_population(address, members);
          check_row(address, std::move(members));
        }
      }
    }
  }

  void go_to(const Address& address) {
    if (address.row.field != field_) {
      finish_field();
      field_ = address.row.field;
      event_ = event_of(field_);
    }
    if (event_ && engine::day_of(address.row.row) != day_) {
      forget_rows();
      day_ = engine::day_of(address.row.row);
    }
  }

  void check_row(const Address& address, Bitmap members) {
    if (event_) {
      check_day(address, std::move(members));
    } else if (verifier_.tags.contains(address.row.field)) {
      check_kind(address, std::move(members));
    }
  }

  [[nodiscard]] Bitmap with_changes(const Address& address, Bitmap members) const {
    return verifier_.with_changes(address.row, address.shard, std::move(members));
  }

  /// After the last row of a field.
  void finish_field() {
    const auto tag = verifier_.tags.find(field_);
    if (tag != verifier_.tags.end() && (tag->second.kind == engine::TagKind::Category ||
                                        tag->second.kind == engine::TagKind::Set)) {
      compare_existence();
    }
    forget_rows();
  }

  void forget_rows() {
    exists_ = Rows();
    covered_ = Rows();
  }

  void problem(const Address& address, const std::string& en, const std::string& zh) {
    const std::string name = name_of_field(address.row);
    const Text row = name_of_row(address.row.row);
    const std::string shard = std::to_string(address.shard);
    verifier_.problem("fragment of " + name + ", row " + row.en + ", shard " + shard + ": " + en,
                      name + " 第 " + row.zh + " 行第 " + shard + " 分区的分片：" + zh);
  }

  [[nodiscard]] std::string name_of_field(engine::RowKey row) const {
    if (row == engine::kPopulationRow) {
      return "population";
    }
    if (const auto tag = verifier_.tags.find(row.field); tag != verifier_.tags.end()) {
      return "\"" + tag->second.name + "\"";
    }
    if (const auto field = verifier_.fields.find(row.field); field != verifier_.fields.end()) {
      return "\"" + field->second.name + "\"";
    }
    return std::to_string(row.field);
  }
  /// Of a series, with the day (since 1970-01-01) and the part that it means.
  [[nodiscard]] Text name_of_row(engine::RowId row) const {
    const std::string number = std::to_string(row);
    if (!event_) {
      return {number, number};
    }
    const std::string day = std::to_string(engine::day_of(row));
    const std::string part = std::to_string(engine::part_of(row));
    return {number + " (day " + day + ", part " + part + ")",
            number + "（第 " + day + " 天，部分 " + part + "）"};
  }

  /// The event whose series, or whose key's series, `field` is.
  [[nodiscard]] std::optional<engine::FieldId> event_of(engine::FieldId field) const {
    if (const auto tag = verifier_.tags.find(field); tag != verifier_.tags.end()) {
      return tag->second.kind == engine::TagKind::Event ? std::optional(field) : std::nullopt;
    }
    const auto known = verifier_.fields.find(field);
    return known != verifier_.fields.end() && known->second.event != 0
               ? std::optional(known->second.event)
               : std::nullopt;
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
    const engine::RowId row = address.row.row;
    const auto tag = verifier_.tags.find(address.row.field);
    if (tag == verifier_.tags.end()) {
      const auto field = verifier_.fields.find(address.row.field);
      if (field == verifier_.fields.end()) {
        problem(address, "there is no such tag", "没有该标签");
        return false;
      }
      const bool possible = field->second.event != 0 ? possible_day_row(row)
                            : field->second.history  ? true
                            : field->second.number
                                ? row < engine::kFirstBitRow + engine::kValueBitsMax
                                : row == engine::kFlagRow;
      if (!possible) {
        problem(address,
                field->second.event != 0 ? "an event has no such row" : "a list has no such row",
                field->second.event != 0 ? "事件没有此行" : "名单没有此行");
      }
      return possible;
    }
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
        possible = possible_day_row(row);
        break;
    }
    if (!possible) {
      problem(address, "the tag has no such row", "该标签没有此行");
    }
    return possible;
  }

  static bool possible_day_row(engine::RowId row) {
    const std::uint32_t part = engine::part_of(row);
    return engine::day_of(row) <= engine::kLastDay &&
           (part < engine::kExtraPart + engine::kExtraBitsMax ||
            (part >= engine::kPlusPart && part < engine::kPlusPart + engine::kAmountBitsMax) ||
            (part >= engine::kMinusPart && part < engine::kMinusPart + engine::kAmountBitsMax));
  }

  void spoil(const Address& address) {
    if (address.row == engine::kPopulationRow) {
      population_.spoil(address.shard);
      return;
    }
    if (event_) {
      const std::uint32_t part = engine::part_of(address.row.row);
      if (part == engine::kPresentPart) {
        exists_.spoil(address.shard);
      } else if (part >= engine::kPlusPart && part < engine::kMinusPart) {
        covered_.spoil(address.shard);
      }
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

  /// Who was there comes first of a day's rows, then counts, then amounts above zero, then below.
  void check_day(const Address& address, Bitmap members) {
    const std::uint32_t part = engine::part_of(address.row.row);
    if (part == engine::kPresentPart) {
      if (*event_ != field_) {
        check_key(address, members);
      }
      exists_.put(address.shard, std::move(members));
      return;
    }
    if (exists_.readable(address.shard)) {
      if (const std::uint64_t strays = outside(members, exists_.at(address.shard)); strays != 0) {
        problem(address, std::to_string(strays) + " of its users were not there that day",
                "有 " + std::to_string(strays) + " 个用户当天没有该事件");
      }
    }
    if (part >= engine::kMinusPart) {
      if (covered_.readable(address.shard) && covered_.at(address.shard).intersects(members)) {
        problem(address, "some of its users have an amount above zero too",
                "其中有用户的金额同时为正");
      }
    } else if (part >= engine::kPlusPart) {
      covered_.unite(address.shard, members);
    }
  }

  /// Who did an event with a key did the event. Damage of the event's own row is reported there.
  void check_key(const Address& address, const Bitmap& members) {
    const auto stored = verifier_.txn.get(KeySpace::Fragments,
                                          make_key<3>({*event_, address.row.row, address.shard}));
    if (!stored.has_value()) {
      problem(address, stored.error().message().en, stored.error().message().zh);
      return;
    }
    auto event = *stored ? copy_fragment(**stored) : Result<Bitmap>(Bitmap());
    if (!event.has_value()) {
      return;
    }
    const Bitmap there =
        with_changes({{*event_, address.row.row}, address.shard}, std::move(*event));
    if (const std::uint64_t strays = outside(members, there); strays != 0) {
      problem(address, std::to_string(strays) + " of its users are not among those of the event",
              "有 " + std::to_string(strays) + " 个用户不在该事件的用户中");
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
  const std::vector<Address> changed_;
  std::size_t at_change_ = 0;
  engine::FieldId field_ = engine::kPopulationRow.field;
  std::optional<engine::FieldId> event_;  ///< whose series field_ is, if it is one
  engine::Day day_ = 0;
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
  check.finish();
  if (progress) {
    progress(report.fragments, total);
  }
  return {};
}

}  // namespace tagline::storage
