// Arbitrary bytes as every kind of stored value. The first byte chooses the kind, the rest is the
// value. Properties: no crash, no read outside the bytes (ASan), and whatever decodes keeps its own
// promises.
#include "storage/change.h"
#include "storage/delta.h"
#include "storage/fragment_value.h"
#include "storage/id_records.h"
#include "storage/record_codec.h"
#include "storage/write_txn.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include <xxhash.h>

namespace tagline::storage {
namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

template <class T>
std::vector<std::byte> encoded(const T& record) {
  RecordWriter out;
  encode(record, out);
  return {out.bytes().begin(), out.bytes().end()};
}

/// Exactly as many bytes as the value has, `offset` behind a multiple of 32: one read too far is
/// seen.
class Heap {
 public:
  Heap(Bytes value, std::size_t offset) {
    require(posix_memalign(&memory_, 32,
                           offset + value.size() + (value.empty() && offset == 0 ? 1 : 0)) == 0);
    std::byte* bytes = static_cast<std::byte*>(memory_) + offset;
    value_ = {bytes, value.size()};
    if (!value.empty()) {
      std::memcpy(bytes, value.data(), value.size());
    }
  }
  ~Heap() { std::free(memory_); }
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  [[nodiscard]] Bytes value() const { return value_; }

 private:
  void* memory_ = nullptr;
  Bytes value_;
};

void try_fragment(Bytes bytes) {
  // Offset 16 puts the payload on a multiple of 32 (read in place), 0 does not (copied): both must
  // agree.
  const Heap aligned(bytes, 16);
  const Heap unaligned(bytes, 0);
  engine::BorrowCount borrows{0};
  {
    const auto in_place = read_fragment(aligned.value(), &borrows);
    const auto copied = read_fragment(unaligned.value(), &borrows);
    require(in_place.has_value() == copied.has_value());
    if (in_place.has_value()) {
      require(in_place->borrowed() && !copied->borrowed());
      require(in_place->cardinality() == copied->cardinality());
      std::uint64_t sum = 0;
      for (const engine::Container& container : in_place->containers()) {
        sum += container.cardinality;
        const std::size_t size = container.kind == engine::ContainerKind::Bitset ? 8192
                                 : container.kind == engine::ContainerKind::Run
                                     ? container.count * std::size_t{4}
                                     : container.count * std::size_t{2};
        volatile unsigned seen = 0;
        for (std::size_t i = 0; i < size; ++i) {
          seen = seen + std::to_integer<unsigned>(container.data[i]);
        }
      }
      require(sum == in_place->cardinality());
    }
  }
  require(borrows.load() == 0);
  const auto members = copy_fragment(bytes);
  if (members.has_value()) {
    require(members->max().value_or(engine::kShardUsers) < engine::kShardUsers);
    FragmentEncoder encoder;
    require(checksum_matches(encoder.encode(*members)));
  }
}

void try_block(Bytes bytes) {
  const auto block = IdBlock::decode(bytes);
  if (!block.has_value()) {
    return;
  }
  std::vector<std::string_view> ids;
  for (unsigned at = 0; at < block->size(); ++at) {
    const auto id = block->id(at);
    if (!id.has_value()) {
      return;
    }
    ids.push_back(*id);
    require(id->size() <= kExternalIdBytesMax);
  }
  const auto again = encode_id_block(ids);
  require(again.size() == bytes.size() &&
          std::memcmp(again.data(), bytes.data(), bytes.size()) == 0);
}

void try_bucket(Bytes bytes) {
  const auto bucket = IdBucket::decode(bytes);
  if (bucket.has_value()) {
    const std::size_t at = bucket->lower_bound(bucket->at(0).hash);
    require(at <= bucket->size());
  }
}

/// The bytes with the checksum that they would be stored with: what it guards is tried here.
void try_changes(Bytes bytes) {
  std::vector<std::byte> record(bytes.begin(), bytes.end());
  const std::uint64_t checksum = XXH3_64bits(record.data(), record.size());
  for (unsigned i = 0; i < sizeof checksum; ++i) {
    record.push_back(static_cast<std::byte>(checksum >> (8 * i) & 0xFFU));
  }
  const auto changes = decode_changes(record);
  if (!changes.has_value()) {
    return;
  }
  for (const Change& change : *changes) {
    require(is_possible(change));
  }
  RecordWriter out;
  encode(*changes, out);
  const auto again = decode_changes(out.bytes());
  require(again.has_value() && *again == *changes);
  const auto room = std::make_shared<MergedRoom>();
  const auto delta = Delta::nothing(0, room)->with(*changes);
  for (const Change& change : *changes) {
    // A field with cells of several kinds is damaged; it must only be read without a crash.
    const engine::RowKey row{change.field, change.cell};
    if (const auto* cell = delta->cell(row); cell != nullptr && cell->shape == change.shape) {
      static_cast<void>(delta->holds(row, change.user));
    }
  }
}

/// A record that repeats its key: read under the key that it has itself, which is the first string
/// behind the version.
template <class Record, class KeyOf>
void with_own_key(Bytes bytes, Result<Record> (*decode)(std::string_view, Bytes),
                  const KeyOf& key_of) {
  RecordReader in(bytes);
  (void)in.varint();
  const std::string key(in.string());
  if (const auto record = decode(key, bytes); record.has_value()) {
    require(key_of(*record) == key);
    const auto again = decode(key, encoded(*record));
    require(again.has_value() && *again == *record);
    require(!decode(key + "x", bytes).has_value());
  }
}

void try_records(unsigned kind, Bytes bytes) {
  if (kind == 0) {
    if (const auto tag = decode_tag(1, bytes); tag.has_value()) {
      const auto again = decode_tag(1, encoded(*tag));
      require(again.has_value() && *again == *tag);
    }
  } else if (kind == 1) {
    if (const auto value = decode_value(1, bytes); value.has_value()) {
      const auto again = decode_value(1, encoded(*value));
      require(again.has_value() && *again == *value);
    }
  } else if (kind == 3) {
    with_own_key(bytes, decode_segment,
                 [](const SegmentRecord& segment) -> const std::string& { return segment.name; });
  } else if (kind == 4) {
    with_own_key(bytes, decode_load,
                 [](const LoadRecord& load) -> const std::string& { return load.id; });
  } else if (kind == 5) {
    if (const auto rule = decode_rule(1, bytes); rule.has_value()) {
      const auto again = decode_rule(1, encoded(*rule));
      require(again.has_value() && *again == *rule);
    }
  } else if (kind == 6) {
    if (const auto origin = decode_origin("a", bytes); origin.has_value()) {
      const auto again = decode_origin("a", encoded(*origin));
      require(again.has_value() && *again == *origin);
    }
  } else if (auto meta = decode_meta(bytes); meta.has_value()) {
    const auto again = decode_meta(encoded(*meta));
    meta->format = kFormatVersion;  // the newest is written
    require(again.has_value() && *again == *meta);
  }
}

}  // namespace
}  // namespace tagline::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace storage = tagline::storage;
  if (size == 0) {
    return 0;
  }
  // A copy of the exact size, so that a sanitizer sees a read behind its end.
  const std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(data) + 1,
                                     reinterpret_cast<const std::byte*>(data) + size);
  constexpr unsigned kKinds = 11;
  switch (data[0] % kKinds) {
    case 0:
      storage::try_fragment(bytes);
      break;
    case 1:
      storage::try_block(bytes);
      break;
    case 2:
      storage::try_bucket(bytes);
      break;
    case 10:
      storage::try_changes(bytes);
      break;
    default:
      storage::try_records(data[0] % kKinds - 3, bytes);
      break;
  }
  return 0;
}
