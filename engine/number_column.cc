#include "engine/number_column.h"

#include "engine/sparse.h"

#include <algorithm>
#include <array>
#include <bit>

namespace tagline::engine {
namespace {

constexpr std::size_t kExists = 0;
constexpr std::size_t kSign = 1;
constexpr std::size_t kFirstBit = 2;

// Numbers are handed on so many words of users at a time: 8 KB of them, which stay in the first
// cache.
constexpr std::size_t kStretchWords = 16;

// So few numbers are read user by user; of more, packing the words they are in together and taking
// those apart costs less.
constexpr std::size_t kMembersMax = 64;

alignas(64) constexpr std::array<std::uint64_t, kBlockWords> kNobody{};

/// What each scratch block holds.
enum Scratch : std::size_t {
  kPositive,        ///< users without the sign
  kNegative,        ///< and with it
  kPositiveInside,  ///< of those, who is within bounds
  kNegativeInside,
  kRowFlat,     ///< the existence or sign row
  kFirstSlice,  ///< from here on the slices
};

/// Bounds of the magnitudes of one sign; nothing when none can be within.
struct MagnitudeBounds {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool any = false;
};

MagnitudeBounds magnitudes_of(NumberColumn::Bounds bounds, bool negative, std::uint64_t top) {
  if (negative ? bounds.low >= 0 : bounds.high < 0) {
    return {};
  }
  const auto magnitude = [](std::int64_t value) {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  };
  const std::uint64_t low = negative ? magnitude(std::min<std::int64_t>(bounds.high, -1))
                                     : magnitude(std::max<std::int64_t>(bounds.low, 0));
  const std::uint64_t high = std::min(top, magnitude(negative ? bounds.low : bounds.high));
  return {low, high, low <= high};
}

}  // namespace

NumberColumn::NumberColumn(FieldId field, unsigned bits)
    : field_(field), bits_(bits), kernels_(kernels()), rows_(kFirstBit + bits) {
  values_.resize(kStretchWords * 64 + kDecodeSlack);
}

Status NumberColumn::enter(ShardId shard, const Source& source) {
  TAGLINE_ASSIGN_OR_RETURN(rows_[kExists], source.fetch({field_, kExistsRow}, shard));
  TAGLINE_ASSIGN_OR_RETURN(rows_[kSign], source.fetch({field_, kSignRow}, shard));
  for (unsigned bit = 0; bit < bits_; ++bit) {
    TAGLINE_ASSIGN_OR_RETURN(rows_[kFirstBit + bit],
                             source.fetch({field_, kFirstBitRow + bit}, shard));
  }
  return {};
}

void NumberColumn::leave() {
  gathered_.reset();
  for (Fragment& row : rows_) {
    row = Fragment();
  }
}

std::uint64_t* NumberColumn::scratch(std::size_t index) {
  while (scratch_.size() <= index) {
    scratch_.push_back(std::make_unique_for_overwrite<Words>());
  }
  return scratch_[index]->words.data();
}

const std::uint64_t* NumberColumn::flat(const Container& container, std::size_t index) {
  if (container.kind == ContainerKind::Bitset) {
    return words_of(container);
  }
  std::uint64_t* words = scratch(index);
  erase_all(words);
  set(words, container);
  return words;
}

const std::uint64_t* NumberColumn::known_words(BlockAnswers& answers, const Register& answer) {
  const Container& exists = *row(kExists);
  if (exists.cardinality == kBlockUsers) {
    return answers.words(answer);
  }
  std::uint64_t* known = scratch(kPositive);
  const std::uint64_t* having = flat(exists, kRowFlat);
  return kernels_.intersect(known, std::array{answers.words(answer), having}, {}) == 0 ? nullptr
                                                                                       : known;
}

NumberColumn::Signs NumberColumn::part_signs(const std::uint64_t* known) {
  if (known == nullptr || row(kSign) == nullptr) {
    return {known, nullptr};
  }
  const std::uint64_t* sign = flat(*row(kSign), kRowFlat);
  std::uint64_t* negative = scratch(kNegative);
  if (kernels_.intersect(negative, std::array{known, sign}, {}) == 0) {
    return {known, nullptr};
  }
  std::uint64_t* positive = scratch(kPositive);
  const bool some = kernels_.intersect(positive, std::array{known}, std::array{sign}) != 0;
  return {some ? positive : nullptr, negative};
}

void NumberColumn::gather_slices() {
  if (gathered_ == block_) {
    return;
  }
  gathered_ = block_;
  slices_.clear();
  for (unsigned bit = 0; bit < bits_; ++bit) {
    const Container* slice = row(kFirstBit + bit);
    slices_.push_back(slice == nullptr ? kNobody.data() : flat(*slice, kFirstSlice + bit));
  }
}

void NumberColumn::decode(const std::uint64_t* among, bool negative, bool with_users,
                          const Visit& visit) {
  for (std::size_t at = 0; at < kBlockWords; at += kStretchWords) {
    const std::size_t size = kernels_.decode(values_.data(), {among, slices_, at, kStretchWords});
    if (size == 0) {
      continue;
    }
    users_.clear();
    for (std::size_t word = at; with_users && word < at + kStretchWords; ++word) {
      for (std::uint64_t left = among[word]; left != 0; left &= left - 1) {
        users_.push_back(first_user_ + static_cast<UserIndex>(word * 64) +
                         static_cast<UserIndex>(std::countr_zero(left)));
      }
    }
    visit({std::span(values_).first(size), users_, negative});
  }
}

void NumberColumn::each_member(Members asked, Bounds bounds, bool with_users, const Visit& visit) {
  std::vector<std::uint16_t>& known = members_[0];
  known.resize(asked.size());
  known.resize(keep(asked, *row(kExists), known.data()));
  const Container* sign = row(kSign);
  if (sign == nullptr) {
    return each_of_sign(known, false, bounds, with_users, visit);
  }
  const std::array<bool, 2> signs = {false, true};
  for (const bool negative : signs) {
    std::vector<std::uint16_t>& some = members_[1];
    some.resize(known.size());
    some.resize(negative ? keep(known, *sign, some.data()) : drop(known, *sign, some.data()));
    each_of_sign(some, negative, bounds, with_users, visit);
  }
}

void NumberColumn::each_of_sign(Members asked, bool negative, Bounds bounds, bool with_users,
                                const Visit& visit) {
  if (asked.empty()) {
    return;
  }
  std::vector<std::uint64_t> values(asked.size());
  for (unsigned bit = 0; bit < bits_; ++bit) {
    if (const Container* slice = row(kFirstBit + bit); slice != nullptr) {
      tally(asked, *slice, std::uint64_t{1} << bit, values.data());
    }
  }
  users_.clear();
  std::size_t size = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const std::int64_t value = signed_of(values[i], negative);
    if (value < bounds.low || value > bounds.high) {
      continue;
    }
    values[size++] = values[i];
    if (with_users) {
      users_.push_back(first_user_ + asked[i]);
    }
  }
  if (size != 0) {
    visit({std::span(values).first(size), users_, negative});
  }
}

NumberColumn::Narrowed NumberColumn::narrow(const std::uint64_t* among, bool negative,
                                            Bounds bounds) {
  const std::uint64_t top = bits_ == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits_) - 1;
  const MagnitudeBounds within = magnitudes_of(bounds, negative, top);
  if (among == nullptr || !within.any) {
    return {};
  }
  const bool open_below = within.low <= (negative ? 1U : 0U);
  const bool open_above = within.high == top;
  if (open_below && open_above) {
    return {among, true, 0};
  }
  std::uint64_t* inside = scratch(negative ? kNegativeInside : kPositiveInside);
  std::uint32_t users = 0;
  if (open_below || open_above) {
    users =
        kernels_.past(inside, {among, slices_, open_above ? within.low : within.high, open_below});
  } else {
    const std::array<const std::uint64_t*, 1> with = {among};
    RangeOperands operands;
    operands.with = with;
    operands.slices = slices_;
    operands.low = within.low;
    operands.high = within.high;
    users = kernels_.range(inside, operands, false);
  }
  return {users == 0 ? nullptr : inside, false, users};
}

Members NumberColumn::listed(const std::uint64_t* words, std::uint32_t users) {
  std::vector<std::uint16_t>& members = members_[2];
  members.resize(users);
  members.resize(extract(words, members.data(), users));
  return members;
}

void NumberColumn::each_dense(const std::uint64_t* among, bool negative, Bounds bounds,
                              bool with_users, const Visit& visit) {
  const Narrowed inside = narrow(among, negative, bounds);
  if (inside.words == nullptr) {
    return;
  }
  if (inside.all || inside.users > kMembersMax) {
    return decode(inside.words, negative, with_users, visit);
  }
  each_of_sign(listed(inside.words, inside.users), negative, {}, with_users, visit);
}

void NumberColumn::each_within(BlockAnswers& answers, const Register& answer, Bounds bounds,
                               bool with_users, const Visit& visit) {
  block_ = answers.block();
  first_user_ = answers.first_user();
  if (row(kExists) == nullptr || answer.state == Register::State::Empty) {
    return;
  }
  if (answer.state == Register::State::Sparse) {
    return each_member(answer.list(), bounds, with_users, visit);
  }
  const Signs signs = part_signs(known_words(answers, answer));
  gather_slices();
  each_dense(signs.positive, false, bounds, with_users, visit);
  each_dense(signs.negative, true, bounds, with_users, visit);
}

void NumberColumn::add_total(const std::uint64_t* among, bool negative, Bounds bounds,
                             Total& total) {
  const Narrowed inside = narrow(among, negative, bounds);
  if (inside.words == nullptr) {
    return;
  }
  Int128 sum = 0;
  if (!inside.all && inside.users <= kMembersMax) {
    total.known += inside.users;
    each_of_sign(listed(inside.words, inside.users), negative, {}, false,
                 [&sum](const Magnitudes& some) {
                   for (const std::uint64_t value : some.values) {
                     sum += value;
                   }
                 });
  } else {
    total.known += inside.all ? kernels_.unite(nullptr, std::array{inside.words}) : inside.users;
    for (unsigned bit = 0; bit < bits_; ++bit) {
      if (slices_[bit] != kNobody.data()) {
        sum += Int128{kernels_.intersect(nullptr, std::array{inside.words, slices_[bit]}, {})}
               << bit;
      }
    }
  }
  total.sum += negative ? -sum : sum;
}

NumberColumn::Total NumberColumn::total_within(BlockAnswers& answers, const Register& answer,
                                               Bounds bounds) {
  block_ = answers.block();
  Total total;
  if (row(kExists) == nullptr || answer.state == Register::State::Empty) {
    return total;
  }
  if (answer.state == Register::State::Sparse) {
    each_member(answer.list(), bounds, false, [&total](const Magnitudes& some) {
      total.known += some.values.size();
      for (const std::uint64_t value : some.values) {
        total.sum += some.negative ? -static_cast<Int128>(value) : static_cast<Int128>(value);
      }
    });
    return total;
  }
  const Signs signs = part_signs(known_words(answers, answer));
  gather_slices();
  add_total(signs.positive, false, bounds, total);
  add_total(signs.negative, true, bounds, total);
  return total;
}

}  // namespace tagline::engine
