// Sequence: who did things in a given order, on the same day or later ones. One set a state (state
// i: the first i steps are taken) is carried from day to day:
//
//   state i on day d  =  state i before, or state i - 1 and an event of step i on day d
//
// in the order of the steps, so that one day may take several. Greed is right: who has taken more
// steps needs less. A last step only counts where a sequence may end.
//
// Repeated steps. Taking steps i + 1 .. j on one day needs, of each term, as many events that day
// as the term occurs among them; so each state is moved by every number of steps, the furthest
// state first, before anybody moves into it.
//
// Gaps. Without a longest gap the earliest start is the best, and one walk over the days does: for
// a shortest gap, only those count whose first event is long enough ago. With a longest gap each
// day is tried as the start, for those who have not been found yet, and only as far as the gap
// reaches.
//
// Few users are walked through one by one, their counts gathered day by day.
#include "engine/machine.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace tagline::engine {
namespace {

// Members asked one by one: at most so many, or where every start is tried (each costs a walk),
// more.
constexpr std::size_t kMembersMax = 64;
constexpr std::size_t kMembersMaxWithGap = 1024;

// Members walked through together, and the memory their counts may take.
constexpr std::size_t kWalkMax = 64;
constexpr std::size_t kCountBytesMax = std::size_t{1} << 24U;

// The scratch blocks: one for the day's set, one to make it flat, one for users on the move. The
// blocks of a total come before these (machine_total.cc).
constexpr std::size_t kDaySlot = 40;
constexpr std::size_t kMoveSlot = 41;
constexpr std::size_t kArmedSlot = 42;

// Days that are tried from many starts are made flat once: so many at most (8 MB).
constexpr std::size_t kFlatMax = 1024;
constexpr std::size_t kNoCell = std::numeric_limits<std::size_t>::max();
// Shorter lists are as good as flat words.
constexpr std::size_t kListMax = 128;

constexpr std::int64_t kHighestTotal = std::numeric_limits<std::int64_t>::max();

bool has(const std::uint64_t* words, std::uint16_t member) {
  return (words[member >> 6U] >> (member & 63U) & 1U) != 0;
}

}  // namespace

void Machine::sequence(const Instruction& instruction) {
  const SequenceTest& test = program_.sequences[instruction.test];
  const RegisterId id = instruction.target;
  for (std::uint32_t term = 0; term < test.term_count; ++term) {
    bool here = false;
    for (std::size_t at = term; at < test.groups.size() && !here; at += test.term_count) {
      here = test.groups[at] != kNoGroup && anybody(program_.days[test.groups[at]]);
    }
    if (!here) {
      return put_empty(registers_[id]);
    }
  }
  const std::size_t members_max = test.gap_max ? kMembersMaxWithGap : kMembersMax;
  const Register* mask = sparse_mask(instruction);
  if (mask != nullptr && mask->users <= members_max) {
    return sequence_by_member(test, mask->list(), id);
  }
  if (gather_few_of_a_term(test)) {
    return sequence_by_member(test, few_, id);
  }
  sequence_dense(test, id);
}

// Nobody gets through without every term: one that few did is enough to know who is in question.
bool Machine::gather_few_of_a_term(const SequenceTest& test) {
  for (std::uint32_t term = 0; term < test.term_count; ++term) {
    few_.clear();
    bool few = true;
    for (std::size_t at = term; at < test.groups.size() && few; at += test.term_count) {
      few = test.groups[at] == kNoGroup || gather_few({&program_.days[test.groups[at]], 1});
    }
    if (few) {
      return true;
    }
  }
  return false;
}

void Machine::sequence_dense(const SequenceTest& test, RegisterId id) {
  std::uint64_t* found = own_words(id);
  erase_all(found);
  sequence_.flat_cells.clear();
  if (test.gap_max && !test.gap_min && !test.repeats) {
    sequences_latest(test, found);
    return put_own(id);
  }
  while (sequence_.words.size() < test.terms.size()) {
    sequence_.words.push_back(std::make_unique<Words>());
  }
  sequence_.live.assign(test.terms.size(), false);
  if (!test.gap_max) {
    sequences_open(test, found);
  } else {
    sequence_.flat_cells.assign(std::min(kFlatMax, test.groups.size()), kNoCell);
    sequence_.flat.resize(std::max(sequence_.flat.size(), sequence_.flat_cells.size()));
    for (std::size_t start = 0; start < test.days.size(); ++start) {
      sequences_from(test, start, found);
    }
  }
  put_own(id);
}

void Machine::sequences_open(const SequenceTest& test, std::uint64_t* found) {
  std::uint64_t* armed = nullptr;
  if (test.gap_min) {
    armed = scratch(kArmedSlot);
    erase_all(armed);
  }
  std::size_t next_armed = 0;
  for (std::size_t day = 0; day < test.days.size(); ++day) {
    // A day arms itself when the gap of that very day is nothing.
    for (; armed != nullptr && next_armed <= day &&
           test.days[next_armed].last_from <= test.days[day].day;
         ++next_armed) {
      const DaySet set = step_set(test, next_armed, test.terms.front(), 1, kDaySlot);
      if (set.words != nullptr) {
        kernels_.unite(armed, std::array<const std::uint64_t*, 2>{armed, set.words});
      } else {
        engine::set(armed, set.members);
      }
    }
    take_steps(test, {day, true, true, armed}, found);
  }
}

void Machine::sequences_from(const SequenceTest& test, std::size_t start, std::uint64_t* found) {
  const SequenceTest::On& on = test.days[start];
  const DaySet first = step_set(test, start, test.terms.front(), 1, kDaySlot);
  if (first.empty() || on.last_from > on.last_to) {
    return;
  }
  // Who begins here and has not been found; the others need no second sequence.
  std::uint64_t* begun = state_words(0);
  const std::uint64_t* words = day_words(first, kDaySlot);
  if (kernels_.intersect(begun, std::array{words}, std::array<const std::uint64_t*, 1>{found}) ==
      0) {
    return;
  }
  sequence_.live.assign(test.terms.size(), false);
  sequence_.live[0] = true;
  for (std::size_t day = start; day < test.days.size() && test.days[day].day <= on.last_to; ++day) {
    take_steps(test, {day, day == start, test.days[day].day >= on.last_from, nullptr}, found);
  }
}

// Moves the latest starts (the day's index + 1; 0 is none) one day on, all steps but the last:
// slice b of state i is words[i * bits + b].
void Machine::latest_starts(const SequenceTest& test, std::size_t day, std::size_t bits) {
  for (std::size_t step = 1; step < test.terms.size(); ++step) {
    const DaySet set = step_set(test, day, test.terms[step - 1], 1, kDaySlot);
    if (set.empty()) {
      continue;
    }
    const std::uint64_t* by = day_words(set, kDaySlot);
    for (std::size_t bit = 0; bit < bits; ++bit) {
      std::uint64_t* into = state_words((step - 1) * bits + bit);
      if (step > 1) {
        kernels_.blend(into, state_words((step - 2) * bits + bit), by);
      } else if (((day + 1) >> bit & 1U) != 0) {
        kernels_.unite(into, std::array<const std::uint64_t*, 2>{into, by});
      } else {
        kernels_.intersect(into, std::array<const std::uint64_t*, 1>{into}, std::array{by});
      }
    }
  }
}

// Later states never began later than earlier ones, which may have begun anew since; so what is
// taken along is never less than what was there.
void Machine::sequences_latest(const SequenceTest& test, std::uint64_t* found) {
  const auto bits = static_cast<std::size_t>(std::bit_width(test.days.size()));
  const std::size_t states = (test.terms.size() - 1) * bits;
  while (sequence_.words.size() < states) {
    sequence_.words.push_back(std::make_unique<Words>());
  }
  for (std::size_t i = 0; i < states; ++i) {
    erase_all(state_words(i));
  }
  std::size_t earliest = 0;  // the first day from which a sequence may still end on this one
  for (std::size_t day = 0; day < test.days.size(); ++day) {
    while (earliest <= day && test.days[earliest].last_to < test.days[day].day) {
      ++earliest;
    }
    latest_starts(test, day, bits);
    const DaySet set = step_set(test, day, test.terms.back(), 1, kDaySlot);
    if (set.empty()) {
      continue;
    }
    slices_.clear();
    for (std::size_t i = states - bits; i < states; ++i) {
      slices_.push_back(state_words(i));
    }
    const std::uint64_t* with = day_words(set, kDaySlot);
    RangeOperands operands;
    operands.with = {&with, 1};
    operands.slices = slices_;
    operands.low = earliest + 1;
    operands.high = day + 1;
    kernels_.range(found, operands, true);
  }
}

std::uint64_t* Machine::state_words(std::size_t state) {
  return sequence_.words[state]->words.data();
}

// Keeps a day for the starts to come, unless it is good to read as it is.
DaySet Machine::keep_flat(std::size_t cell, const DaySet& set, std::size_t index) {
  const bool in_place = set.words != nullptr && set.words != scratch(index);
  if (in_place || (set.words == nullptr && set.members.size() <= kListMax)) {
    return set;
  }
  const std::size_t slot = cell % sequence_.flat_cells.size();
  if (sequence_.flat[slot] == nullptr) {
    sequence_.flat[slot] = std::make_unique<Words>();
  }
  std::uint64_t* words = sequence_.flat[slot]->words.data();
  if (set.words != nullptr) {
    std::memcpy(words, set.words, sizeof(Words));
  } else {
    erase_all(words);
    engine::set(words, set.members);
  }
  sequence_.flat_cells[slot] = cell;
  return {{}, words};
}

// Who did it at least so many times that day.
DaySet Machine::step_set(const SequenceTest& test, std::size_t day, std::size_t term,
                         std::size_t times, std::size_t index) {
  const std::uint32_t group = test.groups[day * test.term_count + term];
  if (group == kNoGroup) {
    return {};
  }
  if (times <= 1) {
    const std::size_t cell = day * test.term_count + term;
    const std::size_t slots = sequence_.flat_cells.size();
    if (slots != 0 && sequence_.flat_cells[cell % slots] == cell) {
      return {{}, sequence_.flat[cell % slots]->words.data()};
    }
    const DaySet set = day_set(program_.days[group], index);
    return slots == 0 ? set : keep_flat(cell, set, index);
  }
  clear_total();
  gather_rows(program_.days[group].counted);
  if (total_.plus < times) {
    return {};
  }
  add_up();
  const std::vector<Interval> enough{{static_cast<std::int64_t>(times), kHighestTotal}};
  std::uint64_t* words = scratch(index);
  const std::uint32_t users = test_total(enough, std::array{universe_words()}, words);
  return users == 0 ? DaySet{} : DaySet{{}, words};
}

// into |= from and by (and among, when given)
void Machine::carry_over(std::uint64_t* into, const std::uint64_t* from, const DaySet& by,
                         const std::uint64_t* among) {
  if (by.words == nullptr) {
    for (const std::uint16_t member : by.members) {
      const bool in = has(from, member) && (among == nullptr || has(among, member));
      into[member >> 6U] |= std::uint64_t{in} << (member & 63U);
    }
  } else if (among == nullptr) {
    kernels_.carry(into, from, by.words);
  } else {
    std::uint64_t* both = scratch(kMoveSlot);
    kernels_.intersect(both, std::array{by.words, among}, {});
    kernels_.carry(into, from, both);
  }
}

// State 0 is `begun` where each start is tried, and else everybody.
void Machine::take_steps(const SequenceTest& test, const StepDay& on, std::uint64_t* found) {
  if (test.repeats) {
    return take_repeated_steps(test, on, found);
  }
  const std::size_t steps = test.terms.size();
  for (std::size_t step = 1; step <= steps; ++step) {
    const bool last = step == steps;
    const bool may = (step > 1 || on.first) && (!last || on.last);
    const bool open = step == 1 && !test.gap_max;
    if (!may || (!open && !sequence_.live[step - 1])) {
      continue;
    }
    const DaySet set = step_set(test, on.day, test.terms[step - 1], 1, kDaySlot);
    if (set.empty()) {
      continue;
    }
    std::uint64_t* into = last ? found : state_words(step);
    if (!last && !sequence_.live[step]) {
      erase_all(into);
      sequence_.live[step] = true;
    }
    carry_over(into, open ? universe_words() : state_words(step - 1), set,
               last ? on.ends : nullptr);
  }
}

void Machine::take_repeated_steps(const SequenceTest& test, const StepDay& on,
                                  std::uint64_t* found) {
  const std::size_t steps = test.terms.size();
  std::uint64_t* moved = scratch(kMoveSlot);
  for (std::size_t from = steps; from-- > 0;) {
    const bool open = from == 0 && !test.gap_max;
    if ((from == 0 && !on.first) || (!open && !sequence_.live[from])) {
      continue;
    }
    const std::uint64_t* source = open ? universe_words() : state_words(from);
    for (std::size_t to = from + 1; to <= steps && (to < steps || on.last); ++to) {
      const auto begin = test.terms.begin();
      const std::uint32_t term = test.terms[to - 1];
      const auto times =
          static_cast<std::size_t>(std::count(begin + static_cast<std::ptrdiff_t>(from),
                                              begin + static_cast<std::ptrdiff_t>(to), term));
      const DaySet set = step_set(test, on.day, term, times, kDaySlot);
      if (set.empty() ||
          kernels_.intersect(moved, std::array{source, day_words(set, kDaySlot)}, {}) == 0) {
        break;
      }
      source = moved;
      if (to == steps) {
        kernels_.carry(found, moved, on.ends == nullptr ? moved : on.ends);
        break;
      }
      std::uint64_t* into = state_words(to);
      if (!sequence_.live[to]) {
        erase_all(into);
        sequence_.live[to] = true;
      }
      kernels_.unite(into, std::array<const std::uint64_t*, 2>{into, moved});
    }
  }
}

void Machine::sequence_by_member(const SequenceTest& test, Members asked, RegisterId id) {
  const std::size_t cells = std::max<std::size_t>(test.groups.size(), 1);
  const std::size_t together = std::clamp<std::size_t>(kCountBytesMax / cells, 1, kWalkMax);
  std::uint16_t* members = own_members(id);
  std::size_t size = 0;
  for (std::size_t begin = 0; begin < asked.size(); begin += together) {
    const Members chunk = asked.subspan(begin, std::min(together, asked.size() - begin));
    fill_counts(test, chunk);
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      const std::uint16_t member = chunk[i];
      members[size] = member;
      size += completes(test, i, chunk.size()) ? 1U : 0U;
    }
  }
  put_sparse(registers_[id], members, size);
}

// counts[(day, term), member]: events of the member that day, 255 or more as 255 (there are fewer
// steps). A term that occurs once needs no counts: done or not.
void Machine::fill_counts(const SequenceTest& test, Members asked) {
  sequence_.counts.assign(test.groups.size() * asked.size(), 0);
  for (std::size_t cell = 0; cell < test.groups.size(); ++cell) {
    if (test.groups[cell] == kNoGroup) {
      continue;
    }
    const DayGroup& day = program_.days[test.groups[cell]];
    if (day.counted.size() == 0) {
      tally_day(day, asked, hits_);
    } else {
      hits_.assign(asked.size(), 0);
      for (std::uint32_t i = day.counted.begin; i < day.counted.end; ++i) {
        const WeightedRow& row = program_.weighted[i];
        if (const Container* found = container(row.leaf); found != nullptr) {
          tally(asked, *found, std::uint64_t{1} << row.bit, hits_.data());
        }
      }
    }
    for (std::size_t i = 0; i < asked.size(); ++i) {
      sequence_.counts[cell * asked.size() + i] =
          static_cast<std::uint8_t>(std::min<std::uint64_t>(hits_[i], 255));
    }
  }
}

bool Machine::completes(const SequenceTest& test, std::size_t member, std::size_t members) const {
  for (std::size_t start = 0; start < test.days.size(); ++start) {
    const std::size_t cell = start * test.term_count + test.terms.front();
    if (sequence_.counts[cell * members + member] == 0) {
      continue;
    }
    if (completes_from(test, start, member, members)) {
      return true;
    }
    if (!test.gap_max) {
      return false;  // the earliest start is the best
    }
  }
  return false;
}

bool Machine::completes_from(const SequenceTest& test, std::size_t start, std::size_t member,
                             std::size_t members) const {
  const SequenceTest::On& on = test.days[start];
  const std::size_t steps = test.terms.size();
  std::size_t taken = 0;
  for (std::size_t day = start; day < test.days.size() && test.days[day].day <= on.last_to; ++day) {
    const bool last = test.days[day].day >= on.last_from;
    const std::uint8_t* counts = &sequence_.counts[day * test.term_count * members + member];
    const std::size_t before = taken;
    while (taken < steps && (taken + 1 < steps || last)) {
      const auto begin = test.terms.begin();
      const std::uint32_t term = test.terms[taken];
      const auto used = std::count(begin + static_cast<std::ptrdiff_t>(before),
                                   begin + static_cast<std::ptrdiff_t>(taken), term);
      if (used >= std::ptrdiff_t{counts[term * members]}) {
        break;
      }
      ++taken;
    }
    if (taken == steps) {
      return true;
    }
  }
  return false;
}

}  // namespace tagline::engine
