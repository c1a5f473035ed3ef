// Days, and event conditions small enough to be read.
#include "engine/events.h"

#include "engine/execute.h"
#include "engine/memory_source.h"
#include "engine/program.h"

#include <array>
#include <chrono>
#include <limits>
#include <optional>

#include <gtest/gtest.h>

namespace tagline::engine {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

Day day(int year, unsigned month, unsigned of_month) {
  using std::chrono::year_month_day;
  return static_cast<Day>(
      std::chrono::sys_days(year_month_day(std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(of_month)))
          .time_since_epoch()
          .count());
}

TEST(Days, RowsAreOfADayAndAPart) {
  for (const Day at : {kFirstDay, -1, 0, 19'889, kLastDay}) {
    for (const std::uint32_t part : {kPresentPart, kExtraPart, kPlusPart, kMinusPart + 52}) {
      EXPECT_EQ(day_of(day_row(at, part)), at);
      EXPECT_EQ(part_of(day_row(at, part)), part);
    }
  }
}

TEST(Days, MonthsAreClampedToTheirEnd) {
  EXPECT_EQ(after(day(2024, 1, 31), {1, 0}), day(2024, 2, 29));
  EXPECT_EQ(after(day(2023, 1, 31), {1, 0}), day(2023, 2, 28));
  EXPECT_EQ(after(day(2024, 1, 31), {1, 1}), day(2024, 3, 1));
  EXPECT_EQ(after(day(2024, 2, 29), {12, 0}), day(2025, 2, 28));
  EXPECT_EQ(after(day(2024, 11, 30), {3, 0}), day(2025, 2, 28));
  EXPECT_EQ(after(day(2024, 5, 15), {0, 0}), day(2024, 5, 15));
  EXPECT_EQ(after(day(2024, 12, 31), {0, 1}), day(2025, 1, 1));
}

TEST(Days, TheCalendarEnds) {
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(after(kLastDay, {0, 1}), kLastDay);
  EXPECT_EQ(after(kLastDay, {1, 0}), kLastDay);
  EXPECT_EQ(after(0, {kMost, kMost}), kLastDay);
  EXPECT_EQ(after(0, {kLeast, kLeast}), kFirstDay);
  EXPECT_EQ(after(kFirstDay, {0, 0}), kFirstDay);
}

TEST(Days, NeverFallWhereTheStartRises) {
  for (const DayGap gap : {DayGap{1, 0}, DayGap{1, 3}, DayGap{0, 30}, DayGap{13, 0}}) {
    for (Day at = day(2023, 12, 1); at < day(2025, 4, 1); ++at) {
      EXPECT_LE(after(at, gap), after(at + 1, gap)) << iso_date(at);
    }
  }
}

TEST(Days, AreWrittenAsDates) {
  EXPECT_EQ(iso_date(day(2024, 2, 29)), "2024-02-29");
  EXPECT_EQ(iso_date(kFirstDay), "0001-01-01");
  EXPECT_EQ(iso_date(kLastDay), "9999-12-31");
}

constexpr FieldId kBuy = 7;
constexpr FieldId kView = 8;
using Users = std::vector<std::uint32_t>;

class Events : public testing::Test {
 protected:
  Node event(Op op, SeriesSet series, std::vector<Interval> intervals = {}) {
    Node node;
    node.op = op;
    node.steps = {std::move(series)};
    node.intervals = std::move(intervals);
    return node;
  }
  Users select_users(const Node& node) {
    Plan plan;
    const NodeId root = plan.add(node);
    const Result<Bitmap> users = select(plan, root, source_);
    EXPECT_TRUE(users.has_value());
    return users.has_value() ? users->to_vector() : Users{};
  }

  MemorySource source_{10};
};

TEST_F(Events, OfOneDayAddUp) {
  source_.add_event(kBuy, 1, 100, 1, 250);
  source_.add_event(kBuy, 1, 100, 2, -300);
  source_.add_event(kBuy, 1, 101, 1, 50);
  source_.add_event(kBuy, 2, 100, 4, 7);
  source_.add_event(kBuy, 77, 100, 4, 7);  // unknown
  EXPECT_EQ(source_.event_days(kBuy, {}).value(),
            (std::vector<DayRows>{{100, 2, 8, 6}, {101, 0, 6, 0}}));
  EXPECT_EQ(select_users(event(Op::EventCount, {kBuy}, {{4, 4}})), (Users{1, 2}));
  EXPECT_EQ(select_users(event(Op::EventDays, {kBuy}, {{2, kMax}})), Users{1});
  EXPECT_EQ(select_users(event(Op::EventSum, {kBuy}, {{0, 0}})), Users{1});
  EXPECT_EQ(select_users(event(Op::EventSum, {kBuy}, {{-3, 7}})), (Users{1, 2}));
  EXPECT_EQ(select_users(event(Op::EventSum, {kBuy}, {{1, kMax}})), Users{2});
}

TEST_F(Events, ASumOfNothingIsOfThoseWhoDidIt) {
  source_.add_event(kBuy, 3, 100);
  EXPECT_EQ(select_users(event(Op::EventSum, {kBuy}, {{0, 0}})), Users{3});
  EXPECT_EQ(select_users(event(Op::EventSum, {kBuy}, {{1, 9}})), Users{});
  EXPECT_EQ(select_users(event(Op::EventCount, {kBuy}, {{0, 0}})), Users{});
  EXPECT_EQ(select_users(event(Op::EventSum, {kView}, {{0, 0}})), Users{});
}

TEST_F(Events, ADayOfTwoKeysIsOneDay) {
  source_.add_event(kBuy, 1, 100);
  source_.add_event(kView, 1, 100);
  source_.add_event(kBuy, 2, 100);
  source_.add_event(kView, 2, 101);
  EXPECT_EQ(select_users(event(Op::EventDays, {kBuy, kView}, {{2, 2}})), Users{2});
  EXPECT_EQ(select_users(event(Op::EventCount, {kBuy, kView}, {{2, 2}})), (Users{1, 2}));
}

TEST_F(Events, AStepDoneTwiceTakesTwoEvents) {
  source_.add_event(kBuy, 1, 100, 2);
  source_.add_event(kBuy, 2, 100, 1);
  source_.add_event(kBuy, 3, 100, 1);
  source_.add_event(kBuy, 3, 105, 1);
  Node node = event(Op::Sequence, {kBuy});
  node.steps.push_back({kBuy});
  EXPECT_EQ(select_users(node), (Users{1, 3}));
  node.gap_min = {0, 1};
  EXPECT_EQ(select_users(node), Users{3});
  node.gap_max = DayGap{0, 4};
  EXPECT_EQ(select_users(node), Users{});
  node.gap_max = DayGap{0, 5};
  EXPECT_EQ(select_users(node), Users{3});
}

// The most steps there may be, one day or many, among few users and among many.
TEST(LongSequences, NeedAsManyEventsAsTheyHaveSteps) {
  for (const std::uint32_t others : {0U, 1000U}) {
    MemorySource source(others + 10);
    const auto most = static_cast<std::int64_t>(kStepsMax);
    for (Day at = 0; at < most; ++at) {
      source.add_event(kBuy, 1, at, 1);
    }
    source.add_event(kBuy, 2, 7, most);
    source.add_event(kBuy, 3, 7, most - 1);
    source.add_event(kBuy, 4, 7, most - 2);
    source.add_event(kBuy, 4, 300, 1000);
    source.add_event(kBuy, 5, 7, 1000);
    for (std::uint32_t user = 10; user < others + 10; ++user) {
      source.add_event(kBuy, user, 20, user % static_cast<std::uint32_t>(kStepsMax));
    }
    const auto users = [&](DayGap least, std::optional<DayGap> longest) {
      Plan plan;
      Node node;
      node.op = Op::Sequence;
      node.steps.assign(kStepsMax, {kBuy});
      node.gap_min = least;
      node.gap_max = longest;
      return select(plan, plan.add(node), source).value().to_vector();
    };
    const auto last = static_cast<std::int32_t>(kStepsMax - 1);
    EXPECT_EQ(users({}, {}), (Users{1, 2, 4, 5}));
    EXPECT_EQ(users({0, last}, {}), (Users{1, 4}));
    EXPECT_EQ(users({}, DayGap{0, last}), (Users{1, 2, 4, 5}));
    EXPECT_EQ(users({}, DayGap{0, last - 1}), (Users{2, 4, 5}));
    EXPECT_EQ(users({0, last}, DayGap{0, last}), Users{1});
    EXPECT_EQ(users({0, 293}, DayGap{0, 293}), Users{4});
    EXPECT_EQ(users({0, 293}, DayGap{0, 292}), Users{});
  }
}

// The earliest end comes too early, a later one is in time.
TEST_F(Events, ALaterLastStepWillDo) {
  source_.add_event(kBuy, 1, 100);
  source_.add_event(kView, 1, 101);
  source_.add_event(kView, 1, 110);
  source_.add_event(kBuy, 2, 100);
  source_.add_event(kView, 2, 101);
  source_.add_event(kView, 2, 120);
  source_.add_event(kBuy, 3, 104);
  source_.add_event(kView, 3, 101);
  source_.add_event(kView, 3, 110);
  Node node = event(Op::Sequence, {kBuy});
  node.steps.push_back({kView});
  node.gap_min = {0, 5};
  node.gap_max = DayGap{0, 15};
  EXPECT_EQ(select_users(node), (Users{1, 3}));
  node.steps.push_back({kView});
  EXPECT_EQ(select_users(node), Users{1});
}

TEST_F(Events, OneEventMayBeTwoThings) {
  source_.add_event(kBuy, 1, 100);
  Node node = event(Op::Sequence, {kBuy});
  node.steps.push_back({kBuy, kView});
  EXPECT_EQ(select_users(node), Users{1});
}

TEST_F(Events, TotalsThatCouldOverflowAreRefused) {
  for (Day at = 0; at < 2000; ++at) {
    const std::vector<MemorySource::DayEvents> one{{1, 1, (std::int64_t{1} << 53U) - 1}};
    source_.set_events(kBuy, at, one);
  }
  Plan plan;
  const NodeId root = plan.add(event(Op::EventSum, {kBuy}, {{1, kMax}}));
  const Result<std::uint64_t> users = count(plan, root, source_);
  ASSERT_FALSE(users.has_value());
  EXPECT_EQ(users.error().code(), ErrorCode::TooLarge);
  Node fewer = event(Op::EventSum, {kBuy}, {{kMax / 2, kMax}});
  fewer.window = {0, 999};
  EXPECT_EQ(select_users(fewer), Users{1});
}

TEST(EventPlans, ArePrintedToBeRead) {
  Plan plan;
  Node node;
  node.op = Op::EventCount;
  node.steps = {{12}};
  node.window = {day(2024, 6, 1), day(2024, 6, 15)};
  node.intervals = {{3, kMax}};
  EXPECT_EQ(print(plan, plan.add(node)), "did 12/0 count in [3, max] 2024-06-01..2024-06-15\n");
  node.op = Op::Sequence;
  node.steps = {{12}, {13, 14}};
  node.gap_min = {0, 3};
  node.gap_max = DayGap{1, 0};
  EXPECT_EQ(print(plan, plan.add(node)),
            "sequence 12/0 then (13/0, 14/0) within 3d..1mo 2024-06-01..2024-06-15\n");
}

TEST(EventPlans, NodesThatDifferInOneFieldAreTwo) {
  Plan plan;
  Node node;
  node.op = Op::Sequence;
  node.steps = {{1}, {2}};
  const NodeId first = plan.add(node);
  EXPECT_EQ(plan.add(node), first);
  node.gap_max = DayGap{0, 0};
  EXPECT_NE(plan.add(node), first);
  node.gap_max.reset();
  node.window.last = 5;
  EXPECT_NE(plan.add(node), first);
  EXPECT_EQ(plan.size(), 3U);
}

}  // namespace
}  // namespace tagline::engine
