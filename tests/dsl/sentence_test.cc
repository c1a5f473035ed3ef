// Sentences, word for word: sentences.golden.txt holds an expression, what it means in English and
// what it means in Chinese, and a blank line.
#include "dsl/sentence.h"

#include "tests/dsl/case_file.h"
#include "tests/dsl/demo_catalogue.h"

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

/// The demo catalogue with two segments that are rules and a list.
Catalogue sentence_catalogue() {
  Catalogue catalogue = demo_catalogue();
  catalogue.segments.push_back({"regulars", "did(purchase, count >= 3, in:last 90d)", 0});
  catalogue.segments.push_back({"lapsed", "@regulars AND NOT did(purchase, in:last 30d)", 0});
  catalogue.segments.push_back({"blacklist", std::nullopt, 200});
  return catalogue;
}

TEST(Sentences, AreWordForWord) {
  const Catalogue catalogue = sentence_catalogue();
  std::ifstream in(TAGLINE_SOURCE_DIR "/tests/dsl/sentences.golden.txt");
  std::vector<std::string> entry;
  std::set<std::string> said;
  for (bool more = true; more;) {
    std::string line;
    more = static_cast<bool>(std::getline(in, line));
    if (more && !line.empty()) {
      entry.push_back(line);
      continue;
    }
    if (entry.size() == 3) {
      const Checked checked = check(entry[0], catalogue, demo_options());
      EXPECT_TRUE(checked.ok) << entry[0];
      const Text text = sentence(checked.bound, catalogue);
      EXPECT_EQ(text.en, entry[1]) << entry[0];
      EXPECT_EQ(text.zh, entry[2]) << entry[0];
      said.insert(entry[0]);
    } else {
      EXPECT_TRUE(entry.empty()) << "not three lines: " << entry.front();
    }
    entry.clear();
  }
  for (const Case& one : read_cases(TAGLINE_SOURCE_DIR "/tests/dsl/cases/examples.tsv")) {
    EXPECT_TRUE(said.count(one.expression) > 0) << one.expression;
  }
}

TEST(Sentences, OfWhateverPassesEndInAFullStop) {
  const Catalogue catalogue = sentence_catalogue();
  for (const char* file : {"language.tsv", "rules.tsv"}) {
    for (const Case& one : read_cases(std::string(TAGLINE_SOURCE_DIR "/tests/dsl/cases/") + file)) {
      const Checked checked = check(one.expression, catalogue, demo_options());
      if (checked.ok) {
        const Text text = sentence(checked.bound, catalogue);
        EXPECT_TRUE(text.en.ends_with(".")) << text.en;
        EXPECT_TRUE(text.zh.ends_with("。")) << text.zh;
        EXPECT_EQ(text.en.find('?'), std::string::npos) << text.en;
      }
    }
  }
}

TEST(Sentences, AreCut) {
  Catalogue catalogue = sentence_catalogue();
  catalogue.tags[5].values.clear();
  std::string list = "city:(";
  for (int i = 0; i < 500; ++i) {
    catalogue.tags[5].values.push_back(
        {"v" + std::to_string(i), {}, engine::kFirstValueRow + static_cast<engine::RowId>(i)});
    list += (i == 0 ? "v" : ", v") + std::to_string(i);
  }
  const Checked many = check(list + ")", catalogue, demo_options());
  ASSERT_TRUE(many.ok);
  EXPECT_EQ(sentence(many.bound, catalogue).en,
            "People whose city is any of v0, v1, v2, v3, v4, v5, v6, v7 and 492 more.");
  EXPECT_EQ(sentence(many.bound, catalogue).zh,
            "城市为 v0、v1、v2、v3、v4、v5、v6、v7 等 500 个取值之一的人。");
  std::string terms = "vip";
  for (int i = 1; i < 300; ++i) {
    terms += " OR age:" + std::to_string(i % 100);
  }
  const Text text = sentence(check(terms, catalogue, demo_options()).bound, catalogue);
  EXPECT_LT(text.en.size(), 1'000U);
  EXPECT_NE(text.en.find("or who meet one of 280 more conditions."), std::string::npos);
}

TEST(Sentences, SetOffWhatWouldReadAsPartOfThem) {
  Catalogue catalogue = sentence_catalogue();
  catalogue.tags[5].values.push_back({"a, or b", {}, 40});
  EXPECT_EQ(
      sentence(check("city:(\"a, or b\", \"and\")", catalogue, demo_options()).bound, catalogue).en,
      "People whose city is “and” or “a, or b”.");
}

}  // namespace
}  // namespace tagline::dsl
