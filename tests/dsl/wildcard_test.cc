#include "dsl/checker.h"

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
