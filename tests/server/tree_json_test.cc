// Trees as JSON: nothing is lost there and back, what is wrong is said with its place, and no
// document costs more than the limits of text allow.
#include "server/tree_json.h"

#include "dsl/grammar.h"
#include "dsl/print.h"
#include "dsl/scan.h"
#include "tests/dsl/case_file.h"
#include "tests/dsl/demo_catalogue.h"
#include "tests/dsl/tree_text.h"

#include <array>
#include <fstream>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

std::optional<dsl::Tree> tree_of(std::string_view text) {
  const dsl::Limits limits;
  const dsl::Scanned scanned = dsl::scan(text, limits);
  if (scanned.fault.has_value()) {
    return std::nullopt;
  }
  dsl::Parsed parsed = dsl::parse(scanned, limits);
  return parsed.fault.has_value() ? std::nullopt : std::optional(std::move(parsed.tree));
}

/// The same but for spans, brackets and how a period was spelt.
void expect_same(const dsl::Tree& a, const dsl::Tree& b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.name.text, b.name.text);
  EXPECT_EQ(a.name.quoted, b.name.quoted) << a.name.text;
  EXPECT_EQ(a.comparison, b.comparison);
  ASSERT_EQ(a.values.size(), b.values.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    EXPECT_EQ(a.values[i].period, b.values[i].period);
    EXPECT_EQ(a.values[i].word.quoted, b.values[i].word.quoted) << a.values[i].word.text;
    if (!a.values[i].period.has_value()) {
      EXPECT_EQ(a.values[i].word.text, b.values[i].word.text);
    }
  }
  ASSERT_EQ(a.operands.size(), b.operands.size());
  for (std::size_t i = 0; i < a.operands.size(); ++i) {
    expect_same(a.operands[i], b.operands[i]);
  }
}

void expect_lossless(const std::string& text) {
  const auto tree = tree_of(text);
  if (!tree.has_value()) {
    return;
  }
  SCOPED_TRACE(text);
  const std::string json = tree_json(*tree);
  const auto again = tree_from_json(json);
  ASSERT_TRUE(again.has_value()) << json << ": " << again.error().message().en;
  expect_same(*tree, *again);
  EXPECT_EQ(dsl::print(*again), dsl::print(*tree)) << json;
  EXPECT_EQ(tree_json(*again), json);
}

TEST(TreeJson, LosesNothing) {
  std::size_t count = 0;
  for (const char* file : {"examples.tsv", "language.tsv", "rules.tsv", "messages.tsv"}) {
    for (const dsl::Case& one :
         dsl::read_cases(std::string(TAGLINE_SOURCE_DIR "/tests/dsl/cases/") + file)) {
      expect_lossless(one.expression);
      ++count;
    }
  }
  EXPECT_GT(count, 400U);
  for (const std::string text :
       {"\"vip\"", "\"new user\" AND \"in\":x", "city:(\"tier1\", tier1, \"A*1\", A*1, \"7d\", 7d)",
        "did(in:last 7d, view, \"count\":x, count >= 3)", "at_least(2, in:x, \"in\":x, vip)",
        "@\"and\" OR @and OR @7d OR @\"buyers\"", "signup:(last 7d, \"last 7d\", this month, 上月)",
        "signup:last 5h", "f(1..2, 2024-01, 10%, -5)", "NOT (a OR NOT (b AND c))",
        "signup > last 3d", "\"\":\"\"", "a:\"x\\\"y\\\\z\""}) {
    expect_lossless(text);
  }
}

TEST(TreeJson, HasClearShapes) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"vip", R"({"tag":"vip"})"},
      {"NOT vip", R"({"not":{"tag":"vip"}})"},
      {"*", R"({"everyone":true})"},
      {"@buyers", R"({"segment":"buyers"})"},
      {"a AND b OR c", R"({"or":[{"and":[{"tag":"a"},{"tag":"b"}]},{"tag":"c"}]})"},
      {"city != (tier1, \"New York\")", R"({"tag":"city","is_not":["tier1","New York"]})"},
      {"age >= 25", R"({"tag":"age","op":">=","value":"25"})"},
      {"sku:\"A*1\"", R"({"tag":"sku","is":[{"text":"A*1","quoted":true}]})"},
      {"signup:最近30天", R"({"tag":"signup","is":[{"last":30,"unit":"day"}]})"},
      {"signup:上月", R"({"tag":"signup","is":[{"previous":"month"}]})"},
      {"did(view, count >= 3)",
       R"({"call":"did","arguments":[{"tag":"view"}],"options":[{"option":"count","op":">=","value":"3"}]})"},
      {"sample(10%)", R"({"call":"sample","arguments":[{"literal":"10%"}]})"},
  };
  for (const auto& [text, json] : rows) {
    EXPECT_EQ(tree_json(*tree_of(text)), json);
  }
}

TEST(TreeJson, ReadsWhatBuildersWrite) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"({"and":[{"and":[{"tag":"a"},{"tag":"b"}]},{"tag":"c"}]})", "a AND b AND c"},
      {R"({"or":[{"tag":"a"}]})", "a"},
      {R"({"not":{"not":{"and":[{"tag":"a"},{"tag":"b"}]}}})", "a AND b"},
      {R"({"not":{"and":[{"not":{"tag":"a"}}]}})", "a"},
      {R"({"tag":"new user"})", "\"new user\""},
      {R"({"tag":"city","is":["and","or so"]})", "city:(\"and\", \"or so\")"},
      {R"({"call":"did","arguments":[{"tag":"count","is":["x"]}]})", "did(\"count\":x)"},
      {R"({"call":"did","arguments":[{"and":[{"tag":"count","is":["x"]}]}]})", "did(\"count\":x)"},
      {R"({"call":"vip","arguments":[]})", "vip()"},
      {R"({"tag":"signup","op":"<","value":{"last":3,"unit":"week"}})", "signup < last 3w"},
  };
  for (const auto& [json, text] : rows) {
    const auto tree = tree_from_json(json);
    ASSERT_TRUE(tree.has_value()) << json << ": " << tree.error().message().en;
    EXPECT_EQ(dsl::print(*tree), text);
  }
}

TEST(TreeJson, NamesThePlaceOfAFault) {
  struct Row {
    std::string json;
    std::string place;
    std::string found;
  };
  const std::vector<Row> rows = {
      {R"([])", "document", "[]"},
      {R"(7)", "document", "7"},
      {R"({})", "document", "{}"},
      {R"({"und":[]})", "document", "key und"},
      {R"({"and":[{"tag":"a"},{"tag":"age","op":">=","value":25}]})", "and[1].value", "25"},
      {R"({"and":[]})", "and", "[]"},
      {R"({"and":{}})", "and", "{}"},
      {R"({"and":[{"tag":"a"}],"or":[{"tag":"a"}]})", "or", "key"},
      {R"({"not":[{"tag":"a"}]})", "not", "[...]"},
      {R"({"not":{"or":[{"tag":"a"},{"tagg":"b"}]}})", "not.or[1]", "key tagg"},
      {R"({"tag":"a","is":"x"})", "is", "\"x\""},
      {R"({"tag":"a","is":["x",1]})", "is[1]", "1"},
      {R"({"tag":"a","is":[]})", "is", "[]"},
      {R"({"tag":"a","is":["x"],"op":">","value":"1"})", "document", "more than one comparison"},
      {R"({"tag":"a","op":"=","value":"1"})", "op", "\"=\""},
      {R"({"tag":"a","value":"1"})", "op", "nothing"},
      {R"({"tag":"a","op":">"})", "value", "nothing"},
      {R"({"tag":"a","is":["b"],"extra":1})", "extra", "key"},
      {R"({"tag":"a b","quoted":false})", "quoted", "false"},
      {R"({"tag":"a","quoted":1})", "quoted", "1"},
      {R"({"tag":"a","is":[{"text":"x y","quoted":false}]})", "is[0].quoted", "false"},
      {R"({"tag":"a","is":["x\ny"]})", "is[0]", "\"x\\ny\""},
      {R"({"tag":7})", "tag", "7"},
      {R"({"tag":"a","is":[{"last":-1,"unit":"day"}]})", "is[0].last", "-1"},
      {R"({"tag":"a","is":[{"last":1,"unit":"fortnight"}]})", "is[0].unit", "\"fortnight\""},
      {R"({"tag":"a","is":[{"last":1}]})", "is[0].unit", "nothing"},
      {R"({"tag":"a","is":[{"this":"hour"}]})", "is[0].this", "\"hour\""},
      {R"({"tag":"a","is":[{}]})", "is[0]", "{}"},
      {R"({"everyone":false})", "everyone", "false"},
      {R"({"segment":["a"]})", "segment", "[...]"},
      {R"({"literal":"7"})", "document", "key literal"},
      {R"({"call":"top","arguments":[{"literal":"many"}]})", "arguments[0].literal", "\"many\""},
      {R"({"call":"top","arguments":[{"and":[{"literal":"7"},{"tag":"a"}]}]})",
       "arguments[0].and[0]", "key literal"},
      {R"({"call":"did it","arguments":[]})", "call", "\"did it\""},
      {R"({"call":"did","arguments":{}})", "arguments", "{}"},
      {R"({"call":"did","arguments":[],"options":[{"tag":"a"}]})", "options[0]", "{...}"},
      {R"({"call":"did","arguments":[],"options":[{"option":"by","is":["x"]}]})",
       "options[0].option", "\"by\""},
      {R"({"call":"did","arguments":[],"options":[{"option":"in"}]})", "options[0].option",
       "\"in\""},
  };
  for (const Row& row : rows) {
    const auto tree = tree_from_json(row.json);
    ASSERT_FALSE(tree.has_value()) << row.json;
    EXPECT_EQ(tree.error().code(), ErrorCode::BadInput) << row.json;
    EXPECT_EQ(tree.error().message().en, row.place + ": unexpected " + row.found) << row.json;
    EXPECT_EQ(tree.error().message().zh, row.place + "：不应为 " + row.found) << row.json;
    EXPECT_TRUE(tree.error().hint().en.starts_with("expected ")) << row.json;
    EXPECT_FALSE(tree.error().hint().zh.empty()) << row.json;
  }
}

TEST(TreeJson, RefusesWhatIsNotJson) {
  for (const std::string json : {"", "{", "nonsense", "{\"tag\":\"\xff\"}", "{\"tag\":\"\\ud800\"}",
                                 "{\"tag\":\"a\"} x", "{\"tag\":\"a\",\"tag\":\"b\"}"}) {
    const auto tree = tree_from_json(json);
    ASSERT_FALSE(tree.has_value()) << json;
    EXPECT_EQ(tree.error().code(), ErrorCode::BadInput) << json;
  }
  EXPECT_NE(tree_from_json("{\"and\":[\n  {]").error().message().en.find("line 2, column 4"),
            std::string::npos);
  EXPECT_NE(tree_from_json(R"({"tag":"a","tag":"b"})").error().message().en.find("\"tag\""),
            std::string::npos);
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

void expect_too_large(const std::string& json) {
  const auto tree = tree_from_json(json);
  ASSERT_FALSE(tree.has_value()) << json.substr(0, 100);
  EXPECT_EQ(tree.error().code(), ErrorCode::TooLarge) << tree.error().message().en;
}

TEST(TreeJson, HostileNestingIsRefused) {
  for (const std::size_t deep : {1'000U, 100'000U, 1'000'000U}) {
    expect_too_large(repeated("[", deep));
    expect_too_large(repeated("{\"not\":", deep));
    expect_too_large(repeated("{\"and\":[", deep / 2) + "{\"tag\":\"a\"}" +
                     repeated("]}", deep / 2));
  }
  expect_too_large(std::string((std::size_t{4} << 20U) + 1, ' '));
}

/// `brackets` calls within each other.
std::string nested_calls(std::size_t brackets) {
  return repeated("f(", brackets) + "vip" + repeated(")", brackets);
}
std::string nested_groups(std::size_t brackets) {
  return repeated("a AND NOT (b OR NOT (", brackets / 2) + "c AND d" + repeated("))", brackets / 2);
}

TEST(TreeJson, LimitsAreThoseOfText) {
  const dsl::Limits limits;
  expect_lossless(nested_calls(limits.depth));
  expect_lossless(nested_groups(limits.depth));
  ASSERT_TRUE(tree_of(nested_groups(limits.depth)).has_value());
  const std::string at_limit = tree_json(*tree_of(nested_calls(limits.depth)));
  expect_too_large("{\"call\":\"f\",\"arguments\":[" + at_limit + "]}");
  const std::string groups = tree_json(*tree_of(nested_groups(limits.depth)));
  expect_too_large("{\"or\":[{\"tag\":\"x\"}," + groups + "]}");

  std::string terms = "{\"tag\":\"a\"}" + repeated(",{\"tag\":\"a\"}", limits.terms - 1);
  EXPECT_TRUE(tree_from_json("{\"and\":[" + terms + "]}").has_value());
  expect_too_large("{\"and\":[" + terms + ",{\"everyone\":true}]}");

  std::string values = "\"v\"" + repeated(",\"v\"", limits.list_values - 1);
  EXPECT_TRUE(tree_from_json("{\"tag\":\"a\",\"is\":[" + values + "]}").has_value());
  expect_too_large("{\"tag\":\"a\",\"is\":[" + values + ",\"v\"]}");
  expect_too_large("{\"tag\":\"" + std::string(limits.code_points + 1, 'a') + "\"}");
}

// Whatever is accepted can be written as text and read back as the same tree.
TEST(TreeJson, WhatIsAcceptedIsText) {
  constexpr std::array<std::string_view, 14> kTexts = {"vip",     "count", "and",  "7d", "a b",
                                                       "last 7d", "25-34", "A*1",  "-x", "",
                                                       "本月",    "in",    "\\\"", "１"};
  std::mt19937_64 random(20240615);
  const auto word = [&] {
    std::string text = "\"";
    for (const char c : kTexts.at(random() % kTexts.size())) {
      text += c == '"' || c == '\\' ? "\\" : "";
      text += c;
    }
    return text + "\"";
  };
  const auto values = [&] { return "[" + word() + (random() % 2 == 0 ? "," + word() : "") + "]"; };
  std::function<std::string(int)> node = [&](int depth) -> std::string {
    switch (random() % (depth == 0 ? 5U : 9U)) {
      case 0:
        return "{\"tag\":" + word() + "}";
      case 1:
        return "{\"tag\":" + word() + ",\"is\":" + values() + "}";
      case 2:
        return "{\"tag\":" + word() + ",\"op\":\"<\",\"value\":{\"text\":" + word() +
               (random() % 2 == 0 ? ",\"quoted\":true}}" : "}}");
      case 3:
        return "{\"segment\":" + word() + "}";
      case 4:
        return "{\"tag\":" + word() + ",\"is_not\":[{\"this\":\"month\"}]}";
      case 5:
        return "{\"not\":" + node(depth - 1) + "}";
      case 6:
        return "{\"and\":[" + node(depth - 1) + "," + node(depth - 1) + "]}";
      case 7:
        return "{\"or\":[" + node(depth - 1) + "," + node(depth - 1) + "]}";
      default:
        return "{\"call\":\"did\",\"arguments\":[{\"literal\":\"10\"}," + node(depth - 1) +
               "],\"options\":[{\"option\":\"in\",\"is\":" + values() + "}]}";
    }
  };
  std::size_t accepted = 0;
  for (int i = 0; i < 5'000; ++i) {
    const std::string json = node(1 + i % 4);
    const auto tree = tree_from_json(json);
    if (!tree.has_value()) {
      continue;
    }
    ++accepted;
    const auto again = tree_of(dsl::print(*tree));
    ASSERT_TRUE(again.has_value()) << json << " -> " << dsl::print(*tree);
    EXPECT_EQ(dsl::print(*again), dsl::print(*tree)) << json;
  }
  EXPECT_GT(accepted, 1'000U);
}

/// ```json blocks of json-tree.md, each followed by the ```segment block it stands for.
TEST(TreeJson, TheDocumentIsTrue) {
  std::ifstream in(TAGLINE_SOURCE_DIR "/grammar-docs/json-tree.md");
  std::string json;
  std::size_t examples = 0;
  for (std::string line; std::getline(in, line);) {
    if (line == "```json") {
      for (json.clear(); std::getline(in, line) && line != "```";) {
        json += line + "\n";
      }
    } else if (line == "```segment") {
      std::getline(in, line);
      ++examples;
      const auto tree = tree_from_json(json);
      ASSERT_TRUE(tree.has_value()) << json << tree.error().message().en;
      EXPECT_EQ(dsl::print(*tree), line);
      EXPECT_TRUE(dsl::demo_check(line).ok) << line;
      expect_same(*tree_of(line), *tree);
    }
  }
  EXPECT_GE(examples, 10U);
}

}  // namespace
}  // namespace tagline::server
