// Events, functions over them, saved segments, lists, why and completion through the program. The
// histories are small enough to count by hand.
#include "tests/cli/program.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

constexpr const char* kUsers =
    "id,city,age,vip,likes\n"
    "u1,tier1,25,yes,beauty|sports\n"
    "u2,tier2,34,no,sports\n"
    "u3,tier1,,no,\n"
    "u4,,70,yes,travel\n";

// u1 buys on three days in a row, one of them twice; u2 once and gives it back; u5 is new.
constexpr const char* kEvents =
    "who,what,topic,at,paid\n"
    "u1,view,beauty,2024-06-01 09:00:00,\n"
    "u1,buy,beauty,2024-06-01 10:00:00,10.50\n"
    "u1,buy,beauty,2024-06-02 10:00:00,5.00\n"
    "u1,buy,sports,2024-06-02 11:00:00,4.50\n"
    "u1,buy,sports,2024-06-03 11:00:00,1.00\n"
    "u2,view,sports,2024-06-02 08:00:00,\n"
    "u2,buy,sports,2024-06-05 08:00:00,30.00\n"
    "u2,buy,sports,2024-06-07 08:00:00,-30.00\n"
    "u5,view,beauty,2024-05-31 23:59:59,\n";

constexpr const char* kSchema = R"({"format": "csv", "events": {"user": "who",
  "event": {"column": "what", "names": {"buy": {"name": "purchase", "also": ["购买"]}}},
  "key": {"column": "topic", "values": {"beauty": ["美妆"]}},
  "time": {"column": "at", "format": "%Y-%m-%d %H:%M:%S"},
  "amount": {"column": "paid", "scale": 2}}})";

class Behaviour : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run_tagline({"load", "--db", db_, folder_.write("users.csv", kUsers)}).status, 0);
    const Outcome events = load_events();
    ASSERT_EQ(events.status, 0) << events.err;
  }

  [[nodiscard]] Outcome load_events() const {
    return run_tagline({"load", "--db", db_, folder_.write("events.csv", kEvents), "--schema",
                        folder_.write("schema.json", kSchema)});
  }
  [[nodiscard]] Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--db", db_});
    return run_tagline(arguments);
  }
  [[nodiscard]] std::string ids(const std::string& expression) const {
    const Outcome outcome =
        run_tagline({"query", "--db", db_, "--as-of", "2024-06-07", "--ids", expression});
    EXPECT_EQ(outcome.status, 0) << expression << "\n" << outcome.err;
    return outcome.out;
  }
  [[nodiscard]] json answer(std::vector<std::string> arguments, int status = 0) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = run(std::move(arguments));
    EXPECT_EQ(outcome.status, status) << outcome.out << outcome.err;
    const json parsed = json::parse(outcome.out, nullptr, false);
    EXPECT_FALSE(parsed.is_discarded()) << outcome.out;
    return parsed;
  }

  TempFolder folder_;
  std::string db_ = folder_.path("db");
};

TEST_F(Behaviour, FunctionsOverEvents) {
  EXPECT_EQ(ids("did(purchase)"), "u1\nu2\n");
  EXPECT_EQ(ids("NOT did(purchase)"), "u3\nu4\nu5\n");
  EXPECT_EQ(ids("did(purchase, count >= 3)"), "u1\n");
  EXPECT_EQ(ids("did(purchase, count:4)"), "u1\n");
  EXPECT_EQ(ids("did(purchase, days:2)"), "u2\n");
  EXPECT_EQ(ids("did(purchase, streak >= 3)"), "u1\n");
  EXPECT_EQ(ids("did(purchase, streak >= 2, in:2024-06-02..)"), "u1\n");
  EXPECT_EQ(ids("did(purchase, sum:21)"), "u1\n");
  EXPECT_EQ(ids("did(purchase, sum <= 0)"), "u2\n");
  EXPECT_EQ(ids("did(purchase, sum >= 30, in:..2024-06-06)"), "u2\n");
  EXPECT_EQ(ids("做过(购买:美妆, 次数 >= 2)"), "u1\n");
  EXPECT_EQ(ids("did(view:beauty, in:last 7d)"), "u1\n");
  EXPECT_EQ(ids("did(purchase:(beauty, sports), count >= 4)"), "u1\n");
  EXPECT_EQ(ids("sequence(view, purchase, within:1d)"), "u1\n");
  EXPECT_EQ(ids("sequence(view, purchase)"), "u1\nu2\n");
  EXPECT_EQ(ids("sequence(purchase, purchase, within:2d..3d)"), "u1\nu2\n");
}

TEST_F(Behaviour, SetsOfAllUsers) {
  EXPECT_EQ(ids("top(1, by:age)"), "u4\n");
  EXPECT_EQ(ids("bottom(2, by:age)"), "u1\nu2\n");
  EXPECT_EQ(ids("top(9, NOT vip, by:age)"), "u2\n");
  EXPECT_EQ(ids("sample(100%)"), "u1\nu2\nu3\nu4\nu5\n");
  EXPECT_EQ(ids("sample(9, vip)"), "u1\nu4\n");
  EXPECT_EQ(ids("lookalike(9, vip)"), "u2\nu3\nu5\n");
  EXPECT_EQ(ids("lookalike(9, vip AND NOT vip)"), "");
}

TEST_F(Behaviour, TheMethodOfALikenessIsNamed) {
  const json named = answer({"query", "--explain", "lookalike(9, vip)"});
  EXPECT_EQ(named.at("methods"), json::array({"log-odds-v1"}));
  const json& explained = named.at("explain");
  for (const json& text :
       {explained.at("sentence").at("en"), explained.at("sentence").at("zh-CN"),
        explained.at("plan_written"),
        answer({"check", "--forms", "lookalike(9, vip)"}).at("sentence").at("en")}) {
    EXPECT_NE(text.get<std::string>().find("log-odds-v1"), std::string::npos) << text;
  }
  EXPECT_FALSE(answer({"query", "vip"}).contains("methods"));
}

TEST_F(Behaviour, EventFilesCountOnce) {
  const json before = answer({"events", "list"});
  const Outcome again = load_events();
  EXPECT_EQ(again.status, 0);
  EXPECT_NE((again.out + again.err).find("already loaded"), std::string::npos)
      << again.out << again.err;
  EXPECT_EQ(answer({"events", "list"}), before);
  EXPECT_EQ(before.at("loads").size(), 1U);
  EXPECT_EQ(before.at("events").at(1).at("name"), "purchase");
  EXPECT_EQ(before.at("events").at(1).at("people"), 2);
  EXPECT_EQ(run({"verify"}).status, 0);
}

TEST_F(Behaviour, ASkippedFileIsToldWhichIdToGive) {
  const std::vector<std::string> load = {"load", folder_.write("events.csv", kEvents), "--schema",
                                         folder_.write("schema.json", kSchema)};
  const auto with_id = [&] {
    std::vector<std::string> arguments = load;
    arguments.insert(arguments.end(), {"--load-id", "again"});
    return run(arguments).err;
  };
  EXPECT_NE(run(load).err.find("use --load-id to add"), std::string::npos);
  EXPECT_EQ(with_id().find("already loaded"), std::string::npos);
  EXPECT_NE(with_id().find("use another --load-id"), std::string::npos);
}

// Each spelling names one thing: events, keys, tags, and keys of a schema's own objects.
TEST_F(Behaviour, ConflictingSpellingsAreRefused) {
  const auto refused = [&](const std::string& event, const std::string& key) {
    const std::string schema = R"({"format": "csv", "events": {"user": "who",
      "event": {"column": "what", )" +
                               event + R"(},
      "key": {"column": "topic", )" +
                               key + R"(},
      "time": {"column": "at", "format": "%Y-%m-%d %H:%M:%S"}}})";
    const Outcome outcome = run({"load", folder_.write("events.csv", kEvents), "--schema",
                                 folder_.write("schema.json", schema), "--load-id", event + key});
    EXPECT_NE(outcome.status, 0) << schema;
    return outcome.err;
  };
  const auto holds = [](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  const std::string fine = R"("values": {"beauty": ["美妆"]})";
  holds(
      refused(
          R"("names": {"buy": {"name": "b", "also": ["x"]}, "view": {"name": "v", "also": ["x"]}})",
          fine),
      "x");
  holds(refused(R"("names": {"buy": {"name": "b", "also": ["city"]}})", fine), "tag named city");
  holds(refused(R"("names": {"buy": {"name": "b"}})",
                R"("values": {"beauty": ["y"], "sports": ["y"]})"),
        "y");
  holds(
      refused(R"("names": {"buy": {"name": "b"}})", R"("values": {"a": ["sports"], "sports": []})"),
      "sports");
  holds(refused(R"("names": {"buy": {"name": "b"}, "buy": {"name": "c"}})", fine), "twice");
  holds(refused(R"("names": {"buy": {"name": "b\nc"}})", fine),
        "the name \"b?c\": unexpected control character U+000A at character 2");
}

// A line break in a cell would be a name that no expression can write.
TEST_F(Behaviour, ControlCharactersInNamesBecomeSpaces) {
  const std::string rows = "who,what,topic,at,paid\nu1,buy,\"hair\n care\",2024-06-04 09:00:00,1\n";
  ASSERT_EQ(run({"load", folder_.write("more.csv", rows), "--schema",
                 folder_.write("schema.json", kSchema)})
                .status,
            0);
  EXPECT_EQ(ids("did(purchase:\"hair care\")"), "u1\n");
}

TEST_F(Behaviour, ExplainAsCsvIsItsNodes) {
  const Outcome outcome = run({"query", "--explain", "--format", "csv", "vip AND NOT city:tier1"});
  EXPECT_EQ(outcome.out,
            "condition,depth,count,asked,kept,dropped,dates,without\n"
            "vip AND NOT city:tier1,0,1,5,1,4,,\n"
            "vip,1,2,5,2,3,,3\n"
            "NOT city:tier1,1,3,2,1,1,,2\n"
            "city:tier1,2,2,2,1,1,,\n");
}

TEST_F(Behaviour, TrimForgetsOldDays) {
  ASSERT_EQ(run({"events", "trim", "--before", "2024-06-02"}).status, 0);
  EXPECT_EQ(ids("did(purchase, count:4)"), "");
  EXPECT_EQ(ids("did(purchase, count:3)"), "u1\n");
  EXPECT_EQ(ids("did(view)"), "u2\n");
  EXPECT_EQ(run({"verify"}).status, 0);
}

TEST_F(Behaviour, AUsersProfileHasEventsAndLists) {
  ASSERT_EQ(
      run({"segment", "import", "mailing", folder_.write("ids.txt", "id\nu2\nu9\nu2\n")}).status,
      0);
  const json user = answer({"user", "u2"});
  EXPECT_EQ(user.at("events").at("purchase").at("count"), 2);
  EXPECT_EQ(user.at("events").at("purchase").at("amount"), "0.00");
  EXPECT_EQ(user.at("events").at("purchase").at("last"), "2024-06-07");
  EXPECT_EQ(user.at("lists"), json::array({"mailing"}));
  EXPECT_EQ(ids("@mailing"), "u2\n");
}

TEST_F(Behaviour, SegmentsAreSavedUsedRenamedAndGuarded) {
  const json saved = answer({"segment", "save", "buyers", "did(purchase)", "--title", "Buyers"});
  EXPECT_EQ(saved.at("created"), true);
  EXPECT_EQ(saved.at("count"), 2);
  ASSERT_EQ(run({"segment", "save", "quiet", "NOT @buyers"}).status, 0);
  ASSERT_EQ(run({"segment", "save", "quiet vips", "@quiet AND vip"}).status, 0);
  EXPECT_EQ(ids("@quiet"), "u3\nu4\nu5\n");
  EXPECT_EQ(ids("@\"quiet vips\""), "u4\n");

  const json circle = answer({"segment", "save", "--replace", "buyers", "@quiet"}, 1);
  EXPECT_EQ(circle.at("errors").at(0).at("code"), "segment-cycle");
  EXPECT_EQ(ids("@quiet"), "u3\nu4\nu5\n");

  const json dependents = answer({"segment", "dependents", "buyers"});
  EXPECT_EQ(dependents.at("direct"), json::array({"quiet"}));
  EXPECT_EQ(dependents.at("indirect"), json::array({"quiet vips"}));
  EXPECT_EQ(run({"segment", "delete", "buyers"}).status, 1);

  const json renamed = answer({"segment", "rename", "buyers", "买家"});
  EXPECT_EQ(renamed.at("rewritten"), json::array({"quiet"}));
  EXPECT_EQ(answer({"segment", "show", "quiet"}).at("expression"), "NOT @买家");
  EXPECT_EQ(ids("@quiet"), "u3\nu4\nu5\n");

  const json removed = answer({"segment", "delete", "买家", "--force"});
  EXPECT_EQ(removed.at("broken"), json::array({"quiet", "quiet vips"}));
  const json broken = answer({"query", "vip OR @quiet"}, 1);
  EXPECT_EQ(broken.at("errors").at(0).at("code"), "segment-broken");
  EXPECT_EQ(broken.at("errors").at(0).at("at"), 8);
  EXPECT_EQ(broken.at("errors").at(0).at("segment").at("name"), "quiet");
  EXPECT_EQ(broken.at("errors").at(0).at("segment").at("errors").at(0).at("at"), 5);
  const json list = answer({"segment", "list"});
  for (const json& segment : list.at("segments")) {
    EXPECT_TRUE(segment.at("count").is_null()) << segment;
  }
  EXPECT_EQ(run({"verify"}).status, 0);
}

TEST_F(Behaviour, ANameThatIsTakenStaysAsItIs) {
  ASSERT_EQ(run({"segment", "save", "buyers", "did(purchase)", "--owner", "Ann"}).status, 0);
  ASSERT_EQ(run({"segment", "save", "quiet", "NOT @buyers"}).status, 0);
  const Outcome refused = run({"segment", "save", "buyers", "vip"});
  EXPECT_EQ(refused.status, 1);
  for (const char* part : {"@buyers is there already: did(purchase) (saved on 20", " by Ann)",
                           "used by @quiet", "--replace"}) {
    EXPECT_NE(refused.err.find(part), std::string::npos) << part << refused.err;
  }
  EXPECT_EQ(refused.err.find("If-None-Match"), std::string::npos) << refused.err;
  const json told = answer({"segment", "save", "buyers", "vip"}, 1);
  EXPECT_EQ(told.at("code"), "changed");
  EXPECT_EQ(told.at("ok"), false);
  EXPECT_EQ(told.at("detail"), told.at("message").at("en"));
  EXPECT_EQ(told.at("errors").at(0).at("hint"), told.at("hint"));
  EXPECT_EQ(answer({"segment", "show", "buyers"}).at("expression"), "did(purchase)");
  const json changed = answer({"segment", "save", "buyers", "vip", "--replace"});
  EXPECT_EQ(changed.at("created"), false);
  EXPECT_EQ(answer({"segment", "show", "buyers"}).at("expression"), "vip");

  const std::string file = folder_.write("some.txt", "u1\n");
  ASSERT_EQ(run({"segment", "import", "list", file}).status, 0);
  EXPECT_EQ(run({"segment", "import", "list", file}).status, 1);
  EXPECT_EQ(run({"segment", "import", "list", file, "--replace"}).status, 0);
}

TEST_F(Behaviour, ARenameClosesNoCircleAndDigsNotTooDeep) {
  ASSERT_EQ(run({"segment", "save", "a", "vip"}).status, 0);
  ASSERT_EQ(run({"segment", "save", "b", "@a"}).status, 0);
  ASSERT_EQ(run({"segment", "delete", "a", "--force"}).status, 0);
  EXPECT_EQ(answer({"segment", "rename", "b", "a"}, 1).at("errors").at(0).at("code"),
            "segment-cycle");
  EXPECT_EQ(answer({"segment", "show", "b"}).at("expression"), "@a");
  EXPECT_EQ(run({"segment", "rename", "b", "c"}).status, 0);

  ASSERT_EQ(run({"segment", "save", "deep 0", "vip"}).status, 0);
  for (int i = 1; i < 16; ++i) {
    ASSERT_EQ(run({"segment", "save", "deep " + std::to_string(i),
                   "@\"deep " + std::to_string(i - 1) + "\""})
                  .status,
              0);
  }
  ASSERT_EQ(run({"segment", "delete", "deep 0", "--force"}).status, 0);
  ASSERT_EQ(run({"segment", "save", "one", "vip"}).status, 0);
  ASSERT_EQ(run({"segment", "save", "two", "@one"}).status, 0);
  EXPECT_EQ(answer({"segment", "rename", "two", "deep 0"}, 1).at("errors").at(0).at("code"),
            "segment-too-deep");
  EXPECT_EQ(run({"segment", "rename", "one", "deep 0"}).status, 0);
  EXPECT_EQ(ids("@\"deep 15\""), "u1\nu4\n");
}

TEST_F(Behaviour, SegmentsRememberTheirRulesAndAreFrozen) {
  ASSERT_EQ(run({"segment", "save", "s", "did(purchase)"}).status, 0);
  ASSERT_EQ(answer({"segment", "snapshot", "s", "--as", "then"}).at("count"), 2);
  ASSERT_EQ(run({"segment", "save", "--replace", "s", "NOT did(purchase)"}).status, 0);
  EXPECT_EQ(ids("@then"), ids("did(purchase)"));
  const json versions = answer({"segment", "versions", "s"}).at("versions");
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions.at(0).at("expression"), "did(purchase)");
  EXPECT_EQ(versions.at(0).at("count_then"), 2);
  EXPECT_EQ(versions.at(1).at("count"), 3);
  const json diff = answer({"segment", "diff", "s", "1"});
  EXPECT_EQ(diff.at("both").at("count"), 0);
  EXPECT_EQ(diff.at("only_to").at("count"), 3);
  EXPECT_EQ(answer({"segment", "diff", "s", "@then", "1"}).at("both").at("count"), 2);
  EXPECT_EQ(answer({"segment", "snapshots", "s"}).at("segments").at(0).at("name"), "then");
  EXPECT_EQ(answer({"segment", "show", "then"}).at("snapshot_of").at("rule_version"), 1);
  EXPECT_EQ(run({"segment", "import", "then", folder_.write("one.txt", "u1\n")}).status, 1);
  EXPECT_EQ(run({"segment", "versions", "then"}).status, 1);
  EXPECT_EQ(run({"segment", "diff", "s", "3"}).status, 1);
}

TEST_F(Behaviour, SegmentNamesAreChecked) {
  EXPECT_EQ(run({"segment", "save", " ", "vip"}).status, 1);
  EXPECT_EQ(run({"segment", "save", std::string(500, 'x'), "vip"}).status, 1);
  EXPECT_EQ(run({"segment", "show", "nobody"}).status, 1);
  EXPECT_EQ(run({"segment", "import", "empty", folder_.write("none.txt", "x\ny\n")}).status, 1);
  ASSERT_EQ(run({"segment", "import", "list", folder_.write("some.txt", "u1\n")}).status, 0);
  EXPECT_EQ(run({"segment", "save", "list", "vip"}).status, 1);
}

TEST_F(Behaviour, WhyNamesWhatDecidesAndTheSmallestChange) {
  const json in = answer({"why", "u1", "vip AND (age >= 30 OR city:tier1)"});
  EXPECT_EQ(in.at("member"), true);
  EXPECT_EQ(in.at("deciding"), json::array({"vip", "city:tier1"}));
  EXPECT_EQ(in.at("changes").size(), 2U);
  EXPECT_EQ(in.at("changes").at(0).size(), 1U);

  const json out = answer({"why", "u2", "city:tier1 AND age:18-30"});
  EXPECT_EQ(out.at("member"), false);
  ASSERT_EQ(out.at("changes").size(), 1U);
  const json& way = out.at("changes").at(0);
  ASSERT_EQ(way.size(), 2U);
  EXPECT_EQ(way.at(0).at("what").at("en"), "city");
  EXPECT_EQ(way.at(0).at("to").at("en"), "tier1");
  EXPECT_EQ(way.at(1).at("from").at("en"), "34");
  EXPECT_EQ(way.at(1).at("to").at("en"), "30");

  // Nobody lives in two cities at once, so no change of city helps here.
  const json never = answer({"why", "u2", "city:tier1 AND city:tier2"});
  EXPECT_TRUE(never.at("changes").empty()) << never;
  EXPECT_EQ(answer({"why", "u2", "did(purchase, sum >= 1)"}).at("member"), false);
  EXPECT_EQ(run({"why", "u404", "vip"}).status, 1);
}

TEST_F(Behaviour, WhyOffersNoChangeThatCannotBe) {
  // u1 bought on three days, four times, last on 3 June; u2 twice, for nothing in all.
  const auto ways = [&](const std::string& user, const std::string& expression) {
    const json why = answer({"why", user, expression, "--as-of", "2024-06-30"});
    std::vector<std::string> found;
    for (const json& way : why.at("changes")) {
      std::string text;
      for (const json& change : way) {
        text += (text.empty() ? "" : " + ") + change.at("what").at("en").get<std::string>() + "=" +
                change.at("to").at("en").get<std::string>();
      }
      found.push_back(text);
    }
    return found;
  };
  using Ways = std::vector<std::string>;
  EXPECT_EQ(ways("u1", "NOT did(purchase) AND did(purchase, in:last 7d)"), Ways{});
  EXPECT_EQ(ways("u1", "did(purchase, count >= 8) AND NOT did(purchase, count >= 7)"), Ways{});
  EXPECT_EQ(ways("u1", "did(purchase, count >= 8) AND NOT did(purchase, count >= 9)"),
            Ways{"did(purchase, count >= 8)=yes"});
  EXPECT_EQ(ways("u1", "did(purchase, days >= 8) AND NOT did(purchase, count >= 8)"), Ways{});
  EXPECT_EQ(ways("u1", "did(purchase:beauty, count >= 9) AND NOT did(purchase, count >= 9)"),
            Ways{});
  EXPECT_EQ(ways("u3", "did(purchase, count:1..2) AND did(purchase, count:4..5)"), Ways{});
  EXPECT_EQ(ways("u3", "did(purchase, sum >= 5) AND did(purchase, sum < 5)"), Ways{});
  EXPECT_EQ(ways("u3", "sequence(view, purchase) AND NOT did(view)"), Ways{});
  EXPECT_EQ(ways("u3", "did(purchase) AND did(purchase, in:last 7d)"),
            Ways{"did(purchase)=yes + did(purchase, in:last 7d)=yes"});
  // Whoever is in a top is among those it is taken from.
  EXPECT_EQ(ways("u2", "top(1, vip, by:age) AND NOT vip"), Ways{});
  EXPECT_EQ(ways("u4", "top(1, vip, by:age) OR vip"), Ways{"vip=no"});
  EXPECT_EQ(ways("u1", "top(2, by:age) AND NOT top(5, by:age)"), Ways{});
  EXPECT_EQ(ways("u1", "lookalike(1, vip) AND vip"), Ways{});
  // Nobody can be moved into a sample, but out of what it is taken from.
  EXPECT_EQ(ways("u2", "sample(5, vip)"), Ways{});
  EXPECT_EQ(ways("u1", "sample(5, vip) OR vip"), Ways{"vip=no"});
}

TEST_F(Behaviour, WhatNobodyWroteIsNoLineOfAnAnswer) {
  const auto texts = [](const json& nodes) {
    std::vector<std::string> found;
    for (const json& node : nodes) {
      found.push_back(node.at("text"));
    }
    return found;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(texts(answer({"why", "u1", "sample(10%)"}).at("nodes")), Texts{"sample(10%)"});
  EXPECT_EQ(texts(answer({"why", "u1", "sample(10%, vip, seed:\"a b\")"}).at("nodes")),
            (Texts{"sample(10%, vip, seed:\"a b\")", "vip", "sample(10%, seed:\"a b\")"}));
  const auto explained = [&](const std::string& expression) {
    return texts(answer({"query", "--explain", expression}).at("explain").at("nodes"));
  };
  EXPECT_EQ(explained("sample(10%)"), Texts{"sample(10%)"});
  EXPECT_EQ(explained("top(1, by:age)"), Texts{"top(1, by:age)"});
  EXPECT_EQ(explained("top(1, vip, by:age)"), (Texts{"top(1, vip, by:age)", "vip"}));
}

TEST_F(Behaviour, ExplainSaysWhomEachClauseKeeps) {
  const json explain =
      answer({"query", "--explain", "vip AND age >= 18 AND NOT did(purchase)"}).at("explain");
  const json& nodes = explain.at("nodes");
  ASSERT_EQ(nodes.size(), 5U);
  EXPECT_EQ(nodes.at(0).at("entered"), 5);
  EXPECT_EQ(nodes.at(0).at("kept"), 1);
  EXPECT_EQ(nodes.at(1).at("kept"), 2);
  EXPECT_EQ(nodes.at(2).at("entered"), 2);
  EXPECT_EQ(nodes.at(3).at("entered"), 2);
  EXPECT_EQ(nodes.at(3).at("dropped"), 1);
  EXPECT_EQ(nodes.at(4).at("count"), 2);
  // u1 (25) and u4 (70) are vips, u1 and u2 (34) bought; u3 and u5 have no age.
  EXPECT_EQ(nodes.at(1).at("without"), 1);
  EXPECT_EQ(nodes.at(2).at("without"), 1);
  EXPECT_EQ(nodes.at(3).at("without"), 2);
  EXPECT_FALSE(nodes.at(0).contains("without"));
  EXPECT_FALSE(nodes.at(4).contains("without"));
  EXPECT_FALSE(explain.at("sentence").at("zh-CN").get<std::string>().empty());
}

TEST_F(Behaviour, ExplainLooksIntoASegmentThatIsAllThereIs) {
  ASSERT_EQ(run({"segment", "save", "both", "vip AND city:tier1"}).status, 0);
  const json nodes = answer({"query", "--explain", "@both"}).at("explain").at("nodes");
  ASSERT_EQ(nodes.size(), 4U);
  EXPECT_EQ(nodes.at(2).at("without"), 2);
  EXPECT_EQ(nodes.at(3).at("without"), 2);
  const json other = answer({"query", "--explain", "vip OR @both"}).at("explain").at("nodes");
  for (const json& node : other) {
    EXPECT_FALSE(node.contains("without")) << node;
  }
}

TEST_F(Behaviour, FormsGoThereAndBack) {
  const json forms = answer({"check", "--forms", "city:tier1 且 做过(购买, 次数 >= 2)"});
  ASSERT_EQ(forms.at("ok"), true);
  const std::string tree = folder_.write("tree.json", forms.at("tree").dump());
  const json back = answer({"check", "--forms", "--tree", tree});
  EXPECT_EQ(back.at("canonical"), forms.at("canonical"));
  EXPECT_EQ(back.at("fingerprint"), forms.at("fingerprint"));
}

TEST_F(Behaviour, CompletionOffersEvents) {
  const json offered = answer({"complete", "did(pur", "7"});
  ASSERT_FALSE(offered.at("candidates").empty());
  EXPECT_EQ(offered.at("candidates").at(0).at("label"), "purchase");
  EXPECT_EQ(offered.at("from"), 5);
}

}  // namespace
}  // namespace tagline::tests
