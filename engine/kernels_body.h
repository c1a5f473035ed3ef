// Included by kernels.cc once for each instruction set, inside a namespace of its own and, but for
// the plain one, under a target pragma: hence no include guard and no includes. `count_lanes` is
// defined before each inclusion.
//
// Shape of the loops: the outer one walks the block in chunks of four 64-byte lanes, the inner one
// the operands, so that a chunk's result stays in machine registers however many operands there
// are, each operand is read once and the result written once. Operator by operator, every operator
// would read and write the whole block.

constexpr std::size_t kLanesPerChunk = 4;
constexpr std::size_t kLaneWords = sizeof(Lanes) / sizeof(std::uint64_t);
constexpr std::size_t kChunkWords = kLanesPerChunk * kLaneWords;
static_assert(kBlockWords % kChunkWords == 0);

struct Chunk {
  Lanes lanes[kLanesPerChunk];
};

// By reference: a vector returned by value has another calling convention on each instruction set.
inline const LooseLanes& load(const std::uint64_t* words, std::size_t lane) {
  return *reinterpret_cast<const LooseLanes*>(words + lane * kLaneWords);
}

// In all of `with` and none of `without`, from word `at` on.
inline void conjoin(Chunk& chunk, WordsList with, WordsList without, std::size_t at) {
  for (std::size_t i = 0; i < kLanesPerChunk; ++i) {
    chunk.lanes[i] = load(with[0] + at, i);
  }
  for (std::size_t operand = 1; operand < with.size(); ++operand) {
    const std::uint64_t* words = with[operand] + at;
    for (std::size_t i = 0; i < kLanesPerChunk; ++i) {
      chunk.lanes[i] &= load(words, i);
    }
  }
  for (const std::uint64_t* operand : without) {
    const std::uint64_t* words = operand + at;
    for (std::size_t i = 0; i < kLanesPerChunk; ++i) {
      chunk.lanes[i] &= ~load(words, i);
    }
  }
}

// Users counted so far, a sum a word; added up once at the end.
inline std::uint32_t total(const Lanes& users) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kLaneWords; ++i) {
    sum += users[i];
  }
  return static_cast<std::uint32_t>(sum);
}

// Counts, and stores when there is somewhere to.
inline void finish(const Chunk& chunk, std::uint64_t* out, std::size_t at, Lanes& users) {
  if (out != nullptr) {
    std::memcpy(out + at, chunk.lanes, sizeof(chunk.lanes));
  }
  for (const Lanes& lanes : chunk.lanes) {
    count_lanes(lanes, users);
  }
}

std::uint32_t intersect(std::uint64_t* out, WordsList with, WordsList without) {
  Lanes users{};
  for (std::size_t at = 0; at < kBlockWords; at += kChunkWords) {
    Chunk chunk;
    conjoin(chunk, with, without, at);
    finish(chunk, out, at, users);
  }
  return total(users);
}

std::uint32_t unite(std::uint64_t* out, WordsList any) {
  Lanes users{};
  for (std::size_t at = 0; at < kBlockWords; at += kChunkWords) {
    Chunk chunk;
    for (std::size_t i = 0; i < kLanesPerChunk; ++i) {
      chunk.lanes[i] = load(any[0] + at, i);
    }
    for (std::size_t operand = 1; operand < any.size(); ++operand) {
      const std::uint64_t* words = any[operand] + at;
      for (std::size_t i = 0; i < kLanesPerChunk; ++i) {
        chunk.lanes[i] |= load(words, i);
      }
    }
    finish(chunk, out, at, users);
  }
  return total(users);
}

// Both bounds in one pass over the slices, low bit first (O'Neil and Quass's bit-sliced index). Of
// the bits up to and including i, `most` says "not above high" and `least` "not below low":
//   bit i of high is 1:  most  = ~S | most      bit i of low is 1:  least = S & least
//   bit i of high is 0:  most  = ~S & most      bit i of low is 0:  least = S | least
std::uint32_t range(std::uint64_t* out, const RangeOperands& operands, bool or_into) {
  Lanes users{};
  for (std::size_t at = 0; at < kBlockWords; at += kChunkWords) {
    Chunk most;
    Chunk least;
    std::memset(&most, 0xFF, sizeof(most));
    std::memset(&least, 0xFF, sizeof(least));
    for (std::size_t bit = 0; bit < operands.slices.size(); ++bit) {
      const std::uint64_t* words = operands.slices[bit] + at;
      const std::uint64_t high = 0 - (operands.high >> bit & 1U);
      const std::uint64_t low = 0 - (operands.low >> bit & 1U);
      for (std::size_t i = 0; i < kLanesPerChunk; ++i) {
        const Lanes slice = load(words, i);
        most.lanes[i] = (~slice & (most.lanes[i] | high)) | (most.lanes[i] & high);
        least.lanes[i] = (slice & (least.lanes[i] | ~low)) | (least.lanes[i] & ~low);
      }
    }
    Chunk chunk;
    conjoin(chunk, operands.with, operands.without, at);
    for (std::size_t i = 0; i < kLanesPerChunk; ++i) {
      chunk.lanes[i] &= most.lanes[i] & least.lanes[i];
    }
    finish(chunk, nullptr, at, users);
    if (out != nullptr) {
      for (std::size_t i = 0; or_into && i < kLanesPerChunk; ++i) {
        chunk.lanes[i] |= load(out + at, i);
      }
      std::memcpy(out + at, chunk.lanes, sizeof(chunk.lanes));
    }
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
      counter[bit] = load(operands.slices[bit] + at, 0);
    }
    Lanes overflowed = load(operands.overflowed + at, 0);
    for (const std::uint64_t* words : operands.add) {
      Lanes carry = load(words + at, 0);
      for (std::size_t bit = 0; bit < bits; ++bit) {
        const Lanes sum = counter[bit] ^ carry;
        carry &= counter[bit];
        counter[bit] = sum;
      }
      overflowed |= carry;
    }
    for (std::size_t bit = 0; bit < bits; ++bit) {
      std::memcpy(operands.slices[bit] + at, &counter[bit], sizeof(Lanes));
    }
    std::memcpy(operands.overflowed + at, &overflowed, sizeof(Lanes));
  }
}
