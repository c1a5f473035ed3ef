// TextTable: texts numbered in order of arrival, each once. Holds the ids of a load (tens of
// millions) and the spellings of values, so it spends little beside the texts: 8 bytes for the
// place and about 12 for the hash slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace tagline::ingest {

/// One thread. Texts up to 4 GiB - 1 of them; each below 4 GiB. Views of texts live as long as the
/// table.
class TextTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFU;
  struct Added {
    std::uint32_t index;
    bool inserted;
  };

  /// The hash is seeded at random, so that nobody can prepare texts that collide.
  TextTable();

  /// kNone when it is not there.
  [[nodiscard]] std::uint32_t find(std::string_view text) const;
  Added add(std::string_view text) { return add(text, hash(text)); }
  /// The same in two steps, for many texts at once: between them the processor has time to fetch
  /// the slot.
  Added add(std::string_view text, std::uint64_t hash);
  [[nodiscard]] std::uint64_t hash(std::string_view text) const;
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[hash >> shift_]); }
  /// Numbers a text without making it findable: for texts known to be distinct. Must not be mixed
  /// with add().
  std::uint32_t append(std::string_view text);
  [[nodiscard]] std::string_view at(std::uint32_t index) const;
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }

 private:
  struct Slot {
    std::uint32_t tag = 0;     ///< upper half of the hash
    std::uint32_t number = 0;  ///< index + 1; 0: free
  };
  [[nodiscard]] std::size_t probe(std::string_view text, std::uint64_t hash) const;
  void grow();

  std::uint64_t seed_;
  std::vector<Slot> slots_;         ///< a power of two of them, at most 2^32
  unsigned shift_;                  ///< a text belongs at hash >> shift_, or behind
  std::vector<const char*> texts_;  ///< each its length (4 bytes), then its bytes
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t free_bytes_ = 0;
};

}  // namespace tagline::ingest
