// `tagline key`, and a server that needs what it makes.
#include "tests/cli/program.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

class Key : public testing::Test {
 protected:
  void SetUp() override {
    db_ = folder_.path("db");
    ASSERT_EQ(
        run_tagline({"load", "--db", db_, folder_.write("users.csv", "id,vip\nu1,yes\n")}).status,
        0);
  }
  json list() const {
    const Outcome run = run_tagline({"key", "list", "--db", db_, "--format", "json"});
    EXPECT_EQ(run.status, 0);
    return json::parse(run.out)["keys"];
  }
  TempFolder folder_;
  std::string db_;
};

TEST_F(Key, IsShownOnceListedAndRevoked) {
  const Outcome made = run_tagline({"key", "create", "--db", db_, "dashboard", "--role", "analyst",
                                    "--expires", "2099-12-31", "--rate", "600/min"});
  ASSERT_EQ(made.status, 0) << made.err;
  ASSERT_EQ(made.out.size(), 82U) << "the key and a line's end, for scripts";
  EXPECT_EQ(made.out.substr(0, 4), "tgl_");
  const Outcome shown = run_tagline({"key", "list", "--db", db_});
  EXPECT_NE(shown.out.find("dashboard"), std::string::npos);
  EXPECT_NE(shown.out.find("analyst"), std::string::npos);
  EXPECT_NE(shown.out.find("2099-12-31"), std::string::npos);
  EXPECT_NE(shown.out.find("600/min"), std::string::npos);
  EXPECT_EQ(shown.out.find(made.out.substr(17, 64)), std::string::npos);
  json keys = list();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0]["id"], made.out.substr(4, 12));
  EXPECT_EQ(keys[0]["state"], "live");
  EXPECT_FALSE(keys[0].contains("hash"));

  EXPECT_EQ(run_tagline({"key", "revoke", "--db", db_, "dashboard"}).status, 0);
  EXPECT_EQ(list()[0]["state"], "revoked");
  const Outcome again = run_tagline({"key", "revoke", "--db", db_, "dashboard"});
  EXPECT_EQ(again.status, 1);
  EXPECT_NE(again.err.find("key list"), std::string::npos);
}

TEST_F(Key, AsJson) {
  const Outcome made = run_tagline({"key", "create", "--db", db_, "看板", "--format", "json"});
  const json body = json::parse(made.out);
  EXPECT_EQ(body["name"], "看板");
  EXPECT_EQ(body["role"], "viewer");
  EXPECT_EQ(body["key"].get<std::string>().substr(4, 12), body["id"]);
  EXPECT_EQ(body["expires"], nullptr);
  const Outcome taken = run_tagline({"key", "create", "--db", db_, "看板"});
  EXPECT_EQ(taken.status, 1);
  EXPECT_NE(taken.err.find("already"), std::string::npos);
}

TEST_F(Key, WhatIsAskedIsChecked) {
  for (const std::vector<std::string>& rest :
       std::vector<std::vector<std::string>>{{},
                                             {"x", "--role", "root"},
                                             {"x", "--expires", "soon"},
                                             {"x", "--rate", "fast"},
                                             {"x", "--rate", "0/s"},
                                             {""}}) {
    std::vector<std::string> arguments = {"key", "create", "--db", db_};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    const Outcome run = run_tagline(arguments);
    EXPECT_TRUE(run.status == 1 || run.status == 2) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_NE(run.err, "");
  }
  EXPECT_EQ(list().size(), 0U);
  EXPECT_EQ(run_tagline({"key", "create", "--db", folder_.path("none"), "x"}).status, 3);
}

TEST_F(Key, ThatWouldBeExpiredIsNotMade) {
  const Outcome run = run_tagline({"key", "create", "--db", db_, "x", "--expires", "2020-01-31"});
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_NE(run.err.find("expires on 2020-01-31"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("today is 2"), std::string::npos) << run.err;
  EXPECT_EQ(list().size(), 0U);
}

TEST_F(Key, ServeListensToOthersOnlyWithOne) {
  const Outcome refused =
      run_tagline({"serve", "--db", db_, "--listen", "0.0.0.0:0", "--read-only"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_NE(refused.err.find("tagline key create"), std::string::npos) << refused.err;
  EXPECT_EQ(refused.out, "");
  // A key is made while the server has the database open.
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  ASSERT_EQ(server.line().substr(0, 7), "http://");
  EXPECT_EQ(run_tagline({"key", "create", "--db", db_, "x"}).status, 0);
  for (const char* wrong : {"--rate=fast", "--cors=example.com", "--cors=https://a.example/",
                            "--privacy-floor=10", "--privacy-floor=viewer=1"}) {
    EXPECT_EQ(run_tagline({"serve", "--db", db_, wrong}).status, 2) << wrong;
  }
  EXPECT_EQ(run_tagline({"serve", "--db", db_, "--tls-cert", "x.pem"}).status, 2);
}

}  // namespace
}  // namespace tagline::tests
