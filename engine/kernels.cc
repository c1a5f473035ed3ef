// One text of the loops (kernels_body.h), compiled for three instruction sets. Function
// multi-versioning (target_clones) was tried first: it cannot ask for AVX-512's population count,
// without which counting costs as much as all the rest, and its load-time choice runs before the
// sanitizers are ready.
#include "engine/kernels.h"

#include "engine/layout.h"

#include <array>
#include <bit>
#include <cstring>

// clang 14 does not know the target pragma; there, and on other processors, the plain set serves.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(TAGLINE_NO_CLONES)
#define TAGLINE_KERNEL_SETS 1
#include <immintrin.h>
#else
#define TAGLINE_KERNEL_SETS 0
#endif

namespace tagline::engine {
namespace {

// 64 bytes side by side; the compiler makes of it what the instruction set has.
using Lanes = std::uint64_t __attribute__((vector_size(64)));
// The same where containers and registers hold it.
using LooseLanes = std::uint64_t __attribute__((vector_size(64), aligned(8), may_alias));

constexpr std::size_t kProbesAtOnce = 16;

// How many of sixteen members are in flat words. Four sums: with one, each would wait for the one
// before (0.60 ns a member instead of 0.48).
inline std::uint32_t probe_one_by_one(const std::uint64_t* words, const std::uint16_t* members) {
  const auto in = [words](std::uint16_t member) { return words[member >> 6U] >> (member & 63U); };
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;
  for (std::size_t i = 0; i < kProbesAtOnce; i += 4) {
    a += in(members[i]) & 1U;
    b += in(members[i + 1]) & 1U;
    c += in(members[i + 2]) & 1U;
    d += in(members[i + 3]) & 1U;
  }
  return static_cast<std::uint32_t>(a + b + c + d);
}
// A number a user, for sixteen of them.
using Numbers = std::uint16_t __attribute__((vector_size(32)));

namespace plain {
inline std::uint32_t probe_sixteen(const std::uint64_t* words, const std::uint16_t* members) {
  return probe_one_by_one(words, members);
}
inline void count_lanes(const Lanes& lanes, Lanes& users) {
  for (std::size_t i = 0; i < sizeof(Lanes) / sizeof(std::uint64_t); ++i) {
    users[i] += static_cast<std::uint64_t>(std::popcount(lanes[i]));
  }
}
#include "engine/kernels_body.h"
}  // namespace plain

#if TAGLINE_KERNEL_SETS
#pragma GCC push_options
#pragma GCC target("arch=x86-64-v3")
namespace v3 {
inline std::uint32_t probe_sixteen(const std::uint64_t* words, const std::uint16_t* members) {
  return probe_one_by_one(words, members);
}
inline void count_lanes(const Lanes& lanes, Lanes& users) {
  for (std::size_t i = 0; i < sizeof(Lanes) / sizeof(std::uint64_t); ++i) {
    users[i] += static_cast<std::uint64_t>(__builtin_popcountll(lanes[i]));
  }
}
#include "engine/kernels_body.h"
}  // namespace v3
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4,avx512vpopcntdq,prefer-vector-width=512")
namespace v4 {
// Eight members: the 32-bit half of the word each is in, tested at its bit. 0.37 ns a member where
// one by one takes 0.48 (and bt with adc, by hand, 0.42; sixteen gathered at once are no better).
inline std::uint32_t probe_eight(const std::uint64_t* words, const std::uint16_t* members) {
  __m128i narrow;
  std::memcpy(&narrow, members, sizeof(narrow));
  const __m256i eight = _mm256_cvtepu16_epi32(narrow);
  const __m256i halves = _mm256_i32gather_epi32(reinterpret_cast<const int*>(words),
                                                _mm256_srli_epi32(eight, 5), sizeof(int));
  const __m256i bits =
      _mm256_sllv_epi32(_mm256_set1_epi32(1), _mm256_and_si256(eight, _mm256_set1_epi32(31)));
  return _mm256_test_epi32_mask(halves, bits);
}
inline std::uint32_t probe_sixteen(const std::uint64_t* words, const std::uint16_t* members) {
  const std::uint32_t low = probe_eight(words, members);
  return static_cast<std::uint32_t>(
      __builtin_popcount(low | probe_eight(words, members + kProbesAtOnce / 2) << 8U));
}
inline void count_lanes(const Lanes& lanes, Lanes& users) {
  __m512i words;
  std::memcpy(&words, &lanes, sizeof(words));
  words = _mm512_popcnt_epi64(words);
  Lanes counts;
  std::memcpy(&counts, &words, sizeof(counts));
  users += counts;
}
#include "engine/kernels_body.h"
}  // namespace v4
#pragma GCC pop_options
#endif

constexpr Kernels kPlain{"plain",         plain::intersect,    plain::unite,  plain::range,
                         plain::count_up, plain::add_weighted, plain::streak, plain::carry,
                         plain::blend,    plain::probe,        plain::number};
#if TAGLINE_KERNEL_SETS
constexpr Kernels kV3{"x86-64-v3",  v3::intersect,    v3::unite,  v3::range,
                      v3::count_up, v3::add_weighted, v3::streak, v3::carry,
                      v3::blend,    v3::probe,        v3::number};
constexpr Kernels kV4{"x86-64-v4",  v4::intersect,    v4::unite,  v4::range,
                      v4::count_up, v4::add_weighted, v4::streak, v4::carry,
                      v4::blend,    v4::probe,        v4::number};
#endif

struct Choice {
  std::array<const Kernels*, 3> sets{&kPlain};
  std::size_t size = 1;

  Choice() {
#if TAGLINE_KERNEL_SETS
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0 &&
        __builtin_cpu_supports("popcnt") != 0) {
      sets[size++] = &kV3;
      if (__builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
          __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512cd") != 0 &&
          __builtin_cpu_supports("avx512vpopcntdq") != 0) {
        sets[size++] = &kV4;
      }
    }
#endif
  }
};

const Choice& choice() {
  static const Choice kChoice;
  return kChoice;
}

}  // namespace

const Kernels& kernels() {
  return *choice().sets[choice().size - 1];
}

std::span<const Kernels* const> all_kernels() {
  return {choice().sets.data(), choice().size};
}

}  // namespace tagline::engine
