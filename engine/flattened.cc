#include "engine/flattened.h"

#include "engine/sparse.h"

namespace tagline::engine {

const std::uint64_t* Flattened::words(BlockAnswers& answers, const Register& answer,
                                      std::size_t i) {
  if (answer.state == Register::State::Full || answer.state == Register::State::Dense) {
    return answers.words(answer);
  }
  if (buffers_[i] == nullptr) {
    buffers_[i] = std::make_unique_for_overwrite<Words>();
  }
  std::uint64_t* words = buffers_[i]->words.data();
  erase_all(words);
  if (answer.state == Register::State::Sparse) {
    set(words, answer.list());
  }
  return words;
}

}  // namespace tagline::engine
