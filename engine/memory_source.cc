#include "engine/memory_source.h"

#include "engine/magnitude.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

namespace tagline::engine {
MemorySource::MemorySource(std::uint32_t users) : users_(users) {
  set_row(kPopulationRow, Bitmap::range(0, users));
}

const MemorySource::Stored* MemorySource::find(RowKey key, ShardId shard) const {
  const auto row = rows_.find(key);
  return row == rows_.end() || shard >= row->second.size() ? nullptr : row->second[shard].get();
}

void MemorySource::put(RowKey key, ShardId shard, Bitmap bitmap) {
  const Stored* stored = find(key, shard);
  if (bitmap.empty()) {
    if (stored != nullptr) {
      rows_[key][shard].reset();
    }
    return;
  }
  bitmap.optimize();
  if (stored != nullptr && stored->bitmap == bitmap) {
    return;
  }
  Fragment frozen = Fragment::freeze(bitmap);
  auto& shards = rows_[key];
  shards.resize(shard_count());
  shards[shard] =
      std::make_unique<Stored>(Stored{std::move(bitmap), std::move(frozen), false, ++edits_});
}

void MemorySource::edit(RowKey key, UserIndex user, bool member) {
  auto& shards = rows_[key];
  shards.resize(shard_count());
  auto& at = shards[shard_of(user)];
  if (at == nullptr) {
    at = std::make_unique<Stored>();
  }
  Stored& stored = *at;
  if (member) {
    stored.bitmap.add(within_shard(user));
  } else {
    stored.bitmap.remove(within_shard(user));
  }
  stored.stale = true;
  stored.edits = ++edits_;
}

void MemorySource::set_row(RowKey row, const Bitmap& members) {
  for (ShardId shard = 0; shard < shard_count(); ++shard) {
    const std::uint64_t begin = std::uint64_t{shard} << kShardBits;
    Bitmap within = Bitmap::range(begin, std::min<std::uint64_t>(begin + kShardUsers, users_));
    within.intersect(members);
    put(row, shard, within.shifted(-static_cast<std::int64_t>(begin)));
  }
}

void MemorySource::set_number(FieldId field, UserIndex user, std::int64_t value) {
  if (user >= users_) {
    return;
  }
  edit({field, kExistsRow}, user, true);
  edit({field, kSignRow}, user, value < 0);
  for (unsigned bit = 0; bit < kValueBitsMax; ++bit) {
    edit({field, kFirstBitRow + bit}, user, (magnitude_of(value) >> bit & 1U) != 0);
  }
}

void MemorySource::set_numbers(FieldId field,
                               std::span<const std::pair<UserIndex, std::int64_t>> values) {
  std::array<std::vector<std::uint32_t>, kFirstBitRow + kValueBitsMax> rows;
  for (const auto& [user, value] : values) {
    rows[kExistsRow].push_back(user);
    if (value < 0) {
      rows[kSignRow].push_back(user);
    }
    for (unsigned bit = 0; bit < kValueBitsMax; ++bit) {
      if ((magnitude_of(value) >> bit & 1U) != 0) {
        rows[kFirstBitRow + bit].push_back(user);
      }
    }
  }
  for (RowId row = 0; row < rows.size(); ++row) {
    set_row({field, row}, Bitmap::of(rows[row]));
  }
}

bool MemorySource::holds(RowKey key, UserIndex user) const {
  const Stored* stored = find(key, shard_of(user));
  return stored != nullptr && stored->bitmap.contains(within_shard(user));
}

std::uint64_t MemorySource::bits_of(RowKey first, unsigned bits, UserIndex user) const {
  std::uint64_t value = 0;
  for (unsigned bit = 0; bit < bits; ++bit) {
    value |= std::uint64_t{holds({first.field, first.row + bit}, user)} << bit;
  }
  return value;
}

void MemorySource::add_event(FieldId series, UserIndex user, Day day, std::uint32_t count,
                             std::int64_t amount) {
  if (user >= users_ || count == 0) {
    return;
  }
  const auto key = [&](std::uint32_t part) { return RowKey{series, day_row(day, part)}; };
  DayRows& rows = event_days_[series].try_emplace(day, DayRows{day, 0, 0, 0}).first->second;
  const bool before = holds(key(kPresentPart), user);
  const std::uint64_t extra =
      bits_of(key(kExtraPart), rows.extra_bits, user) + count - (before ? 0U : 1U);
  const auto plus = static_cast<std::int64_t>(bits_of(key(kPlusPart), rows.plus_bits, user));
  const auto minus = static_cast<std::int64_t>(bits_of(key(kMinusPart), rows.minus_bits, user));
  const std::int64_t sum = plus - minus + amount;
  const auto write = [&](std::uint32_t part, unsigned& bits, std::uint64_t value) {
    bits = std::max(bits, static_cast<unsigned>(std::bit_width(value)));
    for (unsigned bit = 0; bit < bits; ++bit) {
      edit(key(part + bit), user, (value >> bit & 1U) != 0);
    }
  };
  edit(key(kPresentPart), user, true);
  write(kExtraPart, rows.extra_bits, extra);
  write(kPlusPart, rows.plus_bits, sum > 0 ? magnitude_of(sum) : 0);
  write(kMinusPart, rows.minus_bits, sum < 0 ? magnitude_of(sum) : 0);
}

void MemorySource::set_events(FieldId series, Day day, std::span<const DayEvents> events) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> parts;
  DayRows rows{day, 0, 0, 0};
  const auto write = [&](std::uint32_t part, unsigned& bits, UserIndex user, std::uint64_t value) {
    bits = std::max(bits, static_cast<unsigned>(std::bit_width(value)));
    for (unsigned bit = 0; bit < bits; ++bit) {
      if ((value >> bit & 1U) != 0) {
        parts[part + bit].push_back(user);
      }
    }
  };
  for (const DayEvents& event : events) {
    if (event.count > 0 && event.user < users_) {
      parts[kPresentPart].push_back(event.user);
      write(kExtraPart, rows.extra_bits, event.user, event.count - 1);
      write(event.amount > 0 ? kPlusPart : kMinusPart,
            event.amount > 0 ? rows.plus_bits : rows.minus_bits, event.user,
            magnitude_of(event.amount));
    }
  }
  if (event_days_[series].contains(day)) {
    for (std::uint32_t part = 0; part < std::uint32_t{1} << kDayPartBits; ++part) {
      set_row({series, day_row(day, part)}, Bitmap());
    }
  }
  for (const auto& [part, users] : parts) {
    set_row({series, day_row(day, part)}, Bitmap::of(users));
  }
  event_days_[series].erase(day);
  if (!parts[kPresentPart].empty()) {
    event_days_[series].emplace(day, rows);
  }
}

Result<std::vector<DayRows>> MemorySource::event_days(FieldId series, DayWindow window) const {
  std::vector<DayRows> days;
  if (const auto found = event_days_.find(series); found != event_days_.end()) {
    for (auto at = found->second.lower_bound(window.first);
         at != found->second.end() && at->first <= window.last; ++at) {
      days.push_back(at->second);
    }
  }
  return days;
}

Bitmap MemorySource::row(RowKey key) const {
  Bitmap all;
  for (ShardId shard = 0; shard < shard_count(); ++shard) {
    if (const Stored* stored = find(key, shard); stored != nullptr) {
      all.unite(stored->bitmap.shifted(std::int64_t{shard} << kShardBits));
    }
  }
  return all;
}

ShardId MemorySource::shard_count() const {
  return static_cast<ShardId>((std::uint64_t{users_} + kShardUsers - 1) >> kShardBits);
}

Result<Fragment> MemorySource::fetch(RowKey row, ShardId shard) const {
  const Stored* stored = find(row, shard);
  if (stored == nullptr) {
    return Fragment();
  }
  return stored->stale ? Fragment::freeze(stored->bitmap) : stored->frozen.lend();
}

Result<std::optional<std::uint64_t>> MemorySource::stamp(RowKey row, ShardId shard) const {
  const Stored* stored = find(row, shard);
  return std::optional(stored == nullptr ? 0 : stored->edits);
}

Result<std::uint64_t> MemorySource::cardinality(RowKey row) const {
  std::uint64_t users = 0;
  if (const auto found = rows_.find(row); found != rows_.end()) {
    for (const auto& stored : found->second) {
      users += stored == nullptr ? 0 : stored->bitmap.cardinality();
    }
  }
  return users;
}

}  // namespace tagline::engine
