// Pages of ids and memberships through the program, over six people.
#include "tests/cli/program.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

constexpr const char* kUsers =
    "id,city,vip,signup\n"
    "u1,tier1,yes,2024-06-01\n"
    "u2,tier2,no,2024-06-10\n"
    "u3,tier1,no,2024-06-11\n"
    "u4,,yes,2024-06-12\n"
    "u5,tier3,no,2024-06-13\n"
    "\"u,6\",tier1,no,2024-06-14\n";

class Ids : public ::testing::Test {
 protected:
  void SetUp() override { load(db_); }

  void load(const std::string& db) const {
    const Outcome loaded = run_tagline({"load", "--db", db, folder_.write("users.csv", kUsers)});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
  }
  [[nodiscard]] Outcome query(std::vector<std::string> arguments,
                              const std::string& input = {}) const {
    arguments.insert(arguments.begin(), {"query", "--db", db_});
    return run_tagline(arguments, input);
  }
  [[nodiscard]] json answer(std::vector<std::string> arguments, int status = 0,
                            const std::string& input = {}) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = query(std::move(arguments), input);
    EXPECT_EQ(outcome.status, status) << outcome.out << outcome.err;
    const json parsed = json::parse(outcome.out, nullptr, false);
    EXPECT_FALSE(parsed.is_discarded()) << outcome.out;
    return parsed;
  }
  /// The cursor behind the first page of an expression.
  [[nodiscard]] std::string cursor(const std::string& expression,
                                   const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"--ids", "--limit", "2", expression};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return answer(arguments).at("next");
  }
  [[nodiscard]] std::string code(const std::vector<std::string>& arguments) const {
    return answer(arguments, 1).at("errors").at(0).at("code");
  }

  TempFolder folder_;
  std::string db_ = folder_.path("db");
};

TEST_F(Ids, PageByPage) {
  const json first = answer({"--ids", "--limit", "2", "NOT vip"});
  EXPECT_EQ(first.at("ids"), json::array({"u2", "u3"}));
  EXPECT_EQ(first.at("count"), 4);
  EXPECT_EQ(first.at("returned"), 2);
  EXPECT_EQ(first.at("remaining"), 2);
  const json second = answer({"--ids", "--limit", "2", "--after", first.at("next"), "NOT vip"});
  EXPECT_EQ(second.at("ids"), json::array({"u5", "u,6"}));
  EXPECT_EQ(second.at("count"), 4);
  EXPECT_EQ(second.at("remaining"), 0);
  EXPECT_TRUE(second.at("next").is_null());
  const json none = answer({"--ids", "--limit", "0", "NOT vip"});
  EXPECT_EQ(none.at("ids"), json::array());
  EXPECT_EQ(none.at("remaining"), 4);
  const json all = answer({"--ids", "--limit", "9", "--after", none.at("next"), "NOT vip"});
  EXPECT_EQ(all.at("returned"), 4);
}

// As many as there can be is a number like any other.
TEST_F(Ids, TheLargestLimitIsALimit) {
  const std::string most = "18446744073709551615";
  const Outcome lines = query({"--ids", "--limit", most, "*"});
  EXPECT_EQ(lines.err, "6 of 6 ids, 0 remain\n");
  EXPECT_EQ(code({"--ids", "--limit", most, "*"}), "too-large");
  EXPECT_EQ(query({"--limit", most, "*"}).status, 2);
  const Outcome top = query({"--top", "signup", "--limit", most, "*"});
  EXPECT_EQ(top.status, 2);
  EXPECT_NE(top.err.find("at most"), std::string::npos) << top.err;
  for (const char* none : {"18446744073709551616", "99999999999999999999999", "1.5"}) {
    const Outcome outcome = query({"--ids", "--limit", none, "*"});
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_NE(outcome.err.find("--limit is a whole number below 2^64, not "), std::string::npos)
        << outcome.err;
  }
}

TEST_F(Ids, TheCursorIsTheLastWordOnStandardError) {
  const Outcome first = query({"--ids", "--limit", "3", "*"});
  EXPECT_EQ(first.out, "u1\nu2\nu3\n");
  EXPECT_NE(first.err.find("3 of 6 ids, 3 remain\n"), std::string::npos) << first.err;
  ASSERT_GT(first.err.size(), 56U);
  const std::string next = first.err.substr(first.err.size() - 67, 66);
  const Outcome second = query({"--ids", "--format", "csv", "--after", next, "*"});
  EXPECT_EQ(second.out, "id\nu4\nu5\n\"u,6\"\n");
  EXPECT_EQ(second.err, "3 of 6 ids, 0 remain\n");
  EXPECT_EQ(query({"--ids", "--format", "ndjson", "--limit", "1", "--after", next, "*"}).out,
            "\"u4\"\n");
}

TEST_F(Ids, AnotherSpellingIsTheSameExpression) {
  const std::string next = cursor("city:* AND NOT vip");
  EXPECT_EQ(answer({"--ids", "--limit", "9", "--after", next, "NOT (vip) AND city:*"}).at("ids"),
            json::array({"u5", "u,6"}));
}

TEST_F(Ids, APageIsOfTheDayOfTheOneBefore) {
  const std::string then = "2024-06-14";
  const std::string next = cursor("signup:last 4d", {"--as-of", then});
  const json page = answer({"--ids", "--limit", "9", "--after", next, "signup:last 4d"});
  EXPECT_EQ(page.at("ids"), json::array({"u5", "u,6"}));
  EXPECT_EQ(page.at("as_of"), then);
  EXPECT_EQ(
      code({"--ids", "--after", next, "--as-of", "2024-06-13", "--limit", "9", "signup:last 4d"}),
      "bad-cursor");
}

TEST_F(Ids, TheDataChangedSinceTheCursor) {
  const std::string next = cursor("*");
  ASSERT_EQ(
      run_tagline({"load", "--db", db_, folder_.write("more.csv", "id,vip\nu7,yes\n")}).status, 0);
  const json refused = answer({"--ids", "--limit", "2", "--after", next, "*"}, 1);
  const json& error = refused.at("errors").at(0);
  EXPECT_EQ(error.at("code"), "cursor-expired");
  EXPECT_NE(error.at("message").at("zh-CN").get<std::string>().find("数据已更新"),
            std::string::npos);
  EXPECT_NE(error.at("hint").at("en").get<std::string>().find("first page"), std::string::npos);
  const Outcome said = query({"--ids", "--limit", "2", "--after", next, "*"});
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(said.out, "");
  EXPECT_NE(said.err.find("the data has changed since this cursor"), std::string::npos) << said.err;
}

TEST_F(Ids, ForeignCursorsAreToldApart) {
  const std::string next = cursor("*");
  const auto says = [&](const std::vector<std::string>& arguments, const char* part) {
    const json error = answer(arguments, 1).at("errors").at(0);
    EXPECT_EQ(error.at("code"), "bad-cursor");
    const std::string message = error.at("message").at("en");
    EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_FALSE(error.at("message").at("zh-CN").get<std::string>().empty());
  };
  says({"--ids", "--limit", "2", "--after", next, "vip"}, "another expression");
  says({"--ids", "--limit", "2", "--after", "nonsense", "*"}, "not a cursor");
  says({"--ids", "--limit", "2", "--after", next.substr(1), "*"}, "not a cursor");
  const std::string other = folder_.path("other");
  load(other);
  const Outcome refused = run_tagline(
      {"query", "--db", other, "--ids", "--limit", "2", "--after", next, "*", "--format", "json"});
  EXPECT_NE(refused.out.find("another database"), std::string::npos) << refused.out;
}

TEST_F(Ids, WhatDoesNotGoTogetherIsAUsageError) {
  EXPECT_EQ(query({"--after", "x", "*"}).status, 2);
  EXPECT_EQ(query({"--ids", "--members", "f", "*"}).status, 2);
  EXPECT_EQ(query({"--members", "f", "--by", "city", "*"}).status, 2);
  EXPECT_EQ(query({"--format", "ndjson", "*"}).status, 2);
  EXPECT_EQ(query({"--members", "", "*"}).status, 2);
}

TEST_F(Ids, MembersOfAFile) {
  const std::string file = folder_.write("asked.txt", "id\nu3\nu9\nu1\n\n  u3  \n\"u,6\"\nU1\n");
  const Outcome csv = query({"--members", file, "--format", "csv", "city:tier1 AND NOT vip"});
  EXPECT_EQ(csv.status, 0) << csv.err;
  EXPECT_EQ(csv.out, "id,member\nu3,yes\nu9,unknown\nu1,no\nu3,yes\n\"u,6\",yes\nU1,unknown\n");
  EXPECT_EQ(csv.err, "of 6 ids 3 in, 1 not in, 2 unknown\n");
  EXPECT_EQ(query({"--members", file, "--format", "ndjson", "vip"}).out,
            "{\"id\":\"u3\",\"member\":\"no\"}\n{\"id\":\"u9\",\"member\":\"unknown\"}\n"
            "{\"id\":\"u1\",\"member\":\"yes\"}\n{\"id\":\"u3\",\"member\":\"no\"}\n"
            "{\"id\":\"u,6\",\"member\":\"no\"}\n{\"id\":\"U1\",\"member\":\"unknown\"}\n");
  const json object = answer({"--members", file, "vip"});
  EXPECT_EQ(object.at("asked"), 6);
  EXPECT_EQ(object.at("in"), 1);
  EXPECT_EQ(object.at("not_in"), 3);
  EXPECT_EQ(object.at("unknown"), 2);
  EXPECT_FALSE(object.contains("count"));
  EXPECT_EQ(object.at("members").at(2), json({{"id", "u1"}, {"member", "yes"}}));
  const Outcome table = query({"--members", file, "vip"});
  EXPECT_NE(table.out.find("unknown id"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("of 6 ids 1 in, 3 not in, 2 unknown"), std::string::npos) << table.out;
}

TEST_F(Ids, MembersFromStandardInputAndNone) {
  EXPECT_EQ(query({"--members", "-", "--format", "csv", "vip"}, "u4\n").out, "id,member\nu4,yes\n");
  // Whoever has no id is in no complement either.
  EXPECT_EQ(query({"--members", "-", "--format", "csv", "NOT vip"}, "u9\n").out,
            "id,member\nu9,unknown\n");
  const json none = answer({"--members", "-", "vip"}, 0, "");
  EXPECT_EQ(none.at("asked"), 0);
  EXPECT_EQ(none.at("members"), json::array());
  EXPECT_EQ(code({"--members", folder_.path("none.txt"), "vip"}), "not-found");
  EXPECT_EQ(answer({"--members", "-", "vpi"}, 1, "u1\n").at("errors").at(0).at("code"),
            "unknown-tag");
}

TEST_F(Ids, LimitsOfAQueryAreNumbersAboveZero) {
  const Outcome fine = query({"--timeout", "60", "--memory", "64", "city:tier1"});
  EXPECT_EQ(fine.status, 0) << fine.err;
  for (const std::vector<std::string>& bad : {std::vector<std::string>{"--timeout", "0"},
                                              {"--timeout", "x"},
                                              {"--memory", "0"},
                                              {"--memory", "-5"},
                                              {"--memory", "1.5"}}) {
    std::vector<std::string> arguments = bad;
    arguments.emplace_back("city:tier1");
    EXPECT_EQ(query(arguments).status, 2) << bad.front() << " " << bad.back();
  }
}

}  // namespace
}  // namespace tagline::tests
