#include "engine/overlap.h"

#include "engine/count_in.h"
#include "engine/flattened.h"

#include <algorithm>
#include <memory>
#include <string>

namespace tagline::engine {
namespace {

using State = Register::State;

class OverlapCounter final : public AnswerReader {
 public:
  explicit OverlapCounter(std::size_t answers)
      : counts_(answers * answers), flattened_(answers), seen_(answers), sides_(answers) {}

  Status block(BlockAnswers& answers) override {
    const std::size_t size = seen_.size();
    for (std::size_t i = 0; i < size; ++i) {
      seen_[i] = &answers.answer(i);
    }
    // Only then, for where a root comes twice, it is computed again over the first.
    for (std::size_t i = 0; i < size; ++i) {
      sides_[i] = side(answers, i);
      counts_[i * size + i] += sides_[i].users;
    }
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = i + 1; j < size && sides_[i].users != 0; ++j) {
        counts_[i * size + j] += both(sides_[i], sides_[j]);
      }
    }
    return {};
  }

  [[nodiscard]] std::uint64_t count(std::size_t i, std::size_t j) const {
    return counts_[std::min(i, j) * seen_.size() + std::max(i, j)];
  }

 private:
  // Everybody is neither a list nor words.
  struct Side {
    std::uint32_t users = 0;
    Members list;
    const std::uint64_t* words = nullptr;
  };

  Side side(BlockAnswers& answers, std::size_t i) {
    const Register& answer = *seen_[i];
    Side side;
    side.users = answers.users(answer);
    if (answer.state == State::Dense) {
      side.words = answer.words;
    } else if (answer.state == State::Sparse && side.users <= kProbesAPass) {
      side.list = answer.list();
    } else if (answer.state == State::Sparse) {
      side.words = flattened_.words(answers, answer, i);
    }
    return side;
  }

  static std::uint32_t both(const Side& a, const Side& b) {
    if (a.users == 0 || b.users == 0) {
      return 0;
    }
    if (a.words != nullptr && b.words != nullptr) {
      return count_both(a.words, b.words);
    }
    if (!a.list.empty() && b.words != nullptr) {
      return count_in(a.list, b.words);
    }
    if (!b.list.empty() && a.words != nullptr) {
      return count_in(b.list, a.words);
    }
    if (!a.list.empty() && !b.list.empty()) {
      return count_in(a.list, b.list);
    }
    return std::min(a.users, b.users);  // one is everybody
  }

  std::vector<std::uint64_t> counts_;  ///< the upper half
  Flattened flattened_;
  std::vector<const Register*> seen_;
  std::vector<Side> sides_;
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
