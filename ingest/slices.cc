#include "ingest/slices.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace tagline::ingest {
namespace {

using engine::Bitmap;
using engine::RowId;

/// Users in a block below which its slices are built from lists: filling and transposing a whole
/// block costs as much as listing about this many users for every bit.
constexpr std::size_t kDenseUsers = 2048;

using Square = std::array<std::uint64_t, 64>;

/// Bit j of word i becomes bit i of word j.
void transpose(Square& square) {
  std::uint64_t mask = 0x0000'0000'FFFF'FFFFULL;
  for (unsigned width = 32; width != 0; width >>= 1U, mask ^= mask << width) {
    for (unsigned i = 0; i < 64; i = ((i | width) + 1) & ~width) {
      const std::uint64_t swapped = ((square[i] >> width) ^ square[i | width]) & mask;
      square[i] ^= swapped << width;
      square[i | width] ^= swapped;
    }
  }
}

unsigned bits_of(std::uint64_t magnitudes) {
  return magnitudes == 0 ? 0 : 64 - static_cast<unsigned>(__builtin_clzll(magnitudes));
}

/// The slices of one block. `users` within the shard, all of this block.
void add_block_slices(Rows& rows, RowId first_bit_row, std::uint32_t block,
                      std::span<const std::uint32_t> users,
                      std::span<const std::uint64_t> magnitudes) {
  std::uint64_t all = 0;
  for (const std::uint64_t magnitude : magnitudes) {
    all |= magnitude;
  }
  const unsigned bits = bits_of(all);
  if (users.size() < kDenseUsers) {
    std::vector<std::uint32_t> members;
    for (unsigned bit = 0; bit < bits; ++bit) {
      members.clear();
      for (std::size_t i = 0; i < users.size(); ++i) {
        if ((magnitudes[i] >> bit & 1U) != 0) {
          members.push_back(users[i]);
        }
      }
      unite_row(rows, first_bit_row + bit, Bitmap::of(members));
    }
    return;
  }
  std::vector<std::uint64_t> dense(engine::kBlockUsers);
  for (std::size_t i = 0; i < users.size(); ++i) {
    dense[users[i] % engine::kBlockUsers] = magnitudes[i];
  }
  std::vector<std::uint64_t> words(bits * engine::kBlockWords);
  Square square{};
  for (std::size_t word = 0; word < engine::kBlockWords; ++word) {
    std::copy_n(dense.begin() + static_cast<std::ptrdiff_t>(word * 64), 64, square.begin());
    transpose(square);
    for (unsigned bit = 0; bit < bits; ++bit) {
      words[bit * engine::kBlockWords + word] = square[bit];
    }
  }
  for (unsigned bit = 0; bit < bits; ++bit) {
    if ((all >> bit & 1U) != 0) {
      rows[first_bit_row + bit].unite_block(
          block, std::span(words).subspan(bit * engine::kBlockWords, engine::kBlockWords));
    }
  }
}

}  // namespace

void unite_row(Rows& rows, RowId row, Bitmap members) {
  if (members.empty()) {
    return;
  }
  const auto [at, inserted] = rows.try_emplace(row);
  if (inserted) {
    at->second = std::move(members);
  } else {
    at->second.unite(members);
  }
}

Bitmap bitmap_of(std::span<const std::uint32_t> ascending) {
  if (!ascending.empty() && ascending.back() - ascending.front() + 1 == ascending.size()) {
    return Bitmap::range(ascending.front(), std::uint64_t{ascending.back()} + 1);
  }
  return Bitmap::of(ascending);
}

void add_slices(Rows& rows, RowId first_bit_row, std::span<const std::uint32_t> users,
                std::span<const std::uint64_t> magnitudes) {
  for (std::size_t begin = 0; begin < users.size();) {
    const std::uint32_t block = users[begin] / engine::kBlockUsers;
    std::size_t end = begin;
    while (end < users.size() && users[end] / engine::kBlockUsers == block) {
      ++end;
    }
    add_block_slices(rows, first_bit_row, block, users.subspan(begin, end - begin),
                     magnitudes.subspan(begin, end - begin));
    begin = end;
  }
}

}  // namespace tagline::ingest
