#include "ingest/text.h"

#include "ingest/text_table.h"

#include <string>

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
