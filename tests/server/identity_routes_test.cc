// /v1/identities and what goes with it, over HTTP's routes: that every id of a person leads to the
// same user everywhere, and what is refused is refused whole.
#include "tests/server/shop_routes.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using Json = nlohmann::ordered_json;

class IdentityRoutes : public testing::Test {
 protected:
  Json ask(const std::string& method, const std::string& target, const Json& body = nullptr,
           unsigned status = 200) {
    const HttpReply reply = shop_.ask(method, target, body.is_null() ? std::string() : body.dump());
    EXPECT_EQ(reply.status, status) << target << " " << reply.body;
    return Json::parse(reply.body);
  }
  Json link(const Json& request, unsigned status = 200, const std::string& query = {}) {
    return ask("POST", "/v1/identities/link" + query, request, status);
  }
  std::uint64_t count(const std::string& expression) {
    return ask("POST", "/v1/query", {{"expression", expression}})["count"];
  }
  ShopRoutes shop_{"identity_routes"};
};

TEST_F(IdentityRoutes, EveryIdOfAPersonLeadsToTheSameUser) {
  link({{"user", "u1"}, {"identities", {"phone:138 0013 8000"}}, {"source", "checkout"}});
  EXPECT_EQ(ask("GET", "/v1/users/phone:13800138000")["id"], "u1");
  EXPECT_EQ(ask("GET", "/v1/users/%2B8613800138000", nullptr, 404)["code"], "not-found");
  ask("POST", "/v1/ingest",
      Json::array({{{"user", "phone:+86-138-0013-8000"}, {"set", {{"city", "tier9"}}}}}));
  EXPECT_EQ(count("city:tier9"), 1U);
  EXPECT_EQ(ask("POST", "/v1/why", {{"id", "phone:13800138000"}, {"expression", "vip"}})["id"],
            "u1");
  const Json members = ask("POST", "/v1/query",
                           {{"want", "members"},
                            {"expression", "vip"},
                            {"ids", {"phone:13800138000", "phone:139 0000 0000", "call:me"}}});
  EXPECT_EQ(members["in"], 1);
  EXPECT_EQ(members["unknown"], 2);
  const HttpReply list = shop_.ask("POST", "/v1/segments/called/ids", "phone:13800138000\nu2\n",
                                   {{"Content-Type", "text/plain"}});
  EXPECT_EQ(list.status / 100, 2U) << list.body;
  EXPECT_EQ(count("@called"), 2U);
  const Json shown = ask("GET", "/v1/users/u1/identities");
  ASSERT_EQ(shown["identities"].size(), 1U);
  EXPECT_EQ(shown["identities"][0]["identity"], "phone:+8613800138000");
  EXPECT_EQ(shown["identities"][0]["source"], "checkout");
  EXPECT_FALSE(shown["updated"].is_null());
}

TEST_F(IdentityRoutes, LinkingTwoKnownUsersMergesThemAndUndoingPartsThem) {
  const std::uint64_t people = count("*");
  const std::uint64_t vips = count("vip");
  ask("PUT", "/v1/merge-rules/spend", {{"rule", "sum"}});
  const Json merged = link(Json::array(
      {{{"user", "u1"}, {"identities", {"crm:7"}}}, {{"user", "u3"}, {"identities", {"crm:7"}}}}));
  EXPECT_EQ(merged["merges"], 1);
  EXPECT_EQ(merged["first"][1]["user"], "u1");
  EXPECT_EQ(count("*"), people - 1);
  EXPECT_EQ(count("vip"), vips - 1);
  EXPECT_EQ(ask("GET", "/v1/users/u3")["id"], "u1");
  EXPECT_EQ(ask("GET", "/v1/users/u3")["tags"]["spend"], "110.45");
  const Json journal = ask("GET", "/v1/merges");
  ASSERT_EQ(journal["merges"].size(), 1U);
  EXPECT_EQ(journal["merges"][0]["because"], "crm:7");
  EXPECT_TRUE(journal["merges"][0]["undone"].is_null());
  ask("POST", "/v1/merges/1/undo");
  EXPECT_EQ(count("*"), people);
  EXPECT_EQ(ask("GET", "/v1/users/u3")["tags"]["spend"], "99.95");
  EXPECT_EQ(ask("GET", "/v1/users/u1")["tags"]["spend"], "10.50");
  EXPECT_EQ(ask("POST", "/v1/merges/1/undo", nullptr, 409)["code"], "schema-conflict");
  ask("POST", "/v1/merges/2/undo", nullptr, 404);
}

TEST_F(IdentityRoutes, TheValueThatWasWrittenLastWins) {
  ask("POST", "/v1/ingest", Json::array({{{"user", "a"}, {"set", {{"city", "old"}}}}}));
  // Times are in seconds; the next one is awaited by asking, not by sleeping.
  const std::string first = ask("GET", "/v1/users/a/identities")["updated"];
  std::string second = first;
  while (second == first) {
    ask("POST", "/v1/ingest", Json::array({{{"user", "b"}, {"set", {{"city", "new"}}}}}));
    second = ask("GET", "/v1/users/b/identities")["updated"];
  }
  link(Json::array(
      {{{"user", "a"}, {"identities", {"crm:1"}}}, {{"user", "b"}, {"identities", {"crm:1"}}}}));
  EXPECT_EQ(ask("GET", "/v1/users/b")["id"], "a");
  EXPECT_EQ(ask("GET", "/v1/users/a")["tags"]["city"], "new");
  EXPECT_EQ(count("city:old"), 0U);
}

TEST_F(IdentityRoutes, ABatchIsDoneWholeOrLineByLine) {
  const Json requests = Json::array({{{"user", "u1"}, {"identities", {"crm:1"}}},
                                     {{"user", "u2"}, {"identities", {"fax:1"}}},
                                     {{"user", "u3"}, {"identities", {"crm:3"}}}});
  const Json refused = link(requests, 400);
  EXPECT_NE(refused["detail"].get<std::string>().find("line 2"), std::string::npos);
  EXPECT_TRUE(ask("GET", "/v1/users/u1/identities")["identities"].empty());
  const Json each = link(requests, 200, "?each=true");
  EXPECT_EQ(each["linked"], 2);
  EXPECT_EQ(each["first_refused"][0]["line"], 2);
  EXPECT_EQ(link({{"user", "nobody"}, {"identities", {"crm:9"}}}, 400, "?users=refuse")["code"],
            "bad-input");
  // A user nobody could be added as is a line's fault, not the batch's.
  const Json long_id =
      link(Json::array({{{"user", std::string(300, 'x')}, {"identities", {"crm:8"}}},
                        {{"user", " u2 "}, {"identities", {"crm:7"}}}}),
           200, "?each=true");
  EXPECT_EQ(long_id["refused"], 1);
  EXPECT_EQ(long_id["first"][0]["user"], "u2");
  const Json made = link({{"identities", {"email:New@Example.com"}}});
  EXPECT_EQ(made["first"][0]["user"], "email:new@example.com");
  EXPECT_EQ(made["users_new"], 1);
}

TEST_F(IdentityRoutes, AnErasedPersonIsGoneAndAReceiptSaysSo) {
  link({{"user", "u1"}, {"identities", {"phone:13800138000"}}});
  const std::uint64_t people = count("*");
  const Json receipt = ask("DELETE", "/v1/users/phone:13800138000");
  EXPECT_EQ(receipt["number"], 1);
  EXPECT_EQ(receipt["identities"], 2);
  EXPECT_EQ(count("*"), people - 1);
  ask("GET", "/v1/users/u1", nullptr, 404);
  ask("DELETE", "/v1/users/u1", nullptr, 404);
  const Json receipts = ask("GET", "/v1/erasures");
  EXPECT_EQ(receipts["erasures"].size(), 1U);
  EXPECT_EQ(receipts.dump().find("13800138000"), std::string::npos);
  const HttpReply ids = shop_.ask("GET", "/v1/ids?q=*", {}, {});
  EXPECT_EQ(ids.status, 200U);
}

TEST_F(IdentityRoutes, TypesSayHowTheyAreWritten) {
  const Json put =
      ask("PUT", "/v1/identity-types/card", {{"form", "lower"}, {"most", 1}, {"never", {"0000"}}});
  EXPECT_EQ(put["most"], 1);
  link({{"user", "u1"}, {"identities", {"card:AB"}}});
  EXPECT_EQ(ask("GET", "/v1/users/card:ab")["id"], "u1");
  link({{"user", "u1"}, {"identities", {"card:CD"}}}, 400);
  link({{"user", "u2"}, {"identities", {"card:0000"}}}, 400);
  EXPECT_EQ(ask("PUT", "/v1/identity-types/card", {{"form", "exact"}}, 409)["code"],
            "schema-conflict");
  ask("PUT", "/v1/identity-types/Card", {{"form", "exact"}}, 400);
  ask("PUT", "/v1/merge-rules/city", {{"rule", "sum"}}, 400);
  ask("PUT", "/v1/merge-rules/nothing", {{"rule", "max"}}, 404);
}

TEST_F(IdentityRoutes, UnlinkingTakesAnIdentityAndNoUsersOwnId) {
  link({{"user", "u1"}, {"identities", {"crm:1"}}});
  EXPECT_EQ(ask("POST", "/v1/identities/unlink", {{"identity", "crm: 1"}})["user"], "u1");
  ask("POST", "/v1/identities/unlink", {{"identity", "crm:1"}}, 404);
  link({{"identities", {"crm:2"}}});
  ask("POST", "/v1/identities/unlink", {{"identity", "crm:2"}}, 409);
  ask("POST", "/v1/identities/unlink", {{"identity", "2"}}, 400);
}

}  // namespace
}  // namespace tagline::server
