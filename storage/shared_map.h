// SharedMap: a sorted map whose copies share all but what is changed in one of them. Private to
// storage/.
//
// Entries lie in chunks; a copy takes the list of chunks, and a change copies the one chunk it is
// in. So a new state of n entries of which k changed costs about n / 64 + 64 k steps, each of some
// nanoseconds, and never a copy of all. A single entry, as most maps of a delta have, lies in the
// map itself.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace tagline::storage {

/// Values are immutable and never null. Any number of threads may read; of copies that share
/// chunks, each may be changed by one thread.
template <class Key, class T>
class SharedMap {
 public:
  struct Entry {
    Key key;
    std::shared_ptr<const T> value;
  };
  using Chunk = std::vector<Entry>;

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = const Entry*;
    using reference = const Entry&;

    Iterator() = default;
    Iterator(const SharedMap* map, std::size_t chunk, std::size_t at)
        : map_(map), chunk_(chunk), at_(at) {}
    reference operator*() const {
      return map_->chunks_.empty() ? map_->only_ : (*map_->chunks_[chunk_])[at_];
    }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (map_->chunks_.empty() || ++at_ == map_->chunks_[chunk_]->size()) {
        ++chunk_;
        at_ = 0;
      }
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.chunk_ == b.chunk_ && a.at_ == b.at_;
    }

   private:
    const SharedMap* map_ = nullptr;
    std::size_t chunk_ = 0;
    std::size_t at_ = 0;
  };

  [[nodiscard]] bool empty() const { return chunks_.empty() && !has_only(); }
  [[nodiscard]] Iterator begin() const { return {this, 0, 0}; }
  [[nodiscard]] Iterator end() const { return {this, has_only() ? 1 : chunks_.size(), 0}; }
  /// The first entry at or after `key`.
  [[nodiscard]] Iterator lower_bound(const Key& key) const {
    if (has_only()) {
      return only_.key < key ? end() : begin();
    }
    const std::size_t chunk = chunk_of(key);
    if (chunk == chunks_.size()) {
      return end();
    }
    return {this, chunk, place_in(*chunks_[chunk], key)};
  }
  /// Null when there is none.
  [[nodiscard]] const std::shared_ptr<const T>* find(const Key& key) const {
    const Iterator at = lower_bound(key);
    return at == end() || at->key != key ? nullptr : &at->value;
  }
  [[nodiscard]] bool contains(const Key& key) const { return find(key) != nullptr; }

  /// Adds or replaces.
  void put(const Key& key, std::shared_ptr<const T> value) {
    if (chunks_.empty()) {
      if (!has_only() || only_.key == key) {
        only_ = {key, std::move(value)};
        return;
      }
      chunks_.push_back(std::make_shared<Chunk>(1, std::exchange(only_, {})));
    }
    const std::size_t chunk = std::min(chunk_of(key), chunks_.size() - 1);
    Chunk& own = own_chunk(chunk);
    const std::size_t at = place_in(own, key);
    if (at < own.size() && own[at].key == key) {
      own[at].value = std::move(value);
      return;
    }
    own.insert(own.begin() + static_cast<std::ptrdiff_t>(at), Entry{key, std::move(value)});
    if (own.size() > kChunkMax) {
      split(chunk);
    }
  }

 private:
  static constexpr std::size_t kChunkMax = 64;

  [[nodiscard]] bool has_only() const { return only_.value != nullptr; }

  /// The first chunk whose last entry is not before `key`.
  [[nodiscard]] std::size_t chunk_of(const Key& key) const {
    const auto found = std::lower_bound(
        chunks_.begin(), chunks_.end(), key,
        [](const std::shared_ptr<Chunk>& chunk, const Key& k) { return chunk->back().key < k; });
    return static_cast<std::size_t>(found - chunks_.begin());
  }
  [[nodiscard]] static std::size_t place_in(const Chunk& chunk, const Key& key) {
    const auto found =
        std::lower_bound(chunk.begin(), chunk.end(), key,
                         [](const Entry& entry, const Key& k) { return entry.key < k; });
    return static_cast<std::size_t>(found - chunk.begin());
  }
  /// Nobody else can come to hold a chunk that only this map holds: copies are made by its thread.
  [[nodiscard]] Chunk& own_chunk(std::size_t chunk) {
    if (chunks_[chunk].use_count() != 1) {
      chunks_[chunk] = std::make_shared<Chunk>(*chunks_[chunk]);
    }
    return *chunks_[chunk];
  }
  void split(std::size_t chunk) {
    Chunk& low = *chunks_[chunk];
    // Keys that ascend fill chunks; others leave room on both sides.
    const bool appended = chunk + 1 == chunks_.size();
    const auto middle =
        low.begin() + static_cast<std::ptrdiff_t>(appended ? kChunkMax - 1 : kChunkMax / 2);
    auto high = std::make_shared<Chunk>(std::make_move_iterator(middle),
                                        std::make_move_iterator(low.end()));
    low.erase(middle, low.end());
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(chunk) + 1, std::move(high));
  }

  Entry only_{};                                ///< of one entry; else its value is null
  std::vector<std::shared_ptr<Chunk>> chunks_;  ///< of more; none is empty
};

}  // namespace tagline::storage
