// The cookbook and the handbook are true: every expression in them is run on examples/shop, as of
// 2024-06-15, and gives the people it says; every command prints what is shown. After a change on
// purpose, TAGLINE_UPDATE_DOCS=1 writes what they give now into the pages, for review as a diff.
#include "server/segments.h"
#include "server/service.h"
#include "tests/cli/program.h"
#include "tests/docs/page.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::tests {
namespace {

constexpr std::chrono::sys_days kAsOf = std::chrono::year(2024) / std::chrono::June / 15;
constexpr std::size_t kRecipesMin = 60;
const std::string kDocs = std::string(TAGLINE_SOURCE_DIR) + "/grammar-docs/";
const std::string kShop = std::string(TAGLINE_SOURCE_DIR) + "/examples/shop/";

bool is_update() {
  const char* update = std::getenv("TAGLINE_UPDATE_DOCS");
  return update != nullptr && std::string(update) == "1";
}

/// The names and expressions of segments.tsv.
std::vector<std::pair<std::string, std::string>> shop_segments() {
  std::vector<std::pair<std::string, std::string>> segments;
  std::ifstream in(kShop + "segments.tsv");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) {
      continue;
    }
    std::istringstream cells(line);
    std::string name;
    std::string expression;
    std::getline(cells, name, '\t');
    std::getline(cells, expression, '\t');
    segments.emplace_back(name, expression);
  }
  return segments;
}

std::set<std::string> codes_of(const std::vector<dsl::Diagnostic>& diagnostics) {
  std::set<std::string> codes;
  for (const dsl::Diagnostic& diagnostic : diagnostics) {
    codes.insert(diagnostic.code);
  }
  return codes;
}

std::string joined(const std::set<std::string>& codes) {
  std::string text;
  for (const std::string& code : codes) {
    text += (text.empty() ? "" : " ") + code;
  }
  return text;
}

class ShopPages : public testing::Test {
 protected:
  void SetUp() override {
    db_ = folder_.path("shop");
    for (const auto& [schema, file] :
         {std::pair("users.schema.json", "users.csv"), {"events.schema.json", "events.csv.gz"}}) {
      const Outcome load =
          run_tagline({"load", "--db", db_, "--schema", kShop + schema, kShop + file});
      ASSERT_EQ(load.status, 0) << load.err;
      ASSERT_NE(load.out.find(" 0 rows rejected"), std::string::npos) << load.out;
    }
    save_segments();
    auto service = server::Service::open(db_, {});
    ASSERT_TRUE(service.has_value()) << service.error().message().en;
    service_ = std::move(*service);
  }

  /// Runs every example of a page, or writes what they give into it.
  void hold(const std::string& name) {
    Page page(kDocs + name);
    ASSERT_FALSE(page.blocks().empty()) << name;
    for (Block& block : page.blocks()) {
      SCOPED_TRACE(name + ":" + std::to_string(block.line));
      std::set<std::string> warned;
      for (Example& example : block.examples) {
        SCOPED_TRACE(std::to_string(example.line) + ": " + example.text);
        if (block.kind == "segment") {
          count(example, warned);
        } else if (block.kind == "segment-error") {
          refuse(example, block.codes);
        } else {
          type(example, name.find(".zh.") != std::string::npos);
        }
      }
      if (block.kind == "segment") {
        EXPECT_EQ(joined(warned), joined(block.codes)) << "warnings";
      }
    }
    if (is_update()) {
      page.save();
    }
  }

  /// The two pages give the same examples in the same order.
  static void expect_twins(const std::string& en, const std::string& zh) {
    const auto left = Page(kDocs + en).examples("segment");
    const auto right = Page(kDocs + zh).examples("segment");
    ASSERT_EQ(left.size(), right.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
      EXPECT_EQ(left[i].expected, right[i].expected)
          << en << ":" << left[i].line << ": " << left[i].text << zh << ":" << right[i].line << ": "
          << right[i].text;
    }
  }

 private:
  void save_segments() {
    storage::OpenOptions options;
    options.mode = storage::OpenMode::Write;
    const auto service = server::Service::open(db_, options);
    ASSERT_TRUE(service.has_value()) << service.error().message().en;
    server::Segments segments((*service)->store());
    for (const auto& [name, expression] : shop_segments()) {
      const auto saved = segments.save(name, expression, {}, kAsOf);
      ASSERT_TRUE(saved.has_value()) << name << ": " << expression;
      ASSERT_EQ(joined(codes_of(saved->warnings)), "") << name;
    }
  }

  void count(Example& example, std::set<std::string>& warned) {
    server::QueryRequest request;
    request.expression = example.text;
    request.as_of = kAsOf;
    request.threads = 1;
    const auto answer = service_->query(request);
    ASSERT_TRUE(answer.has_value())
        << (answer.error().diagnostics.empty() ? "" : answer.error().diagnostics[0].message.en);
    warned.merge(codes_of(answer->warnings));
    const std::string people = std::to_string(answer->count);
    if (is_update()) {
      example.expected = people;
    }
    EXPECT_FALSE(example.expected.empty()) << "an example without a count";
    EXPECT_EQ(people, example.expected);
    EXPECT_GT(answer->count, 0U) << "an example that selects nobody shows nothing";
  }

  void refuse(const Example& example, const std::set<std::string>& codes) {
    server::QueryRequest request;
    request.expression = example.text;
    request.as_of = kAsOf;
    const auto answer = service_->query(request);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(joined(codes_of(answer.error().diagnostics)), joined(codes));
  }

  void type(Example& example, bool is_chinese) {
    std::vector<std::string> words = shell_words(example.text);
    ASSERT_GE(words.size(), 2U);
    ASSERT_EQ(words.front(), "tagline");
    words.erase(words.begin());
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "--db") {
        words[i + 1] = db_;
      }
    }
    words.insert(words.begin(), {"--lang", is_chinese ? "zh-CN" : "en"});
    // Cards come out on a terminal; a pipe gets JSON unless it is asked for otherwise.
    if (words[2] == "check") {
      words.insert(words.end(), {"--format", "table"});
    }
    const Outcome run = run_tagline(words);
    const std::string shown = run.out + run.err;
    if (is_update()) {
      example.expected = shown;
    }
    EXPECT_EQ(shown, example.expected);
  }

  TempFolder folder_;
  std::string db_;
  std::unique_ptr<server::Service> service_;
};

TEST_F(ShopPages, CookbookIsTrue) {
  hold("cookbook.en.md");
  hold("cookbook.zh.md");
  expect_twins("cookbook.en.md", "cookbook.zh.md");
  EXPECT_GE(Page(kDocs + "cookbook.en.md").examples("segment").size(), kRecipesMin);
}

TEST_F(ShopPages, HandbookIsTrue) {
  hold("handbook.en.md");
  hold("handbook.zh.md");
  expect_twins("handbook.en.md", "handbook.zh.md");
}

}  // namespace
}  // namespace tagline::tests
