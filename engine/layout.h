// How users, shards, blocks, tags and rows relate: the numbers that engine, storage and ingest
// share.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace tagline::engine {

/// A user's dense index, in order of arrival. Everything inside the engine speaks of users by
/// index.
using UserIndex = std::uint32_t;

/// Users are cut into shards of 2^20 (the unit of storage and of parallel work), and shards into 16
/// blocks of 2^16 (the unit of execution; one roaring container each).
inline constexpr unsigned kShardBits = 20;
inline constexpr unsigned kBlockBits = 16;
inline constexpr std::uint32_t kShardUsers = 1U << kShardBits;
inline constexpr std::uint32_t kBlockUsers = 1U << kBlockBits;
inline constexpr unsigned kBlocksPerShard = 1U << (kShardBits - kBlockBits);
inline constexpr std::size_t kBlockWords = kBlockUsers / 64;

using FieldId = std::uint32_t;  ///< a tag; 0 is the population itself
using RowId = std::uint32_t;    ///< a bitmap of a tag
using ShardId = std::uint32_t;

[[nodiscard]] constexpr ShardId shard_of(UserIndex user) {
  return user >> kShardBits;
}
[[nodiscard]] constexpr std::uint32_t within_shard(UserIndex user) {
  return user & (kShardUsers - 1);
}

/// A row: one bitmap over all users. Its fragments hold users by their index *within the shard*.
struct RowKey {
  FieldId field = 0;
  RowId row = 0;
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

/// The row of all known users. NOT is complement within it.
inline constexpr RowKey kPopulationRow{0, 0};

/// The field of rows that a run computes for itself before its program starts (the sets of top,
/// sample and lookalike); no source has it.
inline constexpr FieldId kComputedField = 0xFFFF'FFFFU;

/// What a tag is. The rows of each kind:
///   Flag      row 0: the users who have the flag
///   Category  row 0: users with any value; row 1 + v: users with value v (at most one v a user)
///   Set       row 0: users with any value; row 1 + v: users one of whose values is v
///   Number    row 0: users with a value; row 1: users whose value is negative; row 2 + b: bit b of
///   |value| Date      as Number, the value being days since 1970-01-01
///   Event     rows by day: engine/events.h; users with any event are those of no single row
/// A number of scale s is stored as value * 10^s, exactly. |value| < 2^63.
enum class TagKind : std::uint8_t { Flag, Category, Set, Number, Date, Event };

inline constexpr RowId kFlagRow = 0;
inline constexpr RowId kExistsRow = 0;
inline constexpr RowId kFirstValueRow = 1;
inline constexpr RowId kSignRow = 1;
inline constexpr RowId kFirstBitRow = 2;
inline constexpr unsigned kValueBitsMax = 63;

}  // namespace tagline::engine

template <>
struct std::hash<tagline::engine::RowKey> {
  std::size_t operator()(const tagline::engine::RowKey& key) const noexcept {
    return (static_cast<std::size_t>(key.field) << 32U | key.row) * 0x9E3779B97F4A7C15ULL;
  }
};
