// Every set of kernels this processor can run, against loops over single users.
#include "engine/kernels.h"

#include "engine/layout.h"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

using Words = std::vector<std::uint64_t>;

bool bit(const Words& words, std::size_t user) {
  return (words[user / 64] >> (user % 64) & 1U) != 0;
}

class KernelSets : public testing::TestWithParam<const Kernels*> {
 protected:
  KernelSets() {
    for (Words& words : inputs_) {
      words.resize(kBlockWords);
      for (std::uint64_t& word : words) {
        word = random_() & random_();
      }
      pointers_.push_back(words.data());
    }
  }

  WordsList list(std::size_t begin, std::size_t end) const {
    return {pointers_.data() + begin, end - begin};
  }

  template <class Holds>
  void expect(const Words& got, std::uint32_t users, Holds holds) {
    std::uint32_t expected = 0;
    for (std::size_t user = 0; user < kBlockUsers; ++user) {
      expected += holds(user) ? 1U : 0U;
      ASSERT_EQ(bit(got, user), holds(user)) << "user " << user;
    }
    EXPECT_EQ(users, expected);
  }

  std::mt19937_64 random_{7};
  std::array<Words, 12> inputs_;
  std::vector<const std::uint64_t*> pointers_;
  Words out_ = Words(kBlockWords, 0x5555);
};

TEST_P(KernelSets, Intersect) {
  for (std::size_t with = 1; with <= 4; ++with) {
    for (std::size_t without = 0; without <= 3; ++without) {
      const WordsList in = list(0, with);
      const WordsList no = list(with, with + without);
      const std::uint32_t users = GetParam()->intersect(out_.data(), in, no);
      expect(out_, users, [&](std::size_t user) {
        bool all = true;
        for (std::size_t i = 0; i < with + without; ++i) {
          all = all && bit(inputs_[i], user) == (i < with);
        }
        return all;
      });
      EXPECT_EQ(GetParam()->intersect(nullptr, in, no), users);
    }
  }
}

TEST_P(KernelSets, UniteAndOverItself) {
  const Words before = inputs_[0];
  const std::uint32_t users = GetParam()->unite(out_.data(), list(0, 3));
  EXPECT_EQ(GetParam()->unite(nullptr, list(0, 3)), users);
  EXPECT_EQ(GetParam()->unite(inputs_[0].data(), list(0, 3)), users);
  EXPECT_EQ(inputs_[0], out_);
  expect(out_, users, [&](std::size_t user) {
    return bit(before, user) || bit(inputs_[1], user) || bit(inputs_[2], user);
  });
}

TEST_P(KernelSets, Range) {
  constexpr std::size_t kBits = 7;
  for (int i = 0; i < 20; ++i) {
    RangeOperands operands;
    operands.with = list(7, 8);
    operands.without = list(8, 9);
    operands.slices = list(0, kBits);
    operands.low = random_() % 128;
    operands.high = random_() % 128;
    const auto holds = [&](std::size_t user) {
      std::uint64_t value = 0;
      for (std::size_t slice = 0; slice < kBits; ++slice) {
        value |= (bit(inputs_[slice], user) ? std::uint64_t{1} : 0U) << slice;
      }
      return bit(inputs_[7], user) && !bit(inputs_[8], user) && operands.low <= value &&
             value <= operands.high;
    };
    const std::uint32_t users = GetParam()->range(out_.data(), operands, false);
    expect(out_, users, holds);
    EXPECT_EQ(GetParam()->range(nullptr, operands, false), users);
    Words into = inputs_[9];
    EXPECT_EQ(GetParam()->range(into.data(), operands, true), users);
    for (std::size_t word = 0; word < kBlockWords; ++word) {
      ASSERT_EQ(into[word], inputs_[9][word] | out_[word]);
    }
  }
}

TEST_P(KernelSets, Past) {
  const auto magnitude = [&](std::size_t user, std::size_t bits) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bits; ++i) {
      number |= std::uint64_t{bit(inputs_[1 + i], user)} << i;
    }
    return number;
  };
  for (const std::size_t bits : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{11}}) {
    const std::uint64_t top = (std::uint64_t{1} << bits) - 1;
    for (const std::uint64_t bound : {std::uint64_t{0}, top / 3, top / 2, top}) {
      for (const bool down : {false, true}) {
        PastOperands operands;
        operands.among = inputs_[0].data();
        operands.slices = list(1, 1 + bits);
        operands.bound = bound;
        operands.down = down;
        const std::uint32_t users = GetParam()->past(out_.data(), operands);
        expect(out_, users, [&](std::size_t user) {
          const std::uint64_t number = magnitude(user, bits);
          return bit(inputs_[0], user) && (down ? number <= bound : number >= bound);
        });
      }
    }
  }
  // Over what it is asked of.
  PastOperands operands;
  const Words among = inputs_[0];
  operands.among = inputs_[0].data();
  operands.slices = list(1, 6);
  operands.bound = 21;
  const std::uint32_t users = GetParam()->past(inputs_[0].data(), operands);
  expect(inputs_[0], users,
         [&](std::size_t user) { return bit(among, user) && magnitude(user, 5) >= 21; });
}

TEST_P(KernelSets, CountUpOverflowsAtTheTop) {
  for (const std::size_t bits : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
    std::vector<Words> slices(bits, Words(kBlockWords));
    std::vector<std::uint64_t*> pointers;
    for (Words& slice : slices) {
      pointers.push_back(slice.data());
    }
    Words overflowed(kBlockWords);
    GetParam()->count_up({pointers, overflowed.data(), list(0, 5)});
    GetParam()->count_up({pointers, overflowed.data(), list(5, 12)});
    for (std::size_t user = 0; user < kBlockUsers; ++user) {
      std::size_t hits = 0;
      for (const Words& words : inputs_) {
        hits += bit(words, user) ? 1U : 0U;
      }
      ASSERT_EQ(bit(overflowed, user), hits >= std::size_t{1} << bits);
      for (std::size_t i = 0; i < bits; ++i) {
        ASSERT_EQ(bit(slices[i], user), (hits >> i & 1U) != 0);
      }
    }
  }
}

TEST_P(KernelSets, AddWeightedIsASumOfPowersOfTwo) {
  constexpr std::size_t kBits = 12;
  std::vector<Words> slices(kBits, Words(kBlockWords));
  std::vector<std::uint64_t*> pointers;
  for (Words& slice : slices) {
    pointers.push_back(slice.data());
  }
  std::vector<std::uint64_t> expected(kBlockUsers);
  for (int call = 0; call < 3; ++call) {
    std::vector<WeightedWords> add;
    for (int i = 0; i < 40; ++i) {
      const std::size_t input = random_() % inputs_.size();
      const auto bit_of_row = static_cast<std::uint32_t>(random_() % 6);
      const bool inverted = random_() % 3 == 0;
      add.push_back({pointers_[input], bit_of_row, inverted});
      for (std::size_t user = 0; user < kBlockUsers; ++user) {
        const bool counts = bit(inputs_[input], user) != inverted;
        expected[user] += counts ? std::uint64_t{1} << bit_of_row : 0;
      }
    }
    GetParam()->add_weighted(pointers, add);
    GetParam()->add_weighted(pointers, {});
  }
  for (std::size_t user = 0; user < kBlockUsers; ++user) {
    for (std::size_t i = 0; i < kBits; ++i) {
      ASSERT_EQ(bit(slices[i], user), (expected[user] >> i & 1U) != 0) << user;
    }
  }
}

TEST_P(KernelSets, StreakStartsAnewWhereADayIsMissed) {
  for (const std::uint64_t low : {1U, 2U, 3U, 4U, 5U}) {
    std::size_t bits = 0;
    while ((std::uint64_t{1} << bits) < low) {
      ++bits;
    }
    StreakOperands operands;
    operands.start = (std::uint64_t{1} << bits) - low;
    std::vector<Words> slices;
    std::vector<std::uint64_t*> pointers;
    for (std::size_t i = 0; i < bits; ++i) {
      slices.emplace_back(kBlockWords, 0 - (operands.start >> i & 1U));
    }
    for (Words& slice : slices) {
      pointers.push_back(slice.data());
    }
    Words reached(kBlockWords);
    operands.slices = pointers;
    operands.reached = reached.data();
    std::vector<const std::uint64_t*> days = pointers_;
    days[5] = nullptr;
    operands.days = WordsList(days).first(4);
    GetParam()->streak(operands);
    operands.days = WordsList(days).subspan(4);
    GetParam()->streak(operands);
    for (std::size_t user = 0; user < kBlockUsers; ++user) {
      std::uint64_t run = 0;
      std::uint64_t longest = 0;
      for (std::size_t day = 0; day < days.size(); ++day) {
        run = day != 5 && bit(inputs_[day], user) ? run + 1 : 0;
        longest = std::max(longest, run);
      }
      ASSERT_EQ(bit(reached, user), longest >= low) << "user " << user << ", low " << low;
    }
  }
}

// What `chain` is given, and the same user by user.
class Chains {
 public:
  Chains(std::vector<std::size_t> terms, std::size_t bits, bool marked) : terms_(std::move(terms)) {
    const std::size_t steps = terms_.size();
    operands_.steps = steps;
    operands_.bits = bits;
    operands_.marked = marked;
    level_of_.resize((steps + 1) * steps);
    for (std::size_t step = 1; step <= steps; ++step) {
      for (std::size_t from = 0; from < step; ++from) {
        level_of_[step * steps + from] =
            static_cast<std::uint8_t>(terms_[from] * kTimes + times(from, step) - 1);
        operands_.repeats |= times(from, step) > 1;
      }
    }
    operands_.level_of = level_of_.data();
    ranks_.resize(chain_words(operands_));
    operands_.ranks = ranks_.data();
    reached_.resize(kBlockWords);
    operands_.reached = reached_.data();
  }

  void run(const Kernels& kernels, std::span<const ChainDay> days) {
    operands_.days = days;
    kernels.chain(operands_);
  }

  // Every way to take the steps is tried, by the ranks it leaves.
  bool reached(std::size_t user, std::span<const ChainDay> days) const {
    std::vector<std::uint64_t> best(terms_.size());
    std::uint64_t mark = 0;
    for (const ChainDay& day : days) {
      if (day.mark != nullptr && bit(day.mark, user)) {
        mark = day.rank;
      }
      if (day.levels == nullptr) {
        continue;
      }
      best[0] = day.rank;
      for (std::size_t step = terms_.size(); step > 0; --step) {
        for (std::size_t from = step; from-- > 0 && may(day, user, from, step);) {
          if (step < terms_.size()) {
            best[step] = std::max(best[step], best[from]);
          } else if (day.least != 0 && best[from] >= day.least &&
                     (!operands_.marked || mark >= day.least)) {
            return true;
          }
        }
      }
    }
    return false;
  }
  const Words& reached() const { return reached_; }

  static constexpr std::size_t kTimes = 4;  // levels a term

 private:
  static bool bit(const std::uint64_t* words, std::size_t user) {
    return (words[user / 64] >> (user % 64) & 1U) != 0;
  }
  std::size_t times(std::size_t from, std::size_t step) const {
    const auto begin = terms_.begin();
    return static_cast<std::size_t>(std::count(begin + static_cast<std::ptrdiff_t>(from),
                                               begin + static_cast<std::ptrdiff_t>(step),
                                               terms_[from]));
  }
  bool may(const ChainDay& day, std::size_t user, std::size_t from, std::size_t step) const {
    for (std::size_t at = from; at < step; ++at) {
      const std::uint64_t* words = day.levels[level_of_[step * terms_.size() + at]];
      if (words == nullptr || !bit(words, user)) {
        return false;
      }
    }
    return true;
  }

  std::vector<std::size_t> terms_;
  std::vector<std::uint8_t> level_of_;
  Words ranks_;
  Words reached_;
  ChainOperands operands_;
};

TEST_P(KernelSets, ChainKeepsTheBestRankOfEverySteps) {
  constexpr std::size_t kBits = 4;
  // Levels of three terms, each within the one before; nobody is on the last.
  std::vector<Words> nested = {inputs_.begin(), inputs_.begin() + 9};
  for (std::size_t at = 0; at < nested.size(); ++at) {
    for (std::size_t word = 0; word < kBlockWords; ++word) {
      nested[at][word] &= at % 3 == 0 ? random_() : nested[at - 1][word];
    }
  }
  const std::vector<std::vector<std::size_t>> all = {
      {0, 1}, {0, 1, 2}, {0, 0}, {0, 0, 0, 0}, {0, 1, 0, 2, 0}, {1, 1, 2, 1, 2, 2}};
  for (std::size_t i = 0; i < 2 * all.size(); ++i) {
    const bool marked = i % 2 == 1;
    Chains chains(all[i / 2], kBits, marked);
    std::vector<std::array<const std::uint64_t*, 3 * Chains::kTimes>> levels(12);
    std::vector<ChainDay> days;
    for (std::size_t at = 0; at < levels.size(); ++at) {
      for (std::size_t term = 0; term < 3; ++term) {
        const std::size_t from = random_() % 3;
        for (std::size_t times = 0; times < random_() % 4; ++times) {
          levels[at][term * Chains::kTimes + times] = nested[from * 3 + times].data();
        }
      }
      ChainDay day;
      day.rank = at + 1;
      day.least = random_() % 4 == 0 ? 0 : 1 + at / 2;
      day.levels = levels[at].data();
      if (marked && at % 3 == 1) {
        days.push_back({nullptr, at, 0, pointers_[random_() % 12]});
        day.mark = pointers_[random_() % 12];
      }
      days.push_back(day);
    }
    chains.run(*GetParam(), std::span(days).first(5));
    chains.run(*GetParam(), std::span(days).subspan(5));
    for (std::size_t user = 0; user < kBlockUsers; ++user) {
      ASSERT_EQ(bit(chains.reached(), user), chains.reached(user, days))
          << "user " << user << ", chain " << i;
    }
  }
}

// Any number of slices, few users and many of a word, and not a word beyond what may be written.
TEST_P(KernelSets, Decode) {
  std::vector<Words> slices(64, Words(kBlockWords));
  std::vector<const std::uint64_t*> pointers;
  for (Words& words : slices) {
    std::generate(words.begin(), words.end(), [this] { return random_(); });
    pointers.push_back(words.data());
  }
  Words among(kBlockWords);
  for (std::size_t word = 0; word < kBlockWords; ++word) {
    // Nobody, one, a few, many, everybody; the second half of the block mostly everybody.
    const std::uint64_t some = random_();
    const std::array<std::uint64_t, 5> kinds = {0, std::uint64_t{1} << (some % 64),
                                                some & random_() & random_() & random_(), some,
                                                ~std::uint64_t{0}};
    among[word] = kinds[word < kBlockWords / 2 || some % 4 == 0 ? random_() % kinds.size() : 4];
  }
  constexpr std::uint64_t kUntouched = 0xDEADBEEF;
  for (const std::size_t bits : {0U, 1U, 7U, 20U, 31U, 32U, 33U, 45U, 63U, 64U}) {
    for (const auto& [at, words] :
         {std::pair<std::size_t, std::size_t>{0, 16}, {100, 1}, {300, 200}, {1000, 24}}) {
      std::vector<std::uint64_t> expected;
      for (std::size_t user = at * 64; user < (at + words) * 64; ++user) {
        if (bit(among, user)) {
          std::uint64_t number = 0;
          for (std::size_t i = 0; i < bits; ++i) {
            number |= std::uint64_t{bit(slices[i], user)} << i;
          }
          expected.push_back(number);
        }
      }
      std::vector<std::uint64_t> out(words * 64 + kDecodeSlack + 1, kUntouched);
      const std::size_t size = GetParam()->decode(
          out.data(), {among.data(), WordsList(pointers).first(bits), at, words});
      EXPECT_EQ(out.back(), kUntouched);
      out.resize(size);
      ASSERT_EQ(out, expected) << bits << " slices at word " << at;
    }
  }
}

TEST_P(KernelSets, Blend) {
  const Words before = inputs_[0];
  GetParam()->blend(inputs_[0].data(), inputs_[1].data(), inputs_[2].data());
  for (std::size_t user = 0; user < kBlockUsers; ++user) {
    ASSERT_EQ(bit(inputs_[0], user),
              bit(inputs_[2], user) ? bit(inputs_[1], user) : bit(before, user));
  }
}

TEST_P(KernelSets, List) {
  inputs_[0][5] = 0;
  inputs_[0][6] = ~std::uint64_t{0};
  std::vector<std::uint32_t> expected;
  for (std::uint32_t user = 0; user < kBlockUsers; ++user) {
    if (bit(inputs_[0], user)) {
      expected.push_back(3 * kBlockUsers + user);
    }
  }
  constexpr std::uint32_t kUntouched = 0xDEADBEEF;
  std::vector<std::uint32_t> out(expected.size() + kDecodeSlack + 1, kUntouched);
  const std::size_t size = GetParam()->list(out.data(), inputs_[0].data(), 3 * kBlockUsers);
  EXPECT_EQ(out.back(), kUntouched);
  out.resize(size);
  EXPECT_EQ(out, expected);
}

TEST_P(KernelSets, ProbeCountsMembersOfListsOfEveryLengthAndSpread) {
  for (const std::uint32_t spread : {1U, 15U, 300U, 450U, 900U}) {
    for (std::size_t size = 0; size <= 140; ++size) {
      std::vector<std::uint16_t> members;
      std::uint32_t expected = 0;
      std::uint32_t member = 0;
      for (std::size_t i = 0; i < size; ++i) {
        member += 1 + static_cast<std::uint32_t>(random_() % spread);
        if (member >= kBlockUsers) {
          break;
        }
        members.push_back(static_cast<std::uint16_t>(member));
        expected += bit(inputs_[0], member) ? 1U : 0U;
      }
      ASSERT_EQ(GetParam()->probe(pointers_[0], members.data(), members.size()), expected)
          << size << " members, up to " << spread << " apart";
    }
  }
  std::vector<std::uint16_t> damaged;
  for (std::size_t i = 0; i < 1000; ++i) {
    damaged.push_back(static_cast<std::uint16_t>(random_()));  // in no order
  }
  EXPECT_LE(GetParam()->probe(pointers_[0], damaged.data(), damaged.size()), damaged.size());
  std::vector<std::uint16_t> everybody;
  for (std::uint32_t user = 0; user < kBlockUsers; ++user) {
    everybody.push_back(static_cast<std::uint16_t>(user));
  }
  EXPECT_EQ(GetParam()->probe(pointers_[0], everybody.data(), everybody.size()),
            GetParam()->intersect(nullptr, list(0, 1), {}));
}

TEST_P(KernelSets, AddPutsMembersIn) {
  for (const std::size_t size : {0U, 1U, 3U, 4U, 7U, 100U, 4096U}) {
    std::vector<std::uint16_t> members(size);
    for (std::uint16_t& member : members) {
      member = static_cast<std::uint16_t>(random_());
    }
    Words words = inputs_[0];
    GetParam()->add(words.data(), members.data(), size);
    const std::set<std::uint16_t> in(members.begin(), members.end());
    for (std::size_t user = 0; user < kBlockUsers; ++user) {
      ASSERT_EQ(bit(words, user),
                bit(inputs_[0], user) || in.contains(static_cast<std::uint16_t>(user)));
    }
  }
}

TEST_P(KernelSets, SiftKeepsWhatIsOrIsNotInTheWords) {
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 33U, 500U, 4096U}) {
    std::vector<std::uint16_t> members(size);
    for (std::size_t i = 0; i < size; ++i) {
      members[i] = static_cast<std::uint16_t>(i * 65536 / size + random_() % (65536 / size));
    }
    for (const bool in : {true, false}) {
      std::vector<std::uint16_t> expected;
      std::copy_if(members.begin(), members.end(), std::back_inserter(expected),
                   [&](std::uint16_t member) { return bit(inputs_[0], member) == in; });
      std::vector<std::uint16_t> got(size, 0xAAAA);
      const std::size_t kept =
          GetParam()->sift(got.data(), inputs_[0].data(), members.data(), size, in);
      EXPECT_EQ(std::vector(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(kept)),
                expected);
      // Over the members themselves.
      std::vector<std::uint16_t> own = members;
      own.resize(GetParam()->sift(own.data(), inputs_[0].data(), own.data(), size, in));
      EXPECT_EQ(own, expected);
    }
  }
}

TEST_P(KernelSets, NumberSaysWhichSetsHaveAUser) {
  for (const std::size_t sets : {0U, 1U, 7U, 12U}) {
    std::vector<std::uint16_t> numbers(kNumberedWords * 64, 0x5555);
    for (const std::size_t first : {std::size_t{0}, kBlockWords - kNumberedWords}) {
      GetParam()->number(numbers.data(), list(0, sets), first);
      for (std::size_t user = 0; user < numbers.size(); ++user) {
        std::uint32_t expected = 0;
        for (std::size_t i = 0; i < sets; ++i) {
          expected |= bit(inputs_[i], first * 64 + user) ? 1U << i : 0U;
        }
        ASSERT_EQ(numbers[user], expected) << sets << " sets, user " << user;
      }
    }
  }
  // As many as there are bits.
  const std::vector<const std::uint64_t*> most(kNumberBitsMax, pointers_[0]);
  std::vector<std::uint16_t> numbers(kNumberedWords * 64);
  GetParam()->number(numbers.data(), most, 0);
  for (std::size_t user = 0; user < numbers.size(); ++user) {
    ASSERT_EQ(numbers[user], bit(inputs_[0], user) ? 0xFFFF : 0) << user;
  }
}

INSTANTIATE_TEST_SUITE_P(All, KernelSets,
                         testing::ValuesIn(all_kernels().begin(), all_kernels().end()),
                         [](const auto& kernel_set) {
                           std::string name;
                           for (const char letter : std::string_view(kernel_set.param->name)) {
                             name += letter == '-' ? '_' : letter;
                           }
                           return name;
                         });

TEST(Kernels, TheBestSetIsTheLast) {
  EXPECT_EQ(&kernels(), all_kernels().back());
}

}  // namespace
}  // namespace tagline::engine
