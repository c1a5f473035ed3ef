// Routes as a function of requests, without sockets.
#include "tests/server/running_fixture.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

using RoutesTest = RunningRoutes;

TEST_F(RoutesTest, CountByAddress) {
  const HttpReply reply = ask("GET", "/v1/count?q=city%3Atier1+AND+vip");
  ASSERT_EQ(reply.status, 200U) << reply.body;
  EXPECT_EQ(field_of(reply, "Content-Type"), "application/json");
  const json body = body_of(reply);
  EXPECT_EQ(body["count"], 1);
  EXPECT_EQ(body["population"], 3);
  EXPECT_EQ(body["expression"], "city:tier1 AND vip");
  EXPECT_EQ(body_of(ask("GET", "/v1/count?q=vip&as_of=2026-01-31"))["as_of"], "2026-01-31");
}

TEST_F(RoutesTest, QueryByBodyAndExplain) {
  const json body = body_of(ask("POST", "/v1/query",
                                R"({"expression": "age:25-45", "as_of": "2026-01-31",
                                    "timeout_ms": 1000, "explain": true})"));
  EXPECT_EQ(body["count"], 2);
  EXPECT_FALSE(body["explain"]["nodes"].empty());
}

TEST_F(RoutesTest, AnExpressionAtFaultIs422WithItsPlace) {
  const HttpReply reply = ask("POST", "/v1/query", R"({"expression": "cty:tier1"})");
  EXPECT_EQ(reply.status, 422U);
  EXPECT_EQ(field_of(reply, "Content-Type"), "application/problem+json");
  EXPECT_EQ(field_of(reply, "Vary"), "Accept-Language");
  const json body = body_of(reply);
  EXPECT_EQ(body["code"], "unknown-tag");
  EXPECT_EQ(body["status"], 422);
  EXPECT_EQ(body["request_id"], "r1");
  EXPECT_EQ(body["errors"][0]["at"], 1);
  EXPECT_EQ(body["errors"][0]["length"], 3);
  EXPECT_EQ(body["errors"][0]["fixes"][0]["insert"], "city");
  EXPECT_EQ(body["detail"], body["message"]["en"]);
}

TEST_F(RoutesTest, WordsAreInTheReadersLanguage) {
  const auto detail = [&](const std::string& languages) {
    const json body = body_of(ask("GET", "/v1/nothing", "", {{"Accept-Language", languages}}));
    return body["detail"] == body["message"]["zh-CN"] ? "zh" : "en";
  };
  EXPECT_STREQ(detail("zh-CN,zh;q=0.9,en;q=0.8"), "zh");
  EXPECT_STREQ(detail("en-GB, zh"), "en");
  EXPECT_STREQ(detail("en;q=0.2, zh;q=0.30"), "zh");
  EXPECT_STREQ(detail("fr, *"), "en");
  EXPECT_STREQ(detail("zh;q=0, en;q=0"), "en");
  EXPECT_STREQ(detail(""), "en");
}

TEST_F(RoutesTest, EditorsAreTold) {
  EXPECT_EQ(body_of(ask("POST", "/v1/check", R"({"expression": "vip  and age>=1"})"))["canonical"],
            "vip AND age >= 1");
  // A faulty expression is what was asked about, not a faulty request.
  const HttpReply reply = ask("POST", "/v1/check", R"({"expression": "vip AND"})");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(body_of(reply)["ok"], false);
}

TEST_F(RoutesTest, TagsAndStatus) {
  EXPECT_EQ(body_of(ask("GET", "/v1/tags"))["tags"].size(), 3U);
  const json status = body_of(ask("GET", "/v1/status"));
  EXPECT_EQ(status["population"], 3);
  EXPECT_EQ(status["requests"], 7);
  EXPECT_TRUE(status.contains("time_zone"));
  const json& build = status["build"];
  EXPECT_EQ(build["kernels"]["in_use"], build["kernels"]["available"].back());
  EXPECT_EQ(build["kernels"]["compiled"][0], "plain");
  EXPECT_LE(build["format"]["oldest_read"], build["format"]["written"]);
  for (const char* library : {"CRoaring", "LMDB", "Boost", "OpenSSL"}) {
    EXPECT_NE(build["libraries"][library].get<std::string>().find('.'), std::string::npos);
  }
  EXPECT_EQ(build["commit"], "abc1234");
  EXPECT_FALSE(build.contains("date"));  // these routes were not told one
  EXPECT_EQ(body_of(ask("GET", "/healthz"))["status"], "ok");
  EXPECT_EQ(body_of(ask("GET", "/readyz"))["status"], "ok");
}

TEST_F(RoutesTest, OnlyHealthIsQuick) {
  HttpRequest request;
  request.method = "GET";
  request.target = "/healthz";
  EXPECT_TRUE(routes_->quick(request).has_value());
  request.target = "/v1/count?q=vip";
  EXPECT_FALSE(routes_->quick(request).has_value());
  request.target = "/healthzz";
  EXPECT_FALSE(routes_->quick(request).has_value());
}

struct Bad {
  const char* method;
  const char* target;
  const char* body;
  unsigned status;
  const char* code;
  const char* detail;  ///< a part of it
  const char* hint;
};

TEST_F(RoutesTest, NeitherDeepNorManyValuedDocumentsBecomeTrees) {
  const std::string deep =
      "{\"expression\": " + std::string(100, '[') + std::string(100, ']') + "}";
  const HttpReply nested = ask("POST", "/v1/query", deep);
  EXPECT_EQ(nested.status, 400U);
  EXPECT_EQ(body_of(nested)["detail"], "brackets are nested deeper than 32 levels");
  std::string many = "{\"ids\": [0";
  for (int i = 0; i < 200'000; ++i) {
    many += ",0";
  }
  const HttpReply refused = ask("POST", "/v1/query", many + "]}");
  EXPECT_EQ(refused.status, 422U);
  EXPECT_EQ(body_of(refused)["code"], "too-large");
}

TEST_F(RoutesTest, WhatIsWrongIsToldPrecisely) {
  for (const Bad& bad : {
           Bad{"GET", "/v1/nothing", "", 404, "not-found", "/v1/nothing", "/v1/query"},
           Bad{"GET", "/v1", "", 404, "not-found", "nothing at /v1", "/v1/query"},
           Bad{"GET", "/v1/count/", "", 404, "not-found", "/v1/count/", "/v1/query"},
           Bad{"DELETE", "/v1/tags", "", 405, "bad-input", "DELETE", "GET, HEAD"},
           Bad{"GET", "/v1/query", "", 405, "bad-input", "GET", "POST"},
           Bad{"get", "/v1/tags", "", 405, "bad-input", "\"get\"", "GET, HEAD"},
           Bad{"GET", "/v1/status?x=1", "", 400, "bad-input", "\"x\"", "takes none"},
           Bad{"GET", "/v1/count?q=vip&q=vip", "", 400, "bad-input", "stands twice", "keep one"},
           Bad{"GET", "/v1/count", "", 400, "bad-input", "\"q\" is missing", "/v1/count?q="},
           Bad{"GET", "/v1/count?q=vip&as_of=soon", "", 400, "bad-input", "\"soon\"", "2026-01-31"},
           Bad{"GET", "/v1/count?q=vip&timeout_ms=-1", "", 400, "bad-input",
               "timeout_ms: -1 is below 0", "digits"},
           Bad{"GET", "/v1/tags?limit=-1", "", 400, "bad-input", "limit: -1 is below 0", "digits"},
           Bad{"GET", "/v1/tags?limit=", "", 400, "bad-input", "limit: nothing is given", "digits"},
           Bad{"GET", "/v1/tags?limit=99999999999999999999", "", 400, "bad-input",
               "larger than any number", "18446744073709551615"},
           Bad{"GET", "/v1/count?q=vip&as_of=", "", 400, "bad-input", "as_of: \"\" is no day",
               "leave as_of out"},
           Bad{"GET", "/v1/count?q=vip&as_of=0000-01-01", "", 400, "bad-input",
               "no day of the years", ""},
           Bad{"GET", "/v1/count?q=%", "", 400, "bad-input", "cannot be read", "UTF-8"},
           Bad{"POST", "/v1/query", "", 400, "bad-input", "not JSON: it is empty", "cut off"},
           Bad{"POST", "/v1/query", "{\"expression\": \"vi", 400, "bad-input",
               "ends too soon, at line 1, column 19", "cut off"},
           Bad{"POST", "/v1/query", "{\"expression\" \"vip\"}", 400, "bad-input",
               "unexpected text at line 1, column 19", "comma"},
           Bad{"POST", "/v1/query", "[]", 400, "bad-input", "unexpected []", "object"},
           Bad{"POST", "/v1/query", "{\"share\": 1e400}", 400, "bad-input",
               "a number is too large at line 1, column", "1.8e308"},
           Bad{"POST", "/v1/query", "{\"share\": 1e400", 400, "bad-input",
               "a number is too large at line 1, column", "1.8e308"},
           Bad{"POST", "/v1/query", "{\"expression\": \"\xff\"}", 400, "bad-input",
               "not UTF-8 at line 1, column 17", "UTF-8"},
           Bad{"POST", "/v1/query", R"({"expression": "\ud800"})", 400, "bad-input",
               "half a surrogate pair at line 1, column", "both halves"},
           Bad{"POST", "/v1/query", R"({"expression": "\udc00"})", 400, "bad-input",
               "half a surrogate pair at line 1, column", "both halves"},
           Bad{"POST", "/v1/query", "{\"expression\": \"\x01\"}", 400, "bad-input",
               "a control character stands in a text at line 1, column 17", "hex"},
           Bad{"POST", "/v1/query", R"({"want": "top", "expression": "vip", "tag": "age", "n": 0})",
               400, "bad-input", "n: unexpected 0, expected 1 to 100000", "expected 1 to"},
           Bad{"POST", "/v1/query", R"({"expression": "vip", "timeout_ms": 10.0})", 400,
               "bad-input", "timeout_ms: unexpected 10.0, expected a whole number of 0 or more",
               ""},
           Bad{"POST", "/v1/query", R"({"expressions": []})", 400, "bad-input",
               "expressions: unexpected 0, expected 1 to 1000 expressions", ""},
           Bad{"POST", "/v1/query", "{}", 400, "bad-input", "needs \"expression\"", ""},
           Bad{"POST", "/v1/query", R"({"expression": 5})", 400, "bad-input", "unexpected 5",
               "text"},
           Bad{"POST", "/v1/query", R"({"expression": "vip", "limit": 5})", 400, "bad-input",
               "takes no \"limit\"", "expression, explain"},
           Bad{"POST", "/v1/query", R"({"expression": "vip", "timeout_ms": -5})", 400, "bad-input",
               "unexpected -5", "0 or more"},
           Bad{"POST", "/v1/query", R"({"expression": "vip", "timeout_ms": 1.5})", 400, "bad-input",
               "unexpected 1.5", "whole number"},
           Bad{"POST", "/v1/query", R"({"expression": "vip", "timeout_ms": "5"})", 400, "bad-input",
               "timeout_ms: unexpected \"5\"", "without quotes"},
           Bad{"POST", "/v1/query", R"({"expression": "vip", "as_of": ""})", 400, "bad-input",
               "as_of: unexpected \"\"", "years 1 to 9999"},
           Bad{"POST", "/v1/query", R"({"expression": "vip", "as_of": "0000-12-31"})", 400,
               "bad-input", "as_of: unexpected", "years 1 to 9999"},
           Bad{"POST", "/v1/query", R"({"expression": "vip", "as_of": 20240101})", 400, "bad-input",
               "as_of: unexpected 20240101", "text"},
           Bad{"POST", "/v1/query",
               R"({"want": "pareto", "expression": "vip", "tag": "age", "share": "0.8"})", 400,
               "bad-input", "share: unexpected \"0.8\"", "without quotes"},
           Bad{"POST", "/v1/query", R"({"expression": "vip", "expression": "vip"})", 400,
               "bad-input", "stands twice", "keep one"},
           Bad{"POST", "/v1/query", R"({"expression": "vip AND age > 1", "timeout_ms": 0})", 504,
               "deadline-exceeded", "", ""},
       }) {
    const HttpReply reply = ask(bad.method, bad.target, bad.body);
    const std::string what = std::string(bad.method) + " " + bad.target + " " + bad.body;
    EXPECT_EQ(reply.status, bad.status) << what << reply.body;
    const json body = body_of(reply);
    EXPECT_EQ(body["code"], bad.code) << what;
    EXPECT_NE(body["detail"].get<std::string>().find(bad.detail), std::string::npos) << reply.body;
    EXPECT_NE(body["hint"]["en"].get<std::string>().find(bad.hint), std::string::npos)
        << reply.body;
    EXPECT_FALSE(body["message"]["zh-CN"].get<std::string>().empty()) << what;
    EXPECT_EQ(field_of(reply, "Allow").empty(), bad.status != 405) << what;
  }
}

TEST_F(RoutesTest, OtherContentTypesAre415) {
  for (const char* type : {"text/plain", "", "application/jsonx"}) {
    const HttpReply reply =
        ask("POST", "/v1/query", R"({"expression": "vip"})", {{"Content-Type", type}});
    EXPECT_EQ(reply.status, 415U) << type;
    EXPECT_NE(body_of(reply)["hint"]["en"].get<std::string>().find("application/json"),
              std::string::npos);
  }
  EXPECT_EQ(ask("POST", "/v1/query", R"({"expression": "vip"})",
                {{"content-type", "Application/JSON ; charset=utf-8"}})
                .status,
            200U);
}

TEST_F(RoutesTest, ARequestsTimeBeginsWhenItArrives) {
  using std::chrono::milliseconds;
  engine::Budget budget;
  const auto waited = [&](HttpRequest request, std::chrono::seconds time) {
    request.arrived = std::chrono::steady_clock::now() - time;
    return routes_->answer(request, budget);
  };
  const auto is_late = [](const HttpReply& reply) {
    return reply.status == 504 && body_of(reply)["code"] == "deadline-exceeded" &&
           reply.body.find("not begun") != std::string::npos;
  };
  HttpRequest count = request_of("GET", "/v1/count?q=vip&timeout_ms=20000");
  count.arrived = std::chrono::steady_clock::now() - std::chrono::seconds(10);
  EXPECT_EQ(routes_->answer(count, budget).status, 200U);
  EXPECT_EQ(budget.deadline, *count.arrived + milliseconds(20'000));
  // A kept answer, too, comes too late.
  EXPECT_TRUE(is_late(waited(count, std::chrono::seconds(21))));
  EXPECT_TRUE(is_late(
      waited(request_of("POST", "/v1/query", R"({"expression": "vip", "timeout_ms": 1000})"),
             std::chrono::seconds(2))));
  // The server's own time, of what has none.
  const std::chrono::seconds long_ago(31);
  EXPECT_TRUE(is_late(waited(request_of("GET", "/v1/count?q=vip"), long_ago)));
  EXPECT_TRUE(is_late(
      waited(request_of("PUT", "/v1/segments/late", R"({"expression": "vip"})"), long_ago)));
  EXPECT_EQ(ask("GET", "/v1/segments/late").status, 404U);
  EXPECT_EQ(waited(request_of("GET", "/readyz"), long_ago).status, 200U);
}

TEST_F(RoutesTest, WhatOperatorsAskIsExpress) {
  for (const char* target : {"/readyz", "/v1/status", "/metrics", "/v1/queries", "/docs",
                             "/openapi.json", "/v1/status?x=1"}) {
    EXPECT_TRUE(routes_->is_express(request_of("GET", target))) << target;
  }
  EXPECT_TRUE(routes_->is_express(request_of("DELETE", "/v1/queries/r1")));
  for (const char* target : {"/v1/count?q=vip", "/v1/segments", "/nothing", "/v1/backup", "%zz"}) {
    EXPECT_FALSE(routes_->is_express(request_of("GET", target))) << target;
  }
  EXPECT_FALSE(routes_->is_express(request_of("POST", "/v1/status")));
}

TEST_F(RoutesTest, RefusalsBeforeTheRoutesHaveWords) {
  HttpRequest request;
  request.id = "r2";
  for (const unsigned status : {400U, 408U, 413U, 431U, 500U, 503U}) {
    const HttpReply reply = refusal_of(request, status, 1000, 2000, false, false);
    EXPECT_EQ(reply.status, status);
    const json body = body_of(reply);
    EXPECT_FALSE(body["hint"]["en"].get<std::string>().empty()) << status;
    EXPECT_FALSE(body["hint"]["zh-CN"].get<std::string>().empty()) << status;
    EXPECT_EQ(field_of(reply, "Retry-After").empty(), status != 503);
  }
  // Of a 503 there are two causes, and it says which.
  const auto words = [&](bool ending) {
    const HttpReply reply = refusal_of(request, 503, 1000, 2000, false, ending);
    EXPECT_EQ(field_of(reply, "Retry-After"), "1");
    return body_of(reply)["message"]["en"].get<std::string>();
  };
  EXPECT_EQ(words(false), "too many requests are waiting");
  EXPECT_EQ(words(true), "the server is ending; the request was not begun");
}

}  // namespace
}  // namespace tagline::server
