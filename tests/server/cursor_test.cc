#include "server/cursor.h"

#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

Cursor example() {
  Cursor cursor;
  cursor.version = 42;
  cursor.data_version = 40;
  cursor.as_of = std::chrono::sys_days(std::chrono::days(-19'889));
  cursor.database = key_of(std::uint64_t{7});
  cursor.expression = key_of(std::string_view("0123456789abcdef"));
  cursor.next = 1'000'000;
  cursor.before = 999;
  return cursor;
}

TEST(CursorTest, IsReadAsItWasWritten) {
  EXPECT_EQ(*read_cursor(text_of(example())), example());
  EXPECT_EQ(*read_cursor(text_of(Cursor())), Cursor());
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    Cursor cursor;
    cursor.version = random();
    cursor.data_version = random();
    cursor.as_of = std::chrono::sys_days(std::chrono::days(static_cast<std::int32_t>(random())));
    cursor.database = random();
    cursor.expression = random();
    cursor.next = static_cast<engine::UserIndex>(random());
    cursor.before = static_cast<std::uint32_t>(random());
    const std::string text = text_of(cursor);
    ASSERT_EQ(text.size(), 66U);
    ASSERT_NE(text.front(), '-');
    ASSERT_EQ(*read_cursor(text), cursor);
  }
}

TEST(CursorTest, AMistypedOneIsRefused) {
  const std::string text = text_of(example());
  const auto refused = [](const std::string& typed) {
    const auto cursor = read_cursor(typed);
    return !cursor.has_value() && cursor.error().code() == ErrorCode::BadCursor;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char letter : {'A', 'z', '0', '-', '_', ' ', '=', '\0', '\xE4'}) {
      std::string typed = text;
      typed[at] = letter;
      EXPECT_TRUE(typed == text || refused(typed)) << typed;
    }
    EXPECT_TRUE(refused(text.substr(0, at)));
    std::string swapped = text;
    std::swap(swapped[at], swapped[(at + 1) % text.size()]);
    EXPECT_TRUE(swapped == text || refused(swapped)) << swapped;
  }
  EXPECT_TRUE(refused(text + "A"));
  EXPECT_TRUE(refused(text + text));
}

TEST(CursorTest, KeysTellApart) {
  EXPECT_NE(key_of(std::uint64_t{1}), key_of(std::uint64_t{2}));
  EXPECT_NE(key_of(std::string_view("a")), key_of(std::string_view("b")));
  EXPECT_NE(key_of(std::uint64_t{1}), 1U);
}

}  // namespace
}  // namespace tagline::server
