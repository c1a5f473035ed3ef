// `tagline edit-tag`, and what the program then says of a deprecated tag; events that are taken for
// tags.
#include "tests/cli/program.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

class EditTag : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string users =
        folder_.write("users.csv", "id,vip,age,spend\nu1,yes,20,1.50\nu2,no,30,2.25\n");
    ASSERT_EQ(run_tagline({"load", "--db", db_, users}).status, 0);
  }
  [[nodiscard]] Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--db", db_});
    return run_tagline(arguments);
  }
  [[nodiscard]] json tag(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "edit-tag");
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = run(std::move(arguments));
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    return json::parse(outcome.out).at("tag");
  }

  TempFolder folder_;
  std::string db_ = folder_.path("db");
};

TEST_F(EditTag, BoundsComeAndGo) {
  json spend = tag({"spend", "--min", "-0.50", "--max", "99.99", "--unit", "元"});
  EXPECT_EQ(spend["min"], "-0.50");
  EXPECT_EQ(spend["max"], "99.99");
  spend = tag({"spend", "--max", "none", "--unit", ""});
  EXPECT_EQ(spend["min"], "-0.50");
  EXPECT_FALSE(spend.contains("max"));
  EXPECT_FALSE(spend.contains("unit"));
  const Outcome wrong = run({"edit-tag", "spend", "--min", "1.234"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE(wrong.err.find("at most 2 digits"), std::string::npos) << wrong.err;
  EXPECT_EQ(run({"edit-tag", "nothing", "--min", "1"}).status, 1);
  EXPECT_EQ(run({"edit-tag", "vip", "--min", "1"}).status, 1);
}

TEST_F(EditTag, ADeprecatedTagIsWarnedOf) {
  EXPECT_EQ(tag({"age", "--deprecated", "--replacement", "spend"})["replacement"], "spend");
  const Outcome counted = run({"query", "vip OR age > 25"});
  EXPECT_EQ(counted.status, 0);
  EXPECT_NE(counted.err.find("age is deprecated"), std::string::npos) << counted.err;
  EXPECT_NE(counted.err.find("use spend instead"), std::string::npos) << counted.err;
  EXPECT_NE(run({"tags"}).out.find("age (deprecated: use spend)"), std::string::npos);
  ASSERT_EQ(run({"segment", "save", "old", "age > 25"}).status, 0);
  const Outcome shown = run({"segment", "show", "old"});
  EXPECT_NE((shown.out + shown.err).find("age is deprecated"), std::string::npos) << shown.err;
  EXPECT_FALSE(tag({"age", "--in-use"}).contains("replacement"));
  EXPECT_EQ(run({"query", "vip OR age > 25"}).err.find("deprecated"), std::string::npos);
  EXPECT_EQ(run({"edit-tag", "age", "--in-use", "--deprecated"}).status, 2);
}

TEST_F(EditTag, AnEventIsNoTag) {
  const std::string schema = folder_.write(
      "events.json",
      R"({"events": {"user": "id", "event": {"name": "login"}, "time": {"column": "at", "format": "%F"}}})");
  const std::string events = folder_.write("events.csv", "id,at\nu1,2024-06-01\n");
  const Outcome loaded = run({"load", "--schema", schema, events});
  ASSERT_EQ(loaded.status, 0) << loaded.err;
  const Outcome asked = run({"tags", "login"});
  EXPECT_EQ(asked.status, 1);
  EXPECT_NE(asked.err.find("login is an event, not a tag"), std::string::npos) << asked.err;
  EXPECT_NE(asked.err.find("did(login)"), std::string::npos) << asked.err;
}

TEST_F(EditTag, FilesAreNamedWhereTheyAreAtFault) {
  const std::string schema = folder_.write("schema.json", R"({"columns": 1})");
  const std::string users = folder_.write("more.csv", "id\nu3\n");
  const Outcome refused = run({"load", "--schema", schema, users});
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("schema.json: "), std::string::npos) << refused.err;
  const Outcome empty = run({"segment", "import", "none", folder_.write("none.txt", "\n")});
  EXPECT_EQ(empty.status, 1);
  EXPECT_NE(empty.err.find("there are no ids in"), std::string::npos) << empty.err;
  const Outcome file = run_tagline({"tags", "--db", users});
  EXPECT_NE(file.err.find("is a file, expected the folder"), std::string::npos) << file.err;
  EXPECT_NE(file.err.find("name a folder"), std::string::npos) << file.err;
}

}  // namespace
}  // namespace tagline::tests
