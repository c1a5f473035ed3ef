// user_directory: external ids to user indexes and back, on any transaction.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/id_records.h"
#include "storage/lmdb_environment.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tagline::storage {

/// Where an external id belongs in the directory.
struct IdPlace {
  std::uint32_t bucket = 0;  ///< top 16 bits of its hash
  std::uint32_t hash = 0;    ///< the next 32
};
inline constexpr std::uint32_t kBuckets = 1U << 16U;
[[nodiscard]] IdPlace place_of(std::string_view external_id, std::uint64_t seed);

/// The block that holds `user`; nothing when there is none. Views live as `txn.get` says.
[[nodiscard]] Result<std::optional<IdBlock>> id_block_of(const Transaction& txn,
                                                         engine::UserIndex user);
/// NotFound when `user` was never given out, or was erased.
[[nodiscard]] Result<std::string_view> external_id_of(const Transaction& txn,
                                                      engine::UserIndex user);
[[nodiscard]] Result<std::optional<engine::UserIndex>> find_user(const Transaction& txn,
                                                                 std::uint64_t seed,
                                                                 std::string_view external_id);

/// Erases the id of `user` in both directions; the index stays given out, with an id that is empty.
[[nodiscard]] Status forget_user(WriteTransaction& txn, std::uint64_t seed, engine::UserIndex user);

/// Gives `external_ids` the indexes from `first` on, in both directions. REQUIRES: none is known,
/// no two are equal; Internal otherwise, and the transaction is spoilt. Cost: the blocks touched,
/// and one small record a bucket touched: at most 65,536, however many ids. Hundreds of thousands
/// of ids are sorted with the help of WorkerPool::shared().
[[nodiscard]] Status append_users(WriteTransaction& txn, std::uint64_t seed,
                                  engine::UserIndex first,
                                  std::span<const std::string_view> external_ids);

}  // namespace tagline::storage
