#include "engine/error.h"

#include "engine/budget.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace tagline {
namespace {

TEST(Error, EveryCodeHasAWireNameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
    const std::string_view name = wire_name(static_cast<ErrorCode>(code));
    EXPECT_FALSE(name.empty());
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos)
        << name;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(wire_name(ErrorCode::TooManyRejects), "too-many-rejects");
  EXPECT_EQ(wire_name(ErrorCode::CursorExpired), "cursor-expired");
  EXPECT_EQ(wire_name(ErrorCode::NotKept), "not-kept");
  EXPECT_EQ(wire_name(ErrorCode::BadCursor), "bad-cursor");
  EXPECT_EQ(wire_name(ErrorCode::DeadlineExceeded), "deadline-exceeded");
}

TEST(Error, FaultDecidesTheExitStatus) {
  EXPECT_EQ(fault_of(ErrorCode::BadInput), Fault::Input);
  EXPECT_EQ(fault_of(ErrorCode::NotFound), Fault::Input);
  EXPECT_EQ(fault_of(ErrorCode::Corrupt), Fault::System);
  EXPECT_EQ(fault_of(ErrorCode::DiskFull), Fault::System);
}

TEST(Result, MacrosPassErrorsOnAndValuesThrough) {
  const auto half = [](int value) -> Result<int> {
    if (value % 2 != 0) {
      return failure(ErrorCode::BadInput, {"odd", "奇数"});
    }
    return value / 2;
  };
  const auto quarter = [&](int value) -> Result<int> {
    TAGLINE_ASSIGN_OR_RETURN(const int once, half(value));
    TAGLINE_RETURN_IF_ERROR(half(once));
    return half(once);
  };
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).error().message().zh, "奇数");
  EXPECT_EQ(quarter(5).error().code(), ErrorCode::BadInput);
}

TEST(Budget, StopsWhenCancelledOrLate) {
  engine::Budget budget;
  EXPECT_TRUE(budget.check().has_value());
  budget.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  EXPECT_TRUE(budget.check().has_value());
  budget.deadline = std::chrono::steady_clock::now();
  EXPECT_EQ(budget.check().error().code(), ErrorCode::DeadlineExceeded);
  EXPECT_FALSE(budget.check().error().message().zh.empty());
  budget.cancelled = true;
  EXPECT_EQ(budget.check().error().code(), ErrorCode::Cancelled);
}

}  // namespace
}  // namespace tagline
