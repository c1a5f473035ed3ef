// Streak: enough days in a row. The length of every user's run so far is counted in bit slices that
// start anew where a day is missed (engine/kernels_body.h): one pass over the days, whatever the
// length asked for.
//
// Days come in segments without a missing day (in this block); those shorter than what is asked for
// are not read at all.
#include "engine/cost.h"
#include "engine/machine.h"

#include <algorithm>
#include <bit>

namespace tagline::engine {
namespace {

constexpr std::size_t kBatchMax = 32;  // days made flat at a time
constexpr std::size_t kMembersMax = 256;

}  // namespace

bool Machine::anybody(const DayGroup& day) const {
  for (std::uint32_t i = day.present.begin; i < day.present.end; ++i) {
    if (container(program_.operands[i]) != nullptr) {
      return true;
    }
  }
  return false;
}

void Machine::tally_day(const DayGroup& day, Members asked,
                        std::vector<std::uint64_t>& hits) const {
  hits.assign(asked.size(), 0);
  for (std::uint32_t i = day.present.begin; i < day.present.end; ++i) {
    if (const Container* found = container(program_.operands[i]); found != nullptr) {
      tally(asked, *found, 1, hits.data());
    }
  }
  for (std::uint64_t& hit : hits) {
    hit = hit != 0 ? 1 : 0;
  }
}

DaySet Machine::day_set(const DayGroup& day, std::size_t index) {
  const Container* only = nullptr;
  std::uint64_t* flat = nullptr;
  for (std::uint32_t i = day.present.begin; i < day.present.end; ++i) {
    const Container* found = container(program_.operands[i]);
    if (found == nullptr) {
      continue;
    }
    if (only == nullptr) {
      only = found;
      continue;
    }
    if (flat == nullptr) {
      flat = scratch(index);
      erase_all(flat);
      set(flat, *only);
    }
    set(flat, *found);
  }
  if (flat != nullptr) {
    return {{}, flat};
  }
  if (only == nullptr) {
    return {};
  }
  return only->kind == ContainerKind::Array ? DaySet{members_of(*only), nullptr}
                                            : DaySet{{}, slice_words(only, index)};
}

const std::uint64_t* Machine::day_words(const DaySet& day, std::size_t index) {
  if (day.words != nullptr) {
    return day.words;
  }
  std::uint64_t* words = scratch(index);
  erase_all(words);
  set(words, day.members);
  return words;
}

void Machine::gather_segments(const StreakTest& test) {
  segments_.clear();
  std::uint32_t begin = test.days.begin;
  const auto close = [&](std::uint32_t end) {
    if (end - begin >= test.low) {
      segments_.emplace_back(begin, end);
    }
  };
  for (std::uint32_t i = test.days.begin; i < test.days.end; ++i) {
    if (!anybody(program_.days[i])) {
      close(i);
      begin = i + 1;
    } else if (i > begin && program_.days[i].day != program_.days[i - 1].day + 1) {
      close(i);
      begin = i;
    }
  }
  close(test.days.end);
}

void Machine::streak(const Instruction& instruction) {
  const StreakTest& test = program_.streaks[instruction.test];
  gather_segments(test);
  if (segments_.empty()) {
    return put_empty(registers_[instruction.target]);
  }
  const Register* mask = sparse_mask(instruction);
  if (mask != nullptr && mask->users <= kMembersMax) {
    return streak_by_member(test, mask->list(), instruction.target);
  }
  few_.clear();
  const bool few = std::all_of(segments_.begin(), segments_.end(), [&](const auto& segment) {
    return gather_few({program_.days.data() + segment.first, segment.second - segment.first});
  });
  if (few) {
    return streak_by_member(test, few_, instruction.target);
  }
  streak_dense(test, instruction.target);
}

void Machine::streak_by_member(const StreakTest& test, Members asked, RegisterId id) {
  std::vector<std::uint64_t>& runs = values_;
  std::uint16_t* members = own_members(id);
  std::vector<std::uint8_t> reached(asked.size());
  for (const auto& [begin, end] : segments_) {
    runs.assign(asked.size(), 0);
    for (std::uint32_t day = begin; day < end; ++day) {
      tally_day(program_.days[day], asked, hits_);
      for (std::size_t i = 0; i < asked.size(); ++i) {
        runs[i] = hits_[i] != 0 ? runs[i] + 1 : 0;
        if (runs[i] >= test.low) {
          reached[i] = 1;
        }
      }
    }
  }
  std::size_t size = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    members[size] = asked[i];
    size += reached[i];
  }
  put_sparse(registers_[id], members, size);
}

void Machine::streak_dense(const StreakTest& test, RegisterId id) {
  const auto bits = static_cast<std::size_t>(std::bit_width(test.low - 1));
  const std::uint64_t start = (std::uint64_t{1} << bits) - test.low;
  clear_total();
  total_.plus = (std::uint64_t{1} << bits) - 1;
  start_total(start);
  StreakOperands operands;
  operands.slices = total_.slice_words;
  operands.reached = own_words(id);
  operands.start = start;
  erase_all(operands.reached);
  day_words_.clear();
  const auto run = [&] {
    operands.days = day_words_;
    kernels_.streak(operands);
    day_words_.clear();
  };
  for (const auto& [begin, end] : segments_) {
    day_words_.push_back(nullptr);
    for (std::uint32_t day = begin; day < end; ++day) {
      if (day_words_.size() >= kBatchMax) {
        run();
      }
      const std::size_t slot = day_words_.size();
      day_words_.push_back(day_words(day_set(program_.days[day], slot), slot));
    }
  }
  run();
  put_own(id);
}

}  // namespace tagline::engine
