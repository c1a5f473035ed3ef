// Kernels: every set of them this processor can run, side by side, over blocks that lie in the
// cache. Before a set is timed its answer is compared with the plain set's; a difference ends the
// run. `per_word` is time over the words of every operand, 64 users each; of `probe`, `per_member`.
//
//   kernels_bench [--benchmark_filter=intersect]
#include "engine/kernels.h"
#include "engine/layout.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using namespace tagline::engine;
using Words = std::vector<std::uint64_t>;

constexpr std::size_t kOperandsMax = 32;

/// Blocks of every share of users there is a use for, and room for results.
struct Blocks {
  std::array<Words, kOperandsMax> halves;  ///< every other user
  std::array<Words, kOperandsMax> some;    ///< one of sixteen
  std::vector<const std::uint64_t*> half_list;
  std::vector<const std::uint64_t*> some_list;

  Blocks() {
    std::mt19937_64 random(1);
    for (std::size_t i = 0; i < kOperandsMax; ++i) {
      halves[i].resize(kBlockWords);
      some[i].resize(kBlockWords);
      for (std::size_t word = 0; word < kBlockWords; ++word) {
        halves[i][word] = random();
        some[i][word] = random() & random() & random() & random();
      }
      half_list.push_back(halves[i].data());
      some_list.push_back(some[i].data());
    }
  }
  [[nodiscard]] WordsList half(std::size_t size, std::size_t from = 0) const {
    return {half_list.data() + from, size};
  }
  [[nodiscard]] WordsList few(std::size_t size) const { return {some_list.data(), size}; }
};

const Blocks& blocks() {
  static const Blocks kBlocks;
  return kBlocks;
}

/// Writable slices beside each other.
struct Slices {
  explicit Slices(std::size_t size) : words(size, Words(kBlockWords)) {
    for (Words& slice : words) {
      pointers.push_back(slice.data());
    }
  }
  [[nodiscard]] std::uint64_t sum() const {
    std::uint64_t sum = 0;
    for (const Words& slice : words) {
      for (const std::uint64_t word : slice) {
        sum = sum * 31 + word;
      }
    }
    return sum;
  }
  std::vector<Words> words;
  std::vector<std::uint64_t*> pointers;
};

/// What is timed, and how many words (or members) one call reads. Returns something that depends on
/// all of the answer.
struct Measured {
  std::string name;
  std::size_t items;
  std::function<std::uint64_t(const Kernels&, Slices&)> call;
  std::size_t slices = 1;  ///< of room; zero before the call that is compared
  bool fills = true;       ///< the room is part of the answer
  const char* unit = "per_word";
};

Measured intersect(std::size_t with, std::size_t without, bool keep) {
  return {"intersect/" + std::to_string(with) + "_without_" + std::to_string(without) +
              (keep ? "" : "/count"),
          (with + without) * kBlockWords, [=](const Kernels& set, Slices& room) {
            return std::uint64_t{set.intersect(keep ? room.pointers[0] : nullptr,
                                               blocks().half(with), blocks().half(without, with))};
          }};
}

Measured unite(std::size_t any, bool keep) {
  return {"unite/" + std::to_string(any) + (keep ? "" : "/count"), any * kBlockWords,
          [=](const Kernels& set, Slices& room) {
            return std::uint64_t{set.unite(keep ? room.pointers[0] : nullptr, blocks().few(any))};
          }};
}

Measured range(std::size_t bits) {
  return {"range/" + std::to_string(bits) + "_bits/count", (bits + 1) * kBlockWords,
          [=](const Kernels& set, Slices&) {
            RangeOperands operands;
            operands.with = blocks().half(1, bits);
            operands.slices = blocks().half(bits);
            operands.low = (std::uint64_t{1} << bits) / 5;
            operands.high = (std::uint64_t{1} << bits) / 3;
            return std::uint64_t{set.range(nullptr, operands, false)};
          }};
}

Measured count_up(std::size_t add, std::size_t bits) {
  Measured measured{"count_up/" + std::to_string(add) + "_into_" + std::to_string(bits),
                    add * kBlockWords, [=](const Kernels& set, Slices& room) {
                      set.count_up({std::span(room.pointers).first(bits), room.pointers[bits],
                                    blocks().few(add)});
                      return room.words[0][0];
                    }};
  measured.slices = bits + 1;
  return measured;
}

Measured add_weighted(std::size_t add, std::size_t bits) {
  Measured measured{"add_weighted/" + std::to_string(add) + "_into_" + std::to_string(bits),
                    add * kBlockWords, [=](const Kernels& set, Slices& room) {
                      std::vector<WeightedWords> words;
                      for (std::size_t i = 0; i < add; ++i) {
                        words.push_back({blocks().half_list[i],
                                         static_cast<std::uint32_t>(i % (bits - 3)), false});
                      }
                      set.add_weighted(std::span(room.pointers).first(bits), words);
                      return room.words[0][0];
                    }};
  measured.slices = bits;
  return measured;
}

Measured streak(std::size_t days, std::uint64_t least) {
  constexpr std::size_t kBits = 3;
  Measured measured{"streak/" + std::to_string(least) + "_of_" + std::to_string(days),
                    days * kBlockWords, [=](const Kernels& set, Slices& room) {
                      StreakOperands operands;
                      operands.slices = std::span(room.pointers).first(kBits);
                      operands.reached = room.pointers[kBits];
                      operands.start = (std::uint64_t{1} << kBits) - least;
                      operands.days = blocks().few(days);
                      set.streak(operands);
                      return room.words[kBits][0];
                    }};
  measured.slices = kBits + 1;
  return measured;
}

// Three different steps over 30 days, each done by one of sixteen users a day.
Measured chain() {
  constexpr std::size_t kSteps = 3;
  constexpr std::size_t kBits = 5;
  constexpr std::size_t kDays = 30;
  // Steps i + 1 .. j of one day: none takes an event another one takes.
  std::array<std::uint8_t, (kSteps + 1) * kSteps> level_of{};
  for (std::size_t i = 0; i < level_of.size(); ++i) {
    level_of[i] = static_cast<std::uint8_t>(i % kSteps);
  }
  Measured measured{"chain/3_steps_30_days", kDays * kSteps * kBlockWords,
                    [level_of](const Kernels& set, Slices& room) {
                      std::array<ChainDay, kDays> days;
                      for (std::size_t day = 0; day < kDays; ++day) {
                        days[day].levels =
                            blocks().some_list.data() + day % (kOperandsMax - kSteps);
                        days[day].rank = day + 1;
                        days[day].least = 1;
                      }
                      ChainOperands operands;
                      operands.steps = kSteps;
                      operands.bits = kBits;
                      operands.level_of = level_of.data();
                      std::vector<std::uint64_t> ranks(chain_words(operands));
                      operands.ranks = ranks.data();
                      operands.days = days;
                      operands.reached = room.pointers[0];
                      set.chain(operands);
                      return room.words[0][0];
                    }};
  return measured;
}

Measured decode(std::size_t bits, bool few) {
  Measured measured{"decode/" + std::to_string(bits) + (few ? "_bits/few" : "_bits/many"),
                    (bits + 1) * kBlockWords, [=](const Kernels& set, Slices& room) {
                      DecodeOperands operands;
                      operands.among = few ? blocks().some_list[0] : blocks().half_list[bits];
                      operands.slices = blocks().half(bits);
                      std::uint64_t sum = 0;
                      constexpr std::size_t kAtOnce = 8;
                      operands.words = kAtOnce;
                      for (; operands.at < kBlockWords; operands.at += kAtOnce) {
                        std::uint64_t* out = room.pointers[0];
                        const std::size_t size = set.decode(out, operands);
                        sum += size + (size == 0 ? 0 : out[size - 1]);
                      }
                      return sum;
                    }};
  measured.fills = false;  // beyond what it says, sets leave different things
  return measured;
}

Measured list() {
  Measured measured{"list/many", kBlockWords, [](const Kernels& set, Slices&) {
                      static std::vector<std::uint32_t> users(kBlockUsers + kDecodeSlack);
                      const std::size_t size = set.list(users.data(), blocks().half_list[0], 7);
                      return size + users[size / 2] + users[size - 1];
                    }};
  return measured;
}

Measured probe(std::size_t size) {
  std::vector<std::uint16_t> members(kBlockUsers);
  for (std::size_t i = 0; i < members.size(); ++i) {
    members[i] = static_cast<std::uint16_t>(i);
  }
  std::shuffle(members.begin(), members.end(), std::mt19937(2));
  members.resize(size);
  std::sort(members.begin(), members.end());
  Measured measured{
      "probe/" + std::to_string(size), size,
      [members = std::move(members)](const Kernels& set, Slices&) {
        return std::uint64_t{set.probe(blocks().half_list[0], members.data(), members.size())};
      }};
  measured.unit = "per_member";
  return measured;
}

Measured number(std::size_t sets) {
  return {"number/" + std::to_string(sets), sets * kBlockWords,
          [=](const Kernels& set, Slices& room) {
            std::uint64_t sum = 0;
            std::array<std::uint16_t, 64 * kNumberedWords> numbers{};
            for (std::size_t first = 0; first < kBlockWords; first += kNumberedWords) {
              set.number(numbers.data(), blocks().half(sets), first);
              sum = sum * 31 + numbers[0] + numbers[numbers.size() - 1];
            }
            room.words[0][0] = sum;
            return sum;
          }};
}

Measured blend() {
  return {"blend", 3 * kBlockWords, [](const Kernels& set, Slices& room) {
            set.blend(room.pointers[0], blocks().half_list[0], blocks().half_list[1]);
            return room.words[0][0];
          }};
}

std::vector<Measured> all() {
  return {intersect(2, 0, false),
          intersect(2, 0, true),
          intersect(3, 0, false),
          intersect(8, 0, false),
          intersect(2, 2, false),
          unite(2, false),
          unite(10, false),
          unite(30, true),
          range(7),
          range(20),
          count_up(8, 3),
          count_up(30, 4),
          add_weighted(20, 24),
          streak(30, 3),
          chain(),
          decode(7, false),
          decode(20, false),
          decode(20, true),
          list(),
          probe(20),
          probe(200),
          probe(1000),
          probe(4000),
          number(10),
          blend()};
}

void require_equal(const Measured& measured, const Kernels& set) {
  const Kernels& plain = *all_kernels().front();
  Slices expected(measured.slices);
  Slices got(measured.slices);
  const std::uint64_t wanted = measured.call(plain, expected);
  const bool equal =
      measured.call(set, got) == wanted && (!measured.fills || got.sum() == expected.sum());
  if (!equal) {
    std::fprintf(stderr, "kernels_bench: %s of %s differs from the plain set\n",
                 measured.name.c_str(), set.name);
    std::exit(1);
  }
}

void run(benchmark::State& state, const Measured& measured, const Kernels& set) {
  require_equal(measured, set);
  Slices room(measured.slices);
  for ([[maybe_unused]] auto step : state) {
    benchmark::DoNotOptimize(measured.call(set, room));
  }
  state.counters[measured.unit] = benchmark::Counter(
      static_cast<double>(measured.items),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
  for (const Measured& measured : all()) {
    for (const Kernels* set : all_kernels()) {
      benchmark::RegisterBenchmark(
          (measured.name + "/" + set->name).c_str(),
          [measured, set](benchmark::State& state) { run(state, measured, *set); });
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
