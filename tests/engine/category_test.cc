// Values of a category together: from stored cardinalities, by complement, within conjunctions;
// against a loop over single users.
#include "engine/execute.h"
#include "engine/memory_source.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kUsers = 150'000;
constexpr RowId kValues = 30;
constexpr FieldId kCategory = 1;
constexpr RowKey kOther{2, 1};

class Category : public testing::Test {
 protected:
  Category() {
    std::vector<Bitmap> rows(kValues + 1);
    Bitmap other;
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      // Some have no value; low values are of many.
      const auto value =
          static_cast<RowId>(random_() % 4 == 0 ? random_() % (kValues + 1) : random_() % 4);
      values_.push_back(value);
      if (value != 0) {
        rows[0].add(user);
        rows[value].add(user);
      }
      others_.push_back(random_() % 3 == 0);
      if (others_.back()) {
        other.add(user);
      }
    }
    for (RowId row = 0; row <= kValues; ++row) {
      source_.set_row({kCategory, row}, rows[row]);
    }
    source_.set_row(kOther, other);
    source_.promise_apart(kCategory, kValues);
  }

  std::vector<RowId> some_values() {
    std::vector<RowId> some(kValues);
    for (RowId i = 0; i < kValues; ++i) {
      some[i] = i + 1;
    }
    std::shuffle(some.begin(), some.end(), random_);
    some.resize(random_() % kValues + 1);
    return some;
  }
  template <class Holds>
  void expect(NodeId root, Holds holds) {
    std::uint64_t users = 0;
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      users += holds(user) ? 1U : 0U;
    }
    for (const bool rewrites : {true, false}) {
      ExecuteOptions options;
      options.rewrite = rewrites;
      ASSERT_EQ(count(plan_, root, source_, options).value(), users) << print(plan_, root);
      ASSERT_EQ(select(plan_, root, source_, options)->cardinality(), users);
    }
  }

  std::mt19937 random_{5};
  MemorySource source_{kUsers};
  Plan plan_;
  std::vector<RowId> values_;
  std::vector<bool> others_;
};

TEST_F(Category, AnyOfSomeValues) {
  for (int round = 0; round < 25; ++round) {
    const std::vector<RowId> some = some_values();
    std::vector<NodeId> rows;
    std::transform(some.begin(), some.end(), std::back_inserter(rows), [this](RowId row) {
      return plan_.row({kCategory, row});
    });
    rows.push_back(rows.front());  // once more
    const NodeId any = plan_.any_of(rows);
    const NodeId other = plan_.row(kOther);
    const auto in = [&](std::uint32_t user) {
      return std::find(some.begin(), some.end(), values_[user]) != some.end();
    };
    expect(any, in);
    expect(plan_.negate(any), [&](std::uint32_t user) { return !in(user); });
    expect(plan_.all_of(std::array{other, any}),
           [&](std::uint32_t user) { return others_[user] && in(user); });
    expect(plan_.all_of(std::array{other, plan_.negate(any)}),
           [&](std::uint32_t user) { return others_[user] && !in(user); });
    rows.push_back(other);
    expect(plan_.any_of(rows), [&](std::uint32_t user) { return others_[user] || in(user); });
    expect(plan_.difference(plan_.row({kCategory, kExistsRow}), std::span(rows).first(some.size())),
           [&](std::uint32_t user) { return values_[user] != 0 && !in(user); });
  }
}

}  // namespace
}  // namespace tagline::engine
