#include "engine/kept_answer.h"

#include "engine/count_in.h"

#include <algorithm>
#include <array>

namespace tagline::engine {
namespace {

// A search costs 30 times a probe or so, in a list of any length.
constexpr std::size_t kSearchCost = 32;

}  // namespace

void KeptAnswer::clear() {
  users_ = 0;
  full_ = false;
  flat_ = false;
  list_.clear();
}

std::uint64_t* KeptAnswer::own_words() const {
  if (words_ == nullptr) {
    words_ = std::make_unique_for_overwrite<Words>();
  }
  flat_ = true;
  return words_->words.data();
}

const std::uint64_t* KeptAnswer::words() const {
  if (full_ || empty()) {
    return nullptr;
  }
  if (!flat_) {
    erase_all(own_words());
    set(words_->words.data(), Members(list_));
  }
  return words_->words.data();
}

void KeptAnswer::keep_list(Members members) {
  users_ = static_cast<std::uint32_t>(members.size());
  if (users_ > kListOnlyMax) {
    erase_all(own_words());
    set(own_words(), members);
  }
  if (users_ <= kListMax) {
    list_.assign(members.begin(), members.end());
  }
}

void KeptAnswer::keep(BlockAnswers& answers, const Register& answer) {
  clear();
  switch (answer.state) {
    case Register::State::Empty:
      return;
    case Register::State::Full:
      users_ = answers.users(answer);
      full_ = true;
      return;
    case Register::State::Sparse:
      return keep_list(answer.list());
    case Register::State::Dense:
      users_ = answer.users;
      std::copy_n(answer.words, kBlockWords, own_words());
      return;
  }
}

void KeptAnswer::keep(const Container& container, const KeptAnswer& among) {
  clear();
  if (among.empty()) {
    return;
  }
  if (container.kind == ContainerKind::Array || !among.list().empty()) {
    std::array<std::uint16_t, kSparseMax> kept;
    const Members members =
        container.kind == ContainerKind::Array ? members_of(container) : among.list();
    if (among.full()) {
      return keep_list(members);
    }
    const std::size_t size = container.kind == ContainerKind::Array
                                 ? engine::keep(members, among.words(), kept.data())
                                 : engine::keep(members, container, kept.data());
    return keep_list(Members(kept.data(), size));
  }
  std::uint64_t* words = own_words();
  const std::uint64_t* from = words;
  if (container.kind == ContainerKind::Bitset) {
    from = words_of(container);
  } else {
    erase_all(words);
    set(words, container);
  }
  const std::array<const std::uint64_t*, 2> both{from, among.words()};
  users_ = kernels().intersect(words, WordsList(both).first(among.full() ? 1 : 2), {});
}

std::uint32_t KeptAnswer::count(const Container& container) const {
  if (users_ == 0 || full_) {
    return users_ == 0 ? 0 : container.cardinality;
  }
  if (container.cardinality >= kBlockUsers) {
    return users_;
  }
  const bool by_member =
      !flat_ || (!list_.empty() && (container.kind == ContainerKind::Array
                                        ? list_.size() * kSearchCost < container.count
                                        : list_.size() <= kProbesAPass));
  return by_member ? count_in(Members(list_), container) : count_in(container, words());
}

std::uint32_t KeptAnswer::count(const KeptAnswer& other) const {
  const KeptAnswer& few = users_ < other.users_ ? *this : other;
  const KeptAnswer& many = users_ < other.users_ ? other : *this;
  if (few.users_ == 0) {
    return 0;
  }
  return few.users_ <= kProbesAPass && !few.list_.empty() ? count_in(few.list(), many.words())
                                                          : count_both(few.words(), many.words());
}

}  // namespace tagline::engine
