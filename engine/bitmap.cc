// The one place, with fragment.cc's knowledge of the frozen layout, that knows CRoaring.
#include "engine/bitmap.h"

#include "engine/kernels.h"
#include "engine/layout.h"
#include "engine/sparse.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include <roaring/roaring.h>

namespace tagline::engine {
namespace {

// roaring_bitmap_frozen_view refuses buffers that are not aligned so.
constexpr std::size_t kFrozenAlignment = 32;

// Containers of at most this many members are arrays in every roaring format.
constexpr std::size_t kArrayMembersMax = 4096;

struct AlignedBytes {
  explicit AlignedBytes(std::size_t size)
      : data(static_cast<char*>(::operator new (size, std::align_val_t{kFrozenAlignment}))) {}
  ~AlignedBytes() { ::operator delete (data, std::align_val_t{kFrozenAlignment}); }
  AlignedBytes(const AlignedBytes&) = delete;
  AlignedBytes& operator=(const AlignedBytes&) = delete;

  char* data;
};

template <class T>
char* put(char* out, T value) {
  std::memcpy(out, &value, sizeof(value));
  return out + sizeof(value);
}

tl::unexpected<Error> damaged(const char* what) {
  return failure(
      ErrorCode::Corrupt,
      {std::string("a stored bitmap is damaged: ") + what +
           " (its bytes do not describe a valid set)",
       std::string("存储的位图已损坏：") + what + "（其字节不构成有效集合）"},
      {"run \"tagline verify\" to find the extent, then restore a backup or load the source again",
       "请运行 \"tagline verify\" 查明范围，然后恢复备份或重新导入源文件"});
}

}  // namespace

void Bitmap::Free::operator()(roaring::api::roaring_bitmap_s* raw) const noexcept {
  roaring_bitmap_free(raw);
}

Bitmap::Bitmap() : raw_(roaring_bitmap_create()) {}
Bitmap::Bitmap(roaring::api::roaring_bitmap_s* raw) : raw_(raw) {}
Bitmap::~Bitmap() = default;
Bitmap::Bitmap(Bitmap&&) noexcept = default;
Bitmap& Bitmap::operator=(Bitmap&&) noexcept = default;

Bitmap Bitmap::clone() const {
  return Bitmap(roaring_bitmap_copy(raw_.get()));
}

Bitmap Bitmap::of(std::span<const std::uint32_t> values) {
  Bitmap bitmap;
  bitmap.add_many(values);
  return bitmap;
}

Bitmap Bitmap::range(std::uint64_t begin, std::uint64_t end) {
  Bitmap bitmap;
  bitmap.add_range(begin, end);
  return bitmap;
}

void Bitmap::add(std::uint32_t value) {
  roaring_bitmap_add(raw_.get(), value);
}

void Bitmap::add_many(std::span<const std::uint32_t> values) {
  if (!values.empty()) {
    roaring_bitmap_add_many(raw_.get(), values.size(), values.data());
  }
}

void Bitmap::add_range(std::uint64_t begin, std::uint64_t end) {
  roaring_bitmap_add_range(raw_.get(), begin, end);
}

void Bitmap::remove(std::uint32_t value) {
  roaring_bitmap_remove(raw_.get(), value);
}

// A container cannot be handed to CRoaring's public interface; one in the portable format can, at
// the price of a copy. Adding the users one by one costs forty times as much.
void Bitmap::unite_container(std::uint32_t block, std::size_t cardinality,
                             std::span<const std::byte> data) {
  constexpr std::uint32_t kCookieWithoutRuns = 12346;  // RoaringFormatSpec
  constexpr std::size_t kHeaderBytes = 16;
  constexpr std::size_t kBitsetBytes = kBlockWords * sizeof(std::uint64_t);
  std::array<char, kHeaderBytes + kBitsetBytes> bytes;
  char* out = put(bytes.data(), kCookieWithoutRuns);
  out = put(out, std::uint32_t{1});
  out = put(out, static_cast<std::uint16_t>(block));
  out = put(out, static_cast<std::uint16_t>(cardinality - 1));
  out = put(out, static_cast<std::uint32_t>(kHeaderBytes));
  std::memcpy(out, data.data(), data.size());
  const Bitmap one(
      roaring_bitmap_portable_deserialize_safe(bytes.data(), kHeaderBytes + data.size()));
  roaring_bitmap_or_inplace(raw_.get(), one.raw_.get());
}

void Bitmap::unite_block(std::uint32_t block, std::span<const std::uint64_t> words) {
  std::array<std::uint64_t, kBlockWords> whole;
  if (words.size() < kBlockWords) {
    std::fill(std::copy(words.begin(), words.end(), whole.begin()), whole.end(), 0);
    words = whole;
  }
  const std::array flat{words.data()};
  const std::size_t cardinality = kernels().unite(nullptr, flat);
  if (cardinality > kArrayMembersMax) {
    return unite_container(block, cardinality, std::as_bytes(words.first(kBlockWords)));
  }
  std::array<std::uint16_t, kArrayMembersMax> members;
  unite_block(block, Members(members.data(), extract(words.data(), members.data(), cardinality)));
}

void Bitmap::unite_block(std::uint32_t block, Members members) {
  // Single users are added faster than a container is made. A list out of damaged bytes may not
  // ascend, which no container of CRoaring's may be.
  constexpr std::size_t kSinglyMax = 8;
  const auto falls = [](std::uint16_t a, std::uint16_t b) { return a >= b; };
  if (members.size() <= kSinglyMax ||
      std::adjacent_find(members.begin(), members.end(), falls) != members.end()) {
    for (const std::uint16_t member : members) {
      add((block << kBlockBits) + member);
    }
    return;
  }
  if (members.size() <= kArrayMembersMax) {
    return unite_container(block, members.size(), std::as_bytes(members));
  }
  std::array<std::uint64_t, kBlockWords> words{};
  set(words.data(), members);
  unite_block(block, std::span<const std::uint64_t>(words));
}

Bitmap Bitmap::shifted(std::int64_t offset) const {
  return Bitmap(roaring_bitmap_add_offset(raw_.get(), offset));
}

void Bitmap::intersect(const Bitmap& other) {
  roaring_bitmap_and_inplace(raw_.get(), other.raw_.get());
}
void Bitmap::unite(const Bitmap& other) {
  roaring_bitmap_or_inplace(raw_.get(), other.raw_.get());
}
void Bitmap::subtract(const Bitmap& other) {
  roaring_bitmap_andnot_inplace(raw_.get(), other.raw_.get());
}

bool Bitmap::contains(std::uint32_t value) const {
  return roaring_bitmap_contains(raw_.get(), value);
}
bool Bitmap::intersects(const Bitmap& other) const {
  return roaring_bitmap_intersect(raw_.get(), other.raw_.get());
}
bool Bitmap::empty() const {
  return roaring_bitmap_is_empty(raw_.get());
}
std::uint64_t Bitmap::cardinality() const {
  return roaring_bitmap_get_cardinality(raw_.get());
}

std::optional<std::uint32_t> Bitmap::min() const {
  if (empty()) {
    return std::nullopt;
  }
  return roaring_bitmap_minimum(raw_.get());
}

std::optional<std::uint32_t> Bitmap::max() const {
  if (empty()) {
    return std::nullopt;
  }
  return roaring_bitmap_maximum(raw_.get());
}

std::vector<std::uint32_t> Bitmap::to_vector() const {
  std::vector<std::uint32_t> values(cardinality());
  if (!values.empty()) {
    roaring_bitmap_to_uint32_array(raw_.get(), values.data());
  }
  return values;
}

std::size_t Bitmap::page(std::uint32_t from, std::span<std::uint32_t> out) const {
  roaring_uint32_iterator_t iterator;
  roaring_iterator_init(raw_.get(), &iterator);
  if (!roaring_uint32_iterator_move_equalorlarger(&iterator, from)) {
    return 0;
  }
  // The library counts in 32 bits.
  const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(out.size(), UINT32_MAX));
  return roaring_uint32_iterator_read(&iterator, out.data(), most);
}

bool operator==(const Bitmap& a, const Bitmap& b) {
  return roaring_bitmap_equals(a.raw_.get(), b.raw_.get());
}

void Bitmap::optimize() {
  roaring_bitmap_run_optimize(raw_.get());
  roaring_bitmap_shrink_to_fit(raw_.get());
}

std::size_t Bitmap::memory_bytes() const {
  roaring_statistics_t statistics;
  roaring_bitmap_statistics(raw_.get(), &statistics);
  return sizeof(roaring_bitmap_t) + statistics.n_bytes_array_containers +
         statistics.n_bytes_run_containers + statistics.n_bytes_bitset_containers;
}

std::size_t Bitmap::frozen_size_bytes() const {
  return roaring_bitmap_frozen_size_in_bytes(raw_.get());
}

void Bitmap::write_frozen(std::span<std::byte> out) const {
  roaring_bitmap_frozen_serialize(raw_.get(), reinterpret_cast<char*>(out.data()));
}

Result<Bitmap> Bitmap::read_frozen(std::span<const std::byte> frozen) {
  if (frozen.size() < sizeof(std::uint32_t)) {
    return damaged("it is cut short");
  }
  const AlignedBytes bytes(frozen.size());
  std::memcpy(bytes.data, frozen.data(), frozen.size());
  // A view of `bytes`, which outlives it.
  const Bitmap view(
      const_cast<roaring_bitmap_t*>(roaring_bitmap_frozen_view(bytes.data, frozen.size())));
  if (view.raw_ == nullptr) {
    return damaged("the sizes of its containers do not add up");
  }
  const char* reason = nullptr;
  if (!roaring_bitmap_internal_validate(view.raw_.get(), &reason)) {
    return damaged(reason == nullptr ? "invalid container" : reason);
  }
  return view.clone();
}

std::vector<std::byte> Bitmap::to_portable() const {
  std::vector<std::byte> bytes(roaring_bitmap_portable_size_in_bytes(raw_.get()));
  roaring_bitmap_portable_serialize(raw_.get(), reinterpret_cast<char*>(bytes.data()));
  return bytes;
}

Bitmap Bitmap::trusted_portable(std::span<const std::byte> bytes) {
  return Bitmap(roaring_bitmap_portable_deserialize_safe(
      reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Result<Bitmap> Bitmap::from_portable(std::span<const std::byte> bytes) {
  Bitmap bitmap(roaring_bitmap_portable_deserialize_safe(
      reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  if (bitmap.raw_ == nullptr) {
    return damaged("it is not in the portable roaring format");
  }
  const char* reason = nullptr;
  if (!roaring_bitmap_internal_validate(bitmap.raw_.get(), &reason)) {
    return damaged(reason == nullptr ? "invalid container" : reason);
  }
  return bitmap;
}

}  // namespace tagline::engine
