#include "ingest/series_writer.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>

namespace tagline::ingest {
namespace {

using engine::Bitmap;
using engine::DayRows;
using engine::RowId;
using engine::ShardId;

constexpr std::int64_t kAmountEnd = std::int64_t{1} << engine::kAmountBitsMax;
constexpr std::uint64_t kCountMax = std::uint64_t{1} << engine::kExtraBitsMax;

std::optional<Overflow> overflow_of(ShardId shard, const DayUsers& day) {
  for (std::size_t i = 0; i < day.users.size(); ++i) {
    const bool amount = day.amounts[i] >= kAmountEnd || day.amounts[i] <= -kAmountEnd;
    if (amount || day.counts[i] > kCountMax) {
      return Overflow{(shard << engine::kShardBits) + day.users[i], amount};
    }
  }
  return std::nullopt;
}

/// The rows that say what `day` says.
Rows rows_of(engine::Day number, const DayUsers& day) {
  Rows rows;
  unite_row(rows, engine::day_row(number, engine::kPresentPart), bitmap_of(day.users));
  std::vector<std::uint32_t> users;
  std::vector<std::uint64_t> magnitudes;
  const auto add_part = [&](std::uint32_t part, auto magnitude_of) {
    users.clear();
    magnitudes.clear();
    for (std::size_t i = 0; i < day.users.size(); ++i) {
      if (const std::uint64_t magnitude = magnitude_of(i); magnitude != 0) {
        users.push_back(day.users[i]);
        magnitudes.push_back(magnitude);
      }
    }
    add_slices(rows, engine::day_row(number, part), users, magnitudes);
  };
  add_part(engine::kExtraPart, [&](std::size_t i) { return day.counts[i] - 1; });
  add_part(engine::kPlusPart, [&](std::size_t i) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(day.amounts[i], 0));
  });
  add_part(engine::kMinusPart, [&](std::size_t i) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(-day.amounts[i], 0));
  });
  return rows;
}

/// Calls fn(i) for each of `users` that is in `members`.
template <class Fn>
void for_each_in(const std::vector<std::uint32_t>& users, const Bitmap& members, Fn fn) {
  std::size_t i = 0;
  for (const std::uint32_t member : members.to_vector()) {
    i = static_cast<std::size_t>(
        std::lower_bound(users.begin() + static_cast<std::ptrdiff_t>(i), users.end(), member) -
        users.begin());
    fn(i);
  }
}

}  // namespace

Result<Bitmap> SeriesWriter::old_row(Row row) {
  if (!present_) {
    return Bitmap();
  }
  if (const auto found = old_.find(row); found != old_.end()) {
    return std::move(found->second);
  }
  return txn_.load_fragment({series_, row.first}, row.second);
}

Status SeriesWriter::add_stored(ShardId shard, const DayRows& stored, DayUsers& day_users) {
  const auto touched_in = [&](std::uint32_t part, auto add_to) -> Status {
    const Row row{engine::day_row(stored.day, part), shard};
    TAGLINE_ASSIGN_OR_RETURN(Bitmap members, txn_.load_fragment({series_, row.first}, shard));
    Bitmap touched = bitmap_of(day_users.users);
    touched.intersect(members);
    for_each_in(day_users.users, touched, add_to);
    old_[row] = std::move(members);
    return {};
  };
  TAGLINE_RETURN_IF_ERROR(
      touched_in(engine::kPresentPart, [&](std::size_t i) { ++day_users.counts[i]; }));
  for (unsigned bit = 0; bit < stored.extra_bits; ++bit) {
    TAGLINE_RETURN_IF_ERROR(touched_in(engine::kExtraPart + bit, [&](std::size_t i) {
      day_users.counts[i] += std::uint64_t{1} << bit;
    }));
  }
  for (unsigned bit = 0; bit < stored.plus_bits; ++bit) {
    TAGLINE_RETURN_IF_ERROR(touched_in(engine::kPlusPart + bit, [&](std::size_t i) {
      day_users.amounts[i] += std::int64_t{1} << bit;
    }));
  }
  for (unsigned bit = 0; bit < stored.minus_bits; ++bit) {
    TAGLINE_RETURN_IF_ERROR(touched_in(engine::kMinusPart + bit, [&](std::size_t i) {
      day_users.amounts[i] -= std::int64_t{1} << bit;
    }));
  }
  return {};
}

Status SeriesWriter::put(ShardId shard, Rows rows, const Bitmap& touched) {
  for (const auto& [row, members] : old_) {
    if (row.second == shard) {
      rows.try_emplace(row.first);  // users may have left it
    }
  }
  for (auto& [row, members] : rows) {
    TAGLINE_ASSIGN_OR_RETURN(const Bitmap old, old_row({row, shard}));
    Bitmap after = old.clone();
    after.subtract(touched);
    after.unite(members);
    if (!(after == old)) {
      after_[{row, shard}] = std::move(after);
    }
  }
  return {};
}

Result<std::optional<Overflow>> SeriesWriter::add(engine::Day day, DayByShard added, bool present,
                                                  DayRows stored) {
  old_.clear();
  after_.clear();
  present_ = present;
  stored.day = day;
  for (auto& [shard, day_users] : added) {
    // Also before anything is added: within the bounds nothing passes 63 bits.
    if (const auto overflow = overflow_of(shard, day_users); overflow.has_value()) {
      return overflow;
    }
    if (present) {
      TAGLINE_ASSIGN_OR_RETURN(
          const Bitmap known,
          txn_.load_fragment({series_, engine::day_row(day, engine::kPresentPart)}, shard));
      if (known.intersects(bitmap_of(day_users.users))) {
        TAGLINE_RETURN_IF_ERROR(add_stored(shard, stored, day_users));
      }
    }
    if (const auto overflow = overflow_of(shard, day_users); overflow.has_value()) {
      return overflow;
    }
    TAGLINE_RETURN_IF_ERROR(put(shard, rows_of(day, day_users), bitmap_of(day_users.users)));
  }
  // In the order of keys (row, then shard): LMDB is fastest when pages fill in order.
  for (auto& [row, members] : after_) {
    TAGLINE_RETURN_IF_ERROR(
        txn_.put_fragment({series_, row.first}, row.second, std::move(members)));
    ++written_;
  }
  return std::optional<Overflow>();
}

}  // namespace tagline::ingest
