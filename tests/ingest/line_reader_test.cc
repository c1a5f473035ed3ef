#include "ingest/line_reader.h"

#include "ingest/limits.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

/// Hands the bytes over in pieces of one size, to find what breaks at the borders of a buffer.
ByteSource in_pieces(std::string_view bytes, std::size_t size) {
  return [bytes, size](std::span<char> out) mutable -> Result<std::size_t> {
    const std::size_t count = std::min({size, out.size(), bytes.size()});
    std::copy_n(bytes.data(), count, out.data());
    bytes.remove_prefix(count);
    return count;
  };
}

std::vector<std::string> lines(std::string_view text, std::size_t piece) {
  LineReader reader(in_pieces(text, piece));
  std::vector<std::string> all;
  while (reader.begin().value() == LineStatus::Line) {
    all.emplace_back(reader.row());
    EXPECT_EQ(reader.first_line(), all.size());
  }
  return all;
}

TEST(LineReader, AllLineEndsInAllPieces) {
  for (std::size_t piece = 1; piece < 20; ++piece) {
    EXPECT_EQ(lines("a\nb\r\nc\rd\n\ne\r\r\nf", piece),
              (std::vector<std::string>{"a\n", "b\r\n", "c\r", "d\n", "\n", "e\r", "\r\n", "f"}));
    EXPECT_EQ(lines("\xEF\xBB\xBF"
                    "a\r",
                    piece),
              std::vector<std::string>{"a\r"});
    EXPECT_EQ(lines("", piece), std::vector<std::string>{});
    EXPECT_EQ(lines("\n", piece), std::vector<std::string>{"\n"});
  }
}

TEST(LineReader, UnusualSizes) {
  std::string text;
  for (std::size_t size = 1; size < 900; ++size) {
    text += std::string(size * 7, 'x') + (size % 3 == 0 ? "\r\n" : size % 3 == 1 ? "\n" : "\r");
  }
  for (const std::size_t piece :
       {std::size_t{1000}, std::size_t{4095}, std::size_t{262144}, std::size_t{1} << 22U}) {
    std::string joined;
    for (const std::string& line : lines(text, piece)) {
      joined += line;
    }
    EXPECT_EQ(joined, text);
    EXPECT_EQ(lines(text, piece).size(), 899U);
  }
}

TEST(LineReader, RowsOfSeveralLinesAndGivingBack) {
  LineReader reader(in_pieces("one\ntwo\nthree\nfour\n", 3));
  ASSERT_EQ(reader.begin().value(), LineStatus::Line);
  ASSERT_EQ(reader.extend().value(), LineStatus::Line);
  ASSERT_EQ(reader.extend().value(), LineStatus::Line);
  EXPECT_EQ(reader.row(), "one\ntwo\nthree\n");
  EXPECT_EQ(reader.last_line(), "three\n");
  EXPECT_EQ(reader.last_line_number(), 3U);
  reader.keep_first_line();
  EXPECT_EQ(reader.row(), "one\n");
  ASSERT_EQ(reader.begin().value(), LineStatus::Line);
  EXPECT_EQ(reader.row(), "two\n");
  EXPECT_EQ(reader.first_line(), 2U);
}

TEST(LineReader, DropsALineAboveTheLimitAndGoesOn) {
  for (const std::size_t size : {kRowBytesMax - 1, kRowBytesMax, 3 * kRowBytesMax}) {
    const std::string text = "a\n" + std::string(size, 'x') + "\r\nb\n";
    LineReader reader(in_pieces(text, 100'000));
    ASSERT_EQ(reader.begin().value(), LineStatus::Line);
    ASSERT_EQ(reader.begin().value(), LineStatus::TooLong);  // the line end counts too
    EXPECT_EQ(reader.first_line(), 2U);
    ASSERT_EQ(reader.begin().value(), LineStatus::Line);
    EXPECT_EQ(reader.row(), "b\n");
    EXPECT_EQ(reader.first_line(), 3U);
    EXPECT_EQ(reader.begin().value(), LineStatus::End);
  }
  const std::string fits = std::string(kRowBytesMax - 1, 'x') + "\n";
  LineReader reader(in_pieces(fits, 100'000));
  EXPECT_EQ(reader.begin().value(), LineStatus::Line);
}

TEST(LineReader, Utf16IsRefusedWithAdvice) {
  LineReader reader(
      in_pieces("\xFF\xFE"
                "a",
                10));
  const auto status = reader.begin();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code(), ErrorCode::BadInput);
  EXPECT_NE(status.error().hint().en.find("iconv"), std::string::npos);
}

}  // namespace
}  // namespace tagline::ingest
