// AllOf and AnyOf: groups of rows, combined as suits the containers of the block.
//
// AllOf looks before it works: one absent row and nobody is left; full ones drop out. If any input
// is a list (an array container, or few users in question), the shortest list is probed against the
// others, cost O(its members). Else all bitsets meet in one pass that reads each once and writes
// the result once.
#include "engine/cost.h"
#include "engine/machine.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tagline::engine {
namespace {

/// Flat rows united in one pass; between passes the outcome may turn out to be everybody.
constexpr std::size_t kUnitedAtOnce = 16;

bool shorter(const Container* a, const Container* b) {
  return a->count < b->count;
}

}  // namespace

void Group::clear() {
  words.clear();
  arrays.clear();
  runs.clear();
}

void Group::add(const Container& container) {
  switch (container.kind) {
    case ContainerKind::Array:
      arrays.push_back(&container);
      return;
    case ContainerKind::Bitset:
      words.push_back(words_of(container));
      return;
    case ContainerKind::Run:
      runs.push_back(&container);
      return;
  }
}

// Sorts the containers into with_ and without_; false when nobody can be left.
bool Machine::gather_all(const Instruction& instruction) {
  with_.clear();
  without_.clear();
  for (std::uint32_t i = instruction.rows.begin; i < instruction.rows.end; ++i) {
    const Container* found = container(program_.operands[i]);
    if (found == nullptr) {
      return false;
    }
    if (!is_full(*found)) {
      with_.add(*found);
    }
  }
  for (std::uint32_t i = instruction.without.begin; i < instruction.without.end; ++i) {
    const Container* found = container(program_.operands[i]);
    if (found != nullptr) {
      if (is_full(*found)) {
        return false;
      }
      without_.add(*found);
    }
  }
  return true;
}

void Machine::all_of(const Instruction& instruction) {
  Register& target = registers_[instruction.target];
  if ((instruction.into && target.state == State::Empty) || !gather_all(instruction)) {
    return put_empty(target);
  }
  Members driver;
  bool driven = false;
  if (instruction.into && target.state == State::Dense) {
    with_.words.push_back(target.words);
  } else if (instruction.into && target.state == State::Sparse) {
    driver = target.list();
    driven = true;
  } else if (const Register* mask = sparse_mask(instruction); mask != nullptr) {
    driver = mask->list();
    driven = true;
  }
  std::sort(with_.arrays.begin(), with_.arrays.end(), shorter);
  const Container* skip = nullptr;
  if (!with_.arrays.empty() && (!driven || with_.arrays.front()->count < driver.size())) {
    skip = with_.arrays.front();
    if (driven) {
      // The longer list is one more thing to probe. It may be in the target's own buffer, and so is
      // first.
      std::uint16_t* members = own_members(instruction.target);
      driver = {members, engine::intersect(driver, members_of(*skip), members)};
    } else {
      driver = members_of(*skip);
    }
    driven = true;
  }
  if (driven) {
    all_of_sparse(driver, skip, target, instruction.target);
  } else {
    all_of_dense(target, instruction.target);
  }
}

void Machine::all_of_sparse(Members driver, const Container* skip, Register& target,
                            RegisterId id) {
  std::uint16_t* members = own_members(id);
  const auto narrow = [&](std::size_t size) { driver = {members, size}; };
  // Of the last step only the number may be wanted.
  const bool no_lists = with_.arrays.size() <= (skip == nullptr ? 0U : 1U);
  const bool countable =
      last_ && no_lists && with_.runs.empty() && without_.arrays.empty() && without_.runs.empty();
  if (countable && with_.words.empty() && without_.words.size() == 1) {
    const std::uint32_t taken =
        kernels_.probe(without_.words.front(), driver.data(), driver.size());
    return put_sparse(target, driver.data(), driver.size() - taken);
  }
  if (countable && with_.words.size() == 1 && without_.words.empty()) {
    return put_sparse(target, driver.data(),
                      kernels_.probe(with_.words.front(), driver.data(), driver.size()));
  }
  // A look at a bit costs less than one into a list, and leaves fewer to look up there.
  for (const std::uint64_t* words : with_.words) {
    narrow(keep(driver, words, members));
  }
  for (const std::uint64_t* words : without_.words) {
    narrow(drop(driver, words, members));
  }
  for (const Container* array : with_.arrays) {
    if (array != skip && !driver.empty()) {
      narrow(keep(driver, *array, members));
    }
  }
  for (const Container* runs : with_.runs) {
    narrow(keep(driver, *runs, members));
  }
  for (const std::vector<const Container*>* group : {&without_.arrays, &without_.runs}) {
    for (const Container* taken : *group) {
      if (!driver.empty()) {
        narrow(drop(driver, *taken, members));
      }
    }
  }
  put_sparse(target, driver.data(), driver.size());
}

void Machine::all_of_dense(Register& target, RegisterId id) {
  std::size_t runs_done = 0;
  if (with_.words.empty() && !with_.runs.empty()) {
    std::uint64_t* words = own_words(id);
    erase_all(words);
    set(words, *with_.runs.front());
    with_.words.push_back(words);
    runs_done = 1;
  }
  const bool flat_only =
      with_.runs.size() == runs_done && without_.arrays.empty() && without_.runs.empty();
  if (with_.words.empty()) {
    if (flat_only && without_.words.empty()) {
      return put_full(target);
    }
    with_.words.push_back(universe_words());
  }
  if (flat_only && with_.words.size() == 1 && without_.words.empty()) {
    const std::uint64_t* words = with_.words.front();
    return put_dense(id, words, kernels_.unite(nullptr, with_.words));
  }
  if (flat_only) {
    std::uint64_t* words = out(id);
    return put_dense(id, words, kernels_.intersect(words, with_.words, without_.words));
  }
  std::uint64_t* words = own_words(id);
  kernels_.intersect(words, with_.words, without_.words);
  for (std::size_t i = runs_done; i < with_.runs.size(); ++i) {
    clip(words, runs_of(*with_.runs[i]));
  }
  for (const std::vector<const Container*>* group : {&without_.arrays, &without_.runs}) {
    for (const Container* taken : *group) {
      clear(words, *taken);
    }
  }
  put_own(id);
}

void Machine::any_of(const Instruction& instruction) {
  Register& target = registers_[instruction.target];
  with_.clear();
  for (std::uint32_t i = instruction.rows.begin; i < instruction.rows.end; ++i) {
    if (const Container* found = container(program_.operands[i]); found != nullptr) {
      if (is_full(*found)) {
        return put_full(target);
      }
      with_.add(*found);
    }
  }
  if (with_.words.empty() && with_.runs.empty() && with_.arrays.size() < 2) {
    if (with_.arrays.empty()) {
      return put_empty(target);
    }
    const Members only = members_of(*with_.arrays.front());
    return put_sparse(target, only.data(), only.size());
  }
  if (!any_of_masked(instruction)) {
    any_of_dense(instruction.target);
  }
}

// When few users are in question and the rows are many or long, asks for each of them. False when
// flat words are the cheaper way.
bool Machine::any_of_masked(const Instruction& instruction) {
  const Register* mask = sparse_mask(instruction);
  if (mask == nullptr) {
    return false;
  }
  std::size_t flat = kFlatCost + with_.words.size() * kBitsetPassCost;
  std::size_t probes = mask->users * (with_.words.size() + 1);
  for (const std::vector<const Container*>* group : {&with_.arrays, &with_.runs}) {
    for (const Container* row : *group) {
      flat += flat_cost(*row);
      probes += probe_cost(*row, mask->users);
    }
  }
  if (flat < probes) {
    return false;
  }
  const Members asked = mask->list();
  values_.assign(asked.size(), 0);
  for (const std::uint64_t* words : with_.words) {
    tally(asked, words, 1, values_.data());
  }
  for (const std::vector<const Container*>* group : {&with_.arrays, &with_.runs}) {
    for (const Container* row : *group) {
      tally(asked, *row, 1, values_.data());
    }
  }
  std::uint16_t* members = own_members(instruction.target);
  std::size_t size = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    members[size] = asked[i];
    size += values_[i] > 0 ? 1U : 0U;
  }
  put_sparse(registers_[instruction.target], members, size);
  return true;
}

// What is read as it lies first: with many rows it is often everybody already, and the lists need
// not be read at all.
void Machine::any_of_dense(RegisterId id) {
  const bool flat_only = with_.arrays.empty() && with_.runs.empty();
  if (flat_only && with_.words.size() <= kUnitedAtOnce) {
    const bool as_is = with_.words.size() == 1;
    const std::uint64_t* words = as_is ? with_.words.front() : out(id);
    return put_dense(id, words, kernels_.unite(as_is ? nullptr : out(id), with_.words));
  }
  std::uint64_t* words = own_words(id);
  std::array<const std::uint64_t*, kUnitedAtOnce + 1> some{};
  for (std::size_t from = 0; from < with_.words.size(); from += kUnitedAtOnce) {
    const std::size_t size = std::min(kUnitedAtOnce, with_.words.size() - from);
    std::copy_n(with_.words.begin() + static_cast<std::ptrdiff_t>(from), size, some.begin());
    some[size] = words;  // what there is so far
    if (kernels_.unite(words, WordsList(some).first(size + (from == 0 ? 0 : 1))) >=
        universe_users_) {
      return put_full(registers_[id]);
    }
  }
  if (with_.words.empty()) {
    erase_all(words);
  }
  std::size_t since_counted = 0;
  for (const std::vector<const Container*>* group : {&with_.runs, &with_.arrays}) {
    for (const Container* row : *group) {
      set(words, *row);
      since_counted += row->cardinality;
      if (since_counted >= universe_users_) {
        since_counted = 0;
        if (kernels_.unite(nullptr, std::array<const std::uint64_t*, 1>{words}) >=
            universe_users_) {
          return put_full(registers_[id]);
        }
      }
    }
  }
  put_own(id);
}

}  // namespace tagline::engine
