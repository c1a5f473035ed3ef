#include "ingest/staged_field.h"

namespace tagline::ingest {
namespace {

/// [begin, end) of a column; a field of another kind has none.
template <class T>
void add(std::vector<T>& to, const std::vector<T>& more, std::size_t begin, std::size_t end) {
  if (!more.empty()) {
    to.insert(to.end(), more.begin() + static_cast<std::ptrdiff_t>(begin),
              more.begin() + static_cast<std::ptrdiff_t>(end));
  }
}

}  // namespace

void StagedField::append(const StagedField& more, std::size_t begin, std::size_t end) {
  if (!more.list_ends.empty() && begin < end) {
    const std::size_t first = more.list_begin(begin);
    for (std::size_t row = begin; row < end; ++row) {
      list_ends.push_back(list.size() + more.list_ends[row] - first);
    }
    add(list, more.list, first, more.list_ends[end - 1]);
  }
  add(states, more.states, begin, end);
  add(codes, more.codes, begin, end);
  add(numbers, more.numbers, begin, end);
  all_stated = all_stated && more.all_stated;
}

void StagedField::clear() {
  states.clear();
  codes.clear();
  numbers.clear();
  list_ends.clear();
  list.clear();
  all_stated = true;
}

std::size_t StagedField::bytes() const {
  return states.size() + codes.size() * sizeof codes[0] + numbers.size() * sizeof numbers[0] +
         list_ends.size() * sizeof list_ends[0] + list.size() * sizeof list[0];
}

}  // namespace tagline::ingest
