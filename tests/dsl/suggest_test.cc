#include "dsl/suggest.h"

#include "dsl/names.h"
#include "dsl/unicode.h"
#include "tests/dsl/demo_catalogue.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::dsl {
namespace {

std::size_t distance(const char* a, const char* b) {
  return edit_distance(decode(a), decode(b), 10);
}

std::vector<std::string> near(const char* typed, const std::vector<std::string>& names,
                              const std::vector<std::uint64_t>& people = {}) {
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < names.size(); ++i) {
    candidates.push_back({names[i], i});
  }
  std::vector<std::string> found;
  for (const Candidate& candidate : closest(typed, candidates, [&](std::size_t owner) {
         return owner < people.size() ? people[owner] : 0;
       })) {
    found.emplace_back(candidate.text);
  }
  return found;
}

TEST(EditDistance, CountsInsertDeleteReplaceSwap) {
  EXPECT_EQ(distance("city", "city"), 0U);
  EXPECT_EQ(distance("cty", "city"), 1U);
  EXPECT_EQ(distance("teir1", "tier1"), 1U);
  EXPECT_EQ(distance("城是", "城市"), 1U);
  EXPECT_EQ(distance("", "abc"), 3U);
  EXPECT_EQ(distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance(U"kitten", U"sitting", 2), 3U);  // gives up at limit + 1
  EXPECT_EQ(edit_distance(U"a", U"abcdefgh", 2), 3U);
}

TEST(Suggestions, KeepToAThirdOfTheLength) {
  EXPECT_EQ(near("cty", {"city", "county"}), (std::vector<std::string>{"city"}));
  EXPECT_EQ(near("churn_rsik", {"churn_risk"}), (std::vector<std::string>{"churn_risk"}));
  EXPECT_EQ(near("城是", {"城市", "性别"}), (std::vector<std::string>{"城市"}));
  EXPECT_TRUE(near("xyz", {"city"}).empty());
  EXPECT_TRUE(near("a", {"b"}).empty());  // one letter replaced is another name
  EXPECT_TRUE(near("", {"b"}).empty());
}

TEST(Suggestions, IgnoreCaseAndWidth) {
  EXPECT_EQ(near("CTY", {"city"}), (std::vector<std::string>{"city"}));
  EXPECT_EQ(near("ｃｔｙ", {"City"}), (std::vector<std::string>{"City"}));
}

TEST(Suggestions, FindWhatBeginsAlike) {
  EXPECT_EQ(near("purch", {"purchase", "push"}), (std::vector<std::string>{"purchase"}));
  EXPECT_TRUE(near("pu", {"purchase"}).empty());
  EXPECT_EQ(near("最近", {"最近活跃"}), (std::vector<std::string>{"最近活跃"}));
}

TEST(Suggestions, AreAtMostThreeNearestThenMostPeople) {
  EXPECT_EQ(near("tier", {"tier1", "tier2", "tier3", "tier4"}, {1, 9, 5, 7}),
            (std::vector<std::string>{"tier2", "tier4", "tier3"}));
  EXPECT_EQ(near("tier1x", {"tiex1x", "tier1"}, {1, 9}),
            (std::vector<std::string>{"tier1", "tiex1x"}));
}

TEST(Suggestions, NameEachOwnerOnce) {
  const std::vector<Candidate> candidates = {{"city", 0}, {"citi", 0}, {"cite", 1}};
  const auto found = closest("citt", candidates, [](std::size_t) { return std::uint64_t{0}; });
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].owner, 0U);
  EXPECT_EQ(found[1].owner, 1U);
}

TEST(Suggestions, HaveNoneForVeryLongWords) {
  EXPECT_TRUE(near(std::string(100, 'a').c_str(), {std::string(99, 'a')}).empty());
}

Tag tag_named(std::string name, std::vector<std::string> aliases = {}) {
  Tag tag;
  tag.name = std::move(name);
  tag.aliases = std::move(aliases);
  return tag;
}

TEST(Names, AreExactFirstThenAnyCaseIfUnique) {
  Catalogue catalogue;
  catalogue.tags = {tag_named("VIP"), tag_named("vip"), tag_named("City", {"城市", "vip2"}),
                    tag_named("Ｆｕｌｌ")};
  Names names(catalogue);
  EXPECT_EQ(names.tag("VIP"), &catalogue.tags[0]);
  EXPECT_EQ(names.tag("vip"), &catalogue.tags[1]);
  EXPECT_EQ(names.tag("Vip"), nullptr);  // either
  EXPECT_EQ(names.tag("CITY"), &catalogue.tags[2]);
  EXPECT_EQ(names.tag("城市"), &catalogue.tags[2]);
  EXPECT_EQ(names.tag("full"), &catalogue.tags[3]);
  EXPECT_EQ(names.tag("none"), nullptr);
}

// How a value is shown is not how it is written: the writing is suggested.
TEST(Suggestions, FindValuesByTheirTitles) {
  Catalogue catalogue;
  Tag gender = tag_named("gender", {"性别"});
  gender.kind = engine::TagKind::Category;
  gender.values = {{"f", {}, 2, {"Women", "女性"}},
                   {"m", {"男"}, 3, {"Men", "男性"}},
                   {"n", {}, 4, {"Not said, café guests", "未填写"}}};
  catalogue.tags = {gender};
  const auto found = [&](std::string_view text) {
    const Checked checked = check(text, catalogue, demo_options());
    return checked.errors.empty() ? Diagnostic{} : checked.errors.front();
  };
  const Diagnostic women = found("gender:women");
  EXPECT_EQ(women.code, "unknown-value");
  EXPECT_EQ(women.hint.en, "did you mean gender:f, whose title is Women?");
  ASSERT_EQ(women.fixes.size(), 1U);
  EXPECT_EQ(women.fixes[0].insert, "f");
  EXPECT_EQ(women.fixes[0].span, (Span{7, 12}));
  // "men" is in "Women", but begins no word of it; in Chinese the value's Chinese name is written.
  ASSERT_EQ(found("gender:MEN").fixes.size(), 1U);
  EXPECT_EQ(found("gender:MEN").fixes[0].insert, "m");
  EXPECT_EQ(found("性别:女性").fixes.at(0).insert, "f");
  EXPECT_EQ(found("性别:男性").fixes.at(0).insert, "男");
  EXPECT_NE(found("性别:男性").hint.zh.find("性别:男"), std::string::npos);
  // Words of a title, whatever their accents.
  EXPECT_EQ(found("gender:\"cafe not\"").fixes.at(0).insert, "n");
  EXPECT_EQ(found("性别:未填").fixes.at(0).insert, "n");
  EXPECT_TRUE(found("gender:omen").fixes.empty()) << found("gender:omen").hint.en;
  EXPECT_TRUE(found("gender:\"\"").fixes.empty());
}

// The index that long lists get must answer as the walk does.
TEST(Names, WalkAndIndexAgree) {
  Catalogue catalogue;
  for (int i = 0; i < 100; ++i) {
    catalogue.tags.push_back(tag_named("Tag" + std::to_string(i),
                                       {"标签" + std::to_string(i), "t" + std::to_string(i)}));
  }
  catalogue.tags.push_back(tag_named("t5"));    // a name that is also an alias: the name wins
  catalogue.tags.push_back(tag_named("TAG7"));  // differs from Tag7 by case only
  Names indexed(catalogue);
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(indexed.tag("warm up"));
  }
  for (const char* name :
       {"Tag5", "tag5", "t5", "T5", "标签7", "Tag7", "TAG7", "tag7", "none", ""}) {
    Names walked(catalogue);
    EXPECT_EQ(indexed.tag(name), walked.tag(name)) << name;
  }
}

}  // namespace
}  // namespace tagline::dsl
