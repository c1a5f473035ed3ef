#include "engine/similar_rows.h"

#include "engine/count_in.h"
#include "engine/fragment.h"
#include "engine/register.h"
#include "engine/sparse.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace tagline::engine {
namespace {

/// Two rows that may still turn out to be alike.
struct Open {
  std::uint32_t small;  ///< places in Search::rows_, sorted by size
  std::uint32_t large;
  std::uint64_t both = 0;
};

struct Row {
  std::size_t place = 0;  ///< among the candidates
  std::uint64_t size = 0;
  std::uint64_t left = 0;  ///< users in blocks that were not read yet
  std::size_t pairs = 0;   ///< that are open
  Fragment fragment;       ///< of the shard at hand
  // Of the block at hand: a list or words, or nobody.
  Members list;
  const std::uint64_t* words = nullptr;
  std::unique_ptr<Words> flat;
};

class Search {
 public:
  Search(std::span<const CandidateRow> candidates, const Source& source,
         const SimilarOptions& options)
      : candidates_(candidates), source_(source), options_(options) {}

  Result<std::vector<SimilarPair>> run() {
    TAGLINE_RETURN_IF_ERROR(open_pairs());
    for (ShardId shard = 0; shard < source_.shard_count() && !open_.empty(); ++shard) {
      for (Row& row : rows_) {
        row.fragment = Fragment();
        if (row.pairs != 0) {
          TAGLINE_ASSIGN_OR_RETURN(row.fragment, source_.fetch(candidates_[row.place].row, shard));
        }
      }
      for (unsigned block = 0; block < kBlocksPerShard && !open_.empty(); ++block) {
        if (options_.budget != nullptr) {
          TAGLINE_RETURN_IF_ERROR(options_.budget->check());
        }
        count_block(block);
      }
    }
    std::vector<SimilarPair> found;
    for (const Open& pair : open_) {
      const Row& small = rows_[pair.small];
      const Row& large = rows_[pair.large];
      const std::uint64_t either = small.size + large.size - pair.both;
      if (is_alike(pair.both, either)) {
        found.push_back({std::min(small.place, large.place), std::max(small.place, large.place),
                         pair.both, either});
      }
    }
    std::sort(found.begin(), found.end(), [](const SimilarPair& x, const SimilarPair& y) {
      return std::pair(x.a, x.b) < std::pair(y.a, y.b);
    });
    return found;
  }

 private:
  [[nodiscard]] bool is_alike(std::uint64_t both, std::uint64_t either) const {
    return static_cast<double>(both) >= options_.share * static_cast<double>(either);
  }

  /// Pairs whose sizes allow it.
  Status open_pairs() {
    for (std::size_t place = 0; place < candidates_.size(); ++place) {
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t size,
                               source_.cardinality(candidates_[place].row));
      if (size > 0) {
        Row& row = rows_.emplace_back();
        row.place = place;
        row.size = row.left = size;
      }
    }
    std::sort(rows_.begin(), rows_.end(), [](const Row& x, const Row& y) {
      return std::pair(x.size, x.place) < std::pair(y.size, y.place);
    });
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
      for (std::uint32_t j = i + 1; j < rows_.size() && is_alike(rows_[i].size, rows_[j].size);
           ++j) {
        if (candidates_[rows_[i].place].group == candidates_[rows_[j].place].group) {
          continue;
        }
        if (open_.size() == kSimilarPairsMax) {
          return failure(
              ErrorCode::TooLarge,
              {"more than " + std::to_string(kSimilarPairsMax) + " pairs of rows are of one size",
               "大小相近的行对超过 " + std::to_string(kSimilarPairsMax) + " 个"},
              {"compare fewer tags, or ask for a higher similarity",
               "请减少比较的标签，或提高相似度要求"});
        }
        open_.push_back({i, j});
        ++rows_[i].pairs;
        ++rows_[j].pairs;
      }
    }
    return {};
  }

  void count_block(unsigned block) {
    for (Row& row : rows_) {
      row.list = {};
      row.words = nullptr;
      const Container* container = row.pairs == 0 ? nullptr : row.fragment.find(block);
      if (container == nullptr || container->cardinality == 0) {
        continue;
      }
      row.left -= std::min<std::uint64_t>(row.left, container->cardinality);
      if (container->kind == ContainerKind::Bitset) {
        row.words = words_of(*container);
      } else if (container->kind == ContainerKind::Array) {  // not flat: rows are many
        row.list = members_of(*container);
      } else {
        if (row.flat == nullptr) {
          row.flat = std::make_unique<Words>();
        }
        erase_all(row.flat->words.data());
        set(row.flat->words.data(), *container);
        row.words = row.flat->words.data();
      }
    }
    std::erase_if(open_, [&](Open& pair) {
      Row& small = rows_[pair.small];
      Row& large = rows_[pair.large];
      pair.both += in_both(small, large);
      const std::uint64_t most = pair.both + std::min(small.left, large.left);
      const std::uint64_t either = small.size + large.size - std::min(most, small.size);
      const bool hopeless = !is_alike(most, either);
      for (Row* row : {&small, &large}) {
        row->pairs -= hopeless ? 1 : 0;
        if (row->pairs == 0) {
          row->flat.reset();
        }
      }
      return hopeless;
    });
  }

  static std::uint32_t in_both(const Row& a, const Row& b) {
    if (a.words != nullptr && b.words != nullptr) {
      return count_both(a.words, b.words);
    }
    if (a.words != nullptr) {
      return b.list.empty() ? 0 : count_in(b.list, a.words);
    }
    if (b.words != nullptr) {
      return a.list.empty() ? 0 : count_in(a.list, b.words);
    }
    return a.list.empty() || b.list.empty() ? 0 : count_in(a.list, b.list);
  }

  std::span<const CandidateRow> candidates_;
  const Source& source_;
  const SimilarOptions& options_;
  std::vector<Row> rows_;  ///< by size
  std::vector<Open> open_;
};

}  // namespace

Result<std::vector<SimilarPair>> similar_rows(std::span<const CandidateRow> rows,
                                              const Source& source, const SimilarOptions& options) {
  return Search(rows, source, options).run();
}

}  // namespace tagline::engine
