#include "engine/count_in.h"

#include "engine/kernels.h"
#include "engine/register.h"

#include <algorithm>
#include <array>
#include <bit>

namespace tagline::engine {
namespace {

// A search takes about log2(n) steps of 1.5 ns, a step of a merge 1 ns.
constexpr std::size_t kSearchRatio = 16;
// Runs that cover more words than this are written flat (100 ns) and counted by a kernel; fewer are
// counted word by word, each about 3 ns where the processor's population count may not be assumed.
constexpr std::size_t kRunWordsMax = 48;

std::uint32_t end_of(Run run) {
  return std::min<std::uint32_t>(std::uint32_t{run.start} + run.more + 1, kBlockUsers);
}

std::uint32_t search(Members few, Members many) {
  std::uint32_t users = 0;
  auto from = many.begin();
  for (const std::uint16_t member : few) {
    from = std::lower_bound(from, many.end(), member);
    users += from != many.end() && *from == member ? 1U : 0U;
  }
  return users;
}

std::uint32_t walk(Members a, Runs runs) {
  std::uint32_t users = 0;
  std::size_t at = 0;
  for (const std::uint16_t member : a) {
    while (at < runs.size() && end_of(runs[at]) <= member) {
      ++at;
    }
    users += at < runs.size() && runs[at].start <= member ? 1U : 0U;
  }
  return users;
}

// The bits [begin, end) of a block. REQUIRES: begin < end.
std::uint32_t count_range(const std::uint64_t* words, std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t first = begin / 64;
  const std::uint32_t last = (end - 1) / 64;
  const std::uint64_t head = ~std::uint64_t{0} << (begin % 64);
  const std::uint64_t tail = ~std::uint64_t{0} >> (63 - (end - 1) % 64);
  if (first == last) {
    return static_cast<std::uint32_t>(std::popcount(words[first] & head & tail));
  }
  int users = std::popcount(words[first] & head) + std::popcount(words[last] & tail);
  for (std::uint32_t i = first + 1; i < last; ++i) {
    users += std::popcount(words[i]);
  }
  return static_cast<std::uint32_t>(users);
}

std::uint32_t count_runs(const Container& container, const std::uint64_t* words) {
  const Runs runs = runs_of(container);
  if (runs.size() + container.cardinality / 64 > kRunWordsMax) {
    Words flat;
    erase_all(flat.words.data());
    set(flat.words.data(), container);
    return count_both(flat.words.data(), words);
  }
  std::uint32_t users = 0;
  std::uint32_t counted_to = 0;  // damaged runs may overlap
  for (const Run run : runs) {
    const std::uint32_t begin = std::max<std::uint32_t>(run.start, counted_to);
    const std::uint32_t end = end_of(run);
    if (begin < end) {
      users += count_range(words, begin, end);
      counted_to = end;
    }
  }
  return users;
}

}  // namespace

std::uint32_t count_in(Members a, const std::uint64_t* words) {
  return kernels().probe(words, a.data(), a.size());
}

std::uint32_t count_in(Members a, Members b) {
  if (a.size() * kSearchRatio < b.size()) {
    return search(a, b);
  }
  if (b.size() * kSearchRatio < a.size()) {
    return search(b, a);
  }
  std::size_t i = 0;
  std::size_t j = 0;
  std::uint32_t users = 0;
  while (i < a.size() && j < b.size()) {
    const std::uint16_t left = a[i];
    const std::uint16_t right = b[j];
    users += left == right ? 1U : 0U;
    i += left <= right ? 1U : 0U;
    j += right <= left ? 1U : 0U;
  }
  return users;
}

std::uint32_t count_in(Members a, const Container& container) {
  switch (container.kind) {
    case ContainerKind::Array:
      return count_in(a, members_of(container));
    case ContainerKind::Bitset:
      return count_in(a, words_of(container));
    case ContainerKind::Run:
      return walk(a, runs_of(container));
  }
  return 0;
}

std::uint32_t count_in(const Container& container, const std::uint64_t* words) {
  switch (container.kind) {
    case ContainerKind::Array:
      return count_in(members_of(container), words);
    case ContainerKind::Bitset:
      return count_both(words_of(container), words);
    case ContainerKind::Run:
      return count_runs(container, words);
  }
  return 0;
}

std::uint32_t count_both(const std::uint64_t* a, const std::uint64_t* b) {
  const std::array<const std::uint64_t*, 2> both{a, b};
  return kernels().intersect(nullptr, both, {});
}

}  // namespace tagline::engine
