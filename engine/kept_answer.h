// KeptAnswer: users of one block, copied so that they outlive the visit of the block, and ready to
// be met with many containers: for readers that break answers down by rows.
#pragma once

#include "engine/fragment.h"
#include "engine/register.h"
#include "engine/shard_runner.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace tagline::engine {

/// 8 KB once it has held words or a longer list. One thread. Containers it meets are of rows in the
/// same block; rows hold known users only, so everybody means all of a container.
class KeptAnswer {
 public:
  /// Lists up to this long are kept beside the words, and up to kListOnlyMax without, until words
  /// are asked for.
  static constexpr std::uint32_t kListMax = 1024;
  static constexpr std::uint32_t kListOnlyMax = 16;

  /// REQUIRES: `answer` is one of `answers`, and good.
  void keep(BlockAnswers& answers, const Register& answer);
  /// The container's users that are in `among`, another one.
  void keep(const Container& container, const KeptAnswer& among);

  [[nodiscard]] bool empty() const { return users_ == 0; }
  [[nodiscard]] std::uint32_t users() const { return users_; }
  /// Everybody; then there are no words.
  [[nodiscard]] bool full() const { return full_; }
  /// Flat, null when full() or empty().
  [[nodiscard]] const std::uint64_t* words() const;
  /// The users, when they are kListMax at most and not everybody; else empty.
  [[nodiscard]] Members list() const { return list_; }

  /// How many of the container's users are here.
  [[nodiscard]] std::uint32_t count(const Container& container) const;
  /// How many users are here and there. REQUIRES: neither is full().
  [[nodiscard]] std::uint32_t count(const KeptAnswer& other) const;

 private:
  void clear();
  std::uint64_t* own_words() const;
  void keep_list(Members members);

  bool full_ = false;
  std::uint32_t users_ = 0;
  std::vector<std::uint16_t> list_;
  mutable bool flat_ = false;  ///< words_ are of these users
  mutable std::unique_ptr<Words> words_;
};

}  // namespace tagline::engine
