#include "ingest/csv_reader.h"

#include "ingest/limits.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

struct Read {
  std::uint64_t line = 0;
  std::vector<std::string> cells;
  std::string bad;  ///< the reason
  std::string text;
  friend bool operator==(const Read& a, const Read& b) {
    return a.line == b.line && a.cells == b.cells && a.bad.empty() == b.bad.empty();
  }
};

Result<std::vector<Read>> read(std::string_view text, char delimiter = ',') {
  CsvReader reader(memory_source(text), delimiter);
  std::vector<Read> all;
  Row row;
  for (;;) {
    TAGLINE_ASSIGN_OR_RETURN(const RowStatus status, reader.next(row));
    if (status == RowStatus::End) {
      return all;
    }
    Read& one = all.emplace_back();
    one.line = row.line;
    one.text = row.text;
    if (status == RowStatus::Bad) {
      one.bad = row.reason.en;
    } else {
      one.cells.assign(row.cells.begin(), row.cells.end());
    }
  }
}

using Cells = std::vector<std::string>;

void expect_rows(std::string_view text, const std::vector<Read>& expected, char delimiter = ',') {
  const auto rows = read(text, delimiter);
  ASSERT_TRUE(rows.has_value()) << rows.error().message().en;
  EXPECT_EQ(*rows, expected) << text;
}

TEST(CsvReader, PlainRowsAndLineEnds) {
  expect_rows("a,b\n1,2\n", {{1, {"a", "b"}, {}, {}}, {2, {"1", "2"}, {}, {}}});
  expect_rows("a,b\r\n1,2", {{1, {"a", "b"}, {}, {}}, {2, {"1", "2"}, {}, {}}});
  expect_rows("a,b\r1,2\r", {{1, {"a", "b"}, {}, {}}, {2, {"1", "2"}, {}, {}}});
  expect_rows(
      "\xEF\xBB\xBF"
      "a\n",
      {{1, {"a"}, {}, {}}});
  expect_rows("", {});
}

TEST(CsvReader, BlankLinesAreSkippedButCounted) {
  expect_rows("\n\r\na\n  \t\nb\n\n", {{3, {"a"}, {}, {}}, {5, {"b"}, {}, {}}});
}

TEST(CsvReader, SpacesAreTrimmedOnlyOutsideQuotes) {
  expect_rows("39, State-gov ,\t77516\n", {{1, {"39", "State-gov", "77516"}, {}, {}}});
  expect_rows(" \" a \" ,b\n", {{1, {" a ", "b"}, {}, {}}});
  expect_rows(" , \n", {{1, {"", ""}, {}, {}}});
  expect_rows("a\t\tb\n", {{1, {"a", "", "b"}, {}, {}}}, '\t');
}

TEST(CsvReader, Quotes) {
  expect_rows("\"a,b\",\"c\"\"d\"\n", {{1, {"a,b", "c\"d"}, {}, {}}});
  expect_rows("\"x\ny\r\nz\",1\nb,2\n", {{1, {"x\ny\r\nz", "1"}, {}, {}}, {4, {"b", "2"}, {}, {}}});
  expect_rows("\"\",\"\"", {{1, {"", ""}, {}, {}}});
  expect_rows("\"a\"", {{1, {"a"}, {}, {}}});
  expect_rows("'a';\"b;c\"\n", {{1, {"'a'", "b;c"}, {}, {}}}, ';');
}

TEST(CsvReader, MisplacedQuotesCostOneLine) {
  expect_rows("a\n5\" pipe,1\nb\n", {{1, {"a"}, {}, {}}, {2, {}, "bad", {}}, {3, {"b"}, {}, {}}});
  expect_rows("\"a\"b,1\nc\n", {{1, {}, "bad", {}}, {2, {"c"}, {}, {}}});
  // The quote of line 1 swallows line 2 and part of 3, until a quote stands where none may: lines 2
  // and 3 are read again.
  expect_rows("\"a,1\nb,2\nc,\"3\"\n",
              {{1, {}, "bad", {}}, {2, {"b", "2"}, {}, {}}, {3, {"c", "3"}, {}, {}}});
  const auto rows = read("\"a,1\nb,2\nc,\"3\"\n").value();
  EXPECT_NE(rows[0].bad.find("line 1"), std::string::npos) << rows[0].bad;
  EXPECT_NE(rows[0].bad.find("line 3"), std::string::npos) << rows[0].bad;
  EXPECT_EQ(rows[0].text, "\"a,1\n");
}

TEST(CsvReader, UnclosedQuoteNamesItsLine) {
  for (const char* text : {"a,b\n\"x\ny\",\"1\n2\n3\n", "a,b\n\"x\ny\",\"1\n2\n3", "a,b\nq,r\n\"1",
                           "a,b\nq,r\n\"1\n\n\n"}) {
    const auto rows = read(text);
    ASSERT_FALSE(rows.has_value()) << text;
    EXPECT_EQ(rows.error().code(), ErrorCode::BadInput);
    EXPECT_NE(rows.error().message().en.find("line 3"), std::string::npos)
        << rows.error().message().en;
  }
  std::string endless = "a,b\nc,\"d\n";
  for (std::size_t i = 0; i < 3 * kFieldBytesMax / 6; ++i) {
    endless += "e,f,g\n";
  }
  endless += "\"";
  const auto rows = read(endless);
  ASSERT_FALSE(rows.has_value());
  EXPECT_NE(rows.error().message().en.find("line 2"), std::string::npos)
      << rows.error().message().en;
}

TEST(CsvReader, BadBytesAndLimits) {
  using namespace std::string_literals;
  expect_rows("a\nb\0c\nd\n"s, {{1, {"a"}, {}, {}}, {2, {}, "bad", {}}, {3, {"d"}, {}, {}}});
  expect_rows("a\n\xC3\x28\nd\n", {{1, {"a"}, {}, {}}, {2, {}, "bad", {}}, {3, {"d"}, {}, {}}});
  const std::string longest(kFieldBytesMax, 'x');
  expect_rows("a," + longest + "\nb\n", {{1, {"a", longest}, {}, {}}, {2, {"b"}, {}, {}}});
  expect_rows("a,x" + longest + "\nb\n", {{1, {}, "bad", {}}, {2, {"b"}, {}, {}}});
  expect_rows("\"x" + longest + "\"\nb\n", {{1, {}, "bad", {}}, {2, {"b"}, {}, {}}});
  expect_rows(std::string(kRowBytesMax + 1, 'x') + "\nb\n",
              {{1, {}, "bad", {}}, {2, {"b"}, {}, {}}});
  expect_rows(std::string(kColumnsMax - 1, ',') + "\n", {{1, Cells(kColumnsMax), {}, {}}});
  expect_rows(std::string(kColumnsMax, ',') + "\nb\n", {{1, {}, "bad", {}}, {2, {"b"}, {}, {}}});
}

/// Lines without a quote are split here, lines with one by libcsv: both must cut alike. A quoted
/// cell put in front forces libcsv.
TEST(CsvReader, OwnSplitEqualsLibcsv) {
  std::mt19937 random(20240229);
  const std::vector<std::string> alphabet = {"a", "b", ",", " ", "\t", ";", "é"};
  for (int round = 0; round < 3'000; ++round) {
    std::string line;
    const std::size_t size = random() % 30;
    for (std::size_t i = 0; i < size; ++i) {
      line += alphabet[random() % alphabet.size()];
    }
    const char delimiter = ",;\t"[random() % 3];
    const auto own = read("x" + std::string(1, delimiter) + line + "\n", delimiter).value();
    const auto libcsv = read("\"x\"" + std::string(1, delimiter) + line + "\n", delimiter).value();
    ASSERT_EQ(own, libcsv) << "delimiter " << delimiter << " line [" << line << "]";
  }
}

}  // namespace
}  // namespace tagline::ingest
