// What POST /v1/query and GET /v1/count answer.
#include "server/access/key_file.h"
#include "server/api/gate.h"
#include "server/api/route_groups.h"
#include "tests/server/api_fixture.h"

#include <atomic>
#include <set>
#include <string>
#include <thread>

namespace tagline::server {
namespace {

using QueryRoutes = ApiTest;

TEST_F(QueryRoutes, EveryWantIsThatOfTheCommandLine) {
  const auto of = [&](const std::string& fields) {
    const HttpReply reply = query("{\"expression\": \"vip\", " + fields + "}");
    EXPECT_EQ(reply.status, 200U) << fields << reply.body;
    return body_of(reply);
  };
  EXPECT_EQ(of(R"("want": "count")")["count"], 3);
  EXPECT_EQ(of(R"("want": null)")["count"], 3);
  EXPECT_EQ(of(R"("want": "ids")")["ids"], Json({"u1", "u3", "u4"}));
  const Json members = of(R"("want": "members", "ids": ["u4", "u2", "nobody", "u4"])");
  EXPECT_EQ(members["members"][1]["member"], "no");
  EXPECT_EQ(members["in"], 2);
  EXPECT_EQ(members["not_in"], 1);
  EXPECT_EQ(members["unknown"], 1);
  const Json stats = of(R"("want": "stats", "tag": "spend")");
  EXPECT_EQ(stats["number"]["sum"], "40.75");
  EXPECT_EQ(stats["number"]["known"], 2);
  EXPECT_EQ(stats["number"]["max"], "30.25");
  EXPECT_FALSE(
      of(R"("want": "stats", "tag": "spend", "detail": "total")")["number"].contains("max"));
  EXPECT_EQ(of(R"("want": "top", "tag": "age", "n": 2)")["people"],
            Json::parse(R"([{"id": "u4", "value": "50"}, {"id": "u3", "value": "40"}])"));
  EXPECT_EQ(of(R"("want": "bottom", "tag": "age", "limit": 1)")["people"],
            Json::parse(R"([{"id": "u1", "value": "20"}])"));
  EXPECT_EQ(of(R"("want": "top", "tag": "age")")["people"].size(), 3U);
  const Json breakdown = of(R"("want": "breakdown", "tag": "city")");
  EXPECT_EQ(breakdown["tags"][0]["rows"][0]["value"], "tier2");
  EXPECT_EQ(breakdown["tags"][0]["rows"][0]["count"], 2);
  const Json cross = of(R"("want": "cross", "rows": "city", "columns": "vip")");
  EXPECT_EQ(cross["rows"]["rows"].size(), cross["counts"].size());
  EXPECT_EQ(of(R"("want": "cross", "tags": ["city", "vip"])")["counts"], cross["counts"]);
  // Nobody is left out: the cells and those without a value are all people of each line.
  for (const char* tags : {R"(["city", "vip"])", R"(["vip", "city"])", R"(["city", "age"])",
                           R"(["age", "city"])", R"(["spend", "age"])"}) {
    const Json table = of(R"("want": "cross", "tags": )" + std::string(tags));
    std::uint64_t all = table["without_both"];
    for (std::size_t i = 0; i < table["counts"].size(); ++i) {
      std::uint64_t line = table["without_column"][i];
      for (const Json& cell : table["counts"][i]) {
        line += cell.get<std::uint64_t>();
      }
      EXPECT_EQ(table["rows"]["rows"][i]["count"], line) << tags;
      all += line;
    }
    for (const Json& without : table["without_row"]) {
      all += without.get<std::uint64_t>();
    }
    EXPECT_EQ(table["count"], all) << tags << table;
  }
  const Json profile = of(R"("want": "profile")");
  EXPECT_EQ(profile["tags"].size(), 4U);
  const Json full = of(R"("want": "profile", "detail": "full")");
  for (std::size_t i = 0; i < full["tags"].size(); ++i) {
    const Json& tag = full["tags"][i];
    EXPECT_FALSE(profile["tags"][i].contains("deviation"));
    EXPECT_EQ(tag.value("rows", Json()), profile["tags"][i].value("rows", Json()));
    EXPECT_EQ(tag.value("mean", Json()), profile["tags"][i].value("mean", Json()));
    if (tag["kind"] == "number") {
      const Json alone = of(R"("want": "stats", "tag": ")" + tag["tag"].get<std::string>() + "\"");
      EXPECT_EQ(tag["deviation"], alone["number"]["deviation"]) << tag;
      EXPECT_EQ(tag["sum"], alone["number"]["sum"]) << tag;
      EXPECT_EQ(alone["number"]["name"], tag["name"]);
    }
  }
  const Json pareto = of(R"("want": "pareto", "tag": "spend", "share": 0.5)");
  EXPECT_EQ(pareto["pareto"]["people"], 1);
  EXPECT_EQ(pareto["pareto"]["share"], 0.5);
  EXPECT_EQ(of(R"("want": "pareto", "tag": "spend")")["pareto"]["share"], 0.8);
}

TEST_F(QueryRoutes, NodesAreThoseOfExplain) {
  const std::string expression = R"("expression": "vip AND age > 30")";
  const Json nodes = body_of(query("{\"want\": \"nodes\", " + expression + "}"));
  const Json explained = body_of(query("{\"explain\": true, " + expression + "}"));
  EXPECT_EQ(nodes["nodes"], explained["explain"]["nodes"]);
  EXPECT_EQ(nodes["sentence"], explained["explain"]["sentence"]);
  EXPECT_EQ(nodes["count"], 2);
  EXPECT_EQ(nodes["nodes"][1]["without"], 3);  // age > 30 alone
  EXPECT_FALSE(nodes.contains("explain"));
}

TEST_F(QueryRoutes, OverlapsOfExpressions) {
  const Json overlap =
      body_of(query(R"({"want": "overlap", "expressions": ["vip", "age > 30", "city:tier1"],
                "regions": true, "as_of": "2026-01-31"})"));
  EXPECT_EQ(overlap["overlaps"], Json::parse("[[3, 2, 1], [2, 3, 0], [1, 0, 2]]"));
  EXPECT_EQ(overlap["as_of"], "2026-01-31");
  EXPECT_FALSE(overlap["regions"].empty());
  const HttpReply wrong = query(R"({"want": "overlap", "expressions": ["vip", "cty:a"]})");
  EXPECT_EQ(wrong.status, 422U);
  EXPECT_NE(body_of(wrong)["detail"].get<std::string>().find("expressions[1]: "), std::string::npos)
      << wrong.body;
  EXPECT_EQ(body_of(wrong)["errors"][0]["at"], 1);
}

TEST_F(QueryRoutes, OverlapsBringTitlesAndWarningsBack) {
  const Json overlap = body_of(query(
      R"({"want": "overlap", "expressions": [{"title": "members", "expression": "vip"},
                                             "vip OR *"]})"));
  const Json& segments = overlap["segments"];
  EXPECT_EQ(segments[0]["title"], "members");
  EXPECT_EQ(segments[0]["warnings"], Json::array());
  EXPECT_EQ(segments[1]["title"], "");
  const Json count = body_of(query(R"({"expression": "vip OR *"})"));
  ASSERT_FALSE(count["warnings"].empty());
  EXPECT_EQ(segments[1]["warnings"], count["warnings"]);
}

TEST_F(QueryRoutes, ABatchIsOfOneStateAndInOrder) {
  const HttpReply reply = query(
      R"({"expressions": ["vip", {"title": "young", "expression": "age<35"}, "cty:a",
                          {"expression": "会员"}], "as_of": "2026-01-31"})");
  ASSERT_EQ(reply.status, 200U) << reply.body;
  const Json body = body_of(reply);
  ASSERT_EQ(body["answers"].size(), 4U);
  EXPECT_EQ(body["answers"][0]["count"], 3);
  EXPECT_EQ(body["answers"][1]["title"], "young");
  EXPECT_EQ(body["answers"][1]["count"], 2);
  EXPECT_EQ(body["answers"][1]["expression"], "age < 35");
  EXPECT_EQ(body["answers"][2]["ok"], false);
  EXPECT_EQ(body["answers"][2]["expression"], "cty:a");
  EXPECT_EQ(body["answers"][2]["errors"][0]["code"], "unknown-tag");
  EXPECT_EQ(body["answers"][3]["ok"], false);
  EXPECT_EQ(body["population"], 5);
  EXPECT_EQ(body["as_of"], "2026-01-31");
  EXPECT_FALSE(body["answers"][0].contains("version"));
  // Faulty ones alone still say what state they were asked of.
  EXPECT_EQ(body_of(query(R"({"expressions": ["cty:a"]})"))["version"], body["version"]);
  EXPECT_EQ(query(R"({"expressions": ["vip", "age < 35"], "timeout_ms": 0})").status, 504U);
}

TEST_F(QueryRoutes, BatchesHaveALimit) {
  const auto of = [&](std::size_t size) {
    Json body;
    body["expressions"] = std::vector<std::string>(size, "vip");
    return query(body.dump());
  };
  EXPECT_EQ(body_of(of(1000))["answers"].size(), 1000U);
  EXPECT_EQ(of(1001).status, 400U);
  EXPECT_EQ(of(0).status, 400U);
}

TEST_F(QueryRoutes, PagesFollowEachOtherUntilTheDataChanges) {
  Json seen = Json::array();
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    Json body = {{"want", "ids"}, {"expression", "*:*"}, {"limit", 2}};
    body["expression"] = "vip OR NOT vip";
    if (!cursor.empty()) {
      body["cursor"] = cursor;
    }
    const Json found = body_of(query(body.dump()));
    EXPECT_EQ(found["count"], 5) << found;
    for (const Json& id : found["ids"]) {
      seen.push_back(id);
    }
    ASSERT_EQ(found["next"].is_null(), page == 2) << found;
    cursor = page == 2 ? cursor : found["next"].get<std::string>();
  }
  EXPECT_EQ(seen, Json({"u1", "u2", "u3", "u4", "u,\"5"}));
  const auto again = [&](const std::string& expression, const std::string& at) {
    return query(Json({{"want", "ids"}, {"expression", expression}, {"cursor", at}}).dump());
  };
  EXPECT_EQ(body_of(again("vip", cursor))["code"], "bad-cursor");
  EXPECT_EQ(again("vip", "nonsense").status, 400U);
  load("id,vip\nu6,yes\n");
  const HttpReply expired = again("vip OR NOT vip", cursor);
  EXPECT_EQ(expired.status, 410U);
  EXPECT_EQ(body_of(expired)["code"], "cursor-expired");
}

TEST_F(QueryRoutes, PagesAreRightBesideAWriter) {
  std::atomic<bool> written{false};
  std::thread writer([&] {
    for (int i = 0; i < 25; ++i) {
      load("id,vip\nw" + std::to_string(i) + ",yes\n");
    }
    written = true;
  });
  // A list begun before a write is told off or was read whole; one begun after the last is whole.
  for (bool last = false; !last;) {
    last = written;
    std::set<std::string> ids;
    std::uint64_t count = 0;
    Json body = {{"want", "ids"}, {"expression", "vip"}, {"limit", 3}};
    for (bool more = true; more;) {
      const HttpReply reply = query(body.dump());
      if (reply.status == 410 && !last) {
        break;
      }
      ASSERT_EQ(reply.status, 200U) << reply.body;
      const Json page = body_of(reply);
      for (const Json& id : page["ids"]) {
        EXPECT_TRUE(ids.insert(id.get<std::string>()).second) << id;
      }
      ASSERT_TRUE(count == 0 || count == page["count"]) << "pages of two states";
      count = page["count"].get<std::uint64_t>();
      more = !page["next"].is_null();
      body["cursor"] = page["next"];
      if (!more) {
        EXPECT_EQ(ids.size(), count);
      }
    }
    EXPECT_TRUE(!last || count == 28);
  }
  writer.join();
}

TEST_F(QueryRoutes, EveryWantTakesItsFieldsAndNoOther) {
  struct Wrong {
    const char* body;
    const char* detail;
    const char* hint;
  };
  for (const Wrong& wrong : {
           Wrong{R"({"expression": "vip", "want": "stats"})",
                 R"(want "stats" needs "tag", a number: e.g. "spend")", "want, expression, tag"},
           Wrong{R"({"want": "ids"})", R"(want "ids" needs "expression")", "limit, cursor"},
           Wrong{R"({})", R"(want "count" needs "expression")", "explain"},
           Wrong{R"({"want": "overlap", "expression": "vip"})",
                 R"(want "overlap" takes no "expression")", "expressions, regions"},
           Wrong{R"({"want": "overlap", "expressions": ["vip"]})", "two expressions", "city:tier1"},
           Wrong{R"({"expression": "vip", "expressions": ["vip"]})",
                 R"(want "count" takes no "expression")", "expressions"},
           Wrong{R"({"expressions": ["vip"], "explain": true})",
                 R"(want "count" takes no "explain")", ""},
           Wrong{R"({"expressions": ["vip"], "want": "ids"})",
                 R"(want "ids" takes no "expressions")", ""},
           Wrong{R"({"expressions": [5]})", "expressions[0]: unexpected 5", "object"},
           Wrong{R"({"expressions": [{"titel": "x", "expression": "vip"}]})",
                 "expressions[0].titel: unexpected key", "title, expression"},
           Wrong{R"({"expressions": [{"title": "x"}]})", "expressions[0].expression", "vip"},
           Wrong{R"({"expression": "vip", "want": "everything"})", "unexpected \"everything\"",
                 R"("count", "ids", "members")"},
           Wrong{R"({"expression": "vip", "want": 5})", "want: unexpected 5", ""},
           Wrong{R"({"expression": "vip", "wants": "ids"})", "wants: unexpected key", "want, "},
           Wrong{R"({"expression": "vip", "want": "ids", "limit": "5"})", "limit: unexpected \"5\"",
                 "without quotes"},
           Wrong{R"({"expression": "vip", "want": "ids", "limit": 0})", "limit: unexpected 0",
                 "1 to 100000"},
           Wrong{R"({"expression": "vip", "want": "ids", "limit": 100001})",
                 "limit: unexpected 100001", "1 to 100000"},
           Wrong{R"({"expression": "vip", "want": "ids", "limit": 18446744073709551616})",
                 "limit: unexpected", ""},
           Wrong{R"({"expression": "vip", "want": "top", "tag": "age", "n": 1, "limit": 1})",
                 "n: unexpected", "one of n and limit"},
           Wrong{R"({"expression": "vip", "want": "stats", "tag": "age", "detail": "some"})",
                 "unexpected \"some\"", "\"full\""},
           Wrong{R"({"expression": "vip", "want": "pareto", "tag": "age", "share": 80})",
                 "share: unexpected 80", "0.8 is 80 percent"},
           Wrong{R"({"expression": "vip", "want": "pareto", "tag": "age", "share": 0})",
                 "share: unexpected", ""},
           Wrong{R"({"expression": "vip", "want": "cross", "rows": "city"})",
                 R"(needs "rows" and "columns")", "level"},
           Wrong{R"({"expression": "vip", "want": "cross", "tags": ["city"]})", "needs", ""},
           Wrong{R"({"expression": "vip", "want": "cross", "tags": ["city", "vip"],
                     "rows": "city"})",
                 "needs", ""},
           Wrong{R"({"expression": "vip", "want": "members", "ids": [1]})", "ids[0]: unexpected 1",
                 "text"},
           Wrong{R"({"expression": "vip", "want": "members", "ids": "u1"})", "ids: unexpected",
                 "list"},
       }) {
    const HttpReply reply = query(wrong.body);
    EXPECT_EQ(reply.status, 400U) << wrong.body << reply.body;
    const Json body = body_of(reply);
    EXPECT_NE(body["message"]["en"].get<std::string>().find(wrong.detail), std::string::npos)
        << wrong.body << reply.body;
    EXPECT_NE(body["hint"]["en"].get<std::string>().find(wrong.hint), std::string::npos)
        << wrong.body << reply.body;
    EXPECT_FALSE(body["message"]["zh-CN"].get<std::string>().empty()) << wrong.body;
  }
}

TEST_F(QueryRoutes, WhatTheDataCannotAnswerIsNoFaultOfThePath) {
  for (const auto& [body, detail] :
       {std::pair{R"({"expression": "vip", "want": "stats", "tag": "spendd"})", "no tag spendd"},
        std::pair{R"({"expression": "vip", "want": "stats", "tag": "city"})", "not a number"},
        std::pair{R"({"expression": "vip", "want": "breakdown", "tag": ""})", "no tag"},
        std::pair{R"({"expression": "cty:a", "want": "ids"})", "cty"}}) {
    const HttpReply reply = query(body);
    EXPECT_EQ(reply.status, 422U) << body << reply.body;
    EXPECT_NE(body_of(reply)["detail"].get<std::string>().find(detail), std::string::npos)
        << reply.body;
  }
}

TEST_F(QueryRoutes, AViewerIsToldOfNoSinglePeople) {
  AccessOptions access;
  access.key_file = (service_->store().folder() / "keys.json").string();
  access.audit_file = (service_->store().folder() / "audit.ndjson").string();
  const auto key = [&](const std::string& name, Role role) {
    NewKey wanted;
    wanted.name = name;
    wanted.role = role;
    return create_key(access.key_file, wanted, std::chrono::system_clock::now()).value().text;
  };
  const std::string viewer = key("viewer", Role::Viewer);
  const std::string analyst = key("analyst", Role::Analyst);
  const auto gate = Gate::open(access, [](const Error&) {});
  ASSERT_TRUE(gate.has_value()) << gate.error().message().en;
  const Routes routes(
      *service_, {}, [] { return ServerStatus{}; }, gate->get());
  const auto as = [&](Role role, const std::string& fields) {
    HttpRequest request;
    request.method = "POST";
    request.target = "/v1/query";
    request.fields = {{"Content-Type", "application/json"},
                      {"X-API-Key", role == Role::Viewer ? viewer : analyst}};
    request.body = "{\"expression\": \"vip\", " + fields + "}";
    engine::Budget budget;
    return routes.answer(request, budget).status;
  };
  for (const char* people :
       {R"("want": "ids")", R"("want": "members", "ids": [])", R"("want": "top", "tag": "age")",
        R"("want": "bottom", "tag": "age")"}) {
    EXPECT_EQ(as(Role::Viewer, people), 403U) << people;
    EXPECT_EQ(as(Role::Analyst, people), 200U) << people;
  }
  for (const char* counts : {R"("want": "count")", R"("want": "stats", "tag": "age")",
                             R"("want": "profile")", R"("want": "nodes")"}) {
    EXPECT_EQ(as(Role::Viewer, counts), 200U) << counts;
  }
}

TEST_F(QueryRoutes, CountsThatTheClientHasAreNotRunAgain) {
  const std::string target = "/v1/count?q=vip&as_of=2026-01-31";
  const HttpReply first = ask("GET", target);
  const std::string tag = field_of(first, "ETag");
  EXPECT_EQ(tag.substr(0, 3), "W/\"") << tag;
  EXPECT_EQ(field_of(first, "Cache-Control"), "private, no-cache");
  const auto status = [&](const std::string& at, const std::string& had) {
    return ask("GET", at, "", {{"if-none-match", had}}).status;
  };
  EXPECT_EQ(status(target, tag), 304U);
  EXPECT_EQ(status(target, "\"other\", " + tag), 304U);
  EXPECT_EQ(status(target, tag.substr(2)), 304U);
  EXPECT_EQ(status(target, "\"other\""), 200U);
  EXPECT_EQ(status(target, "*"), 200U);
  EXPECT_EQ(status("/v1/count?q=vip+&as_of=2026-01-31", tag), 200U);
  EXPECT_EQ(status("/v1/count?q=vip&as_of=2026-02-01", tag), 200U);
  EXPECT_EQ(status("/v1/count?q=vip&as_of=2026-01-31&x=1", tag), 400U);
  const HttpReply unchanged = ask("GET", target, "", {{"If-None-Match", tag}});
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(field_of(unchanged, "ETag"), tag);
  EXPECT_EQ(field_of(ask("HEAD", target), "ETag"), tag);
  EXPECT_EQ(ask("HEAD", target, "", {{"If-None-Match", tag}}).status, 304U);
  EXPECT_EQ(ask("HEAD", "/v1/count?q=cty:a").status, 422U);
  load("id,vip\nu6,yes\n");
  EXPECT_EQ(status(target, tag), 200U);
  EXPECT_NE(field_of(ask("GET", target), "ETag"), tag);
}

}  // namespace
}  // namespace tagline::server
