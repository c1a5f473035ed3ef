// Names and texts nobody could see, or ask for: refused wherever people write them.
#include "tests/server/shop_routes.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

class ShownTexts : public testing::Test {
 protected:
  json ask(const std::string& method, const std::string& target, unsigned status = 200,
           const json& body = nullptr) {
    const HttpReply reply = shop_.ask(method, target, body.is_null() ? "" : body.dump());
    EXPECT_EQ(reply.status, status) << method << " " << target << " " << reply.body;
    return json::parse(reply.body);
  }

  ShopRoutes shop_{"shown_texts"};
};

TEST_F(ShownTexts, OfTagsAreRefusedWithTheirPlace) {
  const auto refused = [&](const std::string& field, json body, const std::string& words) {
    const json problem = ask("PATCH", "/v1/tags/city", 400, body);
    EXPECT_EQ(problem["code"], "bad-input") << field;
    EXPECT_NE(problem["message"]["en"].get<std::string>().find(words), std::string::npos)
        << problem["message"]["en"];
    EXPECT_FALSE(problem["hint"]["zh-CN"].get<std::string>().empty());
    body["name"] = "fresh";
    body["kind"] = "category";
    ask("POST", "/v1/tags", 400, body);
  };
  const std::string hidden = "ab\u202Ec";
  const std::string words = ": unexpected control character U+202E at character 3";
  refused("title", {{"title", {{"en", hidden}}}}, "title.en" + words);
  refused("title", {{"title", {{"zh-CN", hidden}}}}, "title.zh-CN" + words);
  for (const char* field : {"description", "layer", "source", "owner"}) {
    refused(field, {{field, hidden}}, field + words);
  }
  refused("also", {{"also", {"x", hidden}}}, "name" + words);
  refused("also", {{"also", {".."}}}, "nothing can be called \"..\"");
  refused("description", {{"description", std::string("a\0b", 3)}}, "U+0000 at character 2");
  for (const char* name : {".", "..", " .. "}) {
    ask("POST", "/v1/tags", 400, {{"name", name}, {"kind", "flag"}});
  }
  const json value = ask("PATCH", "/v1/tags/city", 400,
                         {{"values", {{"tier1", {{"title", {{"en", "a\u2066"}}}}}}}});
  EXPECT_NE(value["message"]["en"].get<std::string>().find("city:tier1, title.en: "),
            std::string::npos);
  ask("PATCH", "/v1/tags/city", 200, {{"values", {{"tier1", {{"also", {"."}}}}}}});
  ask("PATCH", "/v1/tags/age", 400, {{"unit", "y\x7F"}});
  EXPECT_EQ(ask("GET", "/v1/tags")["total"], 5) << "nothing was made";
}

TEST_F(ShownTexts, OfSchemasAreRefusedWithTheirPlace) {
  const auto put = [&](const json& column, const std::string& words) {
    const json problem =
        ask("PUT", "/v1/schemas/users", 400, {{"id", {{"column", "id"}}}, {"columns", {column}}});
    EXPECT_EQ(problem["code"], "bad-schema");
    EXPECT_NE(problem["message"]["en"].get<std::string>().find(words), std::string::npos)
        << problem["message"]["en"];
  };
  for (const char* field : {"description", "layer", "source", "owner", "unit"}) {
    json column = {{"column", "x"}, {"kind", "number"}};
    column[field] = "a\u0085";
    put(column, std::string("column x, ") + field + ": unexpected control character U+0085");
  }
  put({{"column", "x"}, {"kind", "category"}, {"title", {{"zh-CN", "\u2069"}}}},
      "title.zh-CN: unexpected control character U+2069 at character 1");
  put({{"column", "x"}, {"kind", "category"}, {"tag", ".."}}, "nothing can be called \"..\"");
  put({{"column", "x"}, {"kind", "category"}, {"also", {"."}}}, "nothing can be called \".\"");
  const auto event = [&](const json& texts, const std::string& words) {
    const json problem = ask(
        "PUT", "/v1/schemas/events", 400,
        {{"events",
          {{"user", "u"}, {"event", texts}, {"time", {{"column", "t"}, {"format", "%Y-%m-%d"}}}}}});
    EXPECT_NE(problem["message"]["en"].get<std::string>().find(words), std::string::npos)
        << problem["message"]["en"];
  };
  event({{"name", ".."}}, "nothing can be called \"..\"");
  event({{"name", "buy"}, {"also", {"b\u202D"}}}, "U+202D at character 2");
  event({{"name", "buy"}, {"description", "one\ntwo"}}, "buy, description: ");
  event({{"name", "buy"}, {"title", "one\ttwo"}}, "buy, title.en: ");
}

TEST_F(ShownTexts, OfSegmentsAreRefusedWithTheirPlace) {
  ask("PUT", "/v1/segments/members", 201, {{"expression", "vip"}});
  const std::string hidden = "ab\u202Ec";
  const std::pair<json, std::string> cards[] = {{{{"title", {{"en", hidden}}}}, "title.en"},
                                                {{{"title", {{"zh-CN", hidden}}}}, "title.zh-CN"},
                                                {{{"description", hidden}}, "description"},
                                                {{{"owner", hidden}}, "owner"},
                                                {{{"labels", {"fine", hidden}}}, "labels[1]"}};
  for (const auto& [card, place] : cards) {
    const json refused = ask("PATCH", "/v1/segments/members", 400, card);
    EXPECT_EQ(refused["code"], "bad-input");
    EXPECT_EQ(refused["message"]["en"],
              place + ": unexpected control character U+202E at character 3");
    json rule = card;
    rule["expression"] = "vip";
    ask("PUT", "/v1/segments/members", 400, rule);
    ask("POST", "/v1/segments/members/snapshots", 400, card);
  }
  for (const std::string name : {".", "..", "a\u202Eb", "a\u0085b"}) {
    ask("POST", "/v1/segments", 400, {{"name", name}, {"expression", "vip"}});
    ask("PATCH", "/v1/segments/members", 400, {{"name", name}});
    ask("POST", "/v1/segments/members/snapshots", 400, {{"name", name}});
  }
  ask("POST", "/v1/segments/%2E%2E/ids", 400, {{"ids", {"u1"}}});
  EXPECT_EQ(ask("GET", "/v1/segments")["total"], 1) << "nothing was made";
}

}  // namespace
}  // namespace tagline::server
