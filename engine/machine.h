// Machine: runs a program, one block of 65,536 users at a time, over the fragments of one shard.
//
// Why block by block: operator by operator over the whole population, every intermediate result is
// allocated, converted between container kinds, written to memory and read back; that is where
// stock roaring calls lose (MonetDB/X100's lesson, "hyper-pipelining query execution", for
// bitmaps). Here an intermediate is a register of 8 KB that stays in the first cache levels, or
// nothing at all: nobody, everybody, a borrowed container.
#pragma once

#include "engine/fragment.h"
#include "engine/kernels.h"
#include "engine/program.h"
#include "engine/register.h"
#include "engine/sparse.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tagline::engine {

/// One thread. Its buffers (8 KB a register and form, made when first wanted) are kept from block
/// to block.
class Machine {
 public:
  /// `program` outlives the machine. `kernels` is for tests; null takes the best.
  explicit Machine(const Program& program, const Kernels* kernels = nullptr);

  /// What the leaves have in a shard: block by block a container a leaf, in the program's order
  /// (null: nobody), and the population's fragment (null unless the program needs it). They stay
  /// put until the next call.
  void enter(ShardId shard, std::span<const Container* const> containers,
             const Fragment* population);

  /// Goes to a block. REQUIRES: the population, when given, has users there.
  void place(unsigned block);
  /// Computes an answer of the program for the block. It is good until the next block, or the next
  /// answer where they come in turn (Answers::InTurn). With `count_only` its words may be null.
  const Register& run(std::size_t answer, bool count_only);

  /// Everybody in the block, and nobody, without running anything.
  const Register& universe();
  [[nodiscard]] const Register& nobody() const { return nobody_; }

  /// Users of an answer.
  [[nodiscard]] std::uint32_t users(const Register& answer) const;
  /// Everybody in the block; those of an empty universe are not known (kBlockUsers).
  [[nodiscard]] std::uint32_t universe_users() const { return universe_users_; }
  /// Flat words of a Full or Dense answer.
  [[nodiscard]] const std::uint64_t* words(const Register& answer);

  [[nodiscard]] std::uint64_t instructions_run() const { return instructions_run_; }
  /// Of its buffers, about. O(registers).
  [[nodiscard]] std::uint64_t held_bytes() const;

 private:
  using State = Register::State;
  void run_section(std::uint32_t section, bool count_only);
  void step(const Instruction& instruction);

  // machine_rows.cc
  void all_of(const Instruction& instruction);
  bool gather_all(const Instruction& instruction);
  void all_of_sparse(Members driver, const Container* skip, Register& target, RegisterId id);
  void all_of_dense(Register& target, RegisterId id);
  void any_of(const Instruction& instruction);
  bool any_of_masked(const Instruction& instruction);
  void any_of_dense(RegisterId id);

  // machine_range.cc
  void range(const Instruction& instruction);
  [[nodiscard]] Parts parts_of(const RangeTest& test) const;
  [[nodiscard]] bool range_is_cheaper_by_member(const RangeTest& test, std::size_t members) const;
  void range_by_member(const RangeTest& test, const Parts& parts, Members asked,
                       const Instruction& instruction);
  void range_dense(const RangeTest& test, const Parts& parts, const Instruction& instruction);
  /// Of the slices in `slices_`.
  struct SlicedBounds {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool anybody = false;  ///< whose number could be within them
  };
  SlicedBounds gather_bounds(const RangeTest& test, const Container& exists, std::uint64_t low,
                             std::uint64_t high);
  const std::uint64_t* slice_words(const Container* container, std::size_t scratch_index);

  // machine_count.cc
  void count_start(const Instruction& instruction);
  void count_rows(const Instruction& instruction);
  void count_add(const Instruction& instruction);
  void count_end(const Instruction& instruction);
  void start_slices(CounterState& counter, RegisterId target);
  void add_words(CounterState& counter, RegisterId target, WordsList words);
  void add_members(CounterState& counter, RegisterId target, Members members);

  // machine_total.cc
  void total(const Instruction& instruction);
  void gather_rows(Slice rows);
  void gather_days(Slice days);
  void clear_total();
  [[nodiscard]] bool total_is_cheaper_by_member(std::size_t members) const;
  void total_by_member(const TotalTest& test, Members asked, const Instruction& instruction);
  void total_dense(const TotalTest& test, const Instruction& instruction);
  void add_up();
  void start_total(std::uint64_t start);
  void add_singly(Members members, std::uint32_t bit, bool negative);
  void add_batch();
  std::uint32_t test_total(const std::vector<Interval>& intervals, WordsList with,
                           std::uint64_t* words);
  /// Adds the days' users up in `few_`, sorted, if they are few; nobody elsewhere did anything.
  bool gather_few(std::span<const DayGroup> days);
  bool gather_few_addends();
  bool add_few(const Container& container);
  void sort_few();

  // machine_streak.cc
  void streak(const Instruction& instruction);
  void gather_segments(const StreakTest& test);
  void streak_by_member(const StreakTest& test, Members asked, RegisterId id);
  void streak_dense(const StreakTest& test, RegisterId id);
  [[nodiscard]] bool anybody(const DayGroup& day) const;
  /// The users of a day for each of `asked`: 1 or 0 in `hits`.
  void tally_day(const DayGroup& day, Members asked, std::vector<std::uint64_t>& hits) const;
  /// Who did it that day, with `scratch(index)` to work in.
  DaySet day_set(const DayGroup& day, std::size_t index);
  const std::uint64_t* day_words(const DaySet& day, std::size_t index);

  // machine_sequence.cc
  void sequence(const Instruction& instruction);
  bool gather_few_of_a_term(const SequenceTest& test);
  void lay_out_levels(const SequenceTest& test);
  void sequence_by_member(const SequenceTest& test, Members asked, RegisterId id);
  void fill_counts(const SequenceTest& test, Members asked);
  bool completes(const SequenceTest& test, std::size_t member, std::size_t members);
  bool take_steps(const SequenceTest& test, const std::uint8_t* counts, std::size_t members,
                  std::size_t least);

  // machine_chains.cc
  void sequence_dense(const SequenceTest& test, RegisterId id);
  void add_chain_day(const SequenceTest& test, std::size_t day, std::uint64_t least,
                     std::size_t& marked, ChainOperands& chains);
  void add_marks(const SequenceTest& test, Day from, std::size_t& marked, ChainOperands& chains);
  bool add_levels(const SequenceTest& test, std::size_t day,
                  std::span<const std::uint64_t*> levels);
  void add_higher_levels(const DayGroup& day, std::span<const std::uint64_t*> levels);
  const std::uint64_t* keep_flat(const DayGroup& day);
  void make_room(std::size_t levels, ChainOperands& chains);
  void run_chains(ChainOperands& chains);

  // machine.cc
  void sample(const Instruction& instruction);

  // machine_registers.cc
  void take(RegisterId target, RegisterId source);
  void intersect(RegisterId target, RegisterId source);
  void unite(RegisterId target, RegisterId source);
  void subtract(RegisterId target, RegisterId source);
  void subtract_flat(RegisterId target, const std::uint64_t* from, const Register& source);
  void complement(const Instruction& instruction);
  void put_empty(Register& target);
  void put_full(Register& target);
  void put_sparse(Register& target, const std::uint16_t* members, std::size_t size);
  /// Chooses the form by the number of users. `words` may be null when only the number is wanted.
  void put_dense(RegisterId target, const std::uint64_t* words, std::uint32_t users);
  /// Puts the target's own words, after counting them.
  void put_own(RegisterId target);
  [[nodiscard]] std::uint64_t* own_words(RegisterId id);
  [[nodiscard]] std::uint16_t* own_members(RegisterId id);
  /// A buffer that is no register's, for results that cannot go over their operands; then the
  /// target's.
  [[nodiscard]] std::uint16_t* other_members();
  void put_other_members(RegisterId target, std::size_t size);
  [[nodiscard]] std::uint64_t* scratch(std::size_t index);
  [[nodiscard]] const std::uint64_t* universe_words();
  [[nodiscard]] const Register* sparse_mask(const Instruction& instruction) const;

  [[nodiscard]] const Container* container(std::uint32_t leaf) const {
    return containers_[block_ * program_.leaves.size() + leaf];
  }
  /// Rows hold known users only, so one of that size is everybody.
  [[nodiscard]] bool is_full(const Container& container) const {
    return container.cardinality >= universe_users_;
  }
  /// Where a result of the target goes: null when only its number is wanted.
  [[nodiscard]] std::uint64_t* out(RegisterId target) {
    return last_ ? nullptr : own_words(target);
  }

  const Program& program_;
  const Kernels& kernels_;
  std::span<const Container* const> containers_;
  const Fragment* population_ = nullptr;
  ShardId shard_ = 0;
  unsigned block_ = 0;
  std::uint32_t universe_users_ = kBlockUsers;
  const std::uint64_t* universe_words_ = nullptr;  ///< null until wanted
  bool last_ = false;  ///< the answer's number is all that is wanted of the instruction at work

  std::vector<Register> registers_;
  std::vector<Buffers> buffers_;
  std::vector<CounterState> counters_;
  std::vector<std::uint8_t> section_done_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> frames_;
  Group with_;
  Group without_;
  Register universe_;
  const Register nobody_;
  std::unique_ptr<Words> universe_buffer_;
  std::vector<std::unique_ptr<Words>> scratch_;
  std::unique_ptr<std::uint16_t[]> scratch_members_;
  std::vector<std::uint64_t> values_;
  std::vector<std::uint64_t> hits_;
  TotalState total_;
  SequenceState sequence_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> segments_;
  std::vector<const std::uint64_t*> day_words_;
  std::vector<std::uint16_t> few_;
  std::vector<const std::uint64_t*> slices_;
  std::uint64_t instructions_run_ = 0;
};

}  // namespace tagline::engine
