#include "engine/row_counts.h"

#include "engine/fetched.h"
#include "engine/kept_answer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace tagline::engine {
namespace {

static_assert(kBrokenDownAnswersMax <= 256);

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
    anybody_ = false;
    for (auto& present : present_) {
      present.clear();
    }
    return {};
  }

  Status block(BlockAnswers& answers) override {
    std::vector<std::uint8_t>& present = present_[answers.block()];
    for (std::size_t i = 0; i < answers_; ++i) {
      KeptAnswer& kept = kept_[answers.block() * answers_ + i];
      kept.keep(answers, answers.answer(i));
      if (!kept.empty()) {
        present.push_back(static_cast<std::uint8_t>(i));
      }
    }
    anybody_ = anybody_ || !present.empty();
    return {};
  }

  // Row by row, and of each its blocks in order, as they lie in memory: the shard's answers (8 KB a
  // block) stay in the second cache meanwhile, and the processor fetches a row's bytes ahead.
  Status leave(ShardId shard) override {
    for (std::size_t row = 0; row < rows_.size() && anybody_; ++row) {
      if (budget_ != nullptr && row % kRowsAtOnce == 0) {
        TAGLINE_RETURN_IF_ERROR(budget_->check());
      }
      TAGLINE_ASSIGN_OR_RETURN(const Fragment fragment,
                               fetch_counted(*source_, rows_[row], shard, fetched_));
      for (const Container& container : fragment.containers()) {
        count_container(container, row);
      }
    }
    return {};
  }

  [[nodiscard]] std::uint64_t count(std::size_t answer, std::size_t row) const {
    return counts_[answer * rows_.size() + row];
  }
  [[nodiscard]] const ExecuteStats& fetched() const { return fetched_; }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return kept_.size() * sizeof(Words) + counts_.size() * sizeof(std::uint64_t);
  }

 private:
  void count_container(const Container& container, std::size_t row) {
    for (const std::uint8_t answer : present_[container.block]) {
      counts_[answer * rows_.size() + row] +=
          kept_[container.block * answers_ + answer].count(container);
    }
  }

  const std::span<const RowKey> rows_;
  const std::size_t answers_;
  const Budget* const budget_;
  const Source* source_ = nullptr;
  std::vector<KeptAnswer> kept_;  ///< of the shard: block after block, the answers of each
  /// Of each block of the shard, the answers that have somebody there.
  std::array<std::vector<std::uint8_t>, kBlocksPerShard> present_;
  bool anybody_ = false;
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
