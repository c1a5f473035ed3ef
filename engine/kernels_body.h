// Included by kernels.cc once for each instruction set, inside a namespace of its own and, but for
// the plain one, under a target pragma: hence no include guard and no includes. `count_lanes`,
// `decode_word`, `list_word` and `pack` are defined before each inclusion.
//
// Shape of the loops: the outer one walks the block in chunks of four lanes, the inner one
// the operands, so that a chunk's result stays in machine registers however many operands there
// are, each operand is read once and the result written once. Operator by operator, every operator
// would read and write the whole block.

constexpr std::size_t kLaneWords = sizeof(Lanes) / sizeof(std::uint64_t);
constexpr std::size_t kChunkWords = 4 * kLaneWords;
static_assert(kBlockWords % kChunkWords == 0);

// Named members, not an array: compilers keep these in machine registers, and an array in memory.
struct Chunk {
  Lanes a;
  Lanes b;
  Lanes c;
  Lanes d;
};

// By reference: a vector returned by value has another calling convention on each instruction set.
inline const LooseLanes& lanes_at(const std::uint64_t* words, std::size_t lane) {
  return *reinterpret_cast<const LooseLanes*>(words + lane * kLaneWords);
}
inline LooseLanes& lanes_at(std::uint64_t* words, std::size_t lane) {
  return *reinterpret_cast<LooseLanes*>(words + lane * kLaneWords);
}

inline void load(Chunk& chunk, const std::uint64_t* words) {
  chunk.a = lanes_at(words, 0);
  chunk.b = lanes_at(words, 1);
  chunk.c = lanes_at(words, 2);
  chunk.d = lanes_at(words, 3);
}

inline void store(const Chunk& chunk, std::uint64_t* words) {
  lanes_at(words, 0) = chunk.a;
  lanes_at(words, 1) = chunk.b;
  lanes_at(words, 2) = chunk.c;
  lanes_at(words, 3) = chunk.d;
}

inline void keep(Chunk& chunk, const std::uint64_t* words) {
  chunk.a &= lanes_at(words, 0);
  chunk.b &= lanes_at(words, 1);
  chunk.c &= lanes_at(words, 2);
  chunk.d &= lanes_at(words, 3);
}

inline void drop(Chunk& chunk, const std::uint64_t* words) {
  chunk.a &= ~lanes_at(words, 0);
  chunk.b &= ~lanes_at(words, 1);
  chunk.c &= ~lanes_at(words, 2);
  chunk.d &= ~lanes_at(words, 3);
}

inline void add(Chunk& chunk, const std::uint64_t* words) {
  chunk.a |= lanes_at(words, 0);
  chunk.b |= lanes_at(words, 1);
  chunk.c |= lanes_at(words, 2);
  chunk.d |= lanes_at(words, 3);
}

// Adds the users of a chunk to a count a word; `total` adds those up at the end.
inline void count(const Chunk& chunk, Lanes& users) {
  count_lanes(chunk.a, users);
  count_lanes(chunk.b, users);
  count_lanes(chunk.c, users);
  count_lanes(chunk.d, users);
}

inline std::uint32_t total(const Lanes& users) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kLaneWords; ++i) {
    sum += users[i];
  }
  return static_cast<std::uint32_t>(sum);
}

// In all of `with` and none of `without`, from word `at` on.
inline void conjoin(Chunk& chunk, WordsList with, WordsList without, std::size_t at) {
  load(chunk, with[0] + at);
  for (std::size_t operand = 1; operand < with.size(); ++operand) {
    keep(chunk, with[operand] + at);
  }
  for (const std::uint64_t* words : without) {
    drop(chunk, words + at);
  }
}

std::uint32_t intersect(std::uint64_t* out, WordsList with, WordsList without) {
  Lanes users{};
  for (std::size_t at = 0; at < kBlockWords; at += kChunkWords) {
    Chunk chunk;
    conjoin(chunk, with, without, at);
    count(chunk, users);
    if (out != nullptr) {
      store(chunk, out + at);
    }
  }
  return total(users);
}

std::uint32_t unite(std::uint64_t* out, WordsList any) {
  Lanes users{};
  for (std::size_t at = 0; at < kBlockWords; at += kChunkWords) {
    Chunk chunk;
    load(chunk, any[0] + at);
    for (std::size_t operand = 1; operand < any.size(); ++operand) {
      add(chunk, any[operand] + at);
    }
    count(chunk, users);
    if (out != nullptr) {
      store(chunk, out + at);
    }
  }
  return total(users);
}

// Both bounds in one pass over the slices, low bit first (O'Neil and Quass's bit-sliced index). Of
// the bits up to and including i, `most` says "not above high" and `least` "not below low":
//   bit i of high is 1:  most  = ~S | most      bit i of low is 1:  least = S & least
//   bit i of high is 0:  most  = ~S & most      bit i of low is 0:  least = S | least
// `high` and `not_low` are that bit in every place, so that both cases are one formula: the
// majority of the three.
inline void compare(Lanes& most, Lanes& least, const LooseLanes& slice, std::uint64_t high,
                    std::uint64_t not_low) {
  most = (~slice & (most | high)) | (most & high);
  least = (slice & (least | not_low)) | (least & not_low);
}

inline void fill(Chunk& chunk) {
  const Lanes zero{};
  chunk = {~zero, ~zero, ~zero, ~zero};
}

std::uint32_t range(std::uint64_t* out, const RangeOperands& operands, bool or_into) {
  Lanes users{};
  for (std::size_t at = 0; at < kBlockWords; at += kChunkWords) {
    Chunk most;
    Chunk least;
    fill(most);
    fill(least);
    for (std::size_t bit = 0; bit < operands.slices.size(); ++bit) {
      const std::uint64_t* words = operands.slices[bit] + at;
      const std::uint64_t high = 0 - (operands.high >> bit & 1U);
      const std::uint64_t not_low = (operands.low >> bit & 1U) - 1;
      compare(most.a, least.a, lanes_at(words, 0), high, not_low);
      compare(most.b, least.b, lanes_at(words, 1), high, not_low);
      compare(most.c, least.c, lanes_at(words, 2), high, not_low);
      compare(most.d, least.d, lanes_at(words, 3), high, not_low);
    }
    Chunk chunk;
    conjoin(chunk, operands.with, operands.without, at);
    chunk.a &= most.a & least.a;
    chunk.b &= most.b & least.b;
    chunk.c &= most.c & least.c;
    chunk.d &= most.d & least.d;
    count(chunk, users);
    if (out != nullptr) {
      if (or_into) {
        add(chunk, out + at);
      }
      store(chunk, out + at);
    }
  }
  return total(users);
}

inline void part(Lanes& equal, Lanes& beyond, const Lanes& passes, bool must) {
  if (!must) {
    beyond |= equal & passes;
  }
  equal &= must ? passes : ~passes;
}

// From the top (O'Neil and Quass's comparison in its first form): whose bits so far are the bound's
// is still open, whose first other bit is the better one is in.
std::uint32_t past(std::uint64_t* out, const PastOperands& operands) {
  const std::uint64_t flip = operands.down ? ~std::uint64_t{0} : 0;
  const std::uint64_t bound = operands.bound ^ flip;
  Lanes users{};
  for (std::size_t at = 0; at < kBlockWords; at += kChunkWords) {
    Chunk equal;
    load(equal, operands.among + at);
    Chunk beyond{};
    for (std::size_t bit = operands.slices.size(); bit-- > 0;) {
      if (!anybody(equal.a | equal.b | equal.c | equal.d)) {
        break;
      }
      const std::uint64_t* words = operands.slices[bit] + at;
      const bool must = (bound >> bit & 1U) != 0;
      part(equal.a, beyond.a, lanes_at(words, 0) ^ flip, must);
      part(equal.b, beyond.b, lanes_at(words, 1) ^ flip, must);
      part(equal.c, beyond.c, lanes_at(words, 2) ^ flip, must);
      part(equal.d, beyond.d, lanes_at(words, 3) ^ flip, must);
    }
    beyond.a |= equal.a;
    beyond.b |= equal.b;
    beyond.c |= equal.c;
    beyond.d |= equal.d;
    count(beyond, users);
    store(beyond, out + at);
  }
  return total(users);
}

// Ripple carry through the slices (Kaser and Lemire, "Threshold and symmetric functions over
// bitmaps").
void count_up(const CounterOperands& operands) {
  const std::size_t bits = operands.slices.size();
  for (std::size_t at = 0; at < kBlockWords; at += kLaneWords) {
    Lanes counter[kCounterBitsMax];
    for (std::size_t bit = 0; bit < bits; ++bit) {
      counter[bit] = lanes_at(operands.slices[bit] + at, 0);
    }
    Lanes overflowed = lanes_at(operands.overflowed + at, 0);
    for (const std::uint64_t* words : operands.add) {
      Lanes carry = lanes_at(words + at, 0);
      for (std::size_t bit = 0; bit < bits; ++bit) {
        const Lanes sum = counter[bit] ^ carry;
        carry &= counter[bit];
        counter[bit] = sum;
      }
      overflowed |= carry;
    }
    for (std::size_t bit = 0; bit < bits; ++bit) {
      lanes_at(operands.slices[bit] + at, 0) = counter[bit];
    }
    lanes_at(operands.overflowed + at, 0) = overflowed;
  }
}

// Carry-save: each digit holds one addend back; the next one of the same digit makes a full adder
// of the two and the total so far, whose carry is an addend of the digit above. So an addend costs
// about one full adder however wide the total is, where rippling it through would cost one half
// adder a digit (W. Mula, N. Kurz and D. Lemire, "Faster population counts using AVX2
// instructions", 2018, call this Harley-Seal). Which digits hold one back is the same for all
// users.
void add_weighted(std::span<std::uint64_t* const> slices, std::span<const WeightedWords> add) {
  const std::size_t bits = slices.size();
  for (std::size_t at = 0; at < kBlockWords; at += kLaneWords) {
    Lanes total[kTotalBitsMax];
    Lanes waiting[kTotalBitsMax];
    for (std::size_t bit = 0; bit < bits; ++bit) {
      total[bit] = lanes_at(slices[bit] + at, 0);
    }
    std::uint64_t waits = 0;
    for (const WeightedWords& words : add) {
      Lanes carry = lanes_at(words.words + at, 0) ^ (0 - std::uint64_t{words.inverted});
      std::size_t bit = words.bit;
      for (; bit < bits && (waits >> bit & 1U) != 0; ++bit) {
        const Lanes either = total[bit] ^ waiting[bit];
        const Lanes both = total[bit] & waiting[bit];
        total[bit] = either ^ carry;
        carry = both | (either & carry);
        waits &= ~(std::uint64_t{1} << bit);
      }
      if (bit < bits) {
        waiting[bit] = carry;
        waits |= std::uint64_t{1} << bit;
      }
    }
    Lanes carry{};
    for (std::size_t bit = 0; bit < bits; ++bit) {
      const Lanes held = (waits >> bit & 1U) != 0 ? waiting[bit] : Lanes{};
      const Lanes either = total[bit] ^ held;
      const Lanes both = total[bit] & held;
      lanes_at(slices[bit] + at, 0) = either ^ carry;
      carry = both | (either & carry);
    }
  }
}

void streak(const StreakOperands& operands) {
  const std::size_t bits = operands.slices.size();
  for (std::size_t at = 0; at < kBlockWords; at += kLaneWords) {
    Lanes run[kCounterBitsMax];
    for (std::size_t bit = 0; bit < bits; ++bit) {
      run[bit] = lanes_at(operands.slices[bit] + at, 0);
    }
    Lanes reached = lanes_at(operands.reached + at, 0);
    for (const std::uint64_t* words : operands.days) {
      const Lanes day = words == nullptr ? Lanes{} : Lanes(lanes_at(words + at, 0));
      Lanes carry = day;
      for (std::size_t bit = 0; bit < bits; ++bit) {
        const Lanes sum = run[bit] ^ carry;
        carry &= run[bit];
        run[bit] = (sum & day) | (~day & (0 - (operands.start >> bit & 1U)));
      }
      reached |= carry;
    }
    for (std::size_t bit = 0; bit < bits; ++bit) {
      lanes_at(operands.slices[bit] + at, 0) = run[bit];
    }
    lanes_at(operands.reached + at, 0) = reached;
  }
}

void blend(std::uint64_t* into, const std::uint64_t* from, const std::uint64_t* by) {
  for (std::size_t at = 0; at < kBlockWords; at += kLaneWords) {
    const Lanes mask = lanes_at(by + at, 0);
    lanes_at(into + at, 0) = (mask & lanes_at(from + at, 0)) | (~mask & lanes_at(into + at, 0));
  }
}

// Where fewer than this of a stretch's users are asked, their bits are packed together first, so
// that whole words of them are decoded: of one in eight, in half the time.
constexpr std::size_t kPackShareMax = 2;

inline std::size_t decode_packed(std::uint64_t* out, const DecodeOperands& operands) {
  const std::size_t slices = operands.slices.size();
  std::uint64_t packed[64] = {};
  const std::uint64_t* lists[64];
  for (std::size_t slice = 0; slice < slices; ++slice) {
    lists[slice] = &packed[slice];
  }
  std::uint64_t all = ~std::uint64_t{0};
  DecodeOperands whole;
  whole.among = &all;
  whole.slices = WordsList(lists, slices);
  std::size_t size = 0;
  unsigned filled = 0;
  for (std::size_t word = operands.at; word < operands.at + operands.words; ++word) {
    const std::uint64_t among = operands.among[word];
    if (among == 0) {
      continue;
    }
    for (std::size_t slice = 0; slice < slices; ++slice) {
      packed[slice] |= pack(operands.slices[slice][word], among) << filled;
    }
    const unsigned then = filled + static_cast<unsigned>(std::popcount(among));
    if (then < 64) {
      filled = then;
      continue;
    }
    size += decode_word(out + size, whole, 0);
    // What did not fit begins the next word.
    const unsigned fitted = 64 - filled;
    for (std::size_t slice = 0; slice < slices; ++slice) {
      packed[slice] = fitted == 64 ? 0 : pack(operands.slices[slice][word], among) >> fitted;
    }
    filled = then - 64;
  }
  if (filled != 0) {
    all = (std::uint64_t{1} << filled) - 1;
    size += decode_word(out + size, whole, 0);
  }
  return size;
}

std::size_t decode(std::uint64_t* out, const DecodeOperands& operands) {
  std::size_t size = 0;
  for (std::size_t word = operands.at; kPacks && word < operands.at + operands.words; ++word) {
    size += static_cast<std::size_t>(std::popcount(operands.among[word]));
  }
  if (kPacks && size * kPackShareMax < operands.words * 64) {
    return size == 0 ? 0 : decode_packed(out, operands);
  }
  size = 0;
  for (std::size_t word = operands.at; word < operands.at + operands.words; ++word) {
    if (operands.among[word] != 0) {
      size += decode_word(out + size, operands, word);
    }
  }
  return size;
}

std::size_t list(std::uint32_t* out, const std::uint64_t* words, std::uint32_t first) {
  std::size_t size = 0;
  for (std::size_t word = 0; word < kBlockWords; ++word) {
    if (words[word] != 0) {
      size += list_word(out + size, words[word], first + static_cast<std::uint32_t>(64 * word));
    }
  }
  return size;
}

std::uint32_t probe(const std::uint64_t* words, const std::uint16_t* members, std::size_t size) {
  std::uint32_t users = 0;
  std::size_t i = 0;
  for (; i + kProbesAtOnce <= size; i += kProbesAtOnce) {
    users += probe_many(words, members + i);
  }
  for (; i + kProbesAtLeast <= size; i += kProbesAtLeast) {
    users += probe_few(words, members + i);
  }
  for (; i < size; ++i) {
    users += static_cast<std::uint32_t>(words[members[i] >> 6U] >> (members[i] & 63U) & 1U);
  }
  return users;
}

// From four places of the list in turn: neighbours in a sorted list fall into the same word, and
// each would wait for the store of the one before; four places apart rarely meet.
void add_members(std::uint64_t* words, const std::uint16_t* members, std::size_t size) {
  const auto put = [words](std::uint16_t member) {
    words[member >> 6U] |= std::uint64_t{1} << (member & 63U);
  };
  const std::size_t quarter = size / 4;
  for (std::size_t i = 0; i < quarter; ++i) {
    put(members[i]);
    put(members[i + quarter]);
    put(members[i + 2 * quarter]);
    put(members[i + 3 * quarter]);
  }
  for (std::size_t i = 4 * quarter; i < size; ++i) {
    put(members[i]);
  }
}

// Most runs are short: the words of both ends are written without asking whether they are one, for
// no branch can be foretold, and then there is nothing between them.
void add_runs(std::uint64_t* words, const std::uint16_t* runs, std::size_t size) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t begin = runs[2 * i];
    const std::uint32_t end = std::min<std::uint32_t>(begin + runs[2 * i + 1], kBlockUsers - 1);
    const std::uint32_t first = begin / 64;
    const std::uint32_t last = end / 64;
    const std::uint64_t head = kAll << (begin % 64);
    const std::uint64_t tail = kAll >> (63 - end % 64);
    const std::uint64_t apart = first == last ? 0 : kAll;
    words[first] |= head & (tail | apart);
    words[last] |= tail & (head | apart);
    for (std::uint32_t word = first + 1; word < last; ++word) {
      words[word] = kAll;
    }
  }
}

std::size_t sift(std::uint16_t* out, const std::uint64_t* words, const std::uint16_t* members,
                 std::size_t size, bool in) {
  std::size_t kept = 0;
  std::size_t i = 0;
  for (; i + kSiftedAtOnce <= size; i += kSiftedAtOnce) {
    kept += sift_many(out + kept, words, members + i, in);
  }
  const std::uint64_t wanted = in ? 1 : 0;
  for (; i < size; ++i) {
    const std::uint16_t member = members[i];
    out[kept] = member;
    kept += (words[member >> 6U] >> (member & 63U) & 1U) == wanted ? 1U : 0U;
  }
  return kept;
}

// For the users of one word. Sixteen bits of a set, one in each lane, are tested at the lane's own
// bit.
inline void number_by_lanes(std::uint16_t* numbers, WordsList sets, std::size_t at) {
  const Numbers own = {1,      1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                       1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
  constexpr std::size_t kLanes = sizeof(Numbers) / sizeof(std::uint16_t);
  for (std::size_t lane = 0; lane < 64; lane += kLanes) {
    Numbers sum{};
    std::uint16_t bit = 1;
    for (const std::uint64_t* words : sets) {
      const auto bits = static_cast<std::uint16_t>(words[at] >> lane);
      const Numbers in = (Numbers{} + bits) & own;
      sum |= Numbers(in == own) & bit;
      bit = static_cast<std::uint16_t>(bit << 1U);
    }
    std::memcpy(numbers + lane, &sum, sizeof(sum));
  }
}

void number(std::uint16_t* numbers, WordsList sets, std::size_t first) {
  for (std::size_t i = 0; i < kNumberedWords; ++i) {
    if constexpr (kNumberByMask) {
      number_by_mask(numbers + i * 64, sets, first + i);
    } else {
      number_by_lanes(numbers + i * 64, sets, first + i);
    }
  }
}
