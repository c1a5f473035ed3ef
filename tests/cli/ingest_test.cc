// `tagline ingest`: operations from files and pipes; what a killed one leaves.
#include "tests/cli/program.h"

#include <csignal>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

class Ingest : public testing::Test {
 protected:
  void SetUp() override {
    db_ = folder_.path("db");
    const std::string users = folder_.write(
        "users.csv", "id,city,vip,spend\nu1,a,yes,1.50\nu2,a,no,2.00\nu3,b,no,3.00\n");
    ASSERT_EQ(run_tagline({"load", "--db", db_, users}).status, 0);
  }
  std::uint64_t count(const std::string& expression) {
    const Outcome counted = run_tagline({"query", "--db", db_, expression, "--format", "json"});
    EXPECT_EQ(counted.status, 0) << counted.err;
    return json::parse(counted.out)["count"];
  }
  TempFolder folder_;
  std::string db_;
};

TEST_F(Ingest, AFileIsDoneWholeOrNotAtAll) {
  const std::string good =
      "{\"user\": \"u2\", \"set\": {\"vip\": true, \"city\": \"c\"}}\n"
      "{\"user\": \"u9\", \"add\": {\"spend\": \"0.25\"}}\n";
  const std::string wrong =
      folder_.write("wrong.ndjson", good + "{\"user\": \"u1\", \"set\": {\"cty\": \"c\"}}\n");
  const Outcome refused = run_tagline({"ingest", "--db", db_, wrong});
  EXPECT_NE(refused.status, 0);
  EXPECT_NE(refused.err.find("line 3: there is no tag cty"), std::string::npos) << refused.err;
  EXPECT_EQ(count("vip"), 1U);
  const Outcome done = run_tagline({"ingest", "--db", db_, wrong, "--each", "--format", "json"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(json::parse(done.out)["applied"], 2);
  EXPECT_EQ(json::parse(done.out)["first_refused"][0]["line"], 3);
  EXPECT_EQ(count("vip AND city:c"), 1U);
  EXPECT_EQ(count("spend:0.25"), 1U);
  EXPECT_EQ(run_tagline({"verify", "--db", db_}).status, 0);
  // A load of a file goes over what changed.
  const std::string users = folder_.write("more.csv", "id,city\nu2,d\n");
  ASSERT_EQ(run_tagline({"load", "--db", db_, users}).status, 0);
  EXPECT_EQ(count("vip AND city:d"), 1U);
  EXPECT_EQ(count("city:c"), 0U);
  EXPECT_EQ(run_tagline({"verify", "--db", db_}).status, 0);
}

// A slip of the finger makes a value that nobody has heard of.
TEST_F(Ingest, NewValuesAreTold) {
  const std::string lines = R"({"user": "u1", "set": {"city": "tier99"}})"
                            "\n"
                            R"({"user": "u2", "set": {"city": "a"}})"
                            "\n";
  const Outcome done = run_tagline({"ingest", "--db", db_, "-"}, lines);
  EXPECT_NE(done.out.find("1 new value: city tier99\n"), std::string::npos) << done.out;
  const Outcome chinese = run_tagline({"ingest", "--db", db_, "-", "--lang", "zh-CN"},
                                      R"({"user": "u1", "set": {"city": "tier98"}})");
  EXPECT_NE(chinese.out.find("新取值 1 个：city tier98\n"), std::string::npos) << chinese.out;
  const Outcome again = run_tagline({"ingest", "--db", db_, "-"}, lines);
  EXPECT_EQ(again.out.find("new value"), std::string::npos) << again.out;
  const Outcome told = run_tagline({"ingest", "--db", db_, "-", "--format", "json"},
                                   R"({"user": "u3", "set": {"city": "tier97"}})");
  EXPECT_EQ(json::parse(told.out)["values_new"], 1);
  EXPECT_EQ(json::parse(told.out)["first_new_values"],
            json::parse(R"([{"tag": "city", "value": "tier97"}])"));
  // What was done once is told the same again.
  const std::string twice = R"({"user": "u3", "set": {"city": "tier96"}})";
  const auto once = [&] {
    return json::parse(
        run_tagline({"ingest", "--db", db_, "-", "--once", "--format", "json"}, twice).out);
  };
  const json first = once();
  EXPECT_EQ(first["values_new"], 1);
  EXPECT_EQ(once()["first_new_values"], first["first_new_values"]);
}

TEST_F(Ingest, LinesComeFromAPipeInBatches) {
  const std::string lines =
      "{\"user\": \"u1\", \"clear\": [\"vip\"]}\n\n"
      "{\"user\": \"u4\", \"set\": {\"vip\": true}}\nnonsense\n";
  const Outcome done = run_tagline({"ingest", "--db", db_, "-", "--every", "1"}, lines);
  EXPECT_NE(done.status, 0);
  EXPECT_NE(done.err.find("lines 1 to 3 have been done"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("line 4"), std::string::npos) << done.err;
  EXPECT_EQ(count("vip"), 1U);
  EXPECT_EQ(count("*"), 4U);
}

TEST_F(Ingest, KilledItLeavesWhatItHadCommittedAndNoMore) {
  std::string lines;
  for (int i = 0; i < 3000; ++i) {
    lines += "{\"user\": \"n" + std::to_string(i) +
             "\", \"set\": {\"vip\": true}, \"add\": {\"spend\": 1}}\n";
    lines += "{\"user\": \"u1\", \"add\": {\"spend\": 1}}\n";
  }
  const std::string file = folder_.write("many.ndjson", lines);
  {
    RunningTagline run({"ingest", "--db", db_, file, "--every", "2"}, folder_.path("log"));
    while (count("*") < 20) {  // some commits later
    }
    run.signal(SIGKILL);
    run.wait();
  }
  EXPECT_EQ(run_tagline({"verify", "--db", db_}).status, 0);
  // Each batch is a user who came and one more for u1, or neither.
  const std::uint64_t came = count("*") - 3;
  EXPECT_GE(came, 17U);
  EXPECT_EQ(count("vip"), came + 1);
  EXPECT_EQ(count("spend:" + std::to_string(came + 1) + ".50"), 1U);
  // The rest can be done afterwards.
  EXPECT_EQ(run_tagline({"ingest", "--db", db_, file}).status, 0);
  EXPECT_EQ(count("*"), 3003U);
  EXPECT_EQ(count("spend:" + std::to_string(came + 3001) + ".50"), 1U);
}

TEST_F(Ingest, GivenAgainAfterAKillEveryLineIsDoneOnce) {
  std::string lines;
  for (int i = 0; i < 2000; ++i) {
    lines += "{\"user\": \"n" + std::to_string(i) + "\", \"set\": {\"vip\": true}}\n";
    lines += "{\"user\": \"u1\", \"add\": {\"spend\": 1}}\n";
  }
  const std::string file = folder_.write("many.ndjson", lines);
  {
    RunningTagline run({"ingest", "--db", db_, file, "--every", "2", "--once"},
                       folder_.path("log"));
    while (count("*") < 20) {  // some commits later
    }
    run.signal(SIGKILL);
    run.wait();
  }
  const Outcome rest = run_tagline({"ingest", "--db", db_, file, "--every", "2", "--once"});
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_NE(rest.out.find("of these had been done before"), std::string::npos) << rest.out;
  EXPECT_EQ(count("*"), 2003U);
  EXPECT_EQ(count("spend:2001.50"), 1U);
  // Without it they are done again.
  const std::string one =
      folder_.write("one.ndjson", "{\"user\": \"u1\", \"add\": {\"spend\": 1}}\n");
  for (const char* once : {"--once", "--once", "--each"}) {
    EXPECT_EQ(run_tagline({"ingest", "--db", db_, one, once}).status, 0);
  }
  EXPECT_EQ(count("spend:2003.50"), 1U);
  EXPECT_EQ(run_tagline({"verify", "--db", db_}).status, 0);
}

}  // namespace
}  // namespace tagline::tests
