// Golden cases: every row of tests/dsl/cases/*.tsv against the demo catalogue.
#include "dsl/text_table.h"
#include "tests/dsl/case_file.h"
#include "tests/dsl/demo_catalogue.h"
#include "tests/dsl/tree_text.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& entry :
       std::filesystem::directory_iterator(TAGLINE_SOURCE_DIR "/tests/dsl/cases")) {
    if (entry.path().extension() == ".tsv") {
      const auto more = read_cases(entry.path());
      cases.insert(cases.end(), more.begin(), more.end());
    }
  }
  return cases;
}

std::string outcome(const Checked& checked) {
  if (checked.ok) {
    return "ok: " + checked.canonical;
  }
  const Diagnostic& first = checked.errors.front();
  return "error: " + first.code + " at char " + std::to_string(first.span.begin + 1);
}

TEST(Cases, AreAsWritten) {
  const auto cases = all_cases();
  ASSERT_GT(cases.size(), 400U);
  for (const Case& one : cases) {
    const Checked checked = demo_check(one.expression);
    SCOPED_TRACE(one.file + ":" + std::to_string(one.line) + ": " + one.expression);
    EXPECT_EQ(outcome(checked), one.expectation);
    EXPECT_EQ(checked.ok ? tree_text(checked.tree) : "", one.tree);
  }
}

TEST(Cases, CanonicalFormIsAFixedPoint) {
  for (const Case& one : all_cases()) {
    const Checked checked = demo_check(one.expression);
    if (checked.canonical.empty()) {
      continue;
    }
    SCOPED_TRACE(one.file + ":" + std::to_string(one.line) + ": " + one.expression);
    const Checked again = demo_check(checked.canonical);
    EXPECT_EQ(again.canonical, checked.canonical);
    EXPECT_EQ(tree_text(again.tree), tree_text(checked.tree));
    EXPECT_EQ(again.ok, checked.ok);
    EXPECT_TRUE(!checked.ok || same_condition(again.bound, checked.bound));
  }
}

// What only a database, a limit or a full catalogue can raise has tests of its own.
TEST(Cases, RaiseEveryCodeAnExpressionCanRaise) {
  std::set<std::string> raised;
  for (const Case& one : all_cases()) {
    const Checked checked = demo_check(one.expression);
    for (const auto* found : {&checked.errors, &checked.warnings}) {
      for (const Diagnostic& diagnostic : *found) {
        raised.insert(diagnostic.code);
      }
    }
  }
  const std::set<std::string_view> elsewhere = {
      "too-long",      "bad-utf8",         "too-many-terms", "too-many-values",
      "segment-cycle", "segment-too-deep", "segment-broken", "after-data"};
  for (const std::string_view code : codes()) {
    EXPECT_EQ(raised.count(std::string(code)) > 0, elsewhere.count(code) == 0) << code;
  }
}

TEST(Cases, ReadTheirEscapes) {
  EXPECT_EQ(unescape_case("a\\u3000b"), "a　b");
  EXPECT_EQ(unescape_case("a\\nb\\\\c"), "a\nb\\c");
}

}  // namespace
}  // namespace tagline::dsl
