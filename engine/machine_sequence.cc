// Sequence: who did things in a given order, on the same day or later ones.
//
// One pass over the days, the last one first, and over the steps from the last to the first: of
// every user and number of last steps, the earliest day by which they can be taken, from the day at
// hand on, is carried from day to day (engine/kernels.h, chains). Nothing else matters: a sequence
// that begins today has a day it must end by.
//
// Repeated steps. Taking several steps on one day needs, of each term, as many events that day as
// the term occurs among them: a day has levels, "did it at least k times".
//
// Gaps. Say the earliest end of a sequence begun on day s is day e. By the longest gap, e must not
// be too late. By the shortest, the last step must not be too early either; but where e is, any
// later day with an event of the last step will do as well. So s begins a sequence that counts if e
// is not too late and some event of the last step is within the days it may end on. That the two
// can be asked apart is what makes one pass enough, whatever the gaps. The earliest such event is
// the users' "mark".
//
// Here: users walked through one by one where they are few, their counts gathered day by day. All
// at once: machine_chains.cc.
#include "engine/machine.h"

#include <algorithm>

namespace tagline::engine {
namespace {

// Members asked one by one, at most: where the longest gap makes ranks of several bits, more.
constexpr std::size_t kMembersMax = 128;
constexpr std::size_t kMembersMaxWithGap = 384;

// Members walked through together, and the memory their counts may take.
constexpr std::size_t kWalkMax = 64;
constexpr std::size_t kCountBytesMax = std::size_t{1} << 24U;

static_assert(kStepsMax <= kChainMax);

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
  lay_out_levels(test);
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

// Counted from the end: step 1 is the last one of the test.
void Machine::lay_out_levels(const SequenceTest& test) {
  const std::size_t steps = test.terms.size();
  std::vector<std::uint8_t>& first = sequence_.first_level;
  first.assign(test.term_count, 0);
  for (const std::uint32_t term : test.terms) {
    for (std::size_t later = term + 1; later < test.term_count; ++later) {
      ++first[later];
    }
  }
  sequence_.level_of.assign((steps + 1) * steps, 0);
  std::vector<std::uint8_t> level;
  for (std::size_t step = 1; step <= steps; ++step) {
    level = first;
    for (std::size_t from = step; from-- > 0;) {
      sequence_.level_of[step * steps + from] = level[test.terms[steps - 1 - from]]++;
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

bool Machine::completes(const SequenceTest& test, std::size_t member, std::size_t members) {
  const std::size_t days = test.days.size();
  const std::size_t row = test.term_count * members;
  const std::uint8_t* counts = sequence_.counts.data() + member;
  sequence_.member_ranks.assign(test.terms.size(), 0);
  std::size_t end = days;     // the first day that is too late to end on
  std::size_t marked = days;  // the days from here on have been looked at for marks
  std::size_t mark = 0;
  for (std::size_t day = days; day-- > 0;) {
    const SequenceTest::On& on = test.days[day];
    while (end > day && test.days[end - 1].day > on.last_to) {
      --end;
    }
    for (; marked > 0 && test.days[marked - 1].day >= on.last_from; --marked) {
      if (counts[(marked - 1) * row + test.terms.back() * members] != 0) {
        mark = days - (marked - 1);
      }
    }
    const std::size_t least = days - end + 1;
    sequence_.member_ranks.front() = days - day;
    if (take_steps(test, counts + day * row, members, mark >= least && end > day ? least : 0)) {
      return true;
    }
  }
  return false;
}

// As the kernel does it; true when a sequence that counts is complete.
bool Machine::take_steps(const SequenceTest& test, const std::uint8_t* counts, std::size_t members,
                         std::size_t least) {
  const std::size_t steps = test.terms.size();
  std::vector<std::size_t>& ranks = sequence_.member_ranks;
  const auto may = [&](std::size_t from, std::size_t step) {
    const std::uint32_t term = test.terms[steps - 1 - from];
    const std::size_t level = sequence_.level_of[step * steps + from];
    return counts[term * members] > level - sequence_.first_level[term];
  };
  for (std::size_t step = steps; step > 0; --step) {
    std::size_t from = step;
    while (from > 0 && may(from - 1, step)) {
      --from;
    }
    if (step == steps && from < step && least != 0 && ranks[from] >= least) {
      return true;
    }
    if (step < steps) {
      ranks[step] = ranks[from];
    }
  }
  return false;
}

}  // namespace tagline::engine
