// Flattened: answers of a block as flat words, whatever form they have: for readers that meet
// several answers of one block word by word.
#pragma once

#include "engine/register.h"
#include "engine/shard_runner.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tagline::engine {

/// Holds 8 KB an answer that was ever Empty or Sparse. One thread.
class Flattened {
 public:
  explicit Flattened(std::size_t answers) : buffers_(answers) {}

  /// Of `answer`, which is answer `i`: its own, or a copy that is good until the next call with the
  /// same `i`.
  [[nodiscard]] const std::uint64_t* words(BlockAnswers& answers, const Register& answer,
                                           std::size_t i);

 private:
  std::vector<std::unique_ptr<Words>> buffers_;
};

}  // namespace tagline::engine
