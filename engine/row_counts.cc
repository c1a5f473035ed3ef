#include "engine/row_counts.h"

#include "engine/fetched.h"
#include "engine/kept_answer.h"

#include <algorithm>
#include <memory>
#include <string>

namespace tagline::engine {
namespace {

// Arrays of different rows lie anywhere, so that the processor's own prefetching begins anew with
// each. Their first lines are asked for some rows ahead: a fifth less time over 300 values of all
// sizes (more in hand or further ahead: no gain).
constexpr std::size_t kAhead = 2;
constexpr std::size_t kBytesAhead = 1024;
constexpr std::size_t kLineBytes = 64;

inline void fetch_ahead(const Container* container) {
  if (container != nullptr && container->kind == ContainerKind::Array) {
    const std::size_t bytes = container->count * sizeof(std::uint16_t);
    for (std::size_t at = 0; at < std::min(bytes, kBytesAhead); at += kLineBytes) {
      __builtin_prefetch(container->data + at);
    }
  }
}

class RowCounter final : public AnswerReader {
 public:
  RowCounter(std::span<const RowKey> rows, std::size_t answers, const Budget* budget)
      : rows_(rows),
        answers_(answers),
        budget_(budget),
        kept_(answers * kBlocksPerShard),
        counts_(answers * rows.size()) {}

  Status enter(ShardId /*shard*/, const Source& source) override {
    source_ = &source;
    live_ = 0;
    return {};
  }

  Status block(BlockAnswers& answers) override {
    for (std::size_t i = 0; i < answers_; ++i) {
      KeptAnswer& kept = kept_[answers.block() * answers_ + i];
      kept.keep(answers, answers.answer(i));
      live_ |= kept.empty() ? 0U : 1U << answers.block();
    }
    return {};
  }

  Status leave(ShardId shard) override {
    for (std::size_t from = 0; from < rows_.size() && live_ != 0; from += kRowsAtOnce) {
      if (budget_ != nullptr) {
        TAGLINE_RETURN_IF_ERROR(budget_->check());
      }
      const std::size_t size = std::min(kRowsAtOnce, rows_.size() - from);
      fragments_.resize(std::max(fragments_.size(), size));
      for (std::size_t i = 0; i < size; ++i) {
        TAGLINE_ASSIGN_OR_RETURN(fragments_[i],
                                 fetch_counted(*source_, rows_[from + i], shard, fetched_));
      }
      for (unsigned block = 0; block < kBlocksPerShard; ++block) {
        if ((live_ >> block & 1U) != 0) {
          count_block(block, from, size);
        }
      }
    }
    fragments_.clear();  // borrows go back
    return {};
  }

  [[nodiscard]] std::uint64_t count(std::size_t answer, std::size_t row) const {
    return counts_[answer * rows_.size() + row];
  }
  [[nodiscard]] const ExecuteStats& fetched() const { return fetched_; }

 private:
  void count_block(unsigned block, std::size_t from, std::size_t size) {
    for (std::size_t answer = 0; answer < answers_; ++answer) {
      const KeptAnswer& kept = kept_[block * answers_ + answer];
      if (kept.empty()) {
        continue;
      }
      std::uint64_t* counts = counts_.data() + answer * rows_.size() + from;
      for (std::size_t i = 0; i < size; ++i) {
        if (i + kAhead < size) {
          fetch_ahead(fragments_[i + kAhead].find(block));
        }
        if (const Container* container = fragments_[i].find(block); container != nullptr) {
          counts[i] += kept.count(*container);
        }
      }
    }
  }

  const std::span<const RowKey> rows_;
  const std::size_t answers_;
  const Budget* const budget_;
  const Source* source_ = nullptr;
  std::uint32_t live_ = 0;        ///< bit b: block b of this shard was visited, and has somebody
  std::vector<KeptAnswer> kept_;  ///< of the shard: block after block, the answers of each
  std::vector<Fragment> fragments_;
  std::vector<std::uint64_t> counts_;  ///< answer after answer, the rows of each
  ExecuteStats fetched_;
};

}  // namespace

Result<std::vector<std::vector<std::uint64_t>>> row_counts(const Sweep& sweep,
                                                           std::span<const RowKey> rows,
                                                           ExecuteStats* stats) {
  const std::size_t answers = sweep.program().answers.size();
  if (answers > kBrokenDownAnswersMax) {
    const std::string most = std::to_string(kBrokenDownAnswersMax);
    return failure(
        ErrorCode::TooLarge,
        {std::to_string(answers) + " expressions are to be broken down at once, at most " + most +
             " can be",
         "要同时细分 " + std::to_string(answers) + " 个表达式，最多只能 " + most + " 个"},
        {"break down fewer expressions at a time", "请减少一次细分的表达式"});
  }
  if (answers * rows.size() > kRowCountsMax) {
    const std::string most = std::to_string(kRowCountsMax);
    return failure(ErrorCode::TooLarge,
                   {"a breakdown of " + std::to_string(answers) + " expressions by " +
                        std::to_string(rows.size()) + " values is more than " + most + " counts",
                    std::to_string(answers) + " 个表达式按 " + std::to_string(rows.size()) +
                        " 个取值细分，超过 " + most + " 个计数"},
                   {"break down by fewer tags or fewer expressions at a time",
                    "请减少一次细分的标签或表达式"});
  }
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      sweep.run<RowCounter>(
          [&] { return std::make_unique<RowCounter>(rows, answers, sweep.budget()); }, stats));
  std::vector counts(answers, std::vector<std::uint64_t>(rows.size()));
  for (const auto& reader : readers) {
    for (std::size_t answer = 0; answer < answers; ++answer) {
      for (std::size_t row = 0; row < rows.size(); ++row) {
        counts[answer][row] += reader->count(answer, row);
      }
    }
    if (stats != nullptr) {
      *stats += reader->fetched();
    }
  }
  return counts;
}

}  // namespace tagline::engine
