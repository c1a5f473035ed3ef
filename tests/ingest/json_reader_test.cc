#include "ingest/json_reader.h"

#include "ingest/limits.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

std::vector<std::string> read(std::string_view text) {
  JsonReader reader(memory_source(text));
  std::vector<std::string> all;
  Row row;
  for (;;) {
    const RowStatus status = reader.next(row).value();
    if (status == RowStatus::End) {
      return all;
    }
    std::string one = std::to_string(row.line) + (status == RowStatus::Bad ? " bad" : "");
    for (std::size_t i = 0; status == RowStatus::Row && i < row.cells.size(); ++i) {
      one += " " + std::string(row.keys[i]) + "=";
      for (const char c : row.cells[i]) {
        one.push_back(c == kListEnd ? '/' : c);
      }
      one += std::string(1, "t-n[{"[static_cast<std::size_t>(row.kinds[i])]);
    }
    all.push_back(one);
  }
}

using Rows = std::vector<std::string>;

TEST(JsonReader, ValuesKeepTheirText) {
  EXPECT_EQ(
      read(
          R"({"id":"u1","n":-12.50,"e":1E3,"big":123456789012345678901234567890,"t":true,"f":false,"z":null})"),
      (Rows{
          "1 id=u1t n=-12.50t e=1000t big=123456789012345678901234567890t t=truet f=falset z=n"}));
  EXPECT_EQ(read("{\"a\":\"\\u4e0a\\u6d77\\n\"}\n\n  \r\n{\"b\":[]}\r\n"),
            (Rows{"1 a=上海\nt", "4 b=["}));
  EXPECT_EQ(read(R"({"l":["a",1,null,true,"b c"]})"), (Rows{"1 l=a/1/true/b c/["}));
  EXPECT_EQ(read(R"({"o":{"x":[1,{"y":2}]},"after":1,"m":[[1],2]})"),
            (Rows{"1 o={ after=1t m=2/{"}));
  EXPECT_EQ(read("{}"), (Rows{"1"}));
}

TEST(JsonReader, ExponentsAreWrittenOutExactly) {
  const std::pair<const char*, const char*> numbers[] = {
      {"1e2", "100"},           {"-2.50e+1", "-25.0"},
      {"1.5E-3", "0.0015"},     {"0e5", "0"},
      {"12345e-3", "12.345"},   {"-0.1e1", "-1"},
      {"123.456e2", "12345.6"}, {"9007199254740993e0", "9007199254740993"},
      {"1e-2", "0.01"},         {"10.0e-1", "1.00"},
      {"1e41", "1e41"},         {"1e-99999999999", "1e-99999999999"}};
  for (const auto& [written, plain] : numbers) {
    EXPECT_EQ(read("{\"n\":" + std::string(written) + ",\"l\":[" + written + ",\"1e2\"]}"),
              (Rows{"1 n=" + std::string(plain) + "t l=" + plain + "/1e2/["}));
  }
}

TEST(JsonReader, BadLinesAreBadAndReadingGoesOn) {
  for (const std::string& bad : Rows{"[1]",
                                     "1",
                                     "{\"a\":}",
                                     "{\"a\":1",
                                     "{\"a\":1}}",
                                     "{\"a\":1} x",
                                     "{\"a\":1}{\"b\":2}",
                                     "{a:1}",
                                     "{\"a\":tru}",
                                     "{\"a\":nul}",
                                     "{\"a\":01}",
                                     "{\"a\":1.}",
                                     "{\"a\":-}",
                                     "{\"a\":+1}",
                                     "{\"a\":1e}",
                                     "{\"a\":\"\\ud800\"}",
                                     "{\"a\":\"x",
                                     "{\"a\":\"\xC3\x28\"}",
                                     "{\"a\":\"\\u0000\"}",
                                     "{\"a\":[1}",
                                     "{\"a\":[1,]}",
                                     "{\"a\" 1}",
                                     "{,}"}) {
    EXPECT_EQ(read(bad + "\n{\"b\":2}\n"), (Rows{"1 bad", "2 b=2t"})) << bad;
  }
}

TEST(JsonReader, Limits) {
  EXPECT_EQ(read("{\"a\":\"" + std::string(kFieldBytesMax + 1, 'x') + "\"}\n{\"b\":2}"),
            (Rows{"1 bad", "2 b=2t"}));
  EXPECT_EQ(read("{\"a\":\"" + std::string(kRowBytesMax, 'x') + "\"}\n{\"b\":2}"),
            (Rows{"1 bad", "2 b=2t"}));
  std::string wide = "{";
  for (std::size_t i = 0; i <= kColumnsMax; ++i) {
    wide += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  }
  EXPECT_EQ(read(wide + "}\n{\"b\":2}"), (Rows{"1 bad", "2 b=2t"}));
  const std::string deep =
      "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + ",\"b\":1}";
  EXPECT_EQ(read(deep + "\n{\"b\":2}").back(), "2 b=2t");
}

}  // namespace
}  // namespace tagline::ingest
