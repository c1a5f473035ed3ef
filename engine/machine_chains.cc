// Sequences of all users of a block at once (machine_sequence.cc says how): the days are made flat,
// level by level, and handed to the kernel a batch at a time.
#include "engine/machine.h"

#include <algorithm>
#include <bit>
#include <span>

namespace tagline::engine {
namespace {

// The scratch blocks of days made flat; those of a total come before (machine_total.cc). A batch
// holds 1 MB of them, and no more days than are cheap to keep pointers of.
constexpr std::size_t kFlatSlot = 40;
constexpr std::size_t kFlatMax = 128;
constexpr std::size_t kBatchDaysMax = 128;
// A day takes at most a block a level, and a mark one.
static_assert(kFlatMax > kStepsMax);

// No day has a higher rank than an earlier one. Without a longest gap any end is as good as the
// earliest.
std::uint64_t rank_of(const SequenceTest& test, std::size_t day) {
  return test.gap_max ? test.days.size() - day : 1;
}

}  // namespace

void Machine::sequence_dense(const SequenceTest& test, RegisterId id) {
  const std::size_t days = test.days.size();
  ChainOperands chains;
  chains.steps = test.terms.size();
  chains.bits = test.gap_max ? static_cast<std::size_t>(std::bit_width(days)) : 1;
  chains.repeats = test.repeats;
  chains.marked = test.gap_min;
  chains.level_of = sequence_.level_of.data();
  chains.reached = own_words(id);
  erase_all(chains.reached);
  sequence_.ranks.assign(chain_words(chains) / kBlockWords, Words{});
  chains.ranks = sequence_.ranks.front().words.data();
  sequence_.levels.resize(kBatchDaysMax * chains.steps);
  std::size_t end = days;     // the first day that is too late to end on
  std::size_t marked = days;  // the days from here on have given their marks
  for (std::size_t day = days; day-- > 0;) {
    while (end > day && test.days[end - 1].day > test.days[day].last_to) {
      --end;
    }
    add_chain_day(test, day, end > day ? rank_of(test, end - 1) : 0, marked, chains);
  }
  run_chains(chains);
  put_own(id);
}

void Machine::add_chain_day(const SequenceTest& test, std::size_t day, std::uint64_t least,
                            std::size_t& marked, ChainOperands& chains) {
  const std::uint32_t first = test.groups[day * test.term_count + test.terms.front()];
  ChainDay made;
  made.rank = rank_of(test, day);
  made.least = first != kNoGroup && anybody(program_.days[first]) ? least : 0;
  if (test.gap_min && made.least != 0) {
    add_marks(test, test.days[day].last_from, marked, chains);
  }
  make_room(chains.steps, chains);
  const std::uint64_t** levels = &sequence_.levels[sequence_.days.size() * chains.steps];
  if (add_levels(test, day, {levels, chains.steps})) {
    made.levels = levels;
    sequence_.days.push_back(made);
  }
}

// The days from `from` on, as far as they have not been before.
void Machine::add_marks(const SequenceTest& test, Day from, std::size_t& marked,
                        ChainOperands& chains) {
  for (; marked > 0 && test.days[marked - 1].day >= from; --marked) {
    const std::uint32_t group = test.groups[(marked - 1) * test.term_count + test.terms.back()];
    if (group == kNoGroup) {
      continue;
    }
    make_room(1, chains);
    ChainDay made;
    made.rank = rank_of(test, marked - 1);
    made.mark = keep_flat(program_.days[group]);
    if (made.mark != nullptr) {
      sequence_.days.push_back(made);
    }
  }
}

// False when nobody did anything that day.
bool Machine::add_levels(const SequenceTest& test, std::size_t day,
                         std::span<const std::uint64_t*> levels) {
  std::fill(levels.begin(), levels.end(), nullptr);
  bool any = false;
  for (std::size_t term = 0; term < test.term_count; ++term) {
    const std::uint32_t group = test.groups[day * test.term_count + term];
    if (group == kNoGroup) {
      continue;
    }
    const std::size_t begin = sequence_.first_level[term];
    const std::size_t end =
        term + 1 < test.term_count ? sequence_.first_level[term + 1] : levels.size();
    levels[begin] = keep_flat(program_.days[group]);
    if (levels[begin] != nullptr) {
      any = true;
      add_higher_levels(program_.days[group], levels.subspan(begin, end - begin));
    }
  }
  return any;
}

// levels[k - 1] = who did it at least k times, the first being known, until nobody did.
void Machine::add_higher_levels(const DayGroup& day, std::span<const std::uint64_t*> levels) {
  if (levels.size() <= 1) {
    return;
  }
  clear_total();
  gather_rows(day.counted);
  if (total_.plus <= 1) {
    return;
  }
  add_up();
  slices_.assign(total_.slice_words.begin(), total_.slice_words.end());
  RangeOperands operands;
  operands.slices = slices_;
  operands.high = total_.plus;
  for (std::size_t times = 2; times <= levels.size() && times <= total_.plus; ++times) {
    operands.with = {&levels[times - 2], 1};
    operands.low = times;
    std::uint64_t* words = scratch(kFlatSlot + sequence_.flat);
    if (kernels_.range(words, operands, false) == 0) {
      return;
    }
    levels[times - 1] = words;
    ++sequence_.flat;
  }
}

// Null when nobody did it. A bitset is read where it is.
const std::uint64_t* Machine::keep_flat(const DayGroup& day) {
  const std::size_t slot = kFlatSlot + sequence_.flat;
  const DaySet set = day_set(day, slot);
  if (set.empty()) {
    return nullptr;
  }
  const std::uint64_t* words = day_words(set, slot);
  sequence_.flat += words == scratch(slot) ? 1U : 0U;
  return words;
}

// For a day of so many levels.
void Machine::make_room(std::size_t levels, ChainOperands& chains) {
  if (sequence_.days.size() == kBatchDaysMax || sequence_.flat + levels > kFlatMax) {
    run_chains(chains);
  }
}

void Machine::run_chains(ChainOperands& chains) {
  chains.days = sequence_.days;
  kernels_.chain(chains);
  sequence_.days.clear();
  sequence_.flat = 0;
}

}  // namespace tagline::engine
