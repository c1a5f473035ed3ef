// One text of the loops (kernels_body.h, kernels_chain.h), compiled for three instruction sets.
// Function multi-versioning (target_clones) was tried first: it cannot ask for AVX-512's population
// count, without which counting costs as much as all the rest, and its load-time choice runs before
// the sanitizers are ready.
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

namespace plain {
inline void count_lanes(const Lanes& lanes, Lanes& users) {
  for (std::size_t i = 0; i < sizeof(Lanes) / sizeof(std::uint64_t); ++i) {
    users[i] += static_cast<std::uint64_t>(std::popcount(lanes[i]));
  }
}
inline bool anybody(const Lanes& lanes) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < sizeof(Lanes) / sizeof(std::uint64_t); ++i) {
    all |= lanes[i];
  }
  return all != 0;
}
#include "engine/kernels_body.h"
#include "engine/kernels_chain.h"
}  // namespace plain

#if TAGLINE_KERNEL_SETS
#pragma GCC push_options
#pragma GCC target("arch=x86-64-v3")
namespace v3 {
inline void count_lanes(const Lanes& lanes, Lanes& users) {
  for (std::size_t i = 0; i < sizeof(Lanes) / sizeof(std::uint64_t); ++i) {
    users[i] += static_cast<std::uint64_t>(__builtin_popcountll(lanes[i]));
  }
}
inline bool anybody(const Lanes& lanes) {
  __m256i halves[2];
  std::memcpy(halves, &lanes, sizeof(halves));
  const __m256i all = _mm256_or_si256(halves[0], halves[1]);
  return _mm256_testz_si256(all, all) == 0;
}
#include "engine/kernels_body.h"
#include "engine/kernels_chain.h"
}  // namespace v3
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4,avx512vpopcntdq,prefer-vector-width=512")
namespace v4 {
inline void count_lanes(const Lanes& lanes, Lanes& users) {
  __m512i words;
  std::memcpy(&words, &lanes, sizeof(words));
  words = _mm512_popcnt_epi64(words);
  Lanes counts;
  std::memcpy(&counts, &words, sizeof(counts));
  users += counts;
}
inline bool anybody(const Lanes& lanes) {
  __m512i words;
  std::memcpy(&words, &lanes, sizeof(words));
  return _mm512_test_epi64_mask(words, words) != 0;
}
#include "engine/kernels_body.h"
#include "engine/kernels_chain.h"
}  // namespace v4
#pragma GCC pop_options
#endif

constexpr Kernels kPlain{"plain",         plain::intersect,    plain::unite,  plain::range,
                         plain::count_up, plain::add_weighted, plain::streak, plain::chain};
#if TAGLINE_KERNEL_SETS
constexpr Kernels kV3{"x86-64-v3",  v3::intersect,    v3::unite,  v3::range,
                      v3::count_up, v3::add_weighted, v3::streak, v3::chain};
constexpr Kernels kV4{"x86-64-v4",  v4::intersect,    v4::unite,  v4::range,
                      v4::count_up, v4::add_weighted, v4::streak, v4::chain};
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
