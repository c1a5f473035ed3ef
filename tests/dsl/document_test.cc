// The reference in grammar-docs/ is true: its examples run, its list of errors is the program's.
#include "dsl/functions.h"
#include "dsl/text_table.h"
#include "dsl/unicode.h"
#include "dsl/units.h"
#include "tests/dsl/demo_catalogue.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

const std::string kDocs = TAGLINE_SOURCE_DIR "/grammar-docs/";

std::string read_file(const std::string& name) {
  std::ifstream in(kDocs + name);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A fenced block: "segment", "segment-error CODE" or "segment-warning CODE".
struct Block {
  std::size_t line = 0;
  std::string tag;
  std::string code;
  std::vector<std::string> expressions;
};

/// Lines of a block are expressions, unless one of them begins with # : then the block is one
/// expression.
std::vector<Block> blocks_of(const std::string& text) {
  std::vector<Block> blocks;
  std::istringstream in(text);
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (!line.starts_with("```segment")) {
      continue;
    }
    Block block;
    block.line = number;
    std::istringstream head(line.substr(3));
    head >> block.tag >> block.code;
    std::string whole;
    bool is_one = false;
    while (std::getline(in, line) && !line.starts_with("```")) {
      ++number;
      is_one = is_one || line.starts_with('#');
      whole += line + "\n";
      block.expressions.push_back(line);
    }
    ++number;
    if (is_one) {
      block.expressions = {whole};
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

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

// An example shows what is said of it, in both languages.
TEST(Documents, ErrorsQuoteTheirTexts) {
  for (const auto& [code, body] : sections_of(read_file("errors.md"))) {
    for (const Block& block : blocks_of(body)) {
      const Checked checked = check_example(block, block.expressions.front());
      const auto& found = block.tag == "segment-warning" ? checked.warnings : checked.errors;
      for (const Diagnostic& diagnostic : found) {
        if (diagnostic.code == code) {
          EXPECT_NE(body.find(diagnostic.message.en), std::string::npos)
              << code << ": " << diagnostic.message.en;
          EXPECT_NE(body.find(diagnostic.message.zh), std::string::npos)
              << code << ": " << diagnostic.message.zh;
        }
      }
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
