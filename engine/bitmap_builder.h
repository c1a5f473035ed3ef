// BitmapBuilder: a bitmap made block by block, as a query selects users.
#pragma once

#include "engine/bitmap.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tagline::engine {

/// Blocks are collected as bytes and become a bitmap at the end, all at once: making a bitmap of
/// each and uniting them takes five times as long. One thread.
class BitmapBuilder {
 public:
  /// The users of block `block` (numbers block * 65536 + i): kBlockWords flat words, or a list,
  /// which should ascend: one that does not is sorted. REQUIRES: each block once; ascending is
  /// fastest.
  void add(std::uint32_t block, const std::uint64_t* words);
  void add(std::uint32_t block, std::span<const std::uint16_t> members);

  [[nodiscard]] Bitmap build();
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  struct Block {
    std::uint32_t block = 0;
    std::uint32_t cardinality = 0;
    std::size_t at = 0;  ///< of its data in data_
  };
  static std::size_t data_bytes(const Block& block);
  void put(std::uint32_t block, std::size_t cardinality, std::span<const std::byte> data);

  std::vector<Block> blocks_;
  std::vector<std::byte> data_;  ///< as in containers of the portable format
};

}  // namespace tagline::engine
