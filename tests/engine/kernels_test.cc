// Every set of kernels this processor can run, against loops over single users.
#include "engine/kernels.h"

#include "engine/layout.h"

#include <algorithm>
#include <array>
#include <random>
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

TEST_P(KernelSets, CarryAddsWhoIsInBoth) {
  Words into = inputs_[0];
  GetParam()->carry(into.data(), pointers_[1], pointers_[2]);
  for (std::size_t word = 0; word < kBlockWords; ++word) {
    ASSERT_EQ(into[word], inputs_[0][word] | (inputs_[1][word] & inputs_[2][word]));
  }
}

TEST_P(KernelSets, BlendTakesFromTheOtherWhereAsked) {
  Words into = inputs_[0];
  GetParam()->blend(into.data(), pointers_[1], pointers_[2]);
  for (std::size_t user = 0; user < kBlockUsers; ++user) {
    ASSERT_EQ(bit(into, user), bit(inputs_[bit(inputs_[2], user) ? 1 : 0], user));
  }
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
