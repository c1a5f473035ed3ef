#include "engine/sparse.h"

#include "engine/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace tagline::engine {
namespace {

// Where one side is this many times longer, searching it for each member of the other beats walking
// both.
constexpr std::size_t kGallopRatio = 32;

bool bit_of(const std::uint64_t* words, std::uint16_t member) {
  return (words[member >> 6U] >> (member & 63U) & 1U) != 0;
}

std::uint32_t end_of(Run run) {
  return std::min<std::uint32_t>(std::uint32_t{run.start} + run.more + 1, kBlockUsers);
}

// Looks members up in a longer list, in ascending order, 32 of its members at a time: comparing
// them all costs no more than comparing one, and no branch depends on which it is.
class Stretches {
 public:
  explicit Stretches(Members list) : list_(list) {}

  bool has(std::uint16_t member) {
    while (at_ + kStretch <= list_.size() && list_[at_ + kStretch - 1] < member) {
      at_ += kStretch;
    }
    if (at_ + kStretch > list_.size()) {
      return std::binary_search(list_.begin() + static_cast<std::ptrdiff_t>(at_), list_.end(),
                                member);
    }
    using Sixteen = std::uint16_t __attribute__((vector_size(32)));
    // Copied: lists are not aligned, and compilers differ in what they make of a type that says so.
    Sixteen first;
    Sixteen second;
    std::memcpy(&first, list_.data() + at_, sizeof(first));
    std::memcpy(&second, list_.data() + at_ + kStretch / 2, sizeof(second));
    const Sixteen wanted = Sixteen{} + member;
    const auto found = (first == wanted) | (second == wanted);
    std::array<std::uint64_t, 4> words{};
    std::memcpy(words.data(), &found, sizeof(found));
    return (words[0] | words[1] | words[2] | words[3]) != 0;
  }

 private:
  static constexpr std::size_t kStretch = 32;
  Members list_;
  std::size_t at_ = 0;
};

// Where one side is this many times longer, it is read by stretches.
constexpr std::size_t kStretchRatio = 3;

// Calls visit(i, a[i], whether b has it) for every member of a, in order. Branch-free where both
// are of like size: the outcomes are as good as random to the branch predictor.
template <class Visit>
void against(Members a, Members b, Visit visit) {
  if (a.size() * kGallopRatio < b.size()) {
    auto from = b.begin();
    for (std::size_t i = 0; i < a.size(); ++i) {
      from = std::lower_bound(from, b.end(), a[i]);
      visit(i, a[i], from != b.end() && *from == a[i]);
    }
    return;
  }
  if (a.size() * kStretchRatio < b.size()) {
    Stretches stretches(b);
    for (std::size_t i = 0; i < a.size(); ++i) {
      visit(i, a[i], stretches.has(a[i]));
    }
    return;
  }
  std::size_t j = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::uint16_t member = a[i];
    while (j < b.size() && b[j] < member) {
      ++j;
    }
    visit(i, member, j < b.size() && b[j] == member);
  }
}

template <class Visit>
void against(Members a, Runs runs, Visit visit) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    while (at < runs.size() && end_of(runs[at]) <= a[i]) {
      ++at;
    }
    visit(i, a[i], at < runs.size() && runs[at].start <= a[i]);
  }
}

template <class Visit>
void against(Members a, const std::uint64_t* words, Visit visit) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    visit(i, a[i], bit_of(words, a[i]));
  }
}

template <class Visit>
void against(Members a, const Container& container, Visit visit) {
  switch (container.kind) {
    case ContainerKind::Array:
      return against(a, members_of(container), visit);
    case ContainerKind::Bitset:
      return against(a, words_of(container), visit);
    case ContainerKind::Run:
      return against(a, runs_of(container), visit);
  }
}

template <class Set>
std::size_t keep_in(Members a, const Set& set, std::uint16_t* out) {
  std::size_t kept = 0;
  against(a, set, [&](std::size_t, std::uint16_t member, bool in) {
    out[kept] = member;
    kept += in ? 1U : 0U;
  });
  return kept;
}

template <class Set>
std::size_t drop_in(Members a, const Set& set, std::uint16_t* out) {
  std::size_t kept = 0;
  against(a, set, [&](std::size_t, std::uint16_t member, bool in) {
    out[kept] = member;
    kept += in ? 0U : 1U;
  });
  return kept;
}

template <class Set>
void tally_in(Members a, const Set& set, std::uint64_t weight, std::uint64_t* counts) {
  against(a, set, [&](std::size_t i, std::uint16_t, bool in) { counts[i] += in ? weight : 0; });
}

// The bits [begin, end) of a block, word by word.
template <class Apply>
void over_range(std::uint64_t* words, std::uint32_t begin, std::uint32_t end, Apply apply) {
  if (begin >= end) {
    return;
  }
  const std::uint32_t first = begin / 64;
  const std::uint32_t last = (end - 1) / 64;
  const std::uint64_t head = ~std::uint64_t{0} << (begin % 64);
  const std::uint64_t tail = ~std::uint64_t{0} >> (63 - (end - 1) % 64);
  if (first == last) {
    apply(words[first], head & tail);
    return;
  }
  apply(words[first], head);
  for (std::uint32_t i = first + 1; i < last; ++i) {
    apply(words[i], ~std::uint64_t{0});
  }
  apply(words[last], tail);
}

// Calls apply for every member, from four places of the list in turn. Neighbours in a sorted list
// fall into the same word, and each would wait for the store of the one before; four places apart
// rarely meet. 1.5 ns a member becomes 0.5.
template <class Apply>
void each_apart(Members members, Apply apply) {
  const std::size_t quarter = members.size() / 4;
  for (std::size_t i = 0; i < quarter; ++i) {
    apply(members[i]);
    apply(members[i + quarter]);
    apply(members[i + 2 * quarter]);
    apply(members[i + 3 * quarter]);
  }
  for (std::size_t i = 4 * quarter; i < members.size(); ++i) {
    apply(members[i]);
  }
}

constexpr auto kClearBits = [](std::uint64_t& word, std::uint64_t bits) { word &= ~bits; };

}  // namespace

const std::uint64_t* words_of(const Container& container) {
  return reinterpret_cast<const std::uint64_t*>(container.data);
}

Members members_of(const Container& container) {
  return {reinterpret_cast<const std::uint16_t*>(container.data), container.count};
}

Runs runs_of(const Container& container) {
  return {reinterpret_cast<const Run*>(container.data), container.count};
}

std::size_t intersect(Members a, Members b, std::uint16_t* out) {
  if (b.size() * kGallopRatio < a.size()) {
    // Searching the longer one; every hit moves past itself, so no more than a.size() are written,
    // and never beyond what has been read of `a`.
    std::size_t kept = 0;
    auto from = a.begin();
    for (const std::uint16_t member : b) {
      from = std::lower_bound(from, a.end(), member);
      if (from != a.end() && *from == member) {
        ++from;
        out[kept++] = member;
      }
    }
    return kept;
  }
  if (a.size() * kStretchRatio < b.size()) {
    return keep_in(a, b, out);
  }
  if (b.size() * kStretchRatio < a.size()) {
    // Reads `a` as it writes over its beginning: never beyond what was read, for each hit is
    // another member of it.
    Stretches stretches(a);
    std::size_t found = 0;
    std::uint32_t last = kBlockUsers;
    for (const std::uint16_t member : b) {
      if (member != last && stretches.has(member)) {
        out[found++] = member;
        last = member;
      }
    }
    return found;
  }
  std::size_t i = 0;
  std::size_t j = 0;
  std::size_t kept = 0;
  while (i < a.size() && j < b.size()) {
    const std::uint16_t left = a[i];
    const std::uint16_t right = b[j];
    out[kept] = left;
    kept += left == right ? 1U : 0U;
    i += left <= right ? 1U : 0U;
    j += right <= left ? 1U : 0U;
  }
  return kept;
}

std::size_t subtract(Members a, Members b, std::uint16_t* out) {
  return drop_in(a, b, out);
}

std::size_t unite(Members a, Members b, std::uint16_t* out) {
  return static_cast<std::size_t>(std::set_union(a.begin(), a.end(), b.begin(), b.end(), out) -
                                  out);
}

std::size_t keep(Members a, const std::uint64_t* words, std::uint16_t* out) {
  return kernels().sift(out, words, a.data(), a.size(), true);
}

std::size_t drop(Members a, const std::uint64_t* words, std::uint16_t* out) {
  return kernels().sift(out, words, a.data(), a.size(), false);
}

std::size_t keep(Members a, const Container& container, std::uint16_t* out) {
  switch (container.kind) {
    case ContainerKind::Array:
      return intersect(a, members_of(container), out);
    case ContainerKind::Bitset:
      return keep(a, words_of(container), out);
    case ContainerKind::Run:
      return keep_in(a, runs_of(container), out);
  }
  return 0;
}

std::size_t drop(Members a, const Container& container, std::uint16_t* out) {
  return container.kind == ContainerKind::Bitset ? drop(a, words_of(container), out)
                                                 : drop_in(a, container, out);
}

void tally(Members a, const Container& container, std::uint64_t weight, std::uint64_t* counts) {
  tally_in(a, container, weight, counts);
}

void tally(Members a, const std::uint64_t* words, std::uint64_t weight, std::uint64_t* counts) {
  tally_in(a, words, weight, counts);
}

void tally(Members a, Members in, std::uint64_t weight, std::uint64_t* counts) {
  tally_in(a, in, weight, counts);
}

void set(std::uint64_t* words, Members members) {
  kernels().add(words, members.data(), members.size());
}

void clear(std::uint64_t* words, Members members) {
  each_apart(members, [words](std::uint16_t member) {
    words[member >> 6U] &= ~(std::uint64_t{1} << (member & 63U));
  });
}

void set(std::uint64_t* words, const Container& container) {
  switch (container.kind) {
    case ContainerKind::Array:
      return set(words, members_of(container));
    case ContainerKind::Bitset:
      for (std::size_t i = 0; i < kBlockWords; ++i) {
        words[i] |= words_of(container)[i];
      }
      return;
    case ContainerKind::Run:
      kernels().add_runs(words, reinterpret_cast<const std::uint16_t*>(container.data),
                         container.count);
      return;
  }
}

void clear(std::uint64_t* words, const Container& container) {
  switch (container.kind) {
    case ContainerKind::Array:
      return clear(words, members_of(container));
    case ContainerKind::Bitset:
      for (std::size_t i = 0; i < kBlockWords; ++i) {
        words[i] &= ~words_of(container)[i];
      }
      return;
    case ContainerKind::Run:
      for (const Run run : runs_of(container)) {
        over_range(words, run.start, end_of(run), kClearBits);
      }
      return;
  }
}

void clip(std::uint64_t* words, Runs runs) {
  std::uint32_t kept_to = 0;
  for (const Run run : runs) {
    over_range(words, kept_to, run.start, kClearBits);
    kept_to = std::max(kept_to, end_of(run));
  }
  over_range(words, kept_to, kBlockUsers, kClearBits);
}

void erase_all(std::uint64_t* words) {
  std::memset(words, 0, kBlockWords * sizeof(*words));
}

std::size_t extract(const std::uint64_t* words, std::uint16_t* out, std::size_t capacity) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < kBlockWords; ++i) {
    for (std::uint64_t word = words[i]; word != 0; word &= word - 1) {
      if (size == capacity) {
        return size;
      }
      out[size++] =
          static_cast<std::uint16_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(word)));
    }
  }
  return size;
}

}  // namespace tagline::engine
