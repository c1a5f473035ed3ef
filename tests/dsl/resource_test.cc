// What an expression may cost: stack at the deepest nesting, time for a thousand terms.
#include "dsl/lower.h"
#include "engine/plan.h"
#include "tests/dsl/demo_catalogue.h"

#include <chrono>
#include <functional>
#include <pthread.h>
#include <string>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

/// Runs on a thread with a stack of this size; too small a stack kills the test program.
void run_with_stack(std::size_t bytes, const std::function<void()>& work) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, bytes), 0);
  pthread_t thread{};
  const auto start = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, start, const_cast<std::function<void()>*>(&work)),
            0);
  EXPECT_EQ(pthread_join(thread, nullptr), 0);
  EXPECT_EQ(pthread_attr_destroy(&attributes), 0);
}

// A worker thread of 1 MB carries the deepest expression through everything, in every build,
// sanitizers included.
TEST(Resources, DeepestNestingFitsAMegabyteOfStack) {
  std::string calls;
  for (std::uint32_t i = 0; i < Limits{}.depth; ++i) {
    calls += "at_least(1, vip, ";
  }
  calls += "vip" + std::string(Limits{}.depth, ')');
  std::string groups;
  for (std::uint32_t i = 0; i < Limits{}.depth; ++i) {
    groups += i % 2 == 0 ? "vip OR NOT (" : "vip AND NOT (";
  }
  groups += "vip" + std::string(Limits{}.depth, ')');
  for (const std::string& text : {calls, groups}) {
    run_with_stack(1U << 20U, [&text] {
      const Checked checked = check(text, demo_database(), demo_options());
      EXPECT_TRUE(checked.ok);
      const Bound copy = checked.bound;
      engine::Plan plan;
      const engine::NodeId root = lower(copy, plan);
      EXPECT_LT(root, plan.size());
    });
  }
}

// About a millisecond in a release build; the bound is loose because debug builds and sanitizers
// are slow and machines busy. A grammar that backtracks takes seconds.
TEST(Resources, AThousandTermsTakeMilliseconds) {
  std::string text = "city:tier1";
  for (std::uint32_t terms = 1; terms + 4 <= Limits{}.terms; terms += 4) {
    text += " OR (age:25-34 AND NOT vip) OR signup:last 7d OR city:(tier1, 二线)";
  }
  const Catalogue catalogue = demo_catalogue();
  const auto start = std::chrono::steady_clock::now();
  const Checked checked = check(text, catalogue, demo_options());
  const auto elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_TRUE(checked.ok) << checked.errors.at(0).message.en;
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
  RecordProperty("milliseconds", static_cast<int>(milliseconds));
  EXPECT_LT(milliseconds, 2'000);
}

// Unknown names cost a search each only when they are shown.
TEST(Resources, ManyErrorsOverALargeVocabulary) {
  Catalogue catalogue;
  Tag tag;
  tag.name = "tag";
  tag.kind = engine::TagKind::Category;
  tag.field = 1;
  for (int i = 0; i < 20'000; ++i) {
    tag.values.push_back({"value number " + std::to_string(i),
                          {},
                          engine::kFirstValueRow + static_cast<engine::RowId>(i)});
  }
  catalogue.tags.push_back(std::move(tag));
  std::string text = "tag:(x0";
  for (int i = 1; i < 9'000; ++i) {
    text += ",x" + std::to_string(i);
  }
  const auto start = std::chrono::steady_clock::now();
  const Checked checked = check(text + ")", catalogue, demo_options());
  EXPECT_EQ(checked.errors.size(), Limits{}.errors);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace tagline::dsl
