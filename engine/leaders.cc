#include "engine/leaders.h"

#include <algorithm>
#include <memory>

namespace tagline::engine {
namespace {

class Leaders final : public AnswerReader {
 public:
  Leaders(FieldId field, unsigned bits, Rank order, std::size_t n)
      : column_(field, bits), ahead_{order}, n_(n), room_(2 * n + kSpare) {
    users_.reserve(room_);
  }

  Status enter(ShardId shard, const Source& source) override {
    return column_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    column_.each_within(answers, answers.answer(0), bounds_, true,
                        [this](const Magnitudes& numbers) { take(numbers); });
    cut();
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    column_.leave();
    return {};
  }

  [[nodiscard]] const std::vector<RankedUser>& users() const { return users_; }
  [[nodiscard]] std::uint64_t held_bytes() const override { return room_ * sizeof(RankedUser); }

 private:
  // Cutting costs a pass over all; this many more in between keep it rare for small n.
  static constexpr std::size_t kSpare = 1024;

  void take(const Magnitudes& numbers) {
    for (std::size_t i = 0; i < numbers.values.size(); ++i) {
      const RankedUser user = {numbers.users[i], signed_of(numbers.values[i], numbers.negative)};
      if (user.value < bounds_.low || user.value > bounds_.high) {
        continue;
      }
      if (users_.size() == room_) {
        cut();
      }
      users_.push_back(user);
    }
  }

  // Leaves n, and raises the bar. This reader sees users in ascending order, so that a later one
  // with the same number is behind: the next must be better than the worst.
  void cut() {
    if (users_.size() <= n_) {
      return;
    }
    const auto worst = users_.begin() + static_cast<std::ptrdiff_t>(n_) - 1;
    std::nth_element(users_.begin(), worst, users_.end(), ahead_);
    users_.resize(n_);
    const std::int64_t bar = users_.back().value;
    if (ahead_.order == Rank::Largest) {
      bounds_.low = bar == INT64_MAX ? bar : bar + 1;
    } else {
      bounds_.high = bar == INT64_MIN ? bar : bar - 1;
    }
  }

  NumberColumn column_;
  const Ahead ahead_;
  const std::size_t n_;
  const std::size_t room_;
  NumberColumn::Bounds bounds_;
  std::vector<RankedUser> users_;
};

}  // namespace

Result<std::vector<RankedUser>> leaders(const Sweep& over, FieldId field, Rank order,
                                        std::uint64_t n, ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, over.source().value_bits(field));
  TAGLINE_ASSIGN_OR_RETURN(const auto readers, over.run<Leaders>(
                                                   [&] {
                                                     return std::make_unique<Leaders>(
                                                         field, bits, order,
                                                         static_cast<std::size_t>(n));
                                                   },
                                                   stats));
  std::vector<RankedUser> users;
  for (const auto& reader : readers) {
    users.insert(users.end(), reader->users().begin(), reader->users().end());
  }
  std::sort(users.begin(), users.end(), Ahead{order});
  users.resize(std::min<std::size_t>(users.size(), n));
  return users;
}

}  // namespace tagline::engine
