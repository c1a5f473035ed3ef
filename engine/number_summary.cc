#include "engine/number_summary.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kMillion = 1'000'000;

class Totals final : public AnswerReader {
 public:
  Totals(FieldId field, unsigned bits, std::size_t answers)
      : column_(field, bits), totals_(answers) {}

  Status enter(ShardId shard, const Source& source) override {
    return column_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    for (std::size_t i = 0; i < totals_.size(); ++i) {
      const Register& answer = answers.answer(i);
      const NumberColumn::Total total = column_.total(answers, answer);
      totals_[i].users += answers.users(answer);
      totals_[i].known += total.known;
      totals_[i].sum += total.sum;
    }
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    column_.leave();
    return {};
  }

  [[nodiscard]] const std::vector<NumberTotal>& totals() const { return totals_; }

 private:
  NumberColumn column_;
  std::vector<NumberTotal> totals_;
};

/// Mean and squared distance from it, of numbers seen so far; two may be put together.
struct Spread {
  double count = 0;
  double mean = 0;
  double squares = 0;

  void add(const Spread& other) {
    if (other.count == 0) {
      return;
    }
    const double all = count + other.count;
    const double apart = other.mean - mean;
    squares += other.squares + apart * apart * count * other.count / all;
    mean += apart * other.count / all;
    count = all;
  }
};

class Summary final : public AnswerReader {
 public:
  Summary(FieldId field, unsigned bits) : column_(field, bits) {}

  Status enter(ShardId shard, const Source& source) override {
    return column_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    const Register& answer = answers.answer(0);
    total_.users += answers.users(answer);
    column_.each(answers, answer, false, [this](const Magnitudes& numbers) { take(numbers); });
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    column_.leave();
    return {};
  }

  void merge(const Summary& other) {
    total_.users += other.total_.users;
    total_.known += other.total_.known;
    total_.sum += other.total_.sum;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    spread_.add(other.spread_);
  }

  [[nodiscard]] NumberSummary result() const {
    NumberSummary summary;
    summary.total = total_;
    if (total_.known != 0) {
      summary.min = min_;
      summary.max = max_;
      summary.mean = static_cast<double>(total_.sum) / static_cast<double>(total_.known);
      summary.deviation = std::sqrt(spread_.squares / spread_.count);
    }
    return summary;
  }

 private:
  void take(const Magnitudes& numbers) {
    Int128 sum = 0;
    std::uint64_t least = UINT64_MAX;
    std::uint64_t most = 0;
    for (const std::uint64_t value : numbers.values) {
      sum += value;
      least = std::min(least, value);
      most = std::max(most, value);
    }
    Spread spread;
    spread.count = static_cast<double>(numbers.values.size());
    const double mean = static_cast<double>(sum) / spread.count;
    for (const std::uint64_t value : numbers.values) {
      const double apart = static_cast<double>(value) - mean;
      spread.squares += apart * apart;
    }
    spread.mean = numbers.negative ? -mean : mean;
    spread_.add(spread);
    total_.known += numbers.values.size();
    total_.sum += numbers.negative ? -sum : sum;
    min_ = std::min(min_, signed_of(numbers.negative ? most : least, numbers.negative));
    max_ = std::max(max_, signed_of(numbers.negative ? least : most, numbers.negative));
  }

  NumberColumn column_;
  NumberTotal total_;
  std::int64_t min_ = INT64_MAX;
  std::int64_t max_ = INT64_MIN;
  Spread spread_;
};

class Histogram final : public AnswerReader {
 public:
  Histogram(FieldId field, unsigned bits, const Bins& bins)
      : column_(field, bits), bins_(bins), users_(bins.count + 1) {}

  Status enter(ShardId shard, const Source& source) override {
    return column_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    column_.each(answers, answers.answer(0), false, [this](const Magnitudes& numbers) {
      if (bins_.width == 1) {
        add(numbers, [](std::uint64_t above) { return above; });
      } else {
        add(numbers, [width = bins_.width](std::uint64_t above) { return above / width; });
      }
    });
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    column_.leave();
    return {};
  }

  [[nodiscard]] std::span<const std::uint64_t> users() const {
    return std::span(users_).first(bins_.count);
  }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return users_.size() * sizeof(std::uint64_t);
  }

 private:
  template <class BinOf>
  void add(const Magnitudes& numbers, const BinOf& bin_of) {
    const auto first = static_cast<std::uint64_t>(bins_.first);
    const auto flip = numbers.negative ? ~std::uint64_t{0} : 0;  // -m is ~m + 1
    const std::uint64_t outside = bins_.count;
    std::uint64_t* users = users_.data();
    for (const std::uint64_t magnitude : numbers.values) {
      const std::uint64_t value = (magnitude ^ flip) - flip;
      const bool is_below = static_cast<std::int64_t>(value) < bins_.first;
      const std::uint64_t bin = bin_of(value - first);
      ++users[is_below || bin > outside ? outside : bin];
    }
  }

  NumberColumn column_;
  const Bins bins_;
  std::vector<std::uint64_t> users_;  ///< and of those in no bin, so that nothing need branch
};

}  // namespace

Result<std::vector<std::uint64_t>> number_histogram(const Sweep& over, FieldId field,
                                                    const Bins& bins, ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, over.source().value_bits(field));
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      over.run<Histogram>([&] { return std::make_unique<Histogram>(field, bits, bins); }, stats));
  std::vector<std::uint64_t> users(bins.count);
  for (const auto& reader : readers) {
    for (std::size_t bin = 0; bin < users.size(); ++bin) {
      users[bin] += reader->users()[bin];
    }
  }
  return users;
}

Result<std::vector<NumberTotal>> number_totals(const Sweep& over, FieldId field,
                                               ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, over.source().value_bits(field));
  const std::size_t size = over.program().answers.size();
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      over.run<Totals>([&] { return std::make_unique<Totals>(field, bits, size); }, stats));
  std::vector<NumberTotal> totals(size);
  for (const auto& reader : readers) {
    for (std::size_t i = 0; i < size; ++i) {
      totals[i].users += reader->totals()[i].users;
      totals[i].known += reader->totals()[i].known;
      totals[i].sum += reader->totals()[i].sum;
    }
  }
  return totals;
}

Result<NumberSummary> number_summary(const Sweep& over, FieldId field,
                                     std::span<const std::uint32_t> quantiles,
                                     ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, over.source().value_bits(field));
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      over.run<Summary>([&] { return std::make_unique<Summary>(field, bits); }, stats));
  Summary all(field, 0);
  for (const auto& reader : readers) {
    all.merge(*reader);
  }
  NumberSummary summary = all.result();
  if (quantiles.empty()) {
    return summary;
  }
  std::vector<std::uint64_t> ranks;
  for (const std::uint32_t share : quantiles) {
    // The least rank + 1 that is at least that share of all.
    const auto users =
        static_cast<std::uint64_t>((Int128{summary.total.known} * share + kMillion - 1) / kMillion);
    ranks.push_back(users == 0 ? 0 : users - 1);
  }
  TAGLINE_ASSIGN_OR_RETURN(summary.quantiles,
                           numbers_at(over, field, Rank::Smallest, ranks, stats));
  return summary;
}

}  // namespace tagline::engine
