// How few hold a share, as a rule in one sweep and a look at a few blocks.
//
// The threshold is guessed first: the numbers of a few blocks, sorted, tell where the share is
// reached, give or take what samples err (R. Floyd and R. Rivest, "Expected time bounds for
// selection", 1975, select so). One sweep then adds up everybody, and those above the guess, from
// the slices, and lists the few numbers within it. Only if the threshold is not among them, it is
// looked for by radix descent.
#include "engine/concentration.h"

#include "engine/number_column.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kMillion = 1'000'000;
constexpr std::size_t kSampleBlocks = 16;
/// Numbers a sample has of a block, about.
constexpr std::uint32_t kSampleMax = 1024;
/// A guess of so few different numbers is counted number by number; of a wider one the numbers are
/// kept, at most so many a thread.
constexpr std::uint64_t kCountedMax = 4096;
constexpr std::size_t kListedMax = std::size_t{1} << 18U;

/// Numbers of every so many blocks.
class Sample final : public AnswerReader {
 public:
  Sample(FieldId field, unsigned bits, std::uint64_t stride)
      : column_(field, bits), stride_(stride) {}

  Status enter(ShardId shard, const Source& source) override {
    return column_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    const std::uint64_t number = std::uint64_t{answers.shard()} * kBlocksPerShard + answers.block();
    if (number % stride_ == stride_ / 2) {
      const Register& answer = answers.answer(0);
      const std::uint32_t step = answers.users(answer) / kSampleMax + 1;
      std::uint32_t skip = step / 2;
      column_.each(answers, answer, false, [&](const Magnitudes& some) {
        std::size_t at = skip;
        for (; at < some.values.size(); at += step) {
          numbers_.push_back(signed_of(some.values[at], some.negative));
        }
        skip = static_cast<std::uint32_t>(at - some.values.size());
      });
    }
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    column_.leave();
    return {};
  }

  [[nodiscard]] const std::vector<std::int64_t>& numbers() const { return numbers_; }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return numbers_.capacity() * sizeof(std::int64_t);
  }

 private:
  NumberColumn column_;
  const std::uint64_t stride_;
  std::vector<std::int64_t> numbers_;
};

using Total = NumberColumn::Total;

/// The numbers within the guess. Only one of the two is used.
struct Inside {
  std::vector<std::uint64_t> counts;  ///< users of guess.low + i
  std::vector<std::int64_t> listed;
  bool complete = true;  ///< false: there were too many

  void add(const Inside& other) {
    counts.resize(std::max(counts.size(), other.counts.size()));
    for (std::size_t i = 0; i < other.counts.size(); ++i) {
      counts[i] += other.counts[i];
    }
    listed.insert(listed.end(), other.listed.begin(), other.listed.end());
    complete = complete && other.complete;
  }
};

[[nodiscard]] std::uint64_t width_of(NumberColumn::Bounds guess) {
  return static_cast<std::uint64_t>(guess.high) - static_cast<std::uint64_t>(guess.low);
}

/// Everybody, those above the guess, and the numbers within it.
class Splitter final : public AnswerReader {
 public:
  Splitter(FieldId field, unsigned bits, NumberColumn::Bounds guess)
      : column_(field, bits), guess_(guess) {
    if (width_of(guess) < kCountedMax) {
      inside_.counts.resize(width_of(guess) + 1);
    }
  }

  Status enter(ShardId shard, const Source& source) override {
    return column_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    const Register& answer = answers.answer(0);
    add(all_, column_.total(answers, answer));
    if (guess_.high != INT64_MAX) {
      add(above_, column_.total_within(answers, answer, {guess_.high + 1, INT64_MAX}));
    }
    if (guess_.low == guess_.high) {
      inside_.counts.front() += column_.total_within(answers, answer, guess_).known;
    } else {
      column_.each_within(answers, answer, guess_, false,
                          [this](const Magnitudes& some) { keep(some); });
    }
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    column_.leave();
    return {};
  }

  [[nodiscard]] const Total& all() const { return all_; }
  [[nodiscard]] const Total& above() const { return above_; }
  [[nodiscard]] const Inside& inside() const { return inside_; }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return (inside_.listed.capacity() + inside_.counts.size()) * sizeof(std::int64_t);
  }

 private:
  static void add(Total& into, const Total& some) {
    into.known += some.known;
    into.sum += some.sum;
  }
  void keep(const Magnitudes& some) {
    const bool counted = !inside_.counts.empty();
    if (!counted && inside_.listed.size() + some.values.size() > kListedMax) {
      inside_.complete = false;
      return;
    }
    for (const std::uint64_t magnitude : some.values) {
      const std::int64_t value = signed_of(magnitude, some.negative);
      if (counted) {
        ++inside_.counts[static_cast<std::size_t>(value - guess_.low)];
      } else {
        inside_.listed.push_back(value);
      }
    }
  }

  NumberColumn column_;
  const NumberColumn::Bounds guess_;
  Total all_;
  Total above_;
  Inside inside_;
};

/// Where the share is reached, by the sample.
NumberColumn::Bounds guess_of(std::vector<std::int64_t>& numbers, std::uint32_t share) {
  std::sort(numbers.begin(), numbers.end(), std::greater<>());
  Int128 total = 0;
  for (const std::int64_t number : numbers) {
    total += number;
  }
  const Int128 needed = total * share / kMillion;
  std::size_t at = 0;
  for (Int128 held = 0; at < numbers.size() && held + numbers[at] < needed; ++at) {
    held += numbers[at];
  }
  const auto size = static_cast<double>(numbers.size());
  // A rank errs by half the root at most, as a rule.
  const auto margin = static_cast<std::size_t>(2.5 * std::sqrt(size)) + 1;
  NumberColumn::Bounds guess;
  if (at >= margin) {
    guess.high = numbers[at - margin];
  }
  if (at + margin < numbers.size()) {
    guess.low = numbers[at + margin];
  }
  return guess;
}

/// Goes from the largest number down until the share is held.
class Walk {
 public:
  Walk(const Total& all, const Total& above, std::uint32_t share)
      : needed_((all.sum * share + kMillion - 1) / kMillion),  // up: less would be less than that
        held_(above.sum),
        before_(above.known) {
    found_.known = all.known;
    found_.total = all.sum;
  }

  /// Whether it is still to be reached.
  [[nodiscard]] bool begins() const { return held_ < needed_; }
  /// Whether users of this number, not larger than the last, reach it.
  bool step(std::int64_t value, std::uint64_t users) {
    if (users == 0 || value <= 0) {  // numbers above zero alone hold the total or more
      return false;
    }
    if (held_ + Int128{value} * users < needed_) {
      pass(Int128{value} * users, users);
      return false;
    }
    const Int128 ties = (needed_ - held_ + value - 1) / value;
    found_.users = before_ + static_cast<std::uint64_t>(ties);
    found_.held = held_ + ties * value;
    found_.threshold = value;
    return true;
  }
  /// Whether users whose numbers have this sum would reach it; else they are passed.
  bool would_reach(Int128 sum, std::uint64_t users) {
    if (held_ + sum >= needed_) {
      return true;
    }
    pass(sum, users);
    return false;
  }
  [[nodiscard]] const Concentration& found() const { return found_; }

 private:
  void pass(Int128 sum, std::uint64_t users) {
    held_ += sum;
    before_ += users;
  }

  const Int128 needed_;
  Int128 held_;
  std::uint64_t before_;
  Concentration found_;
};

bool walk_counts(Walk& walk, const std::vector<std::uint64_t>& counts, std::int64_t low) {
  for (std::size_t i = counts.size(); i-- > 0;) {
    if (walk.step(low + static_cast<std::int64_t>(i), counts[i])) {
      return true;
    }
  }
  return false;
}

// By parts of equal width; only the numbers of the part in which the share is reached are sorted.
bool walk_list(Walk& walk, const std::vector<std::int64_t>& listed, NumberColumn::Bounds guess) {
  constexpr std::size_t kParts = 512;
  const std::uint64_t width = width_of(guess) / kParts + 1;
  const auto part_of = [&](std::int64_t value) {
    return static_cast<std::size_t>(
        (static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(guess.low)) / width);
  };
  std::vector<Total> parts(kParts);
  for (const std::int64_t value : listed) {
    Total& part = parts[part_of(value)];
    ++part.known;
    part.sum += value;
  }
  for (std::size_t i = kParts; i-- > 0;) {
    if (parts[i].known == 0 || !walk.would_reach(parts[i].sum, parts[i].known)) {
      continue;
    }
    std::vector<std::int64_t> last;
    std::copy_if(listed.begin(), listed.end(), std::back_inserter(last),
                 [&](std::int64_t value) { return part_of(value) == i; });
    std::sort(last.begin(), last.end(), std::greater<>());
    return std::any_of(last.begin(), last.end(),
                       [&walk](std::int64_t value) { return walk.step(value, 1); });
  }
  return false;
}

}  // namespace

Result<std::optional<Concentration>> concentration(const Sweep& over, FieldId field,
                                                   std::uint32_t share, ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, over.source().value_bits(field));
  const std::uint64_t blocks = std::uint64_t{over.source().shard_count()} * kBlocksPerShard;
  const std::uint64_t stride = std::max<std::uint64_t>(1, blocks / kSampleBlocks);
  TAGLINE_ASSIGN_OR_RETURN(
      const auto samples,
      over.run<Sample>([&] { return std::make_unique<Sample>(field, bits, stride); }, stats));
  std::vector<std::int64_t> numbers;
  for (const auto& sample : samples) {
    numbers.insert(numbers.end(), sample->numbers().begin(), sample->numbers().end());
  }
  const NumberColumn::Bounds guess = guess_of(numbers, share);
  TAGLINE_ASSIGN_OR_RETURN(
      const auto splitters,
      over.run<Splitter>([&] { return std::make_unique<Splitter>(field, bits, guess); }, stats));
  Total all;
  Total above;
  Inside inside;
  for (const auto& splitter : splitters) {
    all.known += splitter->all().known;
    all.sum += splitter->all().sum;
    above.known += splitter->above().known;
    above.sum += splitter->above().sum;
    inside.add(splitter->inside());
  }
  if (all.sum <= 0) {
    return std::optional<Concentration>();
  }
  Walk walk(all, above, share);
  if (inside.complete && walk.begins() &&
      (inside.counts.empty() ? walk_list(walk, inside.listed, guess)
                             : walk_counts(walk, inside.counts, guess.low))) {
    return std::optional(walk.found());
  }
  return concentration_by_descent(over, field, share, stats);
}

}  // namespace tagline::engine
