// Files nobody should send: each gets a clear answer in both languages, and the database is as it
// was.
#include "ingest/limits.h"
#include "tests/ingest/scratch_folder.h"

namespace tagline::ingest {
namespace {

using namespace std::string_literals;

class Hostile : public ::testing::Test {
 protected:
  void SetUp() override {
    database_.must_load("id,city\nu1,a\nu2,b\n");
    before_ = database_.content();
  }
  /// The load fails with `code`; the message has `word`; nothing changed.
  void expect_refused(const std::string& text, ErrorCode code, const std::string& word) {
    const auto report = database_.load_text(text);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code(), code) << report.error().message().en;
    EXPECT_NE((report.error().message().en + report.error().hint().en).find(word),
              std::string::npos)
        << report.error().message().en << "\n"
        << report.error().hint().en;
    EXPECT_FALSE(report.error().message().zh.empty());
    EXPECT_EQ(database_.content(), before_);
    database_.expect_clean();
  }
  /// One bad row among 1000 good ones: the others load, the bad one is reported with its line.
  void expect_one_reject(const std::string& bad_row, std::uint64_t line_count,
                         const std::string& word) {
    std::string text = "id,city\n";
    for (int i = 0; i < 500; ++i) {
      text += "x" + std::to_string(i) + ",a\n";
    }
    text += bad_row + "\n";
    for (int i = 500; i < 1000; ++i) {
      text += "x" + std::to_string(i) + ",b\n";
    }
    const LoadReport report = database_.must_load(text);
    EXPECT_EQ(report.rejected, line_count);
    EXPECT_EQ(report.rows, 1000 + line_count);
    EXPECT_EQ(report.users_new, 1000U);
    ASSERT_FALSE(report.first_rejects.empty());
    EXPECT_EQ(report.first_rejects[0].line, 502U);
    EXPECT_NE(report.first_rejects[0].reason.en.find(word), std::string::npos)
        << report.first_rejects[0].reason.en;
    EXPECT_FALSE(report.first_rejects[0].reason.zh.empty());
    EXPECT_EQ(database_.content().count("x999"), 1U);
    database_.expect_clean();
  }

  Database database_;
  Database::Content before_;
};

TEST_F(Hostile, EmptyFile) {
  expect_refused("", ErrorCode::BadInput, "empty");
  expect_refused("\n\n  \n", ErrorCode::BadInput, "empty");
  expect_refused("\xEF\xBB\xBF", ErrorCode::BadInput, "empty");
}
TEST_F(Hostile, DuplicateHeader) {
  expect_refused("id,city,city\nu9,a,b\n", ErrorCode::BadInput, "city twice");
}
TEST_F(Hostile, UnclosedQuote) {
  expect_refused("id,city\nu8,\"a\nu9,b\n", ErrorCode::BadInput, "line 2");
}
TEST_F(Hostile, UnclosedQuoteBeforeMuch) {
  std::string text = "id,city\nu8,a\nu9,\"b\n";
  while (text.size() < 5 * kRowBytesMax) {
    text += "u10,c\nu11,d\nu12,e\n";
  }
  expect_refused(text, ErrorCode::BadInput, "line 3");
}
TEST_F(Hostile, QuotedTenMegabyteField) {
  std::string field;
  while (field.size() < 10'000'000) {
    field += "0123456789abcdef\n";
  }
  expect_refused("id,city\nu8,a\nu9,\"" + field + "\"\n", ErrorCode::BadInput, "line 3");
}
TEST_F(Hostile, TenMegabyteField) {
  expect_one_reject("u9," + std::string(10'000'000, 'x'), 1, "4 MiB");
}
TEST_F(Hostile, TwoMegabyteField) {
  expect_one_reject("u9," + std::string(2'000'000, 'x'), 1, "1 MiB");
}
TEST_F(Hostile, LongValue) {
  expect_one_reject("u9," + std::string(2'000, 'x'), 1, "384 bytes");
}
TEST_F(Hostile, LongId) {
  expect_one_reject(std::string(257, 'x') + ",a", 1, "256 bytes");
}
TEST_F(Hostile, NulByte) {
  expect_one_reject("u9,a\0b"s, 1, "NUL");
}
TEST_F(Hostile, InvalidUtf8) {
  expect_one_reject("u9,\xC3\x28", 1, "UTF-8");
}
TEST_F(Hostile, MissingColumn) {
  expect_one_reject("u9", 1, "1 columns, expected 2");
}
TEST_F(Hostile, ExtraColumn) {
  expect_one_reject("u9,a,b", 1, "3 columns, expected 2");
}
TEST_F(Hostile, QuoteInside) {
  expect_one_reject("u9,5\" pipe", 1, "quote");
}
TEST_F(Hostile, BlankId) {
  expect_one_reject(",a", 1, "blank");
}

TEST_F(Hostile, HeaderThatCannotBeRead) {
  expect_refused("id,ci\0ty\nu9,a\n"s, ErrorCode::BadInput, "header");
  expect_refused("id,ci\xFFty\nu9,a\n", ErrorCode::BadInput, "UTF-8");
  expect_refused("id,ci\"ty\nu9,a\n", ErrorCode::BadInput, "header");
}
TEST_F(Hostile, Utf16) {
  expect_refused("\xFF\xFEi\0d\0"s, ErrorCode::BadInput, "UTF-16");
}
TEST_F(Hostile, NoiseIsRefused) {
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 300'000; ++i) {
    state = state * 1664525 + 1013904223;
    noise.push_back(static_cast<char>(state >> 24U));
  }
  EXPECT_FALSE(database_.load_text(noise).has_value());
  EXPECT_EQ(database_.content(), before_);
}
TEST_F(Hostile, TooManyColumns) {
  expect_refused("id" + std::string(kColumnsMax, ',') + "\n", ErrorCode::BadInput, "4096");
}
TEST_F(Hostile, TooManyValues) {
  Schema schema;
  schema.columns = {column("code", engine::TagKind::Category)};
  std::string text = "code\n";
  for (std::size_t i = 0; i <= kValuesMax; ++i) {
    text += std::to_string(i) + "\n";
  }
  const auto report = database_.load_text(text, schema);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::TooLarge);
  EXPECT_EQ(database_.content(), before_);
}

}  // namespace
}  // namespace tagline::ingest
