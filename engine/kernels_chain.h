// Chains (ChainOperands in kernels.h). Included by kernels.cc after kernels_body.h, under the same
// terms; `anybody` is defined before each inclusion, like `count_lanes`.
//
// Shape of the loops: the outer one walks the lanes of the block, the next one the days, so that a
// lane's ranks (steps * bits of them, a lane each) stay in the first cache level; over whole
// blocks they would be megabytes, read and written every day.

// Steps that want of a day what the step after them wants, as in a run of steps of one kind: their
// moves are those of that step, as far as they go.
inline void find_alike(const ChainOperands& operands, bool* alike) {
  const std::size_t steps = operands.steps;
  alike[steps] = false;
  for (std::size_t step = 1; step < steps; ++step) {
    const std::uint8_t* level = operands.level_of + step * steps + step;
    alike[step] = operands.repeats;
    for (std::size_t move = 1; move <= step && alike[step]; ++move) {
      alike[step] = level[-static_cast<std::ptrdiff_t>(move)] == level[steps + 1 - move];
    }
  }
}

// Who of `open` can take the steps i + 1 .. `step` today, for i from step - 1 down: each set lies
// in the one before. Without repeats, only the first is wanted.
inline std::size_t gather_moves(const ChainOperands& operands, const ChainDay& day, std::size_t at,
                                std::size_t step, const Lanes& open, Lanes* moves) {
  const std::size_t longest = operands.repeats ? step : 1;
  const std::uint8_t* level = operands.level_of + step * operands.steps + step;
  Lanes able = open;
  std::size_t size = 0;
  for (; size < longest; ++size) {
    const std::uint64_t* words = day.levels[*--level];
    if (words == nullptr) {
      break;
    }
    able &= lanes_at(words + at, 0);
    if (!anybody(able)) {
      break;
    }
    moves[size] = able;
  }
  return size;
}

// One bit of the ranks where the moves are made; `from` is that of the step before. The compiler
// unrolls the usual numbers of moves.
template <std::size_t kMoves>
inline void move_ranks(Lanes& rank, const LooseLanes* from, std::size_t bits, const Lanes* moves,
                       std::size_t size) {
  for (std::size_t move = 0; move < (kMoves == 0 ? size : kMoves); ++move) {
    rank = (moves[move] & *(from - move * bits)) | (~moves[move] & rank);
  }
}

template <std::size_t kMoves>
inline void make_moves(LooseLanes* into, std::size_t bits, const Lanes* moves, std::size_t size) {
  for (std::size_t bit = 0; bit < bits; ++bit) {
    Lanes rank = into[bit];
    move_ranks<kMoves>(rank, into + bit - bits, bits, moves, size);
    into[bit] = rank;
  }
}

inline void move_to_step(LooseLanes* into, std::size_t bits, const Lanes* moves, std::size_t size) {
  switch (size) {
    case 1:
      return make_moves<1>(into, bits, moves, size);
    case 2:
      return make_moves<2>(into, bits, moves, size);
    case 3:
      return make_moves<3>(into, bits, moves, size);
    case 4:
      return make_moves<4>(into, bits, moves, size);
    case 5:
      return make_moves<5>(into, bits, moves, size);
    case 6:
      return make_moves<6>(into, bits, moves, size);
    case 7:
      return make_moves<7>(into, bits, moves, size);
    default:
      return make_moves<0>(into, bits, moves, size);
  }
}

// "Not below `least`" so far, one bit more, low bit first.
inline void compare_least(Lanes& enough, const LooseLanes& slice, std::uint64_t least,
                          std::size_t bit) {
  if ((least >> bit & 1U) != 0) {
    enough &= slice;
  } else {
    enough |= slice;
  }
}

// Whose chains are long enough after these moves to the last step, `last` being where its ranks
// would be (and the marks are).
inline void complete(const ChainOperands& operands, std::uint64_t least, const LooseLanes* last,
                     const Lanes* moves, std::size_t size, Lanes& reached) {
  const std::size_t bits = operands.bits;
  Lanes enough = ~Lanes{};
  Lanes marked = enough;
  for (std::size_t bit = 0; bit < bits; ++bit) {
    Lanes rank{};
    move_ranks<0>(rank, last + bit - bits, bits, moves, size);
    compare_least(enough, rank, least, bit);
    if (operands.marked) {
      compare_least(marked, last[bit], least, bit);
    }
  }
  reached |= moves[0] & enough & marked;
}

// One lane's day. `ranks` is of the lane: step i's from i * bits on, step 0's being the day's own,
// and the marks after the last step but one.
inline void chain_day(const ChainOperands& operands, const ChainDay& day, const bool* alike,
                      std::size_t at, LooseLanes* ranks, Lanes& reached) {
  const std::size_t steps = operands.steps;
  const std::size_t bits = operands.bits;
  const Lanes open = ~reached;
  Lanes moves[kChainMax];
  std::size_t size = 0;
  bool begun = false;
  for (std::size_t i = 0; i < steps; ++i) {
    const std::size_t step = operands.repeats ? steps - i : i + 1;
    if (alike[step]) {
      size = size < step ? size : step;
    } else {
      size = gather_moves(operands, day, at, step, open, moves);
    }
    if (step == steps && day.least == 0) {
      continue;
    }
    if (size == step && !begun) {
      begun = true;
      for (std::size_t bit = 0; bit < bits; ++bit) {
        ranks[bit] = Lanes{} - (day.rank >> bit & 1U);
      }
    }
    LooseLanes* into = ranks + step * bits;
    if (size != 0 && step == steps) {
      complete(operands, day.least, into, moves, size, reached);
    } else if (size != 0) {
      move_to_step(into, bits, moves, size);
    }
  }
}

void chain(const ChainOperands& operands) {
  const std::size_t bits = operands.bits;
  const std::size_t stride = chain_words(operands) / kBlockWords;
  bool alike[kChainMax + 1];
  find_alike(operands, alike);
  for (std::size_t at = 0; at < kBlockWords; at += kLaneWords) {
    LooseLanes* ranks = &lanes_at(operands.ranks + at * stride, 0);
    Lanes reached = lanes_at(operands.reached + at, 0);
    for (const ChainDay& day : operands.days) {
      if (day.mark != nullptr) {
        const Lanes mark = lanes_at(day.mark + at, 0);
        for (std::size_t bit = 0; bit < bits; ++bit) {
          LooseLanes& slice = ranks[operands.steps * bits + bit];
          slice = (day.rank >> bit & 1U) != 0 ? slice | mark : slice & ~mark;
        }
      }
      if (day.levels != nullptr) {
        chain_day(operands, day, alike, at, ranks, reached);
      }
    }
    lanes_at(operands.reached + at, 0) = reached;
  }
}
