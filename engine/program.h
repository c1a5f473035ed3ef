// Program: a plan as a straight list of instructions over registers, run once for each block of
// 65,536 users.
//
// A register holds a set of users of the block. Rows are never loaded as such: instructions over
// groups of rows
// (`AllOf`, `AnyOf`, `CountRows`) see all their containers at once and choose, block by block, how
// to combine them. The only jumps are forward skips, so a block takes at most as many steps as
// there are instructions.
//
// Masks. Inside a conjunction only the users found so far matter. An instruction with a `mask`
// promises its result only for members of that register; elsewhere it may be anything, which is
// sound because every operation here works user by user and the conjunction meets the result with
// the mask in the end. A mask of few users turns whole sub-programs into probes of those users.
//
// Shared nodes are compiled into *sections* of their own, with a register each that lives for the
// whole block; `Once` runs the section where its value is first wanted, so a skip can still save
// it. Sections compute for all users.
#pragma once

#include "engine/layout.h"
#include "engine/plan.h"
#include "engine/result.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace tagline::engine {

using RegisterId = std::uint32_t;
inline constexpr RegisterId kNoRegister = std::numeric_limits<RegisterId>::max();

enum class Code : std::uint8_t {
  AllOf,  ///< target = in all of `rows`, in none of `without` (and in target before, with `into`)
  AnyOf,  ///< target = in any of `rows`
  Range,  ///< target = users whose number passes `range` (and in target before, with `into`)
  Universe,     ///< target = the population
  Clear,        ///< target = nobody
  Copy,         ///< target = source
  Intersect,    ///< target = target and source
  Unite,        ///< target = target or source
  Subtract,     ///< target = target without source
  Complement,   ///< target = the population without source
  CountStart,   ///< counter = 0; the outcome will be in target
  CountRows,    ///< counter of every user of each of `rows` goes up by one
  CountAdd,     ///< counter of every user of source goes up by one
  CountEnd,     ///< target = users whose counter has reached its threshold
  Once,         ///< runs `section` unless it has run for this block
  SkipIfEmpty,  ///< goes to `skip_to` when target is known to be empty
  SkipIfFull,   ///< goes to `skip_to` when target is known to be everybody
};

/// Half-open indexes into Program::operands.
struct Slice {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] std::uint32_t size() const { return end - begin; }
};

struct Instruction {
  Code code = Code::Clear;
  bool into = false;
  RegisterId target = 0;
  RegisterId source = 0;
  RegisterId mask = kNoRegister;
  Slice rows;
  Slice without;
  std::uint32_t range = 0;      ///< index into Program::ranges
  std::uint32_t counter = 0;    ///< CountStart and its like
  std::uint64_t threshold = 0;  ///< CountStart; 1 or more
  std::uint32_t section = 0;
  std::uint32_t skip_to = 0;
};

/// A test of a number against [low, high]; the leaves are indexes into Program::leaves.
struct RangeTest {
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::uint32_t exists = 0;
  std::uint32_t sign = 0;
  Slice slices;  ///< low bit first
};

struct Program {
  std::vector<RowKey> leaves;           ///< every row read, once
  std::vector<std::uint32_t> operands;  ///< lists of leaves, cut into Slices
  std::vector<RangeTest> ranges;
  std::vector<Instruction> code;
  std::vector<Slice> sections;  ///< instructions [begin, end); the last is the main one
  RegisterId answer = 0;
  std::uint32_t registers = 0;
  std::uint32_t counters = 0;
  std::uint32_t slices_max = 0;   ///< bit rows of the widest range
  bool needs_population = false;  ///< some instruction speaks of the whole population
  bool on_nothing = false;        ///< users in no leaf are selected
  /// Leaves every selected user is in. Where one is absent the answer is nobody.
  std::vector<std::uint32_t> required;
};

/// How many bit rows a number has (Source::value_bits).
using ValueBits = std::function<unsigned(FieldId)>;

/// Below these limits any plan compiles; above, TooLarge.
inline constexpr std::size_t kLeavesMax = std::size_t{1}
                                          << 17U;  // rows: 450 B a fragment and thread, so 60 MB
inline constexpr std::size_t kInstructionsMax = std::size_t{1} << 20U;
inline constexpr std::size_t kOperandsMax = std::size_t{1} << 20U;  // so no threshold passes 2^20

[[nodiscard]] Result<Program> compile(const Plan& plan, NodeId root, const ValueBits& value_bits);

/// One instruction a line. `name` says what a row or a number field is called.
[[nodiscard]] std::string print(const Program& program, const RowName& name = {});

}  // namespace tagline::engine
