#include "dsl/checker.h"
#include "tests/dsl/demo_catalogue.h"

#include <string>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

TEST(Wildcards, StandForAnyRunOfCharacters) {
  for (const auto& [pattern, text] : {std::pair("tier*", "tier1"),
                                      {"tier*", "tier"},
                                      {"*1", "tier1"},
                                      {"*e*", "tier1"},
                                      {"t*r*1", "tier1"},
                                      {"*", ""},
                                      {"**", "x"},
                                      {"a*b*c", "abbbc"},
                                      {"*ab", "aab"},
                                      {"*a*ab", "xaxaab"},
                                      {"一*", "一线"},
                                      {"*线", "一线"},
                                      {"tier1", "tier1"}}) {
    EXPECT_TRUE(wildcard_matches(pattern, text)) << pattern << " " << text;
  }
  for (const auto& [pattern, text] : {std::pair("tier*", "tie"),
                                      {"*1", "tier12"},
                                      {"t*x*1", "tier1"},
                                      {"a*b", "acd"},
                                      {"", "a"},
                                      {"tier1", "tier"},
                                      {"*ab", "ba"},
                                      {"abc*abc", "abc"}}) {
    EXPECT_FALSE(wildcard_matches(pattern, text)) << pattern << " " << text;
  }
}

TEST(Wildcards, IgnoreCaseAndWidth) {
  EXPECT_TRUE(wildcard_matches("T*", "tier1"));
  EXPECT_TRUE(wildcard_matches("new*", "New York"));
  EXPECT_TRUE(wildcard_matches("new*", "ＮＥＷ"));
}

// `*` alone is any key: like city:*, whatever their number.
TEST(Wildcards, AnyKeyIsUnderNoLimit) {
  Catalogue catalogue = demo_catalogue();
  Event& view = catalogue.events[1];
  for (std::uint32_t i = 0; i < 12'000; ++i) {
    view.keys.push_back({"key" + std::to_string(i), {}, 1'000 + i});
  }
  const Checked any = check("did(view:*)", catalogue, demo_options());
  ASSERT_TRUE(any.ok);
  EXPECT_EQ(any.bound.steps.front().series.size(), view.keys.size());
  EXPECT_EQ(check("did(view:key*)", catalogue, demo_options()).errors.at(0).code,
            "too-many-values");
  EXPECT_EQ(check("did(login:*)", catalogue, demo_options()).errors.at(0).code, "unknown-value");
}

// The pattern that makes a recursive matcher take for ever.
TEST(Wildcards, TakeNoMoreThanPatternTimesText) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) {
    pattern += "a*";
  }
  EXPECT_FALSE(wildcard_matches(pattern + "b", std::string(10'000, 'a')));
}

}  // namespace
}  // namespace tagline::dsl
