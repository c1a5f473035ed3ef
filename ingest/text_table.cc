// Open addressing with linear probing over (upper half of the hash, number) pairs; a text is
// compared only when its 32 bits match. The place, too, is taken from the upper half, most
// significant bits first: so the table is sorted by hash but for collisions, and growing copies it
// from front to back without looking at a text. The hash is the multiply-and-fold of wyhash (Wang
// Yi, public domain), which for texts of 5 to 20 bytes is a few multiplications.

#include "ingest/text_table.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace tagline::ingest {
namespace {

/// Blocks double from the first size to the last: a load may have a table for each of a thousand
/// events or columns, most of which stay small.
constexpr std::size_t kFirstBlockBytes = std::size_t{1} << 12U;
constexpr std::size_t kBlockDoublings = 8;
constexpr unsigned kFirstSlotBits = 6;
constexpr unsigned kSlotBitsMax = 32;
constexpr unsigned kHashBits = 64;

__extension__ using Wide = unsigned __int128;

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

std::uint64_t read_word(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

}  // namespace

TextTable::TextTable()
    : slots_(std::size_t{1} << kFirstSlotBits), shift_(kHashBits - kFirstSlotBits) {
  std::random_device random;
  seed_ = (std::uint64_t{random()} << 32U) | random();
}

std::uint64_t TextTable::hash(std::string_view text) const {
  constexpr std::uint64_t kFirst = 0xA0761D6478BD642FULL;
  constexpr std::uint64_t kSecond = 0xE7037ED1A0B428DBULL;
  std::uint64_t state = seed_ ^ fold(text.size() ^ seed_, kFirst);
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left > 16; left -= 16, at += 16) {
    state = fold(read_word(at, 8) ^ kSecond ^ seed_, read_word(at + 8, 8) ^ state);
  }
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (left >= 8) {
    a = read_word(at, 8);
    b = read_word(at + left - 8, 8);
  } else if (left >= 4) {
    a = read_word(at, 4);
    b = read_word(at + left - 4, 4);
  } else if (left > 0) {
    a = static_cast<unsigned char>(at[0]);
    b = (std::uint64_t{static_cast<unsigned char>(at[left / 2])} << 8U) |
        static_cast<unsigned char>(at[left - 1]);
  }
  return fold(fold(a ^ kSecond ^ seed_, b ^ state), kFirst ^ text.size());
}

std::size_t TextTable::probe(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32U);
  for (std::size_t at = hash >> shift_;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.number == 0 || (slot.tag == tag && this->at(slot.number - 1) == text)) {
      return at;
    }
  }
}

std::uint32_t TextTable::find(std::string_view text) const {
  return slots_[probe(text, hash(text))].number - 1;  // free: 0 - 1 is kNone
}

TextTable::Added TextTable::add(std::string_view text, std::uint64_t hash) {
  Slot& slot = slots_[probe(text, hash)];
  if (slot.number != 0) {
    return {slot.number - 1, false};
  }
  const std::uint32_t index = append(text);
  slot = Slot{static_cast<std::uint32_t>(hash >> 32U), index + 1};
  if (texts_.size() * 4 > slots_.size() * 3) {
    grow();
  }
  return {index, true};
}

std::uint32_t TextTable::append(std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  const std::size_t need = sizeof length + text.size();
  if (free_bytes_ < need) {
    free_bytes_ = std::max(kFirstBlockBytes << std::min(blocks_.size(), kBlockDoublings), need);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(free_bytes_));
    free_ = blocks_.back().get();
  }
  std::memcpy(free_, &length, sizeof length);
  std::copy(text.begin(), text.end(), free_ + sizeof length);
  texts_.push_back(free_);
  free_ += need;
  free_bytes_ -= need;
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

std::string_view TextTable::at(std::uint32_t index) const {
  std::uint32_t length = 0;
  std::memcpy(&length, texts_[index], sizeof length);
  return {texts_[index] + sizeof length, length};
}

void TextTable::grow() {
  if (shift_ == kHashBits - kSlotBitsMax) {
    return;  // fuller than it should be, but 2^32 - 1 texts fit
  }
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  --shift_;
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.number == 0) {
      continue;
    }
    std::size_t at = slot.tag >> (shift_ - kHashBits / 2);
    while (slots_[at].number != 0) {
      at = (at + 1) & mask;
    }
    slots_[at] = slot;
  }
}

}  // namespace tagline::ingest
