#include "engine/number_summary.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kMillion = 1'000'000;

/// The columns of several fields, which enter and leave shards together.
class Columns {
 public:
  Columns(std::span<const FieldId> fields, std::span<const unsigned> bits) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      columns_.emplace_back(fields[i], bits[i]);
    }
  }

  Status enter(ShardId shard, const Source& source) {
    for (NumberColumn& column : columns_) {
      TAGLINE_RETURN_IF_ERROR(column.enter(shard, source));
    }
    return {};
  }
  void leave() {
    for (NumberColumn& column : columns_) {
      column.leave();
    }
  }
  [[nodiscard]] std::size_t size() const { return columns_.size(); }
  NumberColumn& operator[](std::size_t i) { return columns_[i]; }

 private:
  std::vector<NumberColumn> columns_;
};

Result<std::vector<unsigned>> bits_of(const Sweep& over, std::span<const FieldId> fields) {
  std::vector<unsigned> bits;
  for (const FieldId field : fields) {
    TAGLINE_ASSIGN_OR_RETURN(const unsigned each, over.source().value_bits(field));
    bits.push_back(each);
  }
  return bits;
}

class Totals final : public AnswerReader {
 public:
  Totals(std::span<const FieldId> fields, std::span<const unsigned> bits, std::size_t answers)
      : columns_(fields, bits), totals_(fields.size(), std::vector<NumberTotal>(answers)) {}

  Status enter(ShardId shard, const Source& source) override {
    return columns_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    const std::size_t size = totals_.empty() ? 0 : totals_.front().size();
    for (std::size_t i = 0; i < size; ++i) {
      const Register& answer = answers.answer(i);
      const std::uint64_t users = answers.users(answer);
      for (std::size_t field = 0; field < columns_.size(); ++field) {
        const NumberColumn::Total total = columns_[field].total(answers, answer);
        totals_[field][i].users += users;
        totals_[field][i].known += total.known;
        totals_[field][i].sum += total.sum;
      }
    }
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    columns_.leave();
    return {};
  }

  [[nodiscard]] const std::vector<std::vector<NumberTotal>>& totals() const { return totals_; }

 private:
  Columns columns_;
  std::vector<std::vector<NumberTotal>> totals_;
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

/// What is known of one number so far.
class Summary {
 public:
  void count(std::uint64_t users) { total_.users += users; }
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
  NumberTotal total_;
  std::int64_t min_ = INT64_MAX;
  std::int64_t max_ = INT64_MIN;
  Spread spread_;
};

class Summaries final : public AnswerReader {
 public:
  /// Of the first `answers`.
  Summaries(std::span<const FieldId> fields, std::span<const unsigned> bits, std::size_t answers)
      : columns_(fields, bits), summaries_(fields.size(), std::vector<Summary>(answers)) {}

  Status enter(ShardId shard, const Source& source) override {
    return columns_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    const std::size_t size = summaries_.empty() ? 0 : summaries_.front().size();
    for (std::size_t i = 0; i < size; ++i) {
      const Register& answer = answers.answer(i);
      const std::uint64_t users = answers.users(answer);
      for (std::size_t field = 0; field < columns_.size(); ++field) {
        Summary& summary = summaries_[field][i];
        summary.count(users);
        columns_[field].each(answers, answer, false,
                             [&summary](const Magnitudes& numbers) { summary.take(numbers); });
      }
    }
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    columns_.leave();
    return {};
  }

  [[nodiscard]] const std::vector<std::vector<Summary>>& summaries() const { return summaries_; }

 private:
  Columns columns_;
  std::vector<std::vector<Summary>> summaries_;
};

Result<std::vector<std::vector<NumberSummary>>> summaries_of(const Sweep& over,
                                                             std::span<const FieldId> fields,
                                                             std::size_t answers,
                                                             ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bits, bits_of(over, fields));
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      over.run<Summaries>([&] { return std::make_unique<Summaries>(fields, bits, answers); },
                          stats));
  std::vector<std::vector<NumberSummary>> results(fields.size());
  for (std::size_t field = 0; field < fields.size(); ++field) {
    for (std::size_t i = 0; i < answers; ++i) {
      Summary all;
      for (const auto& reader : readers) {
        all.merge(reader->summaries()[field][i]);
      }
      results[field].push_back(all.result());
    }
  }
  return results;
}

class Histogram final : public AnswerReader {
 public:
  /// Of the first `answers`.
  Histogram(FieldId field, unsigned bits, const Bins& bins, std::size_t answers)
      : column_(field, bits),
        bins_(bins),
        users_(answers, std::vector<std::uint64_t>(bins.count + 1)) {}

  Status enter(ShardId shard, const Source& source) override {
    return column_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    for (std::size_t i = 0; i < users_.size(); ++i) {
      std::uint64_t* users = users_[i].data();
      column_.each(answers, answers.answer(i), false, [this, users](const Magnitudes& numbers) {
        if (bins_.width == 1) {
          add(numbers, users, [](std::uint64_t above) { return above; });
        } else {
          add(numbers, users, [width = bins_.width](std::uint64_t above) { return above / width; });
        }
      });
    }
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    column_.leave();
    return {};
  }

  [[nodiscard]] std::span<const std::uint64_t> users(std::size_t answer) const {
    return std::span(users_[answer]).first(bins_.count);
  }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return users_.size() * (bins_.count + 1) * sizeof(std::uint64_t);
  }

 private:
  template <class BinOf>
  void add(const Magnitudes& numbers, std::uint64_t* users, const BinOf& bin_of) const {
    const auto first = static_cast<std::uint64_t>(bins_.first);
    const auto flip = numbers.negative ? ~std::uint64_t{0} : 0;  // -m is ~m + 1
    const std::uint64_t outside = bins_.count;
    for (const std::uint64_t magnitude : numbers.values) {
      const std::uint64_t value = (magnitude ^ flip) - flip;
      const bool is_below = static_cast<std::int64_t>(value) < bins_.first;
      const std::uint64_t bin = bin_of(value - first);
      ++users[is_below || bin > outside ? outside : bin];
    }
  }

  NumberColumn column_;
  const Bins bins_;
  /// An answer each; the last is of those in no bin, so that nothing need branch.
  std::vector<std::vector<std::uint64_t>> users_;
};

Result<std::vector<std::vector<std::uint64_t>>> histograms_of(const Sweep& over, FieldId field,
                                                              const Bins& bins, std::size_t answers,
                                                              ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, over.source().value_bits(field));
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      over.run<Histogram>([&] { return std::make_unique<Histogram>(field, bits, bins, answers); },
                          stats));
  std::vector<std::vector<std::uint64_t>> users(answers, std::vector<std::uint64_t>(bins.count));
  for (const auto& reader : readers) {
    for (std::size_t i = 0; i < answers; ++i) {
      for (std::size_t bin = 0; bin < bins.count; ++bin) {
        users[i][bin] += reader->users(i)[bin];
      }
    }
  }
  return users;
}

}  // namespace

Result<std::vector<std::uint64_t>> number_histogram(const Sweep& over, FieldId field,
                                                    const Bins& bins, ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(auto users, histograms_of(over, field, bins, 1, stats));
  return std::move(users.front());
}

Result<std::vector<std::vector<std::uint64_t>>> number_histograms(const Sweep& over, FieldId field,
                                                                  const Bins& bins,
                                                                  ExecuteStats* stats) {
  return histograms_of(over, field, bins, over.program().answers.size(), stats);
}

Result<std::vector<std::vector<NumberTotal>>> number_totals(const Sweep& over,
                                                            std::span<const FieldId> fields,
                                                            ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bits, bits_of(over, fields));
  const std::size_t size = over.program().answers.size();
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      over.run<Totals>([&] { return std::make_unique<Totals>(fields, bits, size); }, stats));
  std::vector<std::vector<NumberTotal>> totals(fields.size(), std::vector<NumberTotal>(size));
  for (const auto& reader : readers) {
    for (std::size_t field = 0; field < fields.size(); ++field) {
      for (std::size_t i = 0; i < size; ++i) {
        const NumberTotal& part = reader->totals()[field][i];
        totals[field][i].users += part.users;
        totals[field][i].known += part.known;
        totals[field][i].sum += part.sum;
      }
    }
  }
  return totals;
}

Result<std::vector<NumberTotal>> number_totals(const Sweep& over, FieldId field,
                                               ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(auto totals, number_totals(over, {&field, 1}, stats));
  return std::move(totals.front());
}

Result<std::vector<std::vector<NumberSummary>>> number_summaries(const Sweep& over,
                                                                 std::span<const FieldId> fields,
                                                                 ExecuteStats* stats) {
  return summaries_of(over, fields, over.program().answers.size(), stats);
}

Result<NumberSummary> number_summary(const Sweep& over, FieldId field,
                                     std::span<const std::uint32_t> quantiles,
                                     ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const auto summaries, summaries_of(over, {&field, 1}, 1, stats));
  NumberSummary summary = summaries.front().front();
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
