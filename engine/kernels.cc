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
// The compiler's own header takes a register it does not care about for one never set.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#else
#define TAGLINE_KERNEL_SETS 0
#endif

namespace tagline::engine {
namespace {

// Lanes: words side by side, as wide as a machine register of the set. Wider ones g++ 12 keeps in
// memory: 64-byte lanes made the AVX2 set slower than the plain one, up to ten times. LooseLanes
// are the same where containers and registers hold them.
#define TAGLINE_LANES(bytes)                                       \
  using Lanes = std::uint64_t __attribute__((vector_size(bytes))); \
  using LooseLanes = std::uint64_t __attribute__((vector_size(bytes), aligned(8), may_alias))

// What the plain set and the one for AVX2 decode with; AVX-512 has masks for it.
namespace by_turning {
// 64 rows of 64 bits, turned (H. S. Warren, "Hacker's Delight", 7-3): halves of ever smaller
// squares change places. Row u then is the number of user u.
inline void turn(std::uint64_t* rows) {
  std::uint64_t mask = 0x00000000FFFFFFFFULL;
  for (std::size_t half = 32; half != 0; half /= 2, mask ^= mask << half) {
    for (std::size_t square = 0; square < 64; square += 2 * half) {
      for (std::size_t i = square; i < square + half; ++i) {
        const std::uint64_t moved = (rows[i] >> half ^ rows[i + half]) & mask;
        rows[i + half] ^= moved;
        rows[i] ^= moved << half;
      }
    }
  }
}

// Few users of a word are read bit by bit; from here on turning the whole word costs less.
constexpr int kTurnUsersMin = 16;

inline std::size_t decode_word(std::uint64_t* out, const DecodeOperands& operands,
                               std::size_t word) {
  const std::uint64_t among = operands.among[word];
  std::size_t size = 0;
  if (std::popcount(among) < kTurnUsersMin) {
    for (std::uint64_t left = among; left != 0; left &= left - 1) {
      const int user = std::countr_zero(left);
      std::uint64_t number = 0;
      for (std::size_t bit = 0; bit < operands.slices.size(); ++bit) {
        number |= (operands.slices[bit][word] >> user & 1U) << bit;
      }
      out[size++] = number;
    }
    return size;
  }
  std::uint64_t rows[64] = {};
  for (std::size_t bit = 0; bit < operands.slices.size(); ++bit) {
    rows[bit] = operands.slices[bit][word];
  }
  turn(rows);
  for (std::uint64_t left = among; left != 0; left &= left - 1) {
    out[size++] = rows[std::countr_zero(left)];
  }
  return size;
}

inline std::size_t list_word(std::uint32_t* out, std::uint64_t word, std::uint32_t first) {
  std::size_t size = 0;
  for (std::uint64_t left = word; left != 0; left &= left - 1) {
    out[size++] = first + static_cast<std::uint32_t>(std::countr_zero(left));
  }
  return size;
}
}  // namespace by_turning

constexpr std::size_t kProbesAtOnce = 64;
constexpr std::size_t kProbesAtLeast = 16;

// How many of kProbesAtLeast members are in flat words. Four sums: with one, each would wait for
// the one before (0.60 ns a member instead of 0.48).
inline std::uint32_t probe_one_by_one(const std::uint64_t* words, const std::uint16_t* members) {
  const auto in = [words](std::uint16_t member) { return words[member >> 6U] >> (member & 63U); };
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;
  for (std::size_t i = 0; i < kProbesAtLeast; i += 4) {
    a += in(members[i]) & 1U;
    b += in(members[i + 1]) & 1U;
    c += in(members[i + 2]) & 1U;
    d += in(members[i + 3]) & 1U;
  }
  return static_cast<std::uint32_t>(a + b + c + d);
}

// Members looked at together by `sift`.
constexpr std::size_t kSiftedAtOnce = 16;

// `out` is at or before `members`: a member is read before anything is written over it.
inline std::size_t sift_one_by_one(std::uint16_t* out, const std::uint64_t* words,
                                   const std::uint16_t* members, bool in) {
  const std::uint64_t wanted = in ? 1 : 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < kSiftedAtOnce; ++i) {
    const std::uint16_t member = members[i];
    out[kept] = member;
    kept += (words[member >> 6U] >> (member & 63U) & 1U) == wanted ? 1U : 0U;
  }
  return kept;
}

// A number a user, for sixteen of them.
using Numbers = std::uint16_t __attribute__((vector_size(32)));

namespace plain {
TAGLINE_LANES(16);
// No instruction for it: not used.
constexpr bool kPacks = false;
inline std::uint64_t pack(std::uint64_t bits, std::uint64_t /*among*/) {
  return bits;
}
using by_turning::decode_word;
using by_turning::list_word;
constexpr bool kNumberByMask = false;
[[maybe_unused]] inline void number_by_mask(std::uint16_t*, WordsList, std::size_t) {}
inline std::uint32_t probe_few(const std::uint64_t* words, const std::uint16_t* members) {
  return probe_one_by_one(words, members);
}
inline std::uint32_t probe_many(const std::uint64_t* words, const std::uint16_t* members) {
  std::uint32_t users = 0;
  for (std::size_t i = 0; i < kProbesAtOnce; i += kProbesAtLeast) {
    users += probe_one_by_one(words, members + i);
  }
  return users;
}
inline std::size_t sift_many(std::uint16_t* out, const std::uint64_t* words,
                             const std::uint16_t* members, bool in) {
  return sift_one_by_one(out, words, members, in);
}
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
TAGLINE_LANES(32);
// The bits of `bits` where `among` has any, side by side.
inline std::uint64_t pack(std::uint64_t bits, std::uint64_t among) {
  return _pext_u64(bits, among);
}
constexpr bool kPacks = true;
using by_turning::decode_word;
using by_turning::list_word;
constexpr bool kNumberByMask = false;
[[maybe_unused]] inline void number_by_mask(std::uint16_t*, WordsList, std::size_t) {}
inline std::uint32_t probe_few(const std::uint64_t* words, const std::uint16_t* members) {
  return probe_one_by_one(words, members);
}
inline std::uint32_t probe_many(const std::uint64_t* words, const std::uint16_t* members) {
  std::uint32_t users = 0;
  for (std::size_t i = 0; i < kProbesAtOnce; i += kProbesAtLeast) {
    users += probe_one_by_one(words, members + i);
  }
  return users;
}
inline std::size_t sift_many(std::uint16_t* out, const std::uint64_t* words,
                             const std::uint16_t* members, bool in) {
  return sift_one_by_one(out, words, members, in);
}
inline void count_lanes(const Lanes& lanes, Lanes& users) {
  for (std::size_t i = 0; i < sizeof(Lanes) / sizeof(std::uint64_t); ++i) {
    users[i] += static_cast<std::uint64_t>(__builtin_popcountll(lanes[i]));
  }
}
inline bool anybody(const Lanes& lanes) {
  __m256i words;
  std::memcpy(&words, &lanes, sizeof(words));
  return _mm256_testz_si256(words, words) == 0;
}
#include "engine/kernels_body.h"
#include "engine/kernels_chain.h"
}  // namespace v3
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4,avx512vpopcntdq,avx512vbmi,avx512vbmi2,prefer-vector-width=512")
namespace v4 {
TAGLINE_LANES(64);
// The bits of `bits` where `among` has any, side by side.
inline std::uint64_t pack(std::uint64_t bits, std::uint64_t among) {
  return _pext_u64(bits, among);
}
constexpr bool kPacks = true;
// A word is the mask of an addition: 64 users in two instructions a set.
constexpr bool kNumberByMask = true;
inline void number_by_mask(std::uint16_t* numbers, WordsList sets, std::size_t at) {
  __m512i low = _mm512_setzero_si512();
  __m512i high = _mm512_setzero_si512();
  __m512i bit = _mm512_set1_epi16(1);
  for (const std::uint64_t* words : sets) {
    const std::uint64_t word = words[at];
    low = _mm512_mask_add_epi16(low, static_cast<__mmask32>(word), low, bit);
    high = _mm512_mask_add_epi16(high, static_cast<__mmask32>(word >> 32U), high, bit);
    bit = _mm512_slli_epi16(bit, 1);
  }
  std::memcpy(numbers, &low, sizeof(low));
  std::memcpy(numbers + sizeof(low) / sizeof(*numbers), &high, sizeof(high));
}
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
inline std::uint32_t probe_few(const std::uint64_t* words, const std::uint16_t* members) {
  const std::uint32_t low = probe_eight(words, members);
  return static_cast<std::uint32_t>(
      __builtin_popcount(low | probe_eight(words, members + kProbesAtLeast / 2) << 8U));
}
// The low bytes of 64 numbers.
inline __m512i low_bytes(const __m512i& first, const __m512i& second) {
  alignas(64) static constexpr auto kEven = [] {
    std::array<std::uint8_t, 64> even{};
    for (std::size_t i = 0; i < even.size(); ++i) {
      even[i] = static_cast<std::uint8_t>(2 * i);
    }
    return even;
  }();
  return _mm512_permutex2var_epi8(first, _mm512_load_si512(kEven.data()), second);
}
// Members next to each other in a list are near each other: 64 of them lie in few segments of
// 1,024 users, whose 128 bytes two machine registers hold, as a table looked up 64 times at once.
// 0.08 ns a member of a list of 4,000, 0.13 of 1,000, 0.35 of 200; beyond kSegmentsMax no gain.
inline std::uint32_t probe_many(const std::uint64_t* words, const std::uint16_t* members) {
  constexpr std::uint32_t kSegmentsMax = 24;
  constexpr std::uint32_t kSegmentBits = 10;
  constexpr std::size_t kSegmentWords = (std::size_t{1} << kSegmentBits) / 64;
  const std::uint32_t first = members[0] >> kSegmentBits;
  const std::uint32_t last = members[kProbesAtOnce - 1] >> kSegmentBits;
  if (last - first >= kSegmentsMax) {  // or they do not ascend
    std::uint32_t users = 0;
    for (std::size_t i = 0; i < kProbesAtOnce; i += kProbesAtLeast) {
      users += probe_few(words, members + i);
    }
    return users;
  }
  const __m512i low = _mm512_loadu_si512(members);
  const __m512i high = _mm512_loadu_si512(members + kProbesAtOnce / 2);
  const __m512i segments =
      low_bytes(_mm512_srli_epi16(low, kSegmentBits), _mm512_srli_epi16(high, kSegmentBits));
  const __m512i bytes = low_bytes(_mm512_srli_epi16(low, 3), _mm512_srli_epi16(high, 3));
  const __m512i bits =
      _mm512_shuffle_epi8(_mm512_set1_epi64(static_cast<long long>(0x8040'2010'0804'0201U)),
                          _mm512_and_si512(low_bytes(low, high), _mm512_set1_epi8(7)));
  std::uint64_t in = 0;
  for (std::uint32_t segment = first; segment <= last; ++segment) {
    const std::uint64_t* table = words + segment * kSegmentWords;
    const __m512i found = _mm512_permutex2var_epi8(_mm512_loadu_si512(table), bytes,
                                                   _mm512_loadu_si512(table + kSegmentWords / 2));
    const __mmask64 here =
        _mm512_cmpeq_epi8_mask(segments, _mm512_set1_epi8(static_cast<char>(segment)));
    in |= _mm512_mask_test_epi8_mask(here, found, bits);
  }
  return static_cast<std::uint32_t>(__builtin_popcountll(in));
}
// Sixteen members, the halves of the words they are in gathered, and those wanted moved together.
inline std::size_t sift_many(std::uint16_t* out, const std::uint64_t* words,
                             const std::uint16_t* members, bool in) {
  __m256i narrow;
  std::memcpy(&narrow, members, sizeof(narrow));
  const __m512i sixteen = _mm512_cvtepu16_epi32(narrow);
  const __m512i halves =
      _mm512_i32gather_epi32(_mm512_srli_epi32(sixteen, 5), words, sizeof(std::uint32_t));
  const __m512i bits =
      _mm512_sllv_epi32(_mm512_set1_epi32(1), _mm512_and_si512(sixteen, _mm512_set1_epi32(31)));
  const auto found = _mm512_test_epi32_mask(halves, bits);
  const auto wanted = static_cast<__mmask16>(in ? found : ~found);
  const __m256i kept = _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(wanted, sixteen));
  const auto size = static_cast<std::size_t>(__builtin_popcount(wanted));
  // No more than is kept: what follows may be members still to be read, or nobody's.
  _mm256_mask_storeu_epi16(out, static_cast<__mmask16>((1U << size) - 1), kept);
  return size;
}
inline void count_lanes(const Lanes& lanes, Lanes& users) {
  __m512i words;
  std::memcpy(&words, &lanes, sizeof(words));
  words = _mm512_popcnt_epi64(words);
  Lanes counts;
  std::memcpy(&counts, &words, sizeof(counts));
  users += counts;
}

// A lane a user: where a slice has the user, its bit is set there. Numbers are 32 bits wide in the
// lanes; those of more slices are put together from two halves.
inline std::size_t decode_half(std::uint64_t* out, const DecodeOperands& operands, std::size_t word,
                               std::size_t from, std::size_t to) {
  __m512i users[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(),
                      _mm512_setzero_si512()};
  for (std::size_t slice = from; slice < to; ++slice) {
    const std::uint64_t bits = operands.slices[slice][word];
    const __m512i bit = _mm512_set1_epi32(static_cast<int>(1U << (slice - from)));
    for (unsigned lane = 0; lane < 4; ++lane) {
      const auto has = static_cast<__mmask16>(bits >> (16U * lane));
      users[lane] = _mm512_mask_or_epi32(users[lane], has, users[lane], bit);
    }
  }
  std::size_t size = 0;
  const __m128i up = _mm_cvtsi32_si128(static_cast<int>(from));
  for (unsigned lane = 0; lane < 4; ++lane) {
    const auto asked = static_cast<__mmask16>(operands.among[word] >> (16U * lane));
    const __m512i numbers = _mm512_maskz_compress_epi32(asked, users[lane]);
    __m512i low = _mm512_sll_epi64(_mm512_cvtepu32_epi64(_mm512_castsi512_si256(numbers)), up);
    __m512i high =
        _mm512_sll_epi64(_mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(numbers, 1)), up);
    std::uint64_t* at = out + size;
    if (from != 0) {
      low = _mm512_or_si512(low, _mm512_loadu_si512(at));
      high = _mm512_or_si512(high, _mm512_loadu_si512(at + 8));
      // What lies beyond this lane's numbers is the next lane's lower half: kept.
      const int count = __builtin_popcount(asked);
      const auto kept = static_cast<__mmask16>((1U << count) - 1);
      _mm512_mask_storeu_epi64(at, static_cast<__mmask8>(kept), low);
      _mm512_mask_storeu_epi64(at + 8, static_cast<__mmask8>(kept >> 8U), high);
    } else {
      _mm512_storeu_si512(at, low);
      _mm512_storeu_si512(at + 8, high);
    }
    size += static_cast<std::size_t>(__builtin_popcount(asked));
  }
  return size;
}

inline std::size_t decode_word(std::uint64_t* out, const DecodeOperands& operands,
                               std::size_t word) {
  const std::size_t slices = operands.slices.size();
  const std::size_t size = decode_half(out, operands, word, 0, slices < 32 ? slices : 32);
  if (slices > 32) {
    decode_half(out, operands, word, 32, slices);
  }
  return size;
}

// The places of the word's bits side by side as bytes, then sixteen at a time as users: most words
// have no more.
inline std::size_t list_word(std::uint32_t* out, std::uint64_t word, std::uint32_t first) {
  alignas(64) static constexpr auto kPlaces = [] {
    std::array<std::uint8_t, 64> places{};
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i] = static_cast<std::uint8_t>(i);
    }
    return places;
  }();
  const __m512i places = _mm512_maskz_compress_epi8(word, _mm512_load_si512(kPlaces.data()));
  const __m512i base = _mm512_set1_epi32(static_cast<int>(first));
  const auto put = [&](std::size_t at, const __m128i& sixteen) {
    _mm512_storeu_si512(out + at, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(sixteen)));
  };
  const auto size = static_cast<std::size_t>(__builtin_popcountll(word));
  put(0, _mm512_castsi512_si128(places));
  if (size > 16) {
    put(16, _mm512_extracti32x4_epi32(places, 1));
    if (size > 32) {
      put(32, _mm512_extracti32x4_epi32(places, 2));
      if (size > 48) {
        put(48, _mm512_extracti32x4_epi32(places, 3));
      }
    }
  }
  return size;
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

constexpr Kernels kPlain{"plain",      plain::intersect,   plain::unite,        plain::range,
                         plain::past,  plain::count_up,    plain::add_weighted, plain::streak,
                         plain::chain, plain::blend,       plain::decode,       plain::list,
                         plain::probe, plain::add_members, plain::add_runs,     plain::sift,
                         plain::number};
#if TAGLINE_KERNEL_SETS
constexpr Kernels kV3{"x86-64-v3",  v3::intersect,    v3::unite,  v3::range,       v3::past,
                      v3::count_up, v3::add_weighted, v3::streak, v3::chain,       v3::blend,
                      v3::decode,   v3::list,         v3::probe,  v3::add_members, v3::add_runs,
                      v3::sift,     v3::number};
constexpr Kernels kV4{"x86-64-v4",  v4::intersect,    v4::unite,  v4::range,       v4::past,
                      v4::count_up, v4::add_weighted, v4::streak, v4::chain,       v4::blend,
                      v4::decode,   v4::list,         v4::probe,  v4::add_members, v4::add_runs,
                      v4::sift,     v4::number};
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
          __builtin_cpu_supports("avx512vpopcntdq") != 0 &&
          __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0) {
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

std::span<const std::string_view> compiled_kernels() {
#if TAGLINE_KERNEL_SETS
  static constexpr std::array<std::string_view, 3> kNames{"plain", "x86-64-v3", "x86-64-v4"};
#else
  static constexpr std::array<std::string_view, 1> kNames{"plain"};
#endif
  return kNames;
}

}  // namespace tagline::engine
