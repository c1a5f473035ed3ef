// Messages: word for word where the wording was decided, and rules every message keeps.
#include "dsl/text_table.h"
#include "tests/dsl/case_file.h"
#include "tests/dsl/demo_catalogue.h"

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

/// The catalogue file with a database's counts, so that hints can name people.
Catalogue counted_catalogue() {
  Catalogue catalogue = demo_catalogue();
  catalogue.people = demo_database().people;
  return catalogue;
}

std::string trimmed(const std::string& line) {
  std::string out = line;
  while (!out.empty() && out.back() == ' ') {
    out.pop_back();
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(trimmed(line));
  }
  return lines;
}

/// The entry of messages.golden.txt for what an expression raises first.
std::vector<std::string> entry_for(const std::string& expression) {
  const Checked checked = check(expression, counted_catalogue(), demo_options());
  const auto& found = checked.errors.empty() ? checked.warnings : checked.errors;
  if (found.empty()) {
    return {"nothing"};
  }
  const Diagnostic& first = found.front();
  std::vector<std::string> entry = {first.code + " at char " +
                                    std::to_string(first.span.begin + 1)};
  const auto english = lines_of(card(first, expression, Language::English));
  entry.insert(entry.end(), english.begin(), english.end());
  const auto chinese = lines_of(card(first, expression, Language::Chinese));
  entry.insert(entry.end(), chinese.begin() + 2, chinese.end());
  return entry;
}

TEST(Messages, AreWordForWord) {
  std::ifstream in(TAGLINE_SOURCE_DIR "/tests/dsl/messages.golden.txt");
  std::vector<std::string> entry;
  std::size_t entries = 0;
  std::size_t number = 0;
  bool more = true;
  while (more) {
    std::string line;
    more = static_cast<bool>(std::getline(in, line));
    ++number;
    if (more && !line.empty()) {
      if (!line.starts_with("# ")) {
        entry.push_back(line);
      }
      continue;
    }
    if (entry.size() > 1) {
      ++entries;
      EXPECT_EQ(entry_for(entry[1]), entry) << "messages.golden.txt, entry before line " << number;
    }
    entry.clear();
  }
  EXPECT_GE(entries, 38U);
}

std::multiset<std::string> slots_of(std::string_view text) {
  std::multiset<std::string> slots;
  for (auto open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const auto close = text.find('}', open);
    std::string name(text.substr(open + 1, close - open - 1));
    slots.insert(name.starts_with('~') ? name.substr(1) : name);
  }
  return slots;
}

TEST(TextTable, EveryCodeHasBothLanguages) {
  for (const std::string_view code : codes()) {
    const TextRow& row = text_row(code);
    EXPECT_FALSE(row.en.empty()) << code;
    EXPECT_FALSE(row.zh.empty()) << code;
  }
}

TEST(TextTable, EveryRowHasBothLanguagesAndNoFullStop) {
  std::set<std::string_view> keys;
  for (const auto& rows : {syntax_texts(), check_texts()}) {
    for (const TextRow& row : rows) {
      EXPECT_TRUE(keys.insert(row.key).second) << row.key << " stands twice";
      EXPECT_FALSE(row.en.empty()) << row.key;
      EXPECT_FALSE(row.zh.empty()) << row.key;
      EXPECT_FALSE(row.en.ends_with('.')) << row.key;
      EXPECT_FALSE(row.zh.ends_with("。")) << row.key;
      EXPECT_EQ(row.zh.find("您"), std::string_view::npos) << row.key;
      const std::string_view base = row.key.substr(0, row.key.find_first_of("/+"));
      const bool shared = base.empty() || base == "fix";
      EXPECT_TRUE(shared || std::find(codes().begin(), codes().end(), base) != codes().end())
          << row.key;
      for (const std::string& slot : slots_of(row.zh)) {
        // What only Chinese can use: the noun of a literal, the short form of a period.
        const bool chinese_only = slot == "kind" || slot == "recent" || slot == "plain";
        EXPECT_TRUE(chinese_only || slots_of(row.en).count(slot) > 0)
            << row.key << ": {" << slot << "} only in Chinese";
      }
    }
  }
}

void expect_sound(const Diagnostic& diagnostic, std::size_t length, const std::string& text) {
  SCOPED_TRACE(text + " -> " + diagnostic.code + ": " + diagnostic.message.en + " / " +
               diagnostic.hint.en);
  EXPECT_FALSE(diagnostic.message.en.empty());
  EXPECT_FALSE(diagnostic.message.zh.empty());
  EXPECT_EQ(diagnostic.hint.en.empty(), diagnostic.hint.zh.empty());
  EXPECT_LE(diagnostic.span.begin, diagnostic.span.end);
  EXPECT_LE(diagnostic.span.end, length);
  for (const Fix& fix : diagnostic.fixes) {
    EXPECT_LE(fix.span.begin, fix.span.end);
    EXPECT_LE(fix.span.end, length);
    EXPECT_FALSE(fix.title.en.empty());
    EXPECT_FALSE(fix.title.zh.empty());
  }
  // A slot nobody filled leaves its neighbours touching: two blanks, or a blank before a comma.
  EXPECT_EQ(diagnostic.message.en.find("  "), std::string::npos);
  EXPECT_EQ(diagnostic.hint.en.find("  "), std::string::npos);
}

TEST(Messages, OfAllCasesAreSound) {
  for (const char* file : {"language.tsv", "rules.tsv", "examples.tsv"}) {
    for (const Case& one : read_cases(std::string(TAGLINE_SOURCE_DIR "/tests/dsl/cases/") + file)) {
      const Checked checked = demo_check(one.expression);
      const std::size_t length = count_points(one.expression);
      for (const auto* found : {&checked.errors, &checked.warnings}) {
        for (const Diagnostic& diagnostic : *found) {
          expect_sound(diagnostic, length, one.expression);
        }
      }
    }
  }
}

std::string apply(const Fix& fix, const std::string& text) {
  std::u32string points = decode(text);
  points.replace(fix.span.begin, fix.span.end - fix.span.begin, decode(fix.insert));
  return encode(points);
}

// An edit that is offered must help: the text it gives no longer has that fault at that place.
TEST(Messages, FixesCureTheirFault) {
  std::size_t fixes = 0;
  for (const char* file : {"language.tsv", "rules.tsv"}) {
    for (const Case& one : read_cases(std::string(TAGLINE_SOURCE_DIR "/tests/dsl/cases/") + file)) {
      const Checked checked = demo_check(one.expression);
      for (const Diagnostic& error : checked.errors) {
        for (const Fix& fix : error.fixes) {
          ++fixes;
          const std::string fixed = apply(fix, one.expression);
          const Checked again = demo_check(fixed);
          for (const Diagnostic& left : again.errors) {
            EXPECT_FALSE(left.code == error.code && left.span == error.span &&
                         left.message == error.message)
                << one.expression << " -> " << fixed;
          }
        }
      }
    }
  }
  EXPECT_GT(fixes, 100U);
}

TEST(Messages, OfADatabaseAreHonest) {
  const Catalogue database = demo_database();
  const auto first = [&](std::string_view text) {
    return check(text, database, demo_options()).errors.at(0);
  };
  EXPECT_EQ(first("did(purchase)").code, "unknown-event");
  EXPECT_EQ(first("did(purchase)").message.en,
            "there is no event named purchase: no events are stored here");
  EXPECT_EQ(first("@buyers").code, "unknown-segment");
  EXPECT_TRUE(check("at_least(2, vip, city:tier1, age >= 30)", database, demo_options()).ok);
}

TEST(Messages, CountPeopleWithoutAValue) {
  const Checked checked = check("vip AND NOT city:tier1", demo_database(), demo_options());
  ASSERT_EQ(checked.warnings.size(), 1U);
  EXPECT_EQ(checked.warnings[0].code, "includes-unknown");
  EXPECT_EQ(checked.warnings[0].message.en,
            "NOT city:tier1 also takes 1,203 people with no city; city != tier1 leaves them out");
  Catalogue complete = demo_database();
  complete.people = [](engine::RowKey) -> std::optional<std::uint64_t> { return 1'000'000; };
  EXPECT_TRUE(check("vip AND NOT city:tier1", complete, demo_options()).warnings.empty());
}

TEST(Messages, QuoteNoMoreThanFitsASentence) {
  const Checked checked = demo_check(std::string(60'000, 'x') + ":1");
  ASSERT_FALSE(checked.ok);
  EXPECT_LT(checked.errors[0].message.en.size(), 400U);
  EXPECT_LT(checked.errors[0].message.zh.size(), 400U);
}

TEST(Messages, OfAnEmptyCatalogue) {
  const Catalogue empty;
  EXPECT_EQ(check("vip", empty, demo_options()).errors.at(0).hint.en,
            "there are no tags yet: load data first");
  EXPECT_TRUE(check("*", empty, demo_options()).ok);
}

}  // namespace
}  // namespace tagline::dsl
