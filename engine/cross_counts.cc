#include "engine/cross_counts.h"

#include "engine/cost.h"
#include "engine/fetched.h"
#include "engine/kept_answer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <string>

namespace tagline::engine {
namespace {

// About, in nanoseconds, as engine/cost.h.
constexpr std::uint64_t kIndexCost = 2000;  // to clear it

// Columns met with a row while they are in the second-level cache, 8 KB each.
constexpr std::size_t kTile = 64;

// Fetches between two looks at the budget.
constexpr std::size_t kFetchesAtOnce = 256;

std::uint32_t end_of(Run run) {
  return std::min<std::uint32_t>(std::uint32_t{run.start} + run.more + 1, kBlockUsers);
}

// Calls visit for the members of the container that are in `among`. At most 65,536 times, whatever
// the bytes are. Arrays are filtered first: the outcomes are as good as random to the branch
// predictor.
template <class Visit>
void each_member(const Container& container, const KeptAnswer& among, Visit visit) {
  std::array<std::uint16_t, kSparseMax> kept;
  if (!among.list().empty() && probe_cost(container, among.list().size()) < container.cardinality) {
    const std::size_t size = keep(among.list(), container, kept.data());
    std::for_each_n(kept.begin(), size, visit);
    return;
  }
  const std::uint64_t* words = among.words();
  switch (container.kind) {
    case ContainerKind::Array: {
      Members members = members_of(container);
      if (words != nullptr) {
        members = {kept.data(), keep(members, words, kept.data())};
      }
      std::for_each(members.begin(), members.end(), visit);
      return;
    }
    case ContainerKind::Bitset:
      for (std::uint32_t i = 0; i < kBlockWords; ++i) {
        std::uint64_t word = words_of(container)[i];
        word &= words == nullptr ? word : words[i];
        for (; word != 0; word &= word - 1) {
          visit(static_cast<std::uint16_t>(i * 64 + static_cast<unsigned>(std::countr_zero(word))));
        }
      }
      return;
    case ContainerKind::Run: {
      std::uint32_t from = 0;  // damaged runs may overlap
      for (const Run run : runs_of(container)) {
        for (from = std::max<std::uint32_t>(from, run.start); from < end_of(run); ++from) {
          if (words == nullptr || (words[from / 64] >> (from % 64) & 1U) != 0) {
            visit(static_cast<std::uint16_t>(from));
          }
        }
      }
      return;
    }
  }
}

// The rows of one list that have somebody in the block.
struct Side {
  std::vector<Fragment> fragments;
  struct Present {
    const Container* container = nullptr;
    std::uint16_t number = 0;  ///< 1 + its place in the list
  };
  std::vector<Present> present;
  bool apart = true;  ///< until seen otherwise

  void place(unsigned block) {
    present.clear();
    for (std::size_t i = 0; i < fragments.size(); ++i) {
      if (const Container* container = fragments[i].find(block); container != nullptr) {
        present.push_back({container, static_cast<std::uint16_t>(i + 1)});
      }
    }
  }
  // To visit all members.
  [[nodiscard]] std::uint64_t walk_cost(const KeptAnswer& among) const {
    std::uint64_t cost = 0;
    for (const Present& row : present) {
      const std::uint64_t members = row.container->cardinality;
      const std::size_t listed = among.list().size();
      cost += listed == 0 ? members : std::min(members, probe_cost(*row.container, listed));
    }
    return cost;
  }
};

class CrossCounter final : public AnswerReader {
 public:
  CrossCounter(std::span<const RowKey> rows, std::span<const RowKey> columns, const Budget* budget)
      : row_keys_(rows),
        column_keys_(columns),
        budget_(budget),
        stride_(columns.size() + 1),
        cells_((rows.size() + 1) * stride_) {}

  Status enter(ShardId /*shard*/, const Source& source) override {
    source_ = &source;
    return {};
  }

  Status block(BlockAnswers& answers) override {
    answer_.keep(answers, answers.answer(0));
    if (answer_.empty()) {
      return {};
    }
    TAGLINE_RETURN_IF_ERROR(fetch(row_keys_, answers.shard(), rows_.fragments));
    TAGLINE_RETURN_IF_ERROR(fetch(column_keys_, answers.shard(), columns_.fragments));
    rows_.place(answers.block());
    columns_.place(answers.block());
    if (rows_.present.empty() || columns_.present.empty()) {
      return {};
    }
    const std::uint64_t walks = rows_.walk_cost(answer_) + columns_.walk_cost(answer_);
    const std::uint64_t pairs = rows_.present.size() * columns_.present.size() * kBitsetPassCost;
    if (kIndexCost + walks < pairs) {
      if (count_by_index(columns_, rows_, {1, stride_}) ||
          count_by_index(rows_, columns_, {stride_, 1})) {
        return {};
      }
    }
    return count_pairs();
  }

  Status leave(ShardId /*shard*/) override {
    rows_.fragments.clear();
    columns_.fragments.clear();
    return {};
  }

  [[nodiscard]] std::uint64_t count(std::size_t row, std::size_t column) const {
    return cells_[(row + 1) * stride_ + column + 1];
  }
  [[nodiscard]] const ExecuteStats& fetched() const { return fetched_; }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return cells_.size() * sizeof(cells_.front()) + index_.size() * sizeof(index_.front());
  }

 private:
  // Once a shard, when somebody is selected there.
  Status fetch(std::span<const RowKey> keys, ShardId shard, std::vector<Fragment>& fragments) {
    if (!fragments.empty()) {
      return {};
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (budget_ != nullptr && i % kFetchesAtOnce == 0) {
        TAGLINE_RETURN_IF_ERROR(budget_->check());
      }
      TAGLINE_ASSIGN_OR_RETURN(Fragment fragment,
                               fetch_counted(*source_, keys[i], shard, fetched_));
      fragments.push_back(std::move(fragment));
    }
    return {};
  }

  /// How far a cell is from the one with the next number of a side.
  struct Steps {
    std::size_t indexed = 0;
    std::size_t walked = 0;
  };

  // False, and nothing counted, when a user is in two rows of `indexed`.
  bool count_by_index(Side& indexed, const Side& walked, Steps steps) {
    if (!indexed.apart || !write_index(indexed)) {
      indexed.apart = false;
      return false;
    }
    const std::uint16_t* index = index_.data();
    for (const Side::Present& row : walked.present) {
      std::uint64_t* cells = cells_.data() + row.number * steps.walked;
      each_member(*row.container, answer_, [index, cells, &steps](std::uint16_t member) {
        ++cells[index[member] * steps.indexed];
      });
    }
    return true;
  }

  // For each user the number of the row that has her, or 0. Users that are not in the answer may
  // have one too.
  bool write_index(const Side& side) {
    index_.assign(kBlockUsers, 0);
    std::uint16_t* index = index_.data();
    for (const Side::Present& row : side.present) {
      std::uint32_t written_before = 0;
      const auto write = [&, number = row.number](std::uint16_t member) {
        written_before |= index[member];
        index[member] = number;
      };
      if (row.container->kind == ContainerKind::Array && answer_.list().empty()) {
        const Members members = members_of(*row.container);
        std::for_each(members.begin(), members.end(), write);
      } else {
        each_member(*row.container, answer_, write);
      }
      if (written_before != 0) {
        return false;
      }
    }
    return true;
  }

  // Flat, or as lists of few, so that no pair takes more than a pass over two bitsets.
  Status count_pairs() {
    tile_.resize(std::min(kTile, columns_.present.size()));
    for (std::size_t from = 0; from < columns_.present.size(); from += kTile) {
      const std::span<const Side::Present> columns =
          std::span(columns_.present)
              .subspan(from, std::min(kTile, columns_.present.size() - from));
      for (std::size_t i = 0; i < columns.size(); ++i) {
        tile_[i].keep(*columns[i].container, answer_);
      }
      for (const Side::Present& row : rows_.present) {
        if (budget_ != nullptr) {
          TAGLINE_RETURN_IF_ERROR(budget_->check());
        }
        row_.keep(*row.container, answer_);
        std::uint64_t* cells = cells_.data() + row.number * stride_;
        for (std::size_t i = 0; i < columns.size() && !row_.empty(); ++i) {
          cells[columns[i].number] += row_.count(tile_[i]);
        }
      }
    }
    return {};
  }

  const std::span<const RowKey> row_keys_;
  const std::span<const RowKey> column_keys_;
  const Budget* const budget_;
  const std::size_t stride_;
  const Source* source_ = nullptr;
  Side rows_;
  Side columns_;
  KeptAnswer answer_;
  KeptAnswer row_;                ///< one row's users within the answer
  std::vector<KeptAnswer> tile_;  ///< the same of columns
  std::vector<std::uint16_t> index_;
  /// By number; row 0 and column 0 take the users that are in no row of a list.
  std::vector<std::uint64_t> cells_;
  ExecuteStats fetched_;
};

}  // namespace

Status check_cross_size(std::size_t rows, std::size_t columns) {
  if (rows <= kCrossRowsMax && columns <= kCrossRowsMax && rows * columns <= kCrossCellsMax) {
    return {};
  }
  const std::string size = std::to_string(rows) + " x " + std::to_string(columns);
  return failure(
      ErrorCode::TooLarge,
      {"a table of " + size + " values is too large: at most " + std::to_string(kCrossCellsMax) +
           " cells and " + std::to_string(kCrossRowsMax) + " values of a tag",
       size + " 个取值的交叉表过大：最多 " + std::to_string(kCrossCellsMax) +
           " 个单元格，每个标签最多 " + std::to_string(kCrossRowsMax) + " 个取值"},
      {"choose a tag with fewer values, or break down by one tag",
       "请选择取值较少的标签，或只按一个标签细分"});
}

Result<std::vector<std::uint64_t>> cross_counts(const Sweep& sweep, std::span<const RowKey> rows,
                                                std::span<const RowKey> columns,
                                                ExecuteStats* stats) {
  TAGLINE_RETURN_IF_ERROR(check_cross_size(rows.size(), columns.size()));
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      sweep.run<CrossCounter>(
          [&] { return std::make_unique<CrossCounter>(rows, columns, sweep.budget()); }, stats));
  std::vector<std::uint64_t> counts(rows.size() * columns.size());
  for (const auto& reader : readers) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] += reader->count(i / columns.size(), i % columns.size());
    }
    if (stats != nullptr) {
      *stats += reader->fetched();
    }
  }
  return counts;
}

}  // namespace tagline::engine
