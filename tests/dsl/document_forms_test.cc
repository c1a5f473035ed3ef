// The reference says what forms and what days its examples have, and is right.
#include "dsl/display.h"
#include "dsl/fingerprint.h"
#include "dsl/sentence.h"
#include "dsl/unicode.h"
#include "engine/events.h"
#include "tests/dsl/demo_catalogue.h"
#include "tests/dsl/document_blocks.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

/// "2024-06-09..2024-06-15": the days of a date condition, or of the window of a call.
std::string days_of(const Bound& bound) {
  if (bound.windowed) {
    return engine::iso_date(bound.window.first) + ".." + engine::iso_date(bound.window.last);
  }
  std::string text;
  for (const Interval& days : bound.intervals) {
    text += (text.empty() ? "" : ", ") + engine::iso_date(static_cast<engine::Day>(days.low)) +
            ".." + engine::iso_date(static_cast<engine::Day>(days.high));
  }
  return text;
}

std::string after_hash(const std::string& line) {
  const auto at = line.find("# ");
  return at == std::string::npos ? "" : line.substr(at + 2);
}

Language language_of(const std::string& text) {
  return has_wide_script(text) ? Language::Chinese : Language::English;
}

/// Each line: EXPRESSION # DAYS.
void expect_days(const Block& block) {
  for (const std::string& line : block.expressions) {
    const Checked checked = demo_check(line);
    EXPECT_TRUE(checked.ok) << line;
    EXPECT_EQ(days_of(checked.bound), after_hash(line)) << line;
  }
}

/// Two lines: an expression, then its canonical form, which is its own.
void expect_canonical(const Block& block) {
  ASSERT_EQ(block.expressions.size(), 2U);
  for (const std::string& line : block.expressions) {
    EXPECT_EQ(demo_check(line).canonical, block.expressions.back()) << line;
  }
}

/// Two lines: an expression, then how readers of the other language see it. And back.
void expect_display(const Block& block) {
  ASSERT_EQ(block.expressions.size(), 2U);
  const Catalogue catalogue = demo_catalogue();
  for (const std::string& line : block.expressions) {
    for (const std::string& shown : block.expressions) {
      EXPECT_EQ(display(demo_check(line).tree, catalogue, language_of(shown)), shown) << line;
    }
  }
}

/// Two lines or more: an expression, then its sentences.
void expect_sentences(const Block& block) {
  ASSERT_GE(block.expressions.size(), 2U);
  const Checked checked = demo_check(block.expressions.front());
  ASSERT_TRUE(checked.ok);
  const Text said = sentence(checked.bound, demo_catalogue());
  for (std::size_t i = 1; i < block.expressions.size(); ++i) {
    const bool zh = language_of(block.expressions[i]) == Language::Chinese;
    EXPECT_EQ(zh ? said.zh : said.en, block.expressions[i]);
  }
}

/// Every line has the fingerprint of the first.
void expect_same(const Block& block) {
  ASSERT_GE(block.expressions.size(), 2U);
  for (const std::string& line : block.expressions) {
    const Checked checked = demo_check(line);
    ASSERT_TRUE(checked.ok) << line;
    EXPECT_EQ(fingerprint(checked.bound), fingerprint(demo_check(block.expressions.front()).bound))
        << line;
  }
}

void expect_forms(const std::string& file) {
  const std::map<std::string, void (*)(const Block&)> kinds = {
      {"segment-days", expect_days},       {"segment-canonical", expect_canonical},
      {"segment-display", expect_display}, {"segment-sentence", expect_sentences},
      {"segment-same", expect_same},
  };
  std::map<std::string, int> found;
  for (const Block& block : blocks_of(read_file(file))) {
    if (const auto kind = kinds.find(block.tag); kind != kinds.end()) {
      SCOPED_TRACE(file + ":" + std::to_string(block.line));
      kind->second(block);
      ++found[block.tag];
    }
  }
  EXPECT_EQ(found.size(), kinds.size()) << file;
}

TEST(DocumentForms, EnglishReferenceIsTrue) {
  expect_forms("language.en.md");
}

TEST(DocumentForms, ChineseReferenceIsTrue) {
  expect_forms("language.zh.md");
}

// The reference of one language has what that of the other has.
TEST(DocumentForms, ReferencesHaveTheSameSections) {
  const auto shape = [](const std::string& file) {
    std::vector<std::string> kinds;
    std::istringstream in(read_file(file));
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("## ")) {
        kinds.emplace_back("section");
      }
    }
    return kinds;
  };
  EXPECT_EQ(shape("language.en.md"), shape("language.zh.md"));
}

}  // namespace
}  // namespace tagline::dsl
