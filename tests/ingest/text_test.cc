#include "ingest/text.h"

#include "ingest/text_table.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

TEST(Text, NormalForm) {
  EXPECT_EQ(to_nfc("e\xCC\x81").value(), "\xC3\xA9");
  EXPECT_EQ(to_nfc("plain").value(), "plain");
  EXPECT_EQ(to_nfc("上海").value(), "上海");
}

TEST(Text, TrimsAndFolds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(to_lower_ascii("YES是"), "yes是");
}

TEST(Text, ExcerptCutsCodePoints) {
  std::string longer;
  for (int i = 0; i < 50; ++i) {
    longer += "城";
  }
  EXPECT_EQ(excerpt(longer).size(), 40 * 3 + 3U);
  EXPECT_EQ(excerpt("a\nb"), "a?b");
  EXPECT_EQ(excerpt("a\u202E城\u0085"), "a?城?");
}

TEST(Text, FindsWhatCannotBeSeen) {
  const std::pair<std::string, char32_t> hidden[] = {{std::string(1, '\0'), 0x0000},
                                                     {"\x1F", 0x001F},
                                                     {"\n", 0x000A},
                                                     {"\x7F", 0x007F},
                                                     {"\xC2\x80", 0x0080},
                                                     {"\xC2\x9F", 0x009F},
                                                     {"\u2028", 0x2028},
                                                     {"\u2029", 0x2029},
                                                     {"\u202A", 0x202A},
                                                     {"\u202E", 0x202E},
                                                     {"\u2066", 0x2066},
                                                     {"\u2069", 0x2069}};
  for (const auto& [text, point] : hidden) {
    const auto found = hidden_in("a城" + text + "b");
    ASSERT_TRUE(found.has_value()) << static_cast<unsigned>(point);
    EXPECT_EQ(found->point, point);
    EXPECT_EQ(found->at, 3U);
    EXPECT_EQ(found->begin, 4U);
    EXPECT_EQ(found->bytes, text.size());
  }
  for (const char* shown :
       {"", " ", "~", "\u00A0", "\u2027", "\u202F", "\u2065", "\u206A", "城市"}) {
    EXPECT_FALSE(hidden_in(shown).has_value()) << shown;
  }
}

TEST(Text, SaysWhatCannotBeSeenAndWhere) {
  EXPECT_TRUE(check_shown("New tags", ErrorCode::BadInput, {"title", "标题"}).has_value());
  const Status refused = check_shown("New\u202Etags", ErrorCode::BadSchema, {"title", "标题"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::BadSchema);
  EXPECT_EQ(refused.error().message().en,
            "title: unexpected control character U+202E at character 4");
  EXPECT_EQ(refused.error().message().zh, "标题：第 4 个字符是控制字符 U+202E");
  EXPECT_FALSE(check_shown("\xFF", ErrorCode::BadInput, {"title", "标题"}).has_value());
}

TEST(Text, NamesThatClientsTakeOutOfPaths) {
  const Text what{"tag", "标签"};
  for (const char* name : {".", ".."}) {
    EXPECT_FALSE(check_addressable(name, ErrorCode::BadInput, what).has_value()) << name;
  }
  for (const char* name : {"...", ".a", "a.", "v1.2"}) {
    EXPECT_TRUE(check_addressable(name, ErrorCode::BadInput, what).has_value()) << name;
  }
}

TEST(TextTable, FindsWhatWasAdded) {
  TextTable table;
  EXPECT_EQ(table.find(""), TextTable::kNone);
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const TextTable::Added added = table.add("u" + std::to_string(i));
    ASSERT_TRUE(added.inserted);
    ASSERT_EQ(added.index, i);
  }
  EXPECT_FALSE(table.add("u17").inserted);
  EXPECT_EQ(table.add("").index, 50'000U);
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    ASSERT_EQ(table.find("u" + std::to_string(i)), i);
    ASSERT_EQ(table.at(i), "u" + std::to_string(i));
  }
  EXPECT_EQ(table.find("u50001"), TextTable::kNone);
  const std::string longer(3'000'000, 'x');  // longer than a block of the arena
  EXPECT_EQ(table.at(table.add(longer).index), longer);
  EXPECT_EQ(table.find(longer.substr(1)), TextTable::kNone);
}

}  // namespace
}  // namespace tagline::ingest
