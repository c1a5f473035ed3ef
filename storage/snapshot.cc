#include "storage/snapshot.h"

#include "storage/catalogue_reader.h"
#include "storage/fragment_value.h"
#include "storage/snapshot_rep.h"
#include "storage/user_directory.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <span>

namespace tagline::storage {

namespace {

// Members taken from a bitmap at a time when ids are listed: 16 KB on the stack.
constexpr std::size_t kPageUsers = 4096;

/// Never 0, which says that nobody is there. The steps of splitmix64 (G. Steele, D. Lea and C.
/// Flood, "Fast splittable pseudorandom number generators", 2014).
std::uint64_t mixed(std::uint64_t stamp, std::uint64_t number) {
  std::uint64_t mix = stamp + (number + 1) * 0x9E3779B97F4A7C15ULL;
  mix = (mix ^ mix >> 30U) * 0xBF58476D1CE4E5B9ULL;
  mix = (mix ^ mix >> 27U) * 0x94D049BB133111EBULL;
  return std::max<std::uint64_t>(mix ^ mix >> 31U, 1);
}

}  // namespace

Snapshot::Snapshot(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}

Snapshot::~Snapshot() {
  // Sanitizers cannot see a view of a page that LMDB has recycled; the count can.
  if (const std::int64_t alive = rep_->borrows.load(); alive != 0) {
    std::fprintf(stderr, "tagline: %lld fragments outlived the snapshot they were borrowed from\n",
                 static_cast<long long>(alive));
    std::abort();
  }
}

std::uint64_t Snapshot::version() const {
  return rep_->meta.version;
}
std::uint64_t Snapshot::data_version() const {
  return rep_->meta.data_version;
}
std::uint64_t Snapshot::catalogue_version() const {
  return rep_->meta.catalogue_version;
}
std::uint64_t Snapshot::seed() const {
  return rep_->meta.id_seed;
}

const std::string& Snapshot::time_zone() const {
  return rep_->meta.time_zone;
}
std::uint32_t Snapshot::user_limit() const {
  return rep_->meta.user_limit;
}
Result<std::uint64_t> Snapshot::population() const {
  return cardinality(engine::kPopulationRow);
}

Result<std::vector<TagRecord>> Snapshot::tags() const {
  const std::lock_guard lock(rep_->mutex);
  return read_tags(rep_->reading.txn);
}

Result<std::optional<TagRecord>> Snapshot::tag(engine::FieldId field) const {
  const std::lock_guard lock(rep_->mutex);
  return find_tag_record(rep_->reading.txn, field);
}

Result<std::vector<TagRecord>> Snapshot::events() const {
  const std::lock_guard lock(rep_->mutex);
  return read_events(rep_->reading.txn);
}

Result<std::vector<SegmentRecord>> Snapshot::segments() const {
  const std::lock_guard lock(rep_->mutex);
  return read_segments(rep_->reading.txn);
}

Result<std::optional<SegmentRecord>> Snapshot::segment(std::string_view name) const {
  const std::lock_guard lock(rep_->mutex);
  return find_segment(rep_->reading.txn, name);
}

Result<std::vector<RuleRecord>> Snapshot::rules(std::string_view segment) const {
  const std::lock_guard lock(rep_->mutex);
  return read_rules(rep_->reading.txn, segment);
}

Result<std::vector<OriginRecord>> Snapshot::origins() const {
  const std::lock_guard lock(rep_->mutex);
  return read_origins(rep_->reading.txn);
}

Result<std::optional<OriginRecord>> Snapshot::origin(std::string_view list) const {
  const std::lock_guard lock(rep_->mutex);
  return find_origin(rep_->reading.txn, list);
}

Result<std::vector<LoadRecord>> Snapshot::loads() const {
  const std::lock_guard lock(rep_->mutex);
  return read_loads(rep_->reading.txn);
}

Result<std::optional<LoadRecord>> Snapshot::find_load(std::string_view id) const {
  const std::lock_guard lock(rep_->mutex);
  return storage::find_load(rep_->reading.txn, id);
}

Result<std::vector<ValueRecord>> Snapshot::values(engine::FieldId field) const {
  const std::lock_guard lock(rep_->mutex);
  return read_values(rep_->reading.txn, field);
}

Result<std::string> Snapshot::external_id(engine::UserIndex user) const {
  const std::lock_guard lock(rep_->mutex);
  TAGLINE_ASSIGN_OR_RETURN(const std::string_view id, external_id_of(rep_->reading.txn, user));
  return std::string(id);
}

Status Snapshot::for_each_external_id(
    const engine::Bitmap& users,
    const std::function<bool(engine::UserIndex, std::string_view)>& fn) const {
  std::array<std::uint32_t, kPageUsers> page{};
  bool stopped = false;
  const auto each = [&](engine::UserIndex user, std::string_view id) {
    stopped = !fn(user, id);
    return !stopped;
  };
  for (std::uint64_t from = 0; from <= std::numeric_limits<std::uint32_t>::max() && !stopped;) {
    const std::size_t size = users.page(static_cast<std::uint32_t>(from), page);
    TAGLINE_RETURN_IF_ERROR(for_each_external_id(std::span(page).first(size), each));
    if (size < page.size()) {
      return {};
    }
    from = std::uint64_t{page.back()} + 1;
  }
  return {};
}

Status Snapshot::for_each_external_id(
    std::span<const engine::UserIndex> users,
    const std::function<bool(engine::UserIndex, std::string_view)>& fn) const {
  std::optional<IdBlock> block;
  std::uint32_t block_at = 0;
  for (const engine::UserIndex user : users) {
    if (!block || block_at != user >> kBlockIdBits) {
      const std::lock_guard lock(rep_->mutex);  // not while fn runs: it may read the snapshot
      TAGLINE_ASSIGN_OR_RETURN(block, id_block_of(rep_->reading.txn, user));
      block_at = user >> kBlockIdBits;
    }
    const unsigned at = user % kBlockIds;
    if (!block || at >= block->size()) {
      const std::string index = std::to_string(user);
      return failure(ErrorCode::NotFound,
                     {"there is no user with index " + index, "没有索引为 " + index + " 的用户"});
    }
    TAGLINE_ASSIGN_OR_RETURN(const std::string_view id, block->id(at));
    if (!fn(user, id)) {
      return {};
    }
  }
  return {};
}

engine::ShardId Snapshot::shard_count() const {
  const std::uint32_t limit = rep_->meta.user_limit;
  return limit == 0 ? 0 : engine::shard_of(limit - 1) + 1;
}

Result<engine::Fragment> Snapshot::Rep::stored(engine::RowKey row, engine::ShardId shard) {
  std::optional<Bytes> value;
  {
    const std::lock_guard lock(mutex);
    TAGLINE_ASSIGN_OR_RETURN(value, rows.find(row, shard));
  }
  if (!value) {
    return engine::Fragment();
  }
  return read_fragment(*value, &borrows);
}

Result<engine::Fragment> Snapshot::Rep::merged(engine::RowKey row, engine::ShardId shard,
                                               Kept& own) {
  const Delta::Part* part = delta->part(row, shard);
  if (part == nullptr) {
    return stored(row, shard);
  }
  own = part->rows.find(row.row);
  if (own != nullptr && own->whole.has_value()) {
    return own->whole->lend();
  }
  TAGLINE_ASSIGN_OR_RETURN(engine::Fragment fragment, stored(row, shard));
  if (own == nullptr) {
    const CellShape shape = delta->cell(row)->shape;
    decltype(MergedRow::blocks) blocks;
    for (unsigned block = 0; block < part->blocks.size(); ++block) {
      if (const auto& changed = part->blocks[block]; changed != nullptr) {
        blocks[block] = changed->merged(shape, row.row, fragment.find(block));
      }
    }
    own = part->rows.put(row.row, std::move(blocks), fragment);
  }
  own->lay_over(fragment);
  return fragment;
}

Result<engine::Fragment> Snapshot::fetch(engine::RowKey row, engine::ShardId shard) const {
  if (rep_->delta->empty()) {
    return rep_->stored(row, shard);
  }
  Rep::Kept own;
  auto fragment = rep_->merged(row, shard, own);
  if (own != nullptr) {
    const std::lock_guard lock(rep_->keeping);
    rep_->kept.insert(std::move(own));
  }
  return fragment;
}

Result<std::uint64_t> Snapshot::cardinality(engine::RowKey row) const {
  const Delta::Cell* changed = rep_->delta->cell(row);
  std::uint64_t total = 0;
  if (changed != nullptr) {
    for (const auto& [shard, part] : changed->parts) {
      Rep::Kept own;
      TAGLINE_ASSIGN_OR_RETURN(const engine::Fragment fragment, rep_->merged(row, shard, own));
      total += fragment.cardinality();
    }
  }
  const std::lock_guard lock(rep_->mutex);
  TAGLINE_ASSIGN_OR_RETURN(auto entry, rep_->fragments.seek(make_key<3>({row.field, row.row, 0})));
  while (entry) {
    const auto parts = parse_key<3>(entry->key);
    if (!parts || (*parts)[0] != row.field || (*parts)[1] != row.row) {
      break;
    }
    TAGLINE_ASSIGN_OR_RETURN(const FragmentValue value, split_fragment(entry->value));
    if (changed == nullptr || !changed->parts.contains((*parts)[2])) {
      total += value.cardinality;
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, rep_->fragments.next());
  }
  return total;
}

Result<unsigned> Snapshot::value_bits(engine::FieldId field) const {
  const Delta::Cell* changed = rep_->delta->cell({field, engine::kExistsRow});
  const unsigned changed_bits = changed == nullptr ? 0 : changed->bits;
  // The last key of the field, found from the first one behind it.
  const std::lock_guard lock(rep_->mutex);
  std::optional<Cursor::Entry> entry;
  TAGLINE_ASSIGN_OR_RETURN(entry, field == std::numeric_limits<engine::FieldId>::max()
                                      ? std::optional<Cursor::Entry>()
                                      : rep_->fragments.seek(make_key<3>({field + 1, 0, 0})));
  TAGLINE_ASSIGN_OR_RETURN(entry, entry ? rep_->fragments.previous() : rep_->fragments.last());
  const auto parts = entry ? parse_key<3>(entry->key) : std::nullopt;
  if (!parts || (*parts)[0] != field || (*parts)[1] < engine::kFirstBitRow) {
    return changed_bits;
  }
  return std::max(changed_bits,
                  std::min((*parts)[1] - engine::kFirstBitRow + 1, engine::kValueBitsMax));
}

Result<std::optional<std::uint64_t>> Snapshot::stamp(engine::RowKey row,
                                                     engine::ShardId shard) const {
  const Delta::Part* changed = rep_->delta->part(row, shard);
  const std::lock_guard lock(rep_->mutex);
  TAGLINE_ASSIGN_OR_RETURN(const std::optional<Bytes> value, rep_->rows.find(row, shard));
  std::uint64_t stamp = 0;
  if (value) {
    TAGLINE_RETURN_IF_ERROR(split_fragment(*value).map([](const FragmentValue&) {}));
    stamp = stored_checksum(*value);
  }
  return std::optional(changed == nullptr ? stamp : mixed(stamp, changed->changed));
}

Result<engine::RowId> Snapshot::apart_rows(engine::FieldId field) const {
  const std::lock_guard lock(rep_->mutex);
  TAGLINE_ASSIGN_OR_RETURN(const auto tag, find_tag_record(rep_->reading.txn, field));
  if (!tag.has_value() || tag->kind != engine::TagKind::Category) {
    return engine::RowId{0};
  }
  return last_value_row(rep_->reading.txn, field);
}

Result<std::vector<engine::UserIndex>> Snapshot::among(
    engine::RowKey row, std::span<const engine::UserIndex> users) const {
  std::vector<engine::UserIndex> found;
  for (std::size_t at = 0; at < users.size();) {
    const engine::ShardId shard = engine::shard_of(users[at]);
    TAGLINE_ASSIGN_OR_RETURN(const engine::Fragment fragment, fetch(row, shard));
    for (; at < users.size() && engine::shard_of(users[at]) == shard; ++at) {
      if (fragment.contains(engine::within_shard(users[at]))) {
        found.push_back(users[at]);
      }
    }
  }
  return found;
}

Result<bool> Snapshot::holds(engine::RowKey row, engine::UserIndex user) const {
  if (const auto changed = rep_->delta->holds(row, user); changed.has_value()) {
    return *changed;
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::Fragment fragment,
                           rep_->stored(row, engine::shard_of(user)));
  return fragment.contains(engine::within_shard(user));
}

Result<std::optional<std::int64_t>> Snapshot::number_of(engine::FieldId field,
                                                        engine::UserIndex user) const {
  if (const auto changed = rep_->delta->find({field, engine::kExistsRow}, user);
      changed.has_value()) {
    return changed->has;
  }
  TAGLINE_ASSIGN_OR_RETURN(const bool known, holds({field, engine::kExistsRow}, user));
  if (!known) {
    return std::optional<std::int64_t>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const bool negative, holds({field, engine::kSignRow}, user));
  TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, value_bits(field));
  std::int64_t magnitude = 0;
  for (unsigned bit = 0; bit < bits; ++bit) {
    TAGLINE_ASSIGN_OR_RETURN(const bool set, holds({field, engine::kFirstBitRow + bit}, user));
    magnitude |= (set ? std::int64_t{1} : 0) << bit;
  }
  return std::optional<std::int64_t>(negative ? -magnitude : magnitude);
}

}  // namespace tagline::storage
