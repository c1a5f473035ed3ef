#include "engine/ranking.h"

#include "engine/concentration.h"
#include "engine/leaders.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace tagline::engine {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr std::uint32_t kMillion = 1'000'000;

/// Numbers as keys without sign, in the same order.
struct Keys {
  unsigned bits = 1;  ///< 64 at most
  std::uint64_t bias = 0;

  [[nodiscard]] std::uint64_t key(std::uint64_t magnitude, bool negative) const {
    return negative ? bias - magnitude : bias + magnitude;
  }
  [[nodiscard]] std::uint64_t last() const {
    return bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  }
  [[nodiscard]] std::int64_t number(std::uint64_t key) const {
    return static_cast<std::int64_t>(key - bias);
  }
};

struct Cell {
  std::uint64_t users = 0;
  Int128 sum = 0;
};
using Table = std::vector<Cell>;  ///< by digit

/// Where a level stands: keys that begin with one of `prefixes` (above bit `high`) are divided by
/// the digit above bit `low`.
struct Level {
  unsigned high = 0;
  unsigned low = 0;
  std::vector<std::uint64_t> prefixes;  ///< one, of no bits, at the first level
  bool first = true;
  bool sums = false;

  [[nodiscard]] std::size_t digit(std::uint64_t key) const {
    return static_cast<std::size_t>(key >> low) & (kDigits - 1);
  }
};

class Histogram final : public AnswerReader {
 public:
  Histogram(FieldId field, unsigned value_bits, Keys keys, const Level& level)
      : column_(field, value_bits),
        keys_(keys),
        level_(level),
        tables_(level.prefixes.size(), Table(kDigits)) {}

  Status enter(ShardId shard, const Source& source) override {
    return column_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    const Register& answer = answers.answer(0);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      Table& table = tables_[i];
      column_.each_within(answers, answer, bounds_of(level_.prefixes[i]), false,
                          [&](const Magnitudes& numbers) { count(numbers, table); });
    }
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    column_.leave();
    return {};
  }

  [[nodiscard]] const std::vector<Table>& tables() const { return tables_; }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return tables_.size() * kDigits * sizeof(Cell);
  }

 private:
  /// The numbers whose keys begin so.
  [[nodiscard]] NumberColumn::Bounds bounds_of(std::uint64_t prefix) const {
    if (level_.first) {
      return {};
    }
    const std::uint64_t low = prefix << level_.high;
    const std::uint64_t high = low | ((std::uint64_t{1} << level_.high) - 1);
    return {keys_.number(low), keys_.number(std::min(high, keys_.last()))};
  }

  void count(const Magnitudes& numbers, Table& table) const {
    if (!level_.sums) {
      for (const std::uint64_t magnitude : numbers.values) {
        ++table[level_.digit(keys_.key(magnitude, numbers.negative))].users;
      }
      return;
    }
    for (const std::uint64_t magnitude : numbers.values) {
      Cell& cell = table[level_.digit(keys_.key(magnitude, numbers.negative))];
      ++cell.users;
      cell.sum += signed_of(magnitude, numbers.negative);
    }
  }

  NumberColumn column_;
  const Keys keys_;
  const Level& level_;
  std::vector<Table> tables_;
};

/// One question on its way down.
struct Quest {
  Rank order = Rank::Smallest;
  std::uint64_t rank = 0;               ///< when `share` is 0
  std::uint32_t share = 0;              ///< millionths of the total
  std::optional<std::uint64_t> prefix;  ///< the key's digits so far; nothing: no such number
  std::uint64_t before = 0;             ///< users ahead of those keys
  Int128 sum_before = 0;
  Int128 needed = 0;  ///< of the total, for a share
  Cell here;          ///< of those keys
};

class Descent {
 public:
  Descent(const Sweep& over, FieldId field, ExecuteStats* stats)
      : over_(over), field_(field), stats_(stats) {}

  /// Takes every quest down to a single number.
  Status run(std::vector<Quest>& quests);

  [[nodiscard]] const Keys& keys() const { return keys_; }
  [[nodiscard]] unsigned value_bits() const { return value_bits_; }
  [[nodiscard]] std::uint64_t known() const { return known_; }
  [[nodiscard]] Int128 total() const { return total_; }

 private:
  Status find_keys();
  Result<std::vector<Table>> histogram(const Level& level);
  void begin(std::vector<Quest>& quests, const Table& table);
  static void narrow(Quest& quest, const Table& table);

  const Sweep& over_;
  const FieldId field_;
  ExecuteStats* const stats_;
  unsigned value_bits_ = 0;
  Keys keys_;
  std::uint64_t known_ = 0;
  Int128 total_ = 0;
};

Status Descent::find_keys() {
  TAGLINE_ASSIGN_OR_RETURN(value_bits_, over_.source().value_bits(field_));
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t negative,
                           over_.source().cardinality({field_, kSignRow}));
  keys_.bits = std::max(1U, value_bits_ + (negative != 0 ? 1U : 0U));
  keys_.bias = negative != 0 ? std::uint64_t{1} << value_bits_ : 0;
  return {};
}

Result<std::vector<Table>> Descent::histogram(const Level& level) {
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      over_.run<Histogram>(
          [&] { return std::make_unique<Histogram>(field_, value_bits_, keys_, level); }, stats_));
  std::vector<Table> tables(level.prefixes.size(), Table(kDigits));
  for (const auto& reader : readers) {
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (std::size_t digit = 0; digit < kDigits; ++digit) {
        tables[i][digit].users += reader->tables()[i][digit].users;
        tables[i][digit].sum += reader->tables()[i][digit].sum;
      }
    }
  }
  return tables;
}

void Descent::begin(std::vector<Quest>& quests, const Table& table) {
  for (const Cell& cell : table) {
    known_ += cell.users;
    total_ += cell.sum;
  }
  for (Quest& quest : quests) {
    // Rounded up: whoever holds less holds less than the share.
    quest.needed = (total_ * quest.share + kMillion - 1) / kMillion;
    const bool there = quest.share != 0 ? total_ > 0 : quest.rank < known_;
    quest.prefix = there ? std::optional<std::uint64_t>(0) : std::nullopt;
  }
}

// The digit whose users hold the rank, or bring the sum to what is needed. Numbers above zero alone
// hold the total or more, so that those, from the largest, get there.
void Descent::narrow(Quest& quest, const Table& table) {
  for (std::size_t i = 0; i < kDigits; ++i) {
    const std::size_t digit = quest.order == Rank::Smallest ? i : kDigits - 1 - i;
    const Cell& cell = table[digit];
    const bool reached = quest.share != 0 ? quest.sum_before + cell.sum >= quest.needed
                                          : quest.rank < quest.before + cell.users;
    if (reached && cell.users != 0) {
      quest.prefix = *quest.prefix << kDigitBits | digit;
      quest.here = cell;
      return;
    }
    quest.before += cell.users;
    quest.sum_before += cell.sum;
  }
  quest.prefix = std::nullopt;  // the data changed between two sweeps: never within a snapshot
}

Status Descent::run(std::vector<Quest>& quests) {
  TAGLINE_RETURN_IF_ERROR(find_keys());
  const unsigned levels = (keys_.bits + kDigitBits - 1) / kDigitBits;
  Level level;
  level.prefixes = {0};
  level.sums = std::any_of(quests.begin(), quests.end(),
                           [](const Quest& quest) { return quest.share != 0; });
  for (unsigned i = 0; i < levels; ++i) {
    level.low = (levels - 1 - i) * kDigitBits;
    level.high = level.low + kDigitBits;
    TAGLINE_ASSIGN_OR_RETURN(const std::vector<Table> tables, histogram(level));
    if (level.first) {
      begin(quests, tables.front());
    }
    std::vector<std::uint64_t> next;
    for (Quest& quest : quests) {
      if (!quest.prefix.has_value()) {
        continue;
      }
      const auto at = std::find(level.prefixes.begin(), level.prefixes.end(), *quest.prefix);
      narrow(quest, tables[static_cast<std::size_t>(at - level.prefixes.begin())]);
      if (quest.prefix.has_value() &&
          std::find(next.begin(), next.end(), *quest.prefix) == next.end()) {
        next.push_back(*quest.prefix);
      }
    }
    level.prefixes = std::move(next);
    level.first = false;
    if (level.prefixes.empty()) {
      break;
    }
  }
  return {};
}

/// Everybody ahead of a number, and the first of those who have it.
class Collector final : public AnswerReader {
 public:
  Collector(FieldId field, unsigned bits, Rank order, std::int64_t last, std::uint64_t ties)
      : column_(field, bits), order_(order), last_(last), ties_(ties) {}

  Status enter(ShardId shard, const Source& source) override {
    return column_.enter(shard, source);
  }
  Status block(BlockAnswers& answers) override {
    NumberColumn::Bounds bounds;
    (order_ == Rank::Smallest ? bounds.high : bounds.low) = last_;
    column_.each_within(
        answers, answers.answer(0), bounds, true, [this](const Magnitudes& numbers) {
          for (std::size_t i = 0; i < numbers.values.size(); ++i) {
            take({numbers.users[i], signed_of(numbers.values[i], numbers.negative)});
          }
        });
    return {};
  }
  Status leave(ShardId /*shard*/) override {
    column_.leave();
    return {};
  }

  [[nodiscard]] const std::vector<RankedUser>& ahead() const { return ahead_; }
  [[nodiscard]] const std::vector<RankedUser>& tied() const { return tied_; }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return (ahead_.capacity() + tied_.capacity()) * sizeof(RankedUser);
  }

 private:
  void take(RankedUser user) {
    if (user.value == last_) {
      if (tied_.size() < ties_) {
        tied_.push_back(user);
      }
    } else if ((user.value < last_) == (order_ == Rank::Smallest)) {
      ahead_.push_back(user);
    }
  }

  NumberColumn column_;
  const Rank order_;
  const std::int64_t last_;
  const std::uint64_t ties_;
  std::vector<RankedUser> ahead_;
  std::vector<RankedUser> tied_;
};

}  // namespace

Result<std::vector<std::optional<std::int64_t>>> numbers_at(const Sweep& over, FieldId field,
                                                            Rank order,
                                                            std::span<const std::uint64_t> ranks,
                                                            ExecuteStats* stats) {
  std::vector<Quest> quests;
  for (const std::uint64_t rank : ranks) {
    Quest quest;
    quest.order = order;
    quest.rank = rank;
    quests.push_back(quest);
  }
  Descent descent(over, field, stats);
  TAGLINE_RETURN_IF_ERROR(descent.run(quests));
  std::vector<std::optional<std::int64_t>> numbers;
  for (const Quest& quest : quests) {
    numbers.push_back(quest.prefix.has_value() ? std::optional(descent.keys().number(*quest.prefix))
                                               : std::nullopt);
  }
  return numbers;
}

Result<std::vector<RankedUser>> ranked_users(const Sweep& over, FieldId field, Rank order,
                                             std::uint64_t n, ExecuteStats* stats) {
  if (n == 0) {
    return std::vector<RankedUser>();
  }
  if (n <= kLeadersMax) {
    return leaders(over, field, order, n, stats);
  }
  // The last of them; of fewer users than that, the last there is.
  std::vector<Quest> quests(1);
  quests.front().order = order;
  quests.front().rank = n - 1;
  Descent descent(over, field, stats);
  TAGLINE_RETURN_IF_ERROR(descent.run(quests));
  if (!quests.front().prefix.has_value()) {
    if (descent.known() == 0) {
      return std::vector<RankedUser>();
    }
    return ranked_users(over, field, order, descent.known(), stats);
  }
  const Quest& last = quests.front();
  const std::int64_t value = descent.keys().number(*last.prefix);
  const std::uint64_t ties = n - last.before;
  TAGLINE_ASSIGN_OR_RETURN(const auto readers, over.run<Collector>(
                                                   [&] {
                                                     return std::make_unique<Collector>(
                                                         field, descent.value_bits(), order, value,
                                                         ties);
                                                   },
                                                   stats));
  std::vector<RankedUser> users;
  std::vector<RankedUser> tied;
  for (const auto& reader : readers) {
    users.insert(users.end(), reader->ahead().begin(), reader->ahead().end());
    tied.insert(tied.end(), reader->tied().begin(), reader->tied().end());
  }
  std::sort(tied.begin(), tied.end(),
            [](const RankedUser& a, const RankedUser& b) { return a.user < b.user; });
  tied.resize(std::min<std::size_t>(tied.size(), ties));
  users.insert(users.end(), tied.begin(), tied.end());
  std::sort(users.begin(), users.end(), Ahead{order});
  return users;
}

Result<std::optional<Concentration>> concentration_by_descent(const Sweep& over, FieldId field,
                                                              std::uint32_t share,
                                                              ExecuteStats* stats) {
  std::vector<Quest> quests(1);
  quests.front().order = Rank::Largest;
  quests.front().share = share;
  Descent descent(over, field, stats);
  TAGLINE_RETURN_IF_ERROR(descent.run(quests));
  const Quest& last = quests.front();
  if (!last.prefix.has_value()) {
    return std::optional<Concentration>();
  }
  Concentration found;
  found.known = descent.known();
  found.total = descent.total();
  found.threshold = descent.keys().number(*last.prefix);
  // Of those who have just this number as many as are still needed.
  const Int128 missing = last.needed - last.sum_before;
  const Int128 ties = (missing + found.threshold - 1) / found.threshold;
  found.users = last.before + static_cast<std::uint64_t>(ties);
  found.held = last.sum_before + ties * found.threshold;
  return std::optional(found);
}

}  // namespace tagline::engine
