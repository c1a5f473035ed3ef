#include "engine/overlap.h"

#include "engine/count_in.h"

#include <algorithm>
#include <memory>
#include <string>

namespace tagline::engine {
namespace {

using State = Register::State;

class OverlapCounter final : public AnswerReader {
 public:
  explicit OverlapCounter(std::size_t answers) : counts_(answers * answers), seen_(answers) {}

  Status block(BlockAnswers& answers) override {
    const std::size_t size = seen_.size();
    for (std::size_t i = 0; i < size; ++i) {
      seen_[i] = &answers.answer(i);
      counts_[i * size + i] += answers.users(*seen_[i]);
    }
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = i + 1; j < size && seen_[i]->state != State::Empty; ++j) {
        counts_[i * size + j] += both(answers, *seen_[i], *seen_[j]);
      }
    }
    return {};
  }

  [[nodiscard]] std::uint64_t count(std::size_t i, std::size_t j) const {
    return counts_[std::min(i, j) * seen_.size() + std::max(i, j)];
  }

 private:
  static std::uint32_t both(const BlockAnswers& answers, const Register& a, const Register& b) {
    if (a.state == State::Empty || b.state == State::Full) {
      return answers.users(a);
    }
    if (b.state == State::Empty || a.state == State::Full) {
      return answers.users(b);
    }
    if (a.state == State::Dense) {
      return b.state == State::Dense ? count_both(a.words, b.words) : count_in(b.list(), a.words);
    }
    return b.state == State::Dense ? count_in(a.list(), b.words) : count_in(a.list(), b.list());
  }

  std::vector<std::uint64_t> counts_;  ///< the upper half
  std::vector<const Register*> seen_;
};

}  // namespace

Result<std::vector<std::uint64_t>> overlap_counts(const Sweep& sweep, ExecuteStats* stats) {
  const std::size_t size = sweep.program().answers.size();
  if (size > kOverlapsMax) {
    const std::string most = std::to_string(kOverlapsMax);
    return failure(ErrorCode::TooLarge,
                   {"an overlap of " + std::to_string(size) + " expressions, at most " + most +
                        " can be compared",
                    "要比较 " + std::to_string(size) + " 个表达式的重叠，最多只能 " + most + " 个"},
                   {"compare fewer expressions at a time", "请减少一次比较的表达式"});
  }
  if (size > 1 && sweep.answers() != Answers::Together) {
    return failure(ErrorCode::Internal, {"an overlap was asked of answers that come in turn",
                                         "重叠计算需要同时保留各答案"});
  }
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      sweep.run<OverlapCounter>([&] { return std::make_unique<OverlapCounter>(size); }, stats));
  std::vector<std::uint64_t> counts(size * size);
  for (const auto& reader : readers) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] += reader->count(i / size, i % size);
    }
  }
  return counts;
}

}  // namespace tagline::engine
