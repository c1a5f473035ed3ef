// region_counts of engine/overlap.h.
#include "engine/flattened.h"
#include "engine/kernels.h"
#include "engine/overlap.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <string>

namespace tagline::engine {
namespace {

// Users in any of the answers below which each is looked at by herself (5 ns) instead of everybody
// being numbered (45 us a block).
constexpr std::uint32_t kFewUsers = 8192;

// Tallies apart, so that neighbours in the same region do not wait for each other's store. A
// block's users, half each, fit 16 bits; four tallies of 2^12 would fill the first-level cache.
constexpr std::size_t kTallies = 2;
static_assert(kBlockUsers / kTallies <= 0xFFFF);
static_assert(kRegionsMax <= kNumberBitsMax);

class RegionCounter final : public AnswerReader {
 public:
  /// `size` answers, `within` is none of theirs when it is `size`.
  RegionCounter(std::size_t size, std::size_t within)
      : size_(size),
        within_(within),
        seen_(size),
        flattened_(size),
        in_all_(std::size_t{1} << (within < size ? size - 1 : size)),
        in_just_(in_all_.size()) {}

  Status block(BlockAnswers& answers) override {
    // First all of them: where a root comes twice, it is computed again over the first.
    for (std::size_t i = 0; i < size_; ++i) {
      seen_[i] = &answers.answer(i);
    }
    const Register* within = within_ < size_ ? seen_[within_] : nullptr;
    if (within != nullptr) {
      users_within_ += answers.users(*within);
      if (answers.users(*within) == 0) {
        return {};
      }
    }
    gather(answers, within);
    if (words_.size() <= kSubsetsMax) {
      count_subsets();
    } else {
      tally_users();
    }
    return {};
  }

  /// Regions but the one of users in no answer.
  void add_to(std::vector<std::uint64_t>& regions) const {
    std::vector<std::uint64_t> just = in_all_;
    // Those in all of a subset, less those who are also in one more answer, answer by answer.
    for (std::size_t bit = 1; bit < just.size(); bit <<= 1U) {
      for (std::size_t region = 0; region < just.size(); ++region) {
        if ((region & bit) == 0) {
          just[region] -= just[region | bit];
        }
      }
    }
    for (std::size_t region = 1; region < just.size(); ++region) {
      regions[region] += just[region] + in_just_[region];
    }
  }
  [[nodiscard]] std::uint64_t users_within() const { return users_within_; }

 private:
  // The flat words of the answers that have somebody here, cut to those within.
  void gather(BlockAnswers& answers, const Register* within) {
    words_.clear();
    masks_.clear();
    const bool cut = within != nullptr && within->state != Register::State::Full;
    const std::uint64_t* bound = cut ? flattened_.words(answers, *within, within_) : nullptr;
    std::size_t mask = 1;
    for (std::size_t i = 0; i < size_; ++i) {
      if (i == within_) {
        continue;
      }
      const Register& answer = *seen_[i];
      if (answer.state != Register::State::Empty) {
        const std::uint64_t* words = flattened_.words(answers, answer, i);
        if (bound != nullptr) {
          std::uint64_t* kept = scratch(words_.size());
          const std::array<const std::uint64_t*, 2> both{words, bound};
          kernels().intersect(kept, both, {});
          words = kept;
        }
        words_.push_back(words);
        masks_.push_back(mask);
      }
      mask <<= 1U;
    }
  }

  std::uint64_t* scratch(std::size_t i) {
    while (scratch_.size() <= i) {
      scratch_.push_back(std::make_unique_for_overwrite<Words>());
    }
    return scratch_[i]->words.data();
  }

  // Subsets depth first: each is its first answers' intersection and one answer more; nothing is
  // below one that has nobody. `path` holds the answers of a subset, ascending.
  void count_subsets() {
    std::array<std::size_t, kSubsetsMax> path;
    std::array<const std::uint64_t*, kSubsetsMax> common;
    std::size_t depth = 0;
    std::size_t mask = 0;
    std::size_t next = 0;
    while (true) {
      if (next == words_.size()) {
        if (depth == 0) {
          return;
        }
        --depth;
        next = path[depth] + 1;
        mask ^= masks_[path[depth]];
        continue;
      }
      std::uint32_t users = 0;
      if (depth == 0) {
        common[0] = words_[next];
        users = kernels().intersect(nullptr, {common.data(), 1}, {});
      } else {
        const bool last = next + 1 == words_.size();
        std::uint64_t* out = last ? nullptr : scratch(size_ + depth);
        const std::array<const std::uint64_t*, 2> both{common[depth - 1], words_[next]};
        users = kernels().intersect(out, both, {});
        common[depth] = out;
      }
      in_all_[mask | masks_[next]] += users;
      if (users != 0 && next + 1 < words_.size()) {
        path[depth] = next;
        mask |= masks_[next];
        ++depth;
      }
      ++next;
    }
  }

  void tally_users() {
    tallies_.assign(kTallies << words_.size(), 0);
    std::uint64_t* any = scratch(size_);
    if (kernels().unite(any, words_) <= kFewUsers) {
      tally_few(any);
    } else {
      tally_everybody();
    }
    add_tallies();
  }

  void tally_few(const std::uint64_t* any) {
    for (std::size_t at = 0; at < kBlockWords; ++at) {
      for (std::uint64_t left = any[at]; left != 0; left &= left - 1) {
        const int user = std::countr_zero(left);
        std::size_t region = 0;
        for (std::size_t i = 0; i < words_.size(); ++i) {
          region |= (words_[i][at] >> user & 1U) << i;
        }
        ++tallies_[(static_cast<unsigned>(user) % kTallies << words_.size()) + region];
      }
    }
  }

  // Users in none of the answers too, at 0, which nobody reads.
  void tally_everybody() {
    std::array<std::uint16_t, kNumberedWords * 64> numbers;
    const std::size_t size = std::size_t{1} << words_.size();
    std::uint16_t* tallies = tallies_.data();
    for (std::size_t at = 0; at < kBlockWords; at += kNumberedWords) {
      kernels().number(numbers.data(), words_, at);
      for (std::size_t user = 0; user < numbers.size(); user += kTallies) {
        ++tallies[numbers[user]];
        ++tallies[numbers[user + 1] + size];
      }
    }
  }

  // From numbers over the answers of the block to numbers over all: the next larger number within
  // the bits of a mask is (number - mask) & mask.
  void add_tallies() {
    const std::size_t size = std::size_t{1} << words_.size();
    std::size_t mask = 0;
    for (const std::size_t bit : masks_) {
      mask |= bit;
    }
    std::size_t region = 0;
    for (std::size_t local = 0; local < size; ++local) {
      in_just_[region] += std::uint64_t{tallies_[local]} + tallies_[size + local];
      region = (region - mask) & mask;
    }
  }

  const std::size_t size_;
  const std::size_t within_;
  std::vector<const Register*> seen_;
  Flattened flattened_;
  std::vector<const std::uint64_t*> words_;  ///< of the answers that have somebody in the block
  std::vector<std::size_t> masks_;           ///< their bits
  std::vector<std::unique_ptr<Words>> scratch_;
  std::vector<std::uint16_t> tallies_;
  std::vector<std::uint64_t> in_all_;   ///< users in all answers of a subset, from some blocks
  std::vector<std::uint64_t> in_just_;  ///< users of a region, from the other blocks
  std::uint64_t users_within_ = 0;
};

Status check_request(const Sweep& sweep, std::size_t regions_of) {
  if (regions_of > kRegionsMax) {
    const std::string most = std::to_string(kRegionsMax);
    return failure(
        ErrorCode::TooLarge,
        {"the regions of " + std::to_string(regions_of) + " expressions, at most " + most +
             " can be told apart",
         "要区分 " + std::to_string(regions_of) + " 个表达式的所有区域，最多只能 " + most + " 个"},
        {"choose fewer expressions, or compare them in pairs", "请减少表达式，或改为两两比较"});
  }
  if (sweep.program().answers.size() > 1 && sweep.answers() != Answers::Together) {
    return failure(ErrorCode::Internal, {"regions were asked of answers that come in turn",
                                         "区域计算需要同时保留各答案"});
  }
  return {};
}

}  // namespace

Result<std::vector<std::uint64_t>> region_counts(const Sweep& sweep, const RegionOptions& options,
                                                 ExecuteStats* stats) {
  const std::size_t size = sweep.program().answers.size();
  const std::size_t within = options.within.value_or(size);
  const bool bounded = options.within.has_value();
  if (bounded && within >= size) {
    return failure(ErrorCode::Internal, {"regions were to be counted within an answer there is not",
                                         "区域计算指定的范围答案不存在"});
  }
  const std::size_t regions_of = bounded ? size - 1 : size;
  TAGLINE_RETURN_IF_ERROR(check_request(sweep, regions_of));
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t population,
                           sweep.source().cardinality(kPopulationRow));
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      sweep.run<RegionCounter>([&] { return std::make_unique<RegionCounter>(size, within); },
                               stats));
  std::vector<std::uint64_t> regions(std::size_t{1} << regions_of);
  std::uint64_t universe = bounded ? 0 : population;
  for (const auto& reader : readers) {
    reader->add_to(regions);
    universe += reader->users_within();
  }
  std::uint64_t in_some = 0;
  for (const std::uint64_t users : regions) {
    in_some += users;
  }
  regions[0] = universe - std::min(universe, in_some);
  return regions;
}

}  // namespace tagline::engine
