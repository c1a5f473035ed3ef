#include "bench/made_users.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace tagline::bench {
namespace {

using namespace engine;

class Rows {
 public:
  Rows() : source_(kUsers) {
    std::vector<std::vector<MemorySource::DayEvents>> views(kDays);
    for (std::uint32_t index = 0; index < kUsers; ++index) {
      const MadeUser user(index);
      put(index, user);
      for (std::uint32_t day = 0; day < kDays; ++day) {
        if ((user.days >> day & 1U) != 0) {
          views[day].push_back({index, 1, 0});
        }
      }
    }
    for (const auto& [key, words] : rows_) {
      Bitmap bitmap;
      for (std::size_t block = 0; block * kBlockWords < words.size(); ++block) {
        bitmap.unite_block(static_cast<std::uint32_t>(block),
                           std::span(words).subspan(block * kBlockWords, kBlockWords));
      }
      source_.set_row(key, bitmap);
    }
    rows_.clear();
    for (Day day = 0; day < kDays; ++day) {
      source_.set_events(kView, kToday - day, views[static_cast<std::size_t>(day)]);
    }
  }
  [[nodiscard]] MemorySource source() && { return std::move(source_); }

 private:
  void put(std::uint32_t index, const MadeUser& user) {
    add({kGender, kFirstValueRow + user.gender}, index);
    add({kTier, kFirstValueRow + user.tier}, index);
    add({kCity, kFirstValueRow + user.city}, index);
    for (std::uint32_t i = 0; i < kInterests; ++i) {
      if ((user.interests >> i & 1U) != 0) {
        add({kInterest, kFirstValueRow + i}, index);
      }
    }
    if (user.vip) {
      add({kVip, kFlagRow}, index);
    }
    add_number(kAge, user.age, index);
    if (user.has_spend) {
      add_number(kSpend, user.spend, index);
    }
  }
  void add_number(FieldId field, std::uint32_t value, std::uint32_t index) {
    add({field, kExistsRow}, index);
    for (std::uint32_t bit = 0; value >> bit != 0; ++bit) {
      if ((value >> bit & 1U) != 0) {
        add({field, kFirstBitRow + bit}, index);
      }
    }
  }
  void add(RowKey key, std::uint32_t index) {
    std::vector<std::uint64_t>& words = rows_[key];
    if (words.empty()) {
      words.resize((kUsers / kBlockUsers + 1) * kBlockWords);
    }
    words[index / 64] |= std::uint64_t{1} << (index % 64);
  }

  MemorySource source_;
  std::map<RowKey, std::vector<std::uint64_t>> rows_;
};

}  // namespace

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

MadeUser::MadeUser(UserIndex index) {
  std::uint64_t bits = mix(index + 0x9e3779b97f4a7c15ULL);
  const auto take = [&bits](unsigned count) {
    const std::uint64_t taken = bits & ((std::uint64_t{1} << count) - 1);
    bits >>= count;
    return static_cast<std::uint32_t>(taken);
  };
  gender = take(1);
  const std::uint32_t eighth = take(3);
  tier = eighth < 4 ? 0 : eighth < 6 ? 1 : eighth - 4;
  vip = take(5) == 0;
  age = 13 + take(6);
  const std::uint32_t place = take(16);
  // The square of a share: the first city has one user in 17, the last one in 600.
  city = static_cast<std::uint32_t>((std::uint64_t{place} * place * kCities) >> 32U);
  bits = mix(bits + index);
  for (std::uint32_t i = 0; i < kInterests; ++i) {
    interests |= take(std::min(i + 1, 5U)) == 0 ? 1U << i : 0U;
  }
  has_spend = take(1) == 0;
  bits = mix(bits);
  spend = take(20) >> take(3);
  // Most come seldom, one in eight on every other day.
  const std::uint32_t often = take(30);
  const bool regular = take(3) == 0;
  days = regular ? often
                 : often & static_cast<std::uint32_t>(mix(bits)) &
                       static_cast<std::uint32_t>(mix(bits + 1)) &
                       static_cast<std::uint32_t>(mix(bits + 2));
}

MemorySource made_users() {
  return Rows().source();
}

}  // namespace tagline::bench
