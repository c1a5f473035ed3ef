// /v1/tags and /v1/events: finding in any language, pages of values, editing at once with others,
// who uses what.
#include "server/schema_json.h"
#include "server/tag_fields.h"
#include "server/text_search.h"
#include "tests/server/shop_routes.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

class CatalogueRoutesTest : public testing::Test {
 protected:
  json ask(const std::string& method, const std::string& target, unsigned status = 200,
           const json& body = nullptr, const std::string& if_match = {}) {
    std::vector<HttpField> fields = {{"Content-Type", "application/json"}};
    if (!if_match.empty()) {
      fields.push_back({"If-Match", if_match});
    }
    last_ = shop_.ask(method, target, body.is_null() ? "" : body.dump(), std::move(fields));
    EXPECT_EQ(last_.status, status) << method << " " << target << " " << last_.body;
    json read = json::parse(last_.body);
    if (status >= 300) {
      EXPECT_FALSE(read["message"]["en"].get<std::string>().empty());
      EXPECT_FALSE(read["message"]["zh-CN"].get<std::string>().empty());
    }
    return read;
  }
  std::string field(std::string_view name) const {
    for (const HttpField& field : last_.fields) {
      if (field.name == name) {
        return field.value;
      }
    }
    return {};
  }
  std::string etag() const { return field("ETag"); }
  Names found(const std::string& parameters) {
    Names names;
    const json list = ask("GET", "/v1/tags?" + parameters);
    for (const json& tag : list["tags"]) {
      names.push_back(tag["name"]);
    }
    return names;
  }
  json tag(const std::string& name) { return ask("GET", "/v1/tags/" + name)["tag"]; }

  ShopRoutes shop_{"catalogue_routes"};
  HttpReply last_;
};

TEST_F(CatalogueRoutesTest, BoundsLeaveOutNobodyWhoIsThere) {
  const json problem = ask("PATCH", "/v1/tags/age", 400, {{"min", 21}});
  EXPECT_NE(problem["detail"].get<std::string>().find("from 20 to 50"), std::string::npos);
  ask("PATCH", "/v1/tags/age", 400, {{"max", 49}});
  ask("PATCH", "/v1/tags/age", 200, {{"min", 20}, {"max", 50}});
  EXPECT_EQ(json::parse(shop_.ask("GET", "/v1/count?q=age%3A20-50").body)["count"], 4);
}

TEST_F(CatalogueRoutesTest, ATitleInOneLanguageLeavesTheOther) {
  ask("PATCH", "/v1/tags/city", 200, {{"title", {{"en", "City"}, {"zh-CN", "城市"}}}});
  ask("PATCH", "/v1/tags/city", 200,
      {{"title", {{"zh-CN", "所在城市"}}},
       {"values", {{"tier1", {{"title", {{"en", "First"}}}}}}}});
  EXPECT_EQ(tag("city")["title"]["en"], "City");
  EXPECT_EQ(tag("city")["title"]["zh-CN"], "所在城市");
}

TEST_F(CatalogueRoutesTest, FindsByAnyNameInAnyLanguage) {
  ask("PATCH", "/v1/tags/city", 200,
      {{"title", {{"en", "Tier of the city"}, {"zh-CN", "城市等级"}}},
       {"also", {"城市", "Ville d'été"}},
       {"layer", "base/person"},
       {"values",
        {{"tier1", {{"title", {{"en", "First"}, {"zh-CN", "一线"}}}, {"also", {"一线"}}}}}}});
  EXPECT_EQ(found("q=CITY"), Names{"city"});
  EXPECT_EQ(found("q=%E5%9F%8E%E5%B8%82"), Names{"city"});
  EXPECT_EQ(found("q=ete"), Names{"city"}) << "accents do not count";
  EXPECT_EQ(found("q=%E4%B8%80%E7%BA%BF"), Names{"city"}) << "by a value";
  EXPECT_EQ(found("q=%EF%BC%B4%EF%BC%A9%EF%BC%A5%EF%BC%B21"), Names{"city"}) << "full width";
  EXPECT_EQ(found("q=music+sport"), Names{"interests"});
  EXPECT_EQ(found("q=nothing"), Names{});
  EXPECT_EQ(found("layer=base"), Names{"city"});
  EXPECT_EQ(found("layer=bas"), Names{});
  EXPECT_EQ(found("layer=base%2Fperson&kind=category"), Names{"city"});
  EXPECT_EQ(found("kind=flag&q=a"), Names{});
  // A tag called so comes before one that only has a value so called.
  ask("POST", "/v1/tags", 201, {{"name", "music"}, {"kind", "flag"}});
  EXPECT_EQ(found("q=music"), (Names{"music", "interests"}));
  const json page = ask("GET", "/v1/tags?limit=1&offset=1&values=1");
  EXPECT_EQ(page["total"], 6);
  ASSERT_EQ(page["tags"].size(), 1U);
  EXPECT_EQ(ask("GET", "/v1/tags?q=tier3&values=1")["tags"][0]["values"][0]["value"], "tier3");
  for (const char* wrong : {"kind=event", "limit=0", "limit=x", "values=999999", "deprecated=1"}) {
    ask("GET", std::string("/v1/tags?") + wrong, 400);
  }
}

TEST_F(CatalogueRoutesTest, ShowsOneTagWithPagesOfValues) {
  const json page = ask("GET", "/v1/tags/city?limit=2");
  EXPECT_EQ(page["population"], 4);
  EXPECT_EQ(page["tag"]["coverage"], 4);
  EXPECT_EQ(page["tag"]["values_total"], 3);
  EXPECT_EQ(page["tag"]["values"].size(), 2U);
  EXPECT_EQ(page["tag"]["values"][0]["value"], "tier1");
  EXPECT_EQ(page["tag"]["values"][0]["count"], 2);
  EXPECT_GT(page["tag"]["updated_s"], 1'000'000'000);
  EXPECT_EQ(etag(), "\"" + page["tag"]["revision"].get<std::string>() + "\"");
  const json rest = ask("GET", "/v1/tags/city?limit=2&offset=2")["tag"];
  ASSERT_EQ(rest["values"].size(), 1U);
  const json some = ask("GET", "/v1/tags/city?q=TIER3")["tag"];
  EXPECT_EQ(some["values_found"], 1);
  EXPECT_EQ(some["values"][0]["value"], "tier3");
  EXPECT_EQ(tag("CITY")["name"], "city") << "as expressions find it";
  const json missing = ask("GET", "/v1/tags/cty", 404);
  EXPECT_NE(missing["hint"]["en"].get<std::string>().find("city"), std::string::npos);
}

TEST_F(CatalogueRoutesTest, MakesTagsThatExpressionsAndLoadsKnow) {
  const json made = ask("POST", "/v1/tags", 201,
                        {{"name", "channel"},
                         {"kind", "category"},
                         {"also", {"渠道"}},
                         {"title", {{"en", "Channel"}, {"zh-CN", "渠道"}}},
                         {"owner", "crm"},
                         {"values", {{"web", {{"also", {"网站"}}}}, {"app", json::object()}}}});
  EXPECT_EQ(field("Location"), "/v1/tags/channel");
  EXPECT_EQ(made["tag"]["coverage"], 0);
  EXPECT_EQ(made["tag"]["updated_s"], 0);
  EXPECT_EQ(made["tag"]["values_total"], 2);
  EXPECT_EQ(ask("POST", "/v1/query", 200, {{"expression", "渠道:网站"}})["count"], 0);
  const auto folder = std::filesystem::temp_directory_path();
  const std::string file = (folder / "catalogue_routes_channel.csv").string();
  std::ofstream(file) << "id,channel\nu1,网站\nu2,app\n";
  const auto schema = schema_from_json(
      R"({"id": {"column": "id"}, "columns": [{"column": "channel", "kind": "category"}]})");
  ASSERT_TRUE(schema.has_value());
  ASSERT_TRUE(shop_.service().load(*schema, {file}, {}).has_value());
  EXPECT_EQ(ask("POST", "/v1/query", 200, {{"expression", "channel:web"}})["count"], 1);
  EXPECT_GT(tag("channel")["updated_s"], 0);
  EXPECT_EQ(tag("channel")["owner"], "crm");
  const json number = ask("POST", "/v1/tags", 201,
                          {{"name", "score"},
                           {"kind", "number"},
                           {"scale", 2},
                           {"unit", "分"},
                           {"min", 0},
                           {"max", "99.95"}});
  EXPECT_EQ(number["tag"]["max"], "99.95");
  EXPECT_TRUE(shop_.service().verify({})->clean());
}

TEST_F(CatalogueRoutesTest, RefusesWhatIsNoTag) {
  const auto refused = [&](const json& body, unsigned status) {
    ask("POST", "/v1/tags", status, body);
  };
  refused({{"name", "city"}, {"kind", "flag"}}, 409);
  refused({{"name", "x"}, {"kind", "flag"}, {"also", {"age"}}}, 409);
  refused({{"name", "x"}, {"kind", "event"}}, 400);
  refused({{"name", "x"}}, 400);
  refused({{"kind", "flag"}}, 400);
  refused({{"name", "  "}, {"kind", "flag"}}, 400);
  refused({{"name", "a\nb"}, {"kind", "flag"}}, 400);
  refused({{"name", std::string(400, 'x')}, {"kind", "flag"}}, 400);
  refused({{"name", "x"}, {"kind", "flag"}, {"scale", 1}}, 400);
  refused({{"name", "x"}, {"kind", "number"}, {"scale", 10}}, 400);
  refused({{"name", "x"}, {"kind", "flag"}, {"min", 1}}, 400);
  refused({{"name", "x"}, {"kind", "number"}, {"min", 2}, {"max", 1}}, 400);
  refused({{"name", "x"}, {"kind", "flag"}, {"values", {{"a", json::object()}}}}, 400);
  refused({{"name", "x"}, {"kind", "set"}, {"values", {{"a", 1}}}}, 400);
  refused({{"name", "x"}, {"kind", "set"}, {"values", {{"a", {{"count", 1}}}}}}, 400);
  refused({{"name", "x"},
           {"kind", "set"},
           {"values", {{"a", {{"also", {"c"}}}}, {"b", {{"also", {"c"}}}}}}},
          409);
  EXPECT_EQ(ask("GET", "/v1/tags")["total"], 5) << "nothing was made";
}

TEST_F(CatalogueRoutesTest, EditsAreOneTransactionAndCollisionsAreTold) {
  const std::int64_t loaded = tag("city")["updated_s"];
  const auto refused = [&](const std::string& name, const json& body, unsigned status) {
    const json before = tag(name);
    const json problem = ask("PATCH", "/v1/tags/" + name, status, body);
    EXPECT_EQ(tag(name), before) << "a refused edit leaves all as it was";
    return problem["detail"].get<std::string>();
  };
  ask("PATCH", "/v1/tags/age", 200, {{"also", {"年龄"}}});
  const std::string taken = refused("city", {{"owner", "crm"}, {"also", {"年龄"}}}, 409);
  EXPECT_NE(taken.find("the tag age"), std::string::npos) << taken;
  refused("city", {{"owner", "crm"}, {"values", {{"tier9", {{"also", {"x"}}}}}}}, 404);
  refused("city", {{"owner", "crm"}, {"values", {{"tier1", {{"also", {"tier2"}}}}}}}, 409);
  refused("city", {{"owner", "crm"}, {"min", 1}}, 400);
  refused("spend", {{"owner", "crm"}, {"min", "5.00"}, {"max", "1.00"}}, 400);
  refused("spend", {{"min", "5.001"}}, 400);
  refused("city", {{"owner", "crm"}, {"deprecated", "yes"}}, 400);
  refused("city", {{"owner", std::string(70'000, 'x')}}, 422);
  ask("PATCH", "/v1/tags/nothing", 404, {{"owner", "crm"}});
  // Two values may swap a spelling at once.
  ask("PATCH", "/v1/tags/city", 200, {{"values", {{"tier1", {{"also", {"一"}}}}}}});
  ask("PATCH", "/v1/tags/city", 200,
      {{"values", {{"tier1", {{"also", json::array()}}}, {"tier2", {{"also", {"一"}}}}}}});
  EXPECT_EQ(ask("POST", "/v1/query", 200, {{"expression", "city:一"}})["count"], 1);
  ask("PATCH", "/v1/tags/spend", 200, {{"min", "-0.50"}, {"unit", "元"}, {"source", "till"}});
  EXPECT_EQ(tag("spend")["min"], "-0.50");
  EXPECT_EQ(tag("city")["updated_s"], loaded) << "an edit is no load";
  EXPECT_TRUE(shop_.service().verify({})->clean());
}

TEST_F(CatalogueRoutesTest, AnEditOfWhatHasChangedMeanwhileIsRefused) {
  tag("city");
  const std::string seen = etag();
  ask("PATCH", "/v1/tags/city", 200, {{"values", {{"tier1", {{"also", {"一线"}}}}}}}, seen);
  const std::string now = etag();
  EXPECT_NE(now, seen);
  EXPECT_EQ(ask("PATCH", "/v1/tags/city", 412, {{"owner", "bi"}}, seen)["code"], "changed");
  ask("PATCH", "/v1/tags/city", 200, {{"owner", "crm"}}, now);
  EXPECT_EQ(tag("city")["owner"], "crm");
  ask("POST", "/v1/tags", 412, {{"name", "fresh"}, {"kind", "flag"}}, "*");
}

TEST_F(CatalogueRoutesTest, DeprecatedOnesAreMarkedAndFound) {
  EXPECT_EQ(tag("age")["deprecated"], false);
  ask("PATCH", "/v1/tags/age", 200, {{"deprecated", true}});
  EXPECT_EQ(tag("age")["deprecated"], true);
  EXPECT_EQ(found("deprecated=true"), Names{"age"});
  EXPECT_EQ(found("deprecated=false").size(), 4U);
  EXPECT_EQ(ask("POST", "/v1/query", 200, {{"expression", "age>25"}})["count"], 3);
  ask("PATCH", "/v1/tags/age", 200, {{"deprecated", false}});
  EXPECT_EQ(found("deprecated=true"), Names{});
}

TEST_F(CatalogueRoutesTest, BoundsGoAgain) {
  ask("PATCH", "/v1/tags/age", 200, {{"min", 0}, {"max", 120}});
  EXPECT_EQ(tag("age")["max"], 120);
  ask("PATCH", "/v1/tags/age", 200, {{"max", nullptr}});
  EXPECT_FALSE(tag("age").contains("max"));
  EXPECT_EQ(tag("age")["min"], 0);
  EXPECT_EQ(ask("POST", "/v1/query", 200, {{"expression", "age<500"}})["count"], 4);
  ask("PATCH", "/v1/tags/age", 200, {{"min", nullptr}, {"max", 99}});
  EXPECT_FALSE(tag("age").contains("min"));
  EXPECT_EQ(tag("age")["max"], 99);
  ask("PATCH", "/v1/tags/city", 400, {{"min", nullptr}});
}

TEST_F(CatalogueRoutesTest, ADeprecatedTagIsWarnedOfAndReplaced) {
  ask("PATCH", "/v1/tags/age", 400, {{"replacement", "spend"}});  // it is in use
  ask("PATCH", "/v1/tags/age", 404, {{"deprecated", true}, {"replacement", "spent"}});
  ask("PATCH", "/v1/tags/age", 400, {{"deprecated", true}, {"replacement", "age"}});
  EXPECT_EQ(tag("age")["deprecated"], false);
  ask("PATCH", "/v1/tags/age", 200, {{"deprecated", true}, {"replacement", "spend"}});
  EXPECT_EQ(tag("age")["replacement"], "spend");
  ask("PATCH", "/v1/tags/spend", 400, {{"deprecated", true}, {"replacement", "age"}});
  const auto warned = [&](const json& reply) {
    const json& warning = reply["warnings"].at(0);
    EXPECT_EQ(warning["code"], "deprecated-tag");
    EXPECT_EQ(warning["fixes"].at(0)["insert"], "spend");
    EXPECT_NE(warning["message"]["zh-CN"], warning["message"]["en"]);
    return warning["at"];
  };
  const std::string rule = "vip OR age > 25";
  EXPECT_EQ(warned(ask("POST", "/v1/query", 200, {{"expression", rule}})), 8);
  warned(ask("POST", "/v1/check", 200, {{"expression", rule}}));
  warned(ask("POST", "/v1/query", 200, {{"expression", "top(1, by:age)"}}));
  warned(ask("PUT", "/v1/segments/old", 201, {{"expression", rule}}));
  warned(ask("GET", "/v1/segments/old", 200));
  const json usage = ask("GET", "/v1/tags/age/usage", 200);
  EXPECT_EQ(usage["deprecated"], true);
  EXPECT_EQ(usage["replacement"], "spend");
  EXPECT_EQ(usage["segments"]["direct"], json{"old"});
  // Completion offers it after all others.
  const json offers = ask("POST", "/v1/complete", 200, {{"expression", ""}, {"cursor", 0}});
  const json& last = offers["candidates"].back();
  EXPECT_EQ(last["label"], "age");
  EXPECT_EQ(last["deprecated"], true);
  EXPECT_FALSE(offers["candidates"].front().contains("deprecated"));
  // In use again it names no other.
  ask("PATCH", "/v1/tags/age", 200, {{"deprecated", false}});
  EXPECT_FALSE(tag("age").contains("replacement"));
  EXPECT_EQ(ask("POST", "/v1/query", 200, {{"expression", rule}})["warnings"], json::array());
  ask("PATCH", "/v1/tags/age", 200, {{"deprecated", true}, {"replacement", "spend"}});
  ask("PATCH", "/v1/tags/age", 200, {{"replacement", nullptr}});
  EXPECT_FALSE(tag("age").contains("replacement"));
  EXPECT_TRUE(shop_.service().verify({})->clean());
}

TEST_F(CatalogueRoutesTest, TellsWhoUsesATagAndWhenItWasAskedLast) {
  ask("PUT", "/v1/segments/old", 201, {{"expression", "vip AND age>30"}});
  ask("PUT", "/v1/segments/on_old", 201, {{"expression", "@old OR city:tier1"}});
  ask("PUT", "/v1/segments/top", 201, {{"expression", "top(2, by:spend)"}});
  json usage = ask("GET", "/v1/tags/age/usage");
  EXPECT_EQ(usage["segments"]["direct"], json{"old"});
  EXPECT_EQ(usage["segments"]["indirect"], json{"on_old"});
  EXPECT_TRUE(usage["last_queried_s"].is_null()) << "saving is not asking";
  EXPECT_GT(usage["queries_since_s"], 1'000'000'000);
  EXPECT_EQ(usage["coverage"], 4);
  EXPECT_EQ(ask("GET", "/v1/tags/spend/usage")["segments"]["direct"], json{"top"});
  EXPECT_EQ(ask("GET", "/v1/tags/interests/usage")["segments"]["direct"], json::array());
  // Through a segment counts too; what cannot be read asks about nothing.
  ask("GET", "/v1/count?q=%40on_old");
  ask("GET", "/v1/count?q=interests%3A", 422);
  EXPECT_GT(ask("GET", "/v1/tags/age/usage")["last_queried_s"], 1'000'000'000);
  EXPECT_TRUE(ask("GET", "/v1/tags/interests/usage")["last_queried_s"].is_null());
  // A rule that is broken still names it.
  ask("DELETE", "/v1/segments/old?force=true");
  EXPECT_EQ(ask("GET", "/v1/tags/city/usage")["segments"]["direct"], json{"on_old"});
}

TEST_F(CatalogueRoutesTest, EventsAndTheirKeys) {
  EXPECT_EQ(ask("GET", "/v1/events")["events"], json::array());
  ask("GET", "/v1/events/view", 404);
  const std::string file =
      (std::filesystem::temp_directory_path() / "catalogue_routes_events.csv").string();
  std::ofstream(file) << "user,what,day\nu1,beauty,2026-01-01\nu2,beauty,2026-01-02\n"
                         "u2,food,2026-01-02\n";
  const auto schema = schema_from_json(
      R"({"events": {"user": "user", "event": {"name": "view"}, "key": {"column": "what"},
                     "time": {"column": "day", "format": "%Y-%m-%d"}}})");
  ASSERT_TRUE(schema.has_value()) << schema.error().message().en;
  ASSERT_TRUE(shop_.service().load(*schema, {file}, {}).has_value());
  const json list = ask("GET", "/v1/events");
  ASSERT_EQ(list["events"].size(), 1U);
  EXPECT_EQ(list["events"][0]["people"], 2);
  const json page = ask("GET", "/v1/events/view");
  EXPECT_EQ(page["event"]["keys"][0]["key"], "beauty");
  EXPECT_EQ(page["event"]["keys"][0]["people"], 2);
  EXPECT_EQ(page["event"]["keys"][1]["people"], 1);
  EXPECT_EQ(page["event"]["keys_total"], 2);
  const json some = ask("GET", "/v1/events/view?q=FOO&limit=5")["event"];
  EXPECT_EQ(some["keys_found"], 1);
  EXPECT_EQ(some["keys"][0]["key"], "food");
}

TEST(TagUsage, ChartsOfATagAskAboutIt) {
  const struct {
    json want;
    std::vector<std::string> tags;
  } charts[] = {
      {{{"want", "stats"}, {"tag", "spend"}}, {"spend"}},
      {{{"want", "top"}, {"tag", "spend"}}, {"spend"}},
      {{{"want", "bottom"}, {"tag", "spend"}}, {"spend"}},
      {{{"want", "pareto"}, {"tag", "spend"}}, {"spend"}},
      {{{"want", "breakdown"}, {"tag", "age"}}, {"age"}},
      {{{"want", "cross"}, {"rows", "city"}, {"columns", "interests"}}, {"city", "interests"}},
      {{{"want", "profile"}}, {"age", "city", "interests", "spend"}},
  };
  for (const auto& chart : charts) {
    ShopRoutes shop("catalogue_charts");
    json body = chart.want;
    body["expression"] = "vip";
    ASSERT_EQ(shop.ask("POST", "/v1/query", body.dump()).status, 200U) << body;
    // What was refused told nothing.
    EXPECT_EQ(shop.ask("POST", "/v1/query",
                       R"({"want": "breakdown", "tag": "vip", "expression": "age:"})")
                  .status,
              422U);
    for (const char* tag : {"age", "city", "interests", "spend"}) {
      const json usage =
          json::parse(shop.ask("GET", std::string("/v1/tags/") + tag + "/usage").body);
      EXPECT_EQ(!usage["last_queried_s"].is_null(),
                std::find(chart.tags.begin(), chart.tags.end(), tag) != chart.tags.end())
          << chart.want << tag;
    }
  }
}

TEST(TextSearch, BetterPlacesAndWholeWordsComeFirst) {
  const TextSearch search("spend");
  const auto rank = [&](std::string_view name, std::string_view title) {
    return search.rank({{name, 0}, {title, 1}});
  };
  EXPECT_LT(rank("spend", ""), rank("spending", ""));
  EXPECT_LT(rank("spending", ""), rank("total_spend", ""));
  EXPECT_LT(rank("total_spend", ""), rank("misspend", ""));
  EXPECT_LT(rank("misspend", ""), rank("x", "spend"));
  EXPECT_EQ(rank("x", "y"), std::nullopt);
  EXPECT_TRUE(TextSearch(" \t ").empty());
  EXPECT_EQ(TextSearch("a b").rank({{"a", 0}, {"c", 0}}), std::nullopt) << "every word counts";
}

TEST(AskedExpressions, RememberTheNewestAndSayHowFarBack) {
  AskedExpressions asked(100);
  for (std::size_t i = 0; i < AskedExpressions::kTextsMax; ++i) {
    asked.asked(std::to_string(i), 200);
  }
  EXPECT_EQ(asked.since_s(), 100);
  asked.asked("0", 300);
  asked.asked("one more", 301);
  EXPECT_EQ(asked.all().size(), AskedExpressions::kTextsMax);
  EXPECT_EQ(asked.all()[0], (std::pair<std::string, std::int64_t>("one more", 301)));
  EXPECT_EQ(asked.all()[1], (std::pair<std::string, std::int64_t>("0", 300)));
  EXPECT_EQ(asked.since_s(), 200) << "what was forgotten was asked then";
  AskedExpressions bytes(0);
  for (char c = 'a'; c <= 'z'; ++c) {
    bytes.asked(std::string(std::size_t{1} << 20U, c), 1);
  }
  EXPECT_EQ(bytes.all().size(), AskedExpressions::kBytesMax >> 20U);
}

}  // namespace
}  // namespace tagline::server
