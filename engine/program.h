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

#include "engine/budget.h"
#include "engine/layout.h"
#include "engine/plan.h"
#include "engine/result.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace tagline::engine {

using RegisterId = std::uint32_t;
inline constexpr RegisterId kNoRegister = std::numeric_limits<RegisterId>::max();

enum class Code : std::uint8_t {
  AllOf,  ///< target = in all of `rows`, in none of `without` (and in target before, with `into`)
  AnyOf,  ///< target = in any of `rows`
  Range,  ///< target = users whose number passes `range` (and in target before, with `into`)
  Universe,  ///< target = the population
  Clear,     ///< target = nobody
  Total,  ///< target = users whose weighted total passes `test` (and in target before, with `into`)
  Streak,       ///< target = users with enough days in a row
  Sequence,     ///< target = users who did things in order
  Sample,       ///< target = users of the population whose hash is below `threshold`
  Copy,         ///< target = source
  Keep,         ///< target = source, which is written again while target is wanted
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
  std::uint32_t test = 0;       ///< index into Program::totals, streaks or sequences
  std::uint32_t counter = 0;    ///< CountStart and its like
  std::uint64_t threshold = 0;  ///< CountStart; 1 or more. Sample: the share
  std::uint64_t seed = 0;       ///< Sample
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

/// Each user of a row counts 2^bit, or minus that.
struct WeightedRow {
  std::uint32_t leaf = 0;
  std::uint8_t bit = 0;
  bool negative = false;
};

/// What was done on one day: who did it, and their counts as weighted rows.
struct DayGroup {
  Day day = 0;
  Slice present;  ///< leaves; several where several series count together
  Slice counted;  ///< of Program::weighted; only where a program asks for counts of single days
};

/// A total for every user, of weighted rows and of days (each counts one, however many of its rows
/// the user is in), against intervals. Users in none of them have the total 0.
struct TotalTest {
  Slice rows;  ///< of Program::weighted
  Slice days;  ///< of Program::days
  std::vector<Interval> intervals;
};
/// All positive weights together, and all negative ones, stay within this, so that no total leaves
/// an std::int64_t.
inline constexpr std::uint64_t kTotalMax = std::numeric_limits<std::int64_t>::max();

struct StreakTest {
  Slice days;  ///< of Program::days, ascending
  std::uint64_t low = 0;
};

inline constexpr std::uint32_t kNoGroup = std::numeric_limits<std::uint32_t>::max();
/// More steps than anybody writes; keeps a block's buffers (8 KB each) few.
inline constexpr std::size_t kStepsMax = 64;

/// Steps in order. Step i is an event of term terms[i]; equal terms share their events.
struct SequenceTest {
  struct On {
    Day day = 0;
    Day last_from = 0;  ///< when a sequence begins on `day`: the days its last step may fall on
    Day last_to = 0;
  };
  std::vector<std::uint32_t> terms;
  std::uint32_t term_count = 0;
  bool repeats = false;  ///< some term occurs more than once
  bool gap_min = false;  ///< some start may not end on its own day
  bool gap_max = false;  ///< some start must end before the window does
  std::vector<On> days;  ///< ascending
  std::vector<std::uint32_t>
      groups;  ///< of Program::days or kNoGroup: days[d] of term t is d * term_count + t
};

/// Which blocks a node of the plan may have users in, said by where its rows have some.
struct Reach {
  enum class Kind : std::uint8_t {
    Anywhere,  ///< not told by rows
    Leaf,      ///< where `leaf` has somebody
    All,       ///< where all of `of` do
    Any,       ///< where any of them does
  };
  Kind kind = Kind::Anywhere;
  std::uint32_t leaf = 0;
  Slice of;  ///< of Program::reach_operands: earlier steps
};

struct Program {
  std::vector<RowKey> leaves;           ///< every row read, once
  std::vector<bool> leaf_is_day;        ///< leaves that are rows of a day (engine/events.h)
  std::vector<std::uint32_t> operands;  ///< lists of leaves, cut into Slices
  std::vector<RangeTest> ranges;
  std::vector<WeightedRow> weighted;
  std::vector<DayGroup> days;
  std::vector<TotalTest> totals;
  std::vector<StreakTest> streaks;
  std::vector<SequenceTest> sequences;
  std::vector<Instruction> code;
  std::vector<Slice> sections;  ///< instructions [begin, end)
  /// One an expression, as asked: the section that computes it (after those it runs), the register
  /// it is in then, and whether it selects users that are in no leaf.
  struct Answer {
    std::uint32_t section = 0;
    RegisterId reg = 0;
    bool on_nothing = false;
    std::uint32_t reach = 0;  ///< of Program::reach, unless that is empty
  };
  std::vector<Answer> answers;
  bool together = false;  ///< Answers::Together: what has been answered stays
  std::uint32_t registers = 0;
  std::uint32_t counters = 0;
  std::uint32_t slices_max = 0;   ///< bit rows of the widest range
  bool needs_population = false;  ///< some instruction speaks of the whole population
  bool samples = false;           ///< users in no leaf are not all alike
  /// Leaves every selected user is in. Where one is absent the answer is nobody. None when there
  /// are several answers.
  std::vector<std::uint32_t> required;
  /// For leaving answers out of blocks they cannot have users in. Empty where `required` and the
  /// presence of rows say as much.
  std::vector<Reach> reach;
  std::vector<std::uint32_t> reach_operands;
};

/// What a plan does not say and a source knows; asked while compiling.
struct Shape {
  std::function<unsigned(FieldId)> value_bits;                         ///< Source::value_bits
  std::function<std::vector<DayRows>(FieldId, DayWindow)> event_days;  ///< Source::event_days
};

/// Below these limits any plan compiles; above, TooLarge.
inline constexpr std::size_t kLeavesMax = std::size_t{1}
                                          << 17U;  // rows: 590 B a fragment and thread, so 77 MB
inline constexpr std::size_t kInstructionsMax = std::size_t{1} << 20U;
inline constexpr std::size_t kOperandsMax = std::size_t{1} << 20U;  // so no threshold passes 2^20

/// How the answers of several expressions are read, block by block.
enum class Answers : std::uint8_t {
  InTurn,    ///< one after the other: an answer is good until the next is asked for
  Together,  ///< all of them stay until the next block, 8 KB each
};

/// Sets decided over all users at once (Op::Top and its like) are read as rows
/// (engine/computed_rows.h). `roots`: one or more. `budget` may be null; when it runs out on the
/// way (the days of many events take a while to list), that is the error.
[[nodiscard]] Result<Program> compile(const Plan& plan, std::span<const NodeId> roots,
                                      const Shape& shape, Answers answers = Answers::InTurn,
                                      const Budget* budget = nullptr);
[[nodiscard]] inline Result<Program> compile(const Plan& plan, NodeId root, const Shape& shape) {
  return compile(plan, {&root, 1}, shape);
}

/// One instruction a line. `name` says what a row or a number field is called.
[[nodiscard]] std::string print(const Program& program, const RowName& name = {});

}  // namespace tagline::engine
