// Why not one LMDB entry an id: ten million random inserts into a B-tree of ids are ten million
// searches, page splits and a tree of half-empty pages with every id spelt twice (about 600 MB and
// minutes at 10 M users). Instead:
//
//   users   index >> 8 -> the texts of 256 neighbours. Appending users appends records.
//   ids     65,536 buckets by the top 16 bits of a hash; a bucket is a sorted array of (next 32
//   bits, index), 8 bytes an
//           id. A look-up is one get and a binary search; candidates (nearly always one) are
//           confirmed by their text.
//
// Adding any number of ids sorts them by bucket and merges each bucket once, so bulk costs at most
// 65,536 small writes. Adding a single id rewrites one bucket: about 1.2 KB at 10 M users, 12 KB at
// 100 M. The hash is seeded by a random number of the database, so nobody can prepare a file of ids
// that all fall into one bucket.
#include "storage/user_directory.h"

#include "engine/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>
#include <xxhash.h>

namespace tagline::storage {

namespace {

constexpr unsigned kBucketShift = 48;
constexpr unsigned kHashShift = 16;

tl::unexpected<Error> known_twice(std::string_view external_id) {
  const std::string id(external_id);
  return failure(ErrorCode::Internal, {"the user id \"" + id + "\" was added a second time",
                                       "用户 ID \"" + id + "\" 被重复添加"});
}

tl::unexpected<Error> block_missing(engine::UserIndex user) {
  const std::string index = std::to_string(user);
  return failure(ErrorCode::Corrupt,
                 {"damaged ids: the directory names user " + index + ", who has no id",
                  "用户 ID 已损坏：目录提到的用户 " + index + " 没有 ID"},
                 {"run \"tagline verify\", then load the data again or restore a backup",
                  "请运行 \"tagline verify\"，然后重新导入数据或恢复备份"});
}

/// Appends to the block `first` falls into, then whole blocks.
Status append_blocks(WriteTransaction& txn, engine::UserIndex first,
                     std::span<const std::string_view> external_ids) {
  std::vector<std::string_view> ids;
  std::vector<std::byte> old_bytes;  // what the first block's old ids are views of
  std::size_t next = 0;
  if (first % kBlockIds != 0) {
    TAGLINE_ASSIGN_OR_RETURN(const auto stored,
                             txn.get(KeySpace::Users, make_key<1>({first >> kBlockIdBits})));
    if (!stored) {
      return block_missing(first - 1);
    }
    old_bytes.assign(stored->begin(), stored->end());
    TAGLINE_ASSIGN_OR_RETURN(const IdBlock old, IdBlock::decode(old_bytes));
    if (old.size() != first % kBlockIds) {
      return block_missing(first - 1);
    }
    for (unsigned at = 0; at < old.size(); ++at) {
      TAGLINE_ASSIGN_OR_RETURN(const std::string_view id, old.id(at));
      ids.push_back(id);
    }
  }
  for (std::uint32_t block = first >> kBlockIdBits; next < external_ids.size(); ++block) {
    const std::size_t take =
        std::min<std::size_t>(kBlockIds - ids.size(), external_ids.size() - next);
    const bool fresh = ids.empty();
    const auto part = external_ids.subspan(next, take);
    ids.insert(ids.end(), part.begin(), part.end());
    next += take;
    const std::vector<std::byte> record = encode_id_block(ids);
    const auto key = make_key<1>({block});
    TAGLINE_RETURN_IF_ERROR(fresh ? txn.append(KeySpace::Users, key, record)
                                  : txn.put(KeySpace::Users, key, record));
    ids.clear();
  }
  return {};
}

/// The new entries of all buckets, bucket by bucket: those of b are entries[starts[b] .. starts[b +
/// 1]), sorted.
struct Sorted {
  std::vector<std::uint32_t> starts;
  std::vector<IdEntry> entries;
};

/// Ids a thread sorts at least: below this the others would come too late to help.
constexpr std::size_t kIdsOfPart = std::size_t{1} << 17U;
/// Parts at most: each counts all buckets for itself.
constexpr std::size_t kPartsMax = 16;

/// work(0), work(1), ... work(parts - 1), at the same time where threads are free.
void for_each_part(std::size_t parts, const std::function<void(std::size_t)>& work) {
  if (parts == 1) {
    work(0);
    return;
  }
  std::atomic<std::size_t> next{0};
  engine::WorkerPool::shared().run(static_cast<unsigned>(parts - 1), [&] {
    for (std::size_t part = next++; part < parts; part = next++) {
      work(part);
    }
  });
}

/// A counting sort by bucket, then small sorts: three passes over the ids instead of one large
/// comparison sort. In each pass a part of the ids, or of the buckets, is one thread's.
Sorted sort_by_place(std::uint64_t seed, engine::UserIndex first,
                     std::span<const std::string_view> external_ids) {
  const std::size_t ids = external_ids.size();
  const std::size_t parts = std::clamp<std::size_t>(ids / kIdsOfPart, 1, kPartsMax);
  const auto begin_of = [&](std::size_t part, std::size_t of) { return of * part / parts; };
  Sorted sorted{std::vector<std::uint32_t>(kBuckets + 1), std::vector<IdEntry>(ids)};
  std::vector<IdPlace> places(ids);
  // Of each part and bucket: its ids, then where the next of them goes.
  std::vector<std::vector<std::uint32_t>> next(parts);
  for_each_part(parts, [&](std::size_t part) {
    next[part].resize(kBuckets);
    for (std::size_t i = begin_of(part, ids); i < begin_of(part + 1, ids); ++i) {
      places[i] = place_of(external_ids[i], seed);
      ++next[part][places[i].bucket];
    }
  });
  std::uint32_t place = 0;
  for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    sorted.starts[bucket] = place;
    for (std::vector<std::uint32_t>& counts : next) {
      place += std::exchange(counts[bucket], place);
    }
  }
  sorted.starts[kBuckets] = place;
  for_each_part(parts, [&](std::size_t part) {
    for (std::size_t i = begin_of(part, ids); i < begin_of(part + 1, ids); ++i) {
      sorted.entries[next[part][places[i].bucket]++] = {places[i].hash,
                                                        first + static_cast<engine::UserIndex>(i)};
    }
  });
  for_each_part(parts, [&](std::size_t part) {
    for (std::size_t bucket = begin_of(part, kBuckets); bucket < begin_of(part + 1, kBuckets);
         ++bucket) {
      std::sort(sorted.entries.begin() + sorted.starts[bucket],
                sorted.entries.begin() + sorted.starts[bucket + 1]);
    }
  });
  return sorted;
}

/// Equal hashes stand side by side: their texts must differ. Reads nothing unless 48 bits of two
/// hashes agree.
Status check_distinct(const WriteTransaction& txn, std::span<const IdEntry> entries) {
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
    for (std::size_t j = i + 1; j < entries.size() && entries[j].hash == entries[i].hash; ++j) {
      TAGLINE_ASSIGN_OR_RETURN(const std::string_view a, external_id_of(txn, entries[i].user));
      TAGLINE_ASSIGN_OR_RETURN(const std::string_view b, external_id_of(txn, entries[j].user));
      if (a == b) {
        return known_twice(a);
      }
    }
  }
  return {};
}

Status merge_bucket(WriteTransaction& txn, std::uint32_t bucket, std::span<const IdEntry> added,
                    std::vector<IdEntry>& merged) {
  const auto key = make_key<1>({bucket});
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(KeySpace::Ids, key));
  merged.clear();
  if (stored) {
    TAGLINE_ASSIGN_OR_RETURN(const IdBucket old, IdBucket::decode(*stored));
    for (std::size_t i = 0; i < old.size(); ++i) {
      merged.push_back(old.at(i));
    }
  }
  const auto middle = static_cast<std::ptrdiff_t>(merged.size());
  merged.insert(merged.end(), added.begin(), added.end());
  std::inplace_merge(merged.begin(), merged.begin() + middle, merged.end());
  TAGLINE_RETURN_IF_ERROR(check_distinct(txn, merged));
  static_assert(sizeof(IdEntry) == kIdEntryBytes, "entries are stored as they lie in memory");
  return txn.put(KeySpace::Ids, key, std::as_bytes(std::span(merged)));
}

}  // namespace

IdPlace place_of(std::string_view external_id, std::uint64_t seed) {
  const std::uint64_t hash = XXH3_64bits_withSeed(external_id.data(), external_id.size(), seed);
  return {static_cast<std::uint32_t>(hash >> kBucketShift),
          static_cast<std::uint32_t>(hash >> kHashShift)};
}

Result<std::optional<IdBlock>> id_block_of(const Transaction& txn, engine::UserIndex user) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes,
                           txn.get(KeySpace::Users, make_key<1>({user >> kBlockIdBits})));
  if (!bytes) {
    return std::optional<IdBlock>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const IdBlock block, IdBlock::decode(*bytes));
  return std::optional<IdBlock>(block);
}

Result<std::string_view> external_id_of(const Transaction& txn, engine::UserIndex user) {
  TAGLINE_ASSIGN_OR_RETURN(const auto block, id_block_of(txn, user));
  const unsigned at = user % kBlockIds;
  const auto none = [user] {
    const std::string index = std::to_string(user);
    return failure(ErrorCode::NotFound,
                   {"there is no user with index " + index, "没有索引为 " + index + " 的用户"});
  };
  if (!block || at >= block->size()) {
    return none();
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::string_view id, block->id(at));
  if (id.empty()) {  // erased
    return none();
  }
  return id;
}

Result<std::optional<engine::UserIndex>> find_user(const Transaction& txn, std::uint64_t seed,
                                                   std::string_view external_id) {
  const IdPlace place = place_of(external_id, seed);
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes, txn.get(KeySpace::Ids, make_key<1>({place.bucket})));
  if (!bytes) {
    return std::optional<engine::UserIndex>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const IdBucket bucket, IdBucket::decode(*bytes));
  for (std::size_t i = bucket.lower_bound(place.hash);
       i < bucket.size() && bucket.at(i).hash == place.hash; ++i) {
    const engine::UserIndex user = bucket.at(i).user;
    TAGLINE_ASSIGN_OR_RETURN(const auto block, id_block_of(txn, user));
    if (!block || user % kBlockIds >= block->size()) {
      return block_missing(user);
    }
    TAGLINE_ASSIGN_OR_RETURN(const std::string_view id, block->id(user % kBlockIds));
    if (id == external_id) {
      return std::optional<engine::UserIndex>(user);
    }
  }
  return std::optional<engine::UserIndex>();
}

Status forget_user(WriteTransaction& txn, std::uint64_t seed, engine::UserIndex user) {
  TAGLINE_ASSIGN_OR_RETURN(const std::string_view found, external_id_of(txn, user));
  const std::string id(found);  // what it is a view of is about to change
  const auto key = make_key<1>({user >> kBlockIdBits});
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.get(KeySpace::Users, key));
  if (!stored) {
    return block_missing(user);
  }
  TAGLINE_ASSIGN_OR_RETURN(const IdBlock block, IdBlock::decode(*stored));
  std::vector<std::string_view> ids;
  for (unsigned at = 0; at < block.size(); ++at) {
    TAGLINE_ASSIGN_OR_RETURN(const std::string_view other, block.id(at));
    ids.push_back(at == user % kBlockIds ? std::string_view() : other);
  }
  const std::vector<std::byte> record = encode_id_block(ids);
  TAGLINE_RETURN_IF_ERROR(txn.put(KeySpace::Users, key, record));

  const IdPlace place = place_of(id, seed);
  const auto bucket_key = make_key<1>({place.bucket});
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes, txn.get(KeySpace::Ids, bucket_key));
  std::vector<IdEntry> left;
  if (bytes) {
    TAGLINE_ASSIGN_OR_RETURN(const IdBucket bucket, IdBucket::decode(*bytes));
    for (std::size_t i = 0; i < bucket.size(); ++i) {
      if (bucket.at(i) != IdEntry{place.hash, user}) {
        left.push_back(bucket.at(i));
      }
    }
  }
  return left.empty() ? txn.erase(KeySpace::Ids, bucket_key)
                      : txn.put(KeySpace::Ids, bucket_key, std::as_bytes(std::span(left)));
}

Status append_users(WriteTransaction& txn, std::uint64_t seed, engine::UserIndex first,
                    std::span<const std::string_view> external_ids) {
  // Half of it done would give users without a way back; nobody may commit that.
  const auto all = [&]() -> Status {
    TAGLINE_RETURN_IF_ERROR(append_blocks(txn, first, external_ids));
    const Sorted sorted = sort_by_place(seed, first, external_ids);
    std::vector<IdEntry> merged;
    for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
      const std::uint32_t begin = sorted.starts[bucket];
      const std::uint32_t end = sorted.starts[bucket + 1];
      if (begin != end) {
        TAGLINE_RETURN_IF_ERROR(merge_bucket(
            txn, bucket, std::span(sorted.entries).subspan(begin, end - begin), merged));
      }
    }
    return {};
  };
  Status status = all();
  if (!status.has_value()) {
    txn.spoil();
  }
  return status;
}

}  // namespace tagline::storage
