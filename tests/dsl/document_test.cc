// The reference in grammar-docs/ is true: its examples run, its list of errors is the program's.
#include "dsl/functions.h"
#include "dsl/limits.h"
#include "dsl/number.h"
#include "dsl/text_table.h"
#include "dsl/unicode.h"
#include "dsl/units.h"
#include "tests/dsl/demo_catalogue.h"
#include "tests/dsl/document_blocks.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::set<std::string> codes_of(const std::vector<Diagnostic>& diagnostics) {
  std::set<std::string> found;
  for (const Diagnostic& diagnostic : diagnostics) {
    found.insert(diagnostic.code);
  }
  return found;
}

Checked check_example(const Block& block, const std::string& expression) {
  return block.code.starts_with("segment-") ? check(expression, demo_store(), demo_options())
                                            : demo_check(expression);
}

void expect_true(const std::string& file) {
  const auto blocks = blocks_of(read_file(file));
  ASSERT_GT(blocks.size(), 10U) << file;
  for (const Block& block : blocks) {
    ASSERT_FALSE(block.expressions.empty());
    for (const std::string& expression : block.expressions) {
      SCOPED_TRACE(file + ":" + std::to_string(block.line) + ": " + expression);
      const Checked checked = check_example(block, expression);
      if (block.tag == "segment-error") {
        EXPECT_EQ(checked.errors.empty() ? "" : checked.errors.front().code, block.code);
      } else if (block.tag == "segment-warning") {
        EXPECT_TRUE(checked.ok);
        EXPECT_EQ(codes_of(checked.warnings).count(block.code), 1U);
      } else if (is_form(block)) {
        continue;  // document_forms_test.cc
      } else {
        EXPECT_EQ(block.tag, "segment");
        EXPECT_TRUE(checked.ok) << (checked.ok ? "" : checked.errors.front().message.en);
      }
    }
  }
}

TEST(Documents, EnglishReferenceIsTrue) {
  expect_true("language.en.md");
}

TEST(Documents, ChineseReferenceIsTrue) {
  expect_true("language.zh.md");
}

TEST(Documents, ErrorExamplesAreTrue) {
  expect_true("errors.md");
}

/// The text under each "## code" heading, in order.
std::vector<std::pair<std::string, std::string>> sections_of(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> sections;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) {
      sections.emplace_back(line.substr(3), "");
    } else if (!sections.empty()) {
      sections.back().second += line + "\n";
    }
  }
  return sections;
}

TEST(Documents, EveryCodeHasItsHeading) {
  const auto sections = sections_of(read_file("errors.md"));
  ASSERT_EQ(sections.size(), codes().size());
  for (std::size_t i = 0; i < sections.size(); ++i) {
    EXPECT_EQ(sections[i].first, codes()[i]);
  }
}

// Examples that no page has room for.
std::string long_example(std::string_view code) {
  if (code == "too-long") {
    return std::string(65'535, ' ') + "vip";
  }
  if (code == "bad-utf8") {
    return "city:\xFF";
  }
  if (code == "too-many-terms") {
    std::string text = "vip";
    for (int i = 0; i < 1'000; ++i) {
      text += " OR vip";
    }
    return text;
  }
  std::string text = "age:(1";  // too-many-values
  for (int i = 0; i < 10'000; ++i) {
    text += ",1";
  }
  return text + ")";
}

/// What is said of the example is in the section, in both languages. The number of times it is
/// said.
int expect_quoted(const std::string& body, const std::vector<Diagnostic>& found,
                  std::string_view code) {
  int times = 0;
  for (const Diagnostic& diagnostic : found) {
    if (diagnostic.code == code) {
      ++times;
      for (const std::string& text :
           {diagnostic.message.en, diagnostic.message.zh, diagnostic.hint.en, diagnostic.hint.zh}) {
        EXPECT_NE(body.find(text), std::string::npos) << code << ": " << text;
      }
    }
  }
  return times;
}

// An example raises the code of its section, and shows what is said of it.
TEST(Documents, ErrorsQuoteTheirTexts) {
  for (const auto& [code, body] : sections_of(read_file("errors.md"))) {
    SCOPED_TRACE(code);
    std::vector<Block> blocks = blocks_of(body);
    if (blocks.empty()) {
      blocks.push_back({0, "segment-error", code, {long_example(code)}});
    }
    for (const Block& block : blocks) {
      EXPECT_EQ(block.code, code);
      const Checked checked = check_example(block, block.expressions.front());
      const bool warns = block.tag == "segment-warning";
      EXPECT_EQ(checked.ok, warns);
      EXPECT_GT(expect_quoted(body, warns ? checked.warnings : checked.errors, code), 0);
    }
  }
}

// Cause, example, cure: the cure is the hint, after a dash, or a line of its own.
TEST(Documents, EveryErrorHasACauseAndACure) {
  for (const auto& [code, body] : sections_of(read_file("errors.md"))) {
    const std::string cause = body.substr(0, std::min(body.find("\n- "), body.find("\n```")));
    EXPECT_GT(cause.size(), 20U) << code;
    const bool hinted =
        body.find(" — ") != std::string::npos && body.find(" —— ") != std::string::npos;
    EXPECT_TRUE(hinted || body.find("\nCure: ") != std::string::npos) << code;
  }
}

// The reference links to every error, and names every limit of the program.
TEST(Documents, ReferencesListEveryCode) {
  for (const std::string file : {"language.en.md", "language.zh.md"}) {
    const std::string text = read_file(file);
    for (const std::string_view code : codes()) {
      EXPECT_NE(text.find("(errors.md#" + std::string(code) + ")"), std::string::npos)
          << file << ": " << code;
    }
    const Limits limits;
    for (const std::uint64_t limit :
         {std::uint64_t{limits.code_points}, std::uint64_t{limits.depth},
          std::uint64_t{limits.terms}, std::uint64_t{limits.list_values},
          std::uint64_t{limits.wildcard_values}, limits.wildcard_tests,
          std::uint64_t{limits.sequence_steps}, std::uint64_t{limits.segment_depth},
          std::uint64_t{limits.lookalikes}, std::uint64_t{limits.errors}}) {
      const std::string cell = with_separators(limit) + " ";
      EXPECT_TRUE(text.find("| " + cell) != std::string::npos ||
                  text.find("| 各 " + cell) != std::string::npos)
          << file << ": " << limit;
    }
  }
}

TEST(Documents, GrammarListsTheWordsOfTheProgram) {
  const std::string grammar = read_file("grammar.ebnf");
  for (const UnitName& name : unit_names()) {
    EXPECT_NE(grammar.find("\"" + encode(name.text) + "\""), std::string::npos)
        << encode(name.text);
  }
  for (const PeriodName& name : period_names()) {
    EXPECT_NE(grammar.find("\"" + encode(name.text) + "\""), std::string::npos)
        << encode(name.text);
  }
}

TEST(Documents, ReferenceNamesEveryFunctionAndOption) {
  const std::string en = read_file("language.en.md");
  const std::string zh = read_file("language.zh.md");
  for (const Function& function : functions()) {
    EXPECT_NE(en.find(std::string(function.en) + "("), std::string::npos) << function.en;
    EXPECT_NE(zh.find(function.zh), std::string::npos) << function.zh;
  }
  for (const Option& option : options()) {
    EXPECT_NE(en.find("`" + std::string(option.en) + "`"), std::string::npos) << option.en;
    EXPECT_NE(zh.find(option.zh), std::string::npos) << option.zh;
  }
}

}  // namespace
}  // namespace tagline::dsl
