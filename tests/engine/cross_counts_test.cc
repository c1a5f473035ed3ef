#include "engine/cross_counts.h"

#include "engine/memory_source.h"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kUsers = 200'000;
constexpr FieldId kPlace = 1;    // value: user mod 97
constexpr FieldId kStage = 2;    // value: user / 30,000
constexpr FieldId kLikes = 3;    // values: those of 0 .. 19 that divide the user
constexpr RowKey kChosen{4, 0};  // users a multiple of 5
constexpr RowKey kRare{4, 1};    // a multiple of 9,973

struct Tag {
  FieldId field;
  std::uint32_t values;
  bool (*has)(std::uint32_t user, std::uint32_t value);
};
constexpr Tag kPlaces{kPlace, 97,
                      [](std::uint32_t user, std::uint32_t value) { return user % 97 == value; }};
constexpr Tag kStages{
    kStage, 7, [](std::uint32_t user, std::uint32_t value) { return user / 30'000 == value; }};
constexpr Tag kLiked{kLikes, 60, [](std::uint32_t user, std::uint32_t value) {
                       return value > 20 && user % value == 0;
                     }};

class CrossCounts : public testing::Test {
 protected:
  CrossCounts() : people_(kUsers) {
    for (const Tag& tag : {kPlaces, kStages, kLiked}) {
      for (std::uint32_t value = 0; value < tag.values; ++value) {
        set({tag.field, value}, [&](std::uint32_t user) { return tag.has(user, value); });
      }
    }
    set(kChosen, [](std::uint32_t user) { return user % 5 == 0; });
    set(kRare, [](std::uint32_t user) { return user % 9973 == 0; });
  }

  template <class Has>
  void set(RowKey row, Has has) {
    std::vector<std::uint32_t> members;
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      if (has(user)) {
        members.push_back(user);
      }
    }
    people_.set_row(row, Bitmap::of(members));
  }

  static std::vector<RowKey> rows_of(const Tag& tag) {
    std::vector<RowKey> rows;
    for (std::uint32_t value = 0; value < tag.values; ++value) {
      rows.push_back({tag.field, value});
    }
    return rows;
  }

  // Of users that are a multiple of `one_in`.
  void expect(const Tag& rows, const Tag& columns, std::uint32_t one_in, NodeId root) {
    const std::array roots{root};
    const auto sweep = Sweep::prepare(plan_, roots, people_, {}, Answers::InTurn);
    const auto counts = cross_counts(*sweep, rows_of(rows), rows_of(columns));
    ASSERT_TRUE(counts.has_value());
    std::vector<std::uint64_t> expected(std::size_t{rows.values} * columns.values);
    for (std::uint32_t user = 0; user < kUsers; user += one_in) {
      for (std::uint32_t row = 0; row < rows.values; ++row) {
        for (std::uint32_t column = 0; column < columns.values && rows.has(user, row); ++column) {
          expected[row * columns.values + column] += columns.has(user, column) ? 1U : 0U;
        }
      }
    }
    EXPECT_EQ(*counts, expected) << rows.field << " by " << columns.field << ", 1 in " << one_in;
  }

  MemorySource people_;
  Plan plan_;
};

TEST_F(CrossCounts, ValuesApartOrNotOnEitherSide) {
  for (const Tag& rows : {kPlaces, kStages, kLiked}) {
    for (const Tag& columns : {kPlaces, kStages, kLiked}) {
      expect(rows, columns, 1, plan_.everyone());
      expect(rows, columns, 5, plan_.row(kChosen));
      expect(rows, columns, 9973, plan_.row(kRare));
    }
  }
}

TEST_F(CrossCounts, NobodyAndNoRows) {
  const std::array roots{plan_.nothing()};
  const auto sweep = Sweep::prepare(plan_, roots, people_, {}, Answers::InTurn);
  const auto nobody = cross_counts(*sweep, rows_of(kStages), rows_of(kPlaces));
  ASSERT_TRUE(nobody.has_value());
  EXPECT_EQ(*nobody, std::vector<std::uint64_t>(7 * 97));
  const auto none = cross_counts(*sweep, rows_of(kStages), {});
  ASSERT_TRUE(none.has_value());
  EXPECT_TRUE(none->empty());
}

TEST_F(CrossCounts, TablesTooLargeAreRefusedWithAdvice) {
  const std::array roots{plan_.everyone()};
  const auto sweep = Sweep::prepare(plan_, roots, people_, {}, Answers::InTurn);
  const auto refused = [&](std::size_t rows, std::size_t columns) {
    const auto table =
        cross_counts(*sweep, std::vector<RowKey>(rows, kRare), std::vector<RowKey>(columns, kRare));
    return !table.has_value() && table.error().code() == ErrorCode::TooLarge &&
           !table.error().hint().empty();
  };
  EXPECT_TRUE(refused(10'000, 10'000));
  EXPECT_TRUE(refused(kCrossRowsMax + 1, 1));
  EXPECT_TRUE(refused(1, kCrossRowsMax + 1));
  EXPECT_TRUE(refused(2049, 2048));
  EXPECT_FALSE(refused(1, 1));
}

}  // namespace
}  // namespace tagline::engine
