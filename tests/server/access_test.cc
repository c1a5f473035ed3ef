// Who is let in by routes, what they may do there, and what is written down of it. No sockets.
#include "server/access/key_file.h"
#include "server/api/gate.h"
#include "server/api/route.h"
#include "server/api/routes.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

HttpReply three_ids(const Call& call) {
  if (auto refused = call.may_export("vip"); refused.has_value()) {
    return std::move(*refused);
  }
  HttpReply reply;
  reply.stream = [audit = call.audit](const BodySink& sink) {
    for (const char* id : {"u1\n", "u2\n", "u3\n"}) {
      if (!sink(id)) {
        return;
      }
      audit->add_ids(1);
    }
  };
  return reply;
}

int written = 0;
HttpReply write_something(const Call& /*call*/) {
  ++written;
  return json_reply("{}");
}

HttpReply who(const Call& call) {
  return json_reply(json{{"id", call.caller.key_id}, {"name", call.caller.name}}.dump());
}

class AccessTest : public testing::Test {
 protected:
  void SetUp() override {
    written = 0;
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    storage::OpenOptions storage;
    storage.mode = storage::OpenMode::Create;
    service_ = Service::open((folder_ / "db").string(), storage).value();
    const std::filesystem::path file = folder_ / "users.csv";
    std::ofstream(file) << "id,vip\nu1,yes\nu2,no\n";
    ASSERT_TRUE(service_->load(std::nullopt, {file.string()}, {}).has_value());
    options_.key_file = (folder_ / "db" / "keys.json").string();
    options_.audit_file = (folder_ / "audit.ndjson").string();
  }
  void TearDown() override {
    routes_.reset();
    gate_.reset();
    service_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    auto gate = Gate::open(options_, [this](const Error& error) { reports_.push_back(error); });
    ASSERT_TRUE(gate.has_value()) << gate.error().message().en;
    gate_ = std::move(*gate);
    routes_ = std::make_unique<Routes>(
        *service_, RoutesOptions{}, [] { return ServerStatus{}; }, gate_.get());
    routes_->add({"GET", "/v1/three_ids", {}, Role::Viewer, three_ids});
    routes_->add({"GET", "/v1/who", {}, Role::Viewer, who});
    routes_->add({"GET", "/v1/people", {}, Role::Analyst, who});
    routes_->add({"POST", "/v1/write", {}, Role::Operator, write_something});
    routes_->add({"DELETE", "/v1/write", {}, Role::Admin, write_something});
  }
  std::string key(const std::string& name, Role role = Role::Viewer,
                  std::optional<Rate> rate = std::nullopt) {
    NewKey wanted;
    wanted.name = name;
    wanted.role = role;
    wanted.rate = rate;
    return create_key(options_.key_file, wanted, std::chrono::system_clock::now()).value().text;
  }

  HttpRequest request(const std::string& method, const std::string& target,
                      std::vector<HttpField> fields = {}) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.fields = std::move(fields);
    request.peer = "10.0.0.1:5000";
    request.id = "r1";
    return request;
  }
  // As the server does: quick first.
  HttpReply ask(const HttpRequest& request) {
    if (auto reply = routes_->quick(request); reply.has_value()) {
      return std::move(*reply);
    }
    engine::Budget& budget = budgets_.emplace_back();
    return routes_->answer(request, budget);
  }
  HttpReply ask(const std::string& method, const std::string& target,
                const std::vector<HttpField>& fields = {}) {
    return ask(request(method, target, fields));
  }
  HttpReply with(const std::string& key, const std::string& method, const std::string& target) {
    return ask(method, target, {{"Authorization", "Bearer " + key}});
  }
  static std::string field_of(const HttpReply& reply, const std::string& name) {
    for (const HttpField& field : reply.fields) {
      if (field.name == name) {
        return field.value;
      }
    }
    return {};
  }
  std::vector<json> audit() const {
    std::ifstream in(options_.audit_file);
    std::vector<json> lines;
    for (std::string line; std::getline(in, line);) {
      lines.push_back(json::parse(line));
    }
    return lines;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_access_" + std::to_string(getpid()));
  AccessOptions options_;
  std::vector<Error> reports_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Routes> routes_;
  std::deque<engine::Budget> budgets_;  ///< of all requests: replies in pieces look at theirs
};

TEST_F(AccessTest, OnLoopbackWithoutKeysEverybodyMayDoAll) {
  open();
  EXPECT_EQ(ask("GET", "/v1/count?q=vip").status, 200U);
  EXPECT_EQ(ask("DELETE", "/v1/write").status, 200U);
  EXPECT_EQ(written, 1);
}

TEST_F(AccessTest, WithKeysOneIsNeeded) {
  const std::string dashboard = key("dashboard");
  open();
  const HttpReply none = ask("GET", "/v1/count?q=vip");
  EXPECT_EQ(none.status, 401U);
  EXPECT_EQ(field_of(none, "WWW-Authenticate"), "Bearer realm=\"tagline\"");
  const json body = json::parse(none.body);
  EXPECT_EQ(body["code"], "unauthorized");
  EXPECT_EQ(body["title"], "Unauthorized");
  EXPECT_NE(body["hint"]["en"].get<std::string>().find("Authorization: Bearer"), std::string::npos);
  EXPECT_NE(body["message"]["zh-CN"], "");

  EXPECT_EQ(with(dashboard, "GET", "/v1/count?q=vip").status, 200U);
  EXPECT_EQ(ask("GET", "/v1/who", {{"authorization", "bearer   " + dashboard}}).status, 200U);
  const json me = json::parse(ask("GET", "/v1/who", {{"X-API-Key", dashboard}}).body);
  EXPECT_EQ(me["name"], "dashboard");
  EXPECT_EQ(me["id"], dashboard.substr(4, 12));
  // A proxy's own credentials are not ours.
  EXPECT_EQ(
      ask("GET", "/v1/who", {{"Authorization", "Basic eDp5"}, {"X-API-Key", dashboard}}).status,
      200U);
}

TEST_F(AccessTest, WhatIsNoLiveKeyIsNotLetIn) {
  const std::string dashboard = key("dashboard");
  NewKey old;
  old.name = "old";
  old.expires = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
  const std::string expired =
      create_key(options_.key_file, old, std::chrono::sys_days(std::chrono::year(2019) / 1 / 1))
          .value()
          .text;
  const std::string revoked = key("gone");
  ASSERT_TRUE(revoke_key(options_.key_file, "gone", std::chrono::system_clock::now()).has_value());
  open();
  const auto detail = [&](const std::string& key) {
    const HttpReply reply = with(key, "GET", "/v1/who");
    EXPECT_EQ(reply.status, 401U);
    EXPECT_NE(field_of(reply, "WWW-Authenticate").find("invalid_token"), std::string::npos);
    return json::parse(reply.body)["detail"].get<std::string>();
  };
  EXPECT_EQ(detail(expired), "the key \"old\" has expired");
  EXPECT_EQ(detail(revoked), "the key \"gone\" has been revoked");
  for (const std::string& wrong :
       {std::string(), std::string("x"), dashboard + "0", dashboard.substr(0, 80),
        dashboard.substr(0, 17) + std::string(64, 'a'), std::string(100'000, 'a')}) {
    EXPECT_EQ(detail(wrong), "this key is not known");
  }
}

TEST_F(AccessTest, HealthIsOpenAndNothingElseIsNotEvenWhatIsNotThere) {
  key("dashboard");
  open();
  EXPECT_EQ(ask("GET", "/healthz").status, 200U);
  EXPECT_EQ(ask("GET", "/readyz").status, 200U);
  for (const auto& [method, target] : {std::pair("GET", "/v1"),
                                       {"GET", "/nothing"},
                                       {"POST", "/healthz"},
                                       {"GET", "/healthz/"},
                                       {"PUT", "/v1/count"},
                                       {"GET", "/v1/status"},
                                       {"OPTIONS", "/v1/count"}}) {
    EXPECT_EQ(ask(method, target).status, 401U) << method << " " << target;
  }
}

TEST_F(AccessTest, EveryRouteThatIsNotOpenNeedsAKey) {
  key("dashboard");
  open();
  std::size_t open_routes = 0;
  for (const RouteName& name : routes_->names()) {
    std::string target = name.path;
    for (std::size_t at = 0; (at = target.find('{')) != std::string::npos;) {
      target.replace(at, target.find('}') - at + 1, "x");
    }
    HttpRequest one = request(name.method, target);
    one.peer = "10.0.1." + std::to_string(open_routes) + ":1";
    engine::Budget budget;
    const unsigned status = routes_->answer(one, budget).status;
    if (status != 401 && status != 429) {
      ++open_routes;
      EXPECT_TRUE(target == "/healthz" || target == "/readyz" || target == "/openapi.json" ||
                  target == "/docs" || target == "/")
          << target;
    }
  }
  EXPECT_EQ(open_routes, 5U);
}

TEST_F(AccessTest, RolesMayDoWhatThoseBelowMayAndNoMore) {
  const std::vector<std::string> keys = {key("v", Role::Viewer), key("a", Role::Analyst),
                                         key("o", Role::Operator), key("m", Role::Admin)};
  open();
  const std::vector<std::pair<std::string, std::string>> needs = {
      {"GET", "/v1/who"}, {"GET", "/v1/people"}, {"POST", "/v1/write"}, {"DELETE", "/v1/write"}};
  for (std::size_t role = 0; role < keys.size(); ++role) {
    for (std::size_t needed = 0; needed < needs.size(); ++needed) {
      const HttpReply reply = with(keys[role], needs[needed].first, needs[needed].second);
      EXPECT_EQ(reply.status, role >= needed ? 200U : 403U) << role << " " << needed;
    }
  }
  EXPECT_EQ(written, 3);
  const HttpReply refused = with(keys[0], "POST", "/v1/write");
  const json body = json::parse(refused.body);
  EXPECT_EQ(body["code"], "forbidden");
  EXPECT_EQ(body["detail"], "this needs the role operator; the key \"v\" is of a viewer");
  EXPECT_EQ(with(keys[0], "GET", "/v1/three_ids").status, 403U);
  EXPECT_EQ(with(keys[1], "GET", "/v1/three_ids").status, 200U);
}

TEST_F(AccessTest, ViewersSeeAndEndTheirOwnQueriesOthersOnlyOperators) {
  const std::string mine = key("mine");
  const std::string other = key("other", Role::Analyst);
  const std::string operating = key("operator", Role::Operator);
  open();
  static bool asked_from_within;  // by the query while it runs
  asked_from_within = false;
  static std::function<void()> while_it_runs;
  routes_->add({"GET", "/v1/slow", {}, Role::Viewer, [](const Call& call) {
                  static_cast<void>(call.limit(std::nullopt));
                  while_it_runs();
                  asked_from_within = true;
                  const Status ended = call.budget.check();
                  return ended.has_value() ? json_reply("{}") : call.fail(ended.error());
                }});
  const auto listed = [&](const std::string& who) {
    return json::parse(with(who, "GET", "/v1/queries").body)["queries"].size();
  };
  const auto ended_by = [&](const std::string& who, unsigned expected) {
    while_it_runs = [&] {
      EXPECT_EQ(listed(mine), 1U);
      EXPECT_EQ(listed(other), 0U);
      EXPECT_EQ(listed(operating), 1U);
      EXPECT_EQ(with(who, "DELETE", "/v1/queries/r1").status, expected);
    };
    return with(mine, "GET", "/v1/slow").status;
  };
  EXPECT_EQ(ended_by(other, 404U), 200U);
  EXPECT_EQ(ended_by(mine, 200U), 409U);
  EXPECT_EQ(ended_by(operating, 200U), 409U);
  EXPECT_TRUE(asked_from_within);
  while_it_runs = nullptr;
  // Ending one is written down.
  const auto lines = audit();
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const json& line) {
                            return line["phase"] == "begin" && line["what"] == "write" &&
                                   line["method"] == "DELETE";
                          }),
            3);
}

TEST_F(AccessTest, ABrokenFileOfKeysOpensNothing) {
  const std::string dashboard = key("dashboard");
  open();
  gate_.reset();
  std::ofstream(options_.key_file) << "{";
  const auto refused = Gate::open(options_, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message().en.find("keys.json"), std::string::npos);
}

TEST_F(AccessTest, WhereOthersReachItOrAKeyIsAskedForOneIsNeeded) {
  options_.loopback = false;
  const auto refused = Gate::open(options_, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().hint().en.find("tagline key create"), std::string::npos);
  key("gone");
  ASSERT_TRUE(revoke_key(options_.key_file, "gone", std::chrono::system_clock::now()).has_value());
  EXPECT_FALSE(Gate::open(options_, {}).has_value()) << "none that lives";
  const std::string live = key("live");
  open();
  EXPECT_EQ(ask("GET", "/v1/who").status, 401U);
  EXPECT_EQ(with(live, "GET", "/v1/who").status, 200U);

  std::filesystem::remove(options_.key_file);
  options_.loopback = true;
  options_.require_key = true;
  open();
  EXPECT_EQ(ask("GET", "/v1/who").status, 401U);
}

TEST_F(AccessTest, AKeyMayAskAsOftenAsItsRateSays) {
  const std::string slow = key("slow", Role::Viewer, Rate{2, std::chrono::seconds(3600)});
  const std::string other = key("other");
  const std::string free = key("free", Role::Viewer, Rate{1000, std::chrono::seconds(1)});
  options_.rate = Rate{5, std::chrono::seconds(3600)};
  open();
  const HttpReply first = with(slow, "GET", "/v1/who");
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(field_of(first, "RateLimit-Limit"), "2");
  EXPECT_EQ(field_of(first, "RateLimit-Remaining"), "1");
  EXPECT_EQ(field_of(first, "RateLimit-Reset"), "1800");
  EXPECT_EQ(with(slow, "GET", "/v1/nothing").status, 404U);
  const HttpReply third = with(slow, "GET", "/v1/who");
  EXPECT_EQ(third.status, 429U);
  EXPECT_EQ(json::parse(third.body)["code"], "rate-limited");
  EXPECT_EQ(field_of(third, "RateLimit-Remaining"), "0");
  EXPECT_GT(std::stoi(field_of(third, "Retry-After")), 1700);
  EXPECT_EQ(ask("GET", "/healthz").status, 200U);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(with(other, "GET", "/v1/who").status, 200U) << i;
  }
  EXPECT_EQ(with(other, "GET", "/v1/who").status, 429U);
  EXPECT_EQ(with(free, "GET", "/v1/who").status, 200U);
}

TEST_F(AccessTest, BodiesOfWhoIsNotLetInAreNotTaken) {
  const std::string viewer = key("viewer");
  const std::string operating = key("operator", Role::Operator);
  const std::string hasty = key("hasty", Role::Operator, Rate{1, std::chrono::seconds(3600)});
  open();
  const auto admitted = [&](const std::string& shown, const std::string& target) {
    std::vector<HttpField> fields{{"Content-Type", "text/csv"}};
    if (!shown.empty()) {
      fields.push_back({"Authorization", "Bearer " + shown});
    }
    const HttpAdmission admission = routes_->admission(request("POST", target, fields));
    return admission.refusal.has_value() ? admission.refusal->status : 100U;
  };
  for (const char* target : {"/v1/write", "/v1/load", "/v1/query", "/v1/nothing"}) {
    EXPECT_EQ(admitted("", target), 401U) << target;
    EXPECT_EQ(admitted("tk_wrong", target), 401U) << target;
    EXPECT_EQ(admitted(operating, target), 100U) << target;
  }
  EXPECT_EQ(admitted(viewer, "/v1/write"), 403U);
  EXPECT_EQ(admitted(viewer, "/v1/load"), 403U);
  EXPECT_EQ(admitted(viewer, "/v1/query"), 100U);
  // To be looked at is no request yet.
  EXPECT_EQ(admitted(hasty, "/v1/write"), 100U);
  EXPECT_EQ(admitted(hasty, "/v1/write"), 100U);
  EXPECT_EQ(with(hasty, "POST", "/v1/write").status, 200U);
  EXPECT_EQ(admitted(hasty, "/v1/write"), 429U);
  EXPECT_EQ(written, 1);
}

TEST_F(AccessTest, WithoutKeysAddressesHaveTheRate) {
  options_.rate = Rate{1, std::chrono::seconds(3600)};
  open();
  HttpRequest mine = request("GET", "/v1/who");
  EXPECT_EQ(ask(mine).status, 200U);
  mine.peer = "10.0.0.1:5001";
  EXPECT_EQ(ask(mine).status, 429U);
  mine.peer = "10.0.0.2:5001";
  EXPECT_EQ(ask(mine).status, 200U);
}

TEST_F(AccessTest, WrongKeysAreAnsweredMoreAndMoreSlowlyAndRightOnesAlways) {
  const std::string dashboard = key("dashboard");
  open();
  unsigned unauthorized = 0;
  HttpReply last;
  for (int i = 0; i < 40; ++i) {
    last = with("tgl_guess" + std::to_string(i), "GET", "/v1/who");
    unauthorized += last.status == 401 ? 1U : 0U;
  }
  EXPECT_EQ(unauthorized, 20U);
  EXPECT_EQ(last.status, 429U);
  EXPECT_NE(field_of(last, "Retry-After"), "");
  EXPECT_EQ(with(dashboard, "GET", "/v1/who").status, 200U);
  HttpRequest elsewhere = request("GET", "/v1/who");
  elsewhere.peer = "10.0.0.9:1";
  EXPECT_EQ(ask(elsewhere).status, 401U);
}

TEST_F(AccessTest, PagesOfNamedOriginsMayAsk) {
  const std::string dashboard = key("dashboard");
  options_.cors = {"https://dash.example.com", "http://localhost:3000"};
  open();
  const std::vector<HttpField> asked = {{"Origin", "https://dash.example.com"},
                                        {"Access-Control-Request-Method", "POST"},
                                        {"Access-Control-Request-Headers", "authorization"}};
  const HttpReply preflight = ask("OPTIONS", "/v1/query", asked);
  EXPECT_EQ(preflight.status, 204U) << "needs no key: browsers send none";
  EXPECT_EQ(field_of(preflight, "Access-Control-Allow-Origin"), "https://dash.example.com");
  EXPECT_NE(field_of(preflight, "Access-Control-Allow-Methods").find("DELETE"), std::string::npos);
  EXPECT_NE(field_of(preflight, "Access-Control-Allow-Headers").find("Idempotency-Key"),
            std::string::npos);
  EXPECT_NE(field_of(preflight, "Access-Control-Allow-Headers").find("Authorization"),
            std::string::npos);
  EXPECT_EQ(field_of(preflight, "Vary"), "Origin");

  HttpReply reply =
      ask("GET", "/v1/who", {{"Origin", "http://localhost:3000"}, {"X-API-Key", dashboard}});
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(field_of(reply, "Access-Control-Allow-Origin"), "http://localhost:3000");
  EXPECT_NE(field_of(reply, "Access-Control-Expose-Headers").find("RateLimit-Remaining"),
            std::string::npos);
  EXPECT_EQ(field_of(reply, "Access-Control-Allow-Credentials"), "");
  // Refusals too, or the page could not tell its reader why.
  reply = ask("GET", "/v1/who", {{"Origin", "http://localhost:3000"}});
  EXPECT_EQ(reply.status, 401U);
  EXPECT_EQ(field_of(reply, "Access-Control-Allow-Origin"), "http://localhost:3000");

  for (const char* origin : {"https://evil.example", "https://dash.example.com.evil.example",
                             "http://dash.example.com", "null", ""}) {
    EXPECT_EQ(
        ask("OPTIONS", "/v1/query", {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}})
            .status,
        403U);
    reply = ask("GET", "/v1/who", {{"Origin", origin}, {"X-API-Key", dashboard}});
    EXPECT_EQ(field_of(reply, "Access-Control-Allow-Origin"), "") << origin;
    EXPECT_EQ(field_of(reply, "Vary"), "Origin");
  }
}

TEST_F(AccessTest, AllOriginsOrNone) {
  open();
  const std::vector<HttpField> page = {{"Origin", "https://dash.example.com"}};
  EXPECT_EQ(field_of(ask("GET", "/v1/who", page), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(field_of(ask("GET", "/v1/who", page), "Vary"), "");
  options_.cors = {"*"};
  open();
  EXPECT_EQ(field_of(ask("GET", "/v1/who", page), "Access-Control-Allow-Origin"), "*");
}

TEST(Origins, AreExact) {
  for (const char* text : {"*", "https://a.example", "http://localhost:3000", "http://[::1]:80"}) {
    EXPECT_TRUE(is_origin(text)) << text;
  }
  for (const char* text : {"", "a.example", "https://", "https://a.example/", "https://A.example",
                           "https://*.example", "://a", "https://a b"}) {
    EXPECT_FALSE(is_origin(text)) << text;
  }
}

TEST_F(AccessTest, WithoutKeysBrowsersAreNotTrickedIntoAsking) {
  options_.hosts = {"tagline.lan"};
  open();
  const auto status = [&](const std::string& method, const std::vector<HttpField>& fields) {
    return ask(method, method == "GET" ? "/v1/who" : "/v1/write", fields).status;
  };
  EXPECT_EQ(status("GET", {{"Host", "127.0.0.1:8080"}}), 200U);
  EXPECT_EQ(status("GET", {{"Host", "localhost"}}), 200U);
  EXPECT_EQ(status("GET", {{"Host", "tagline.lan:8080"}}), 200U);
  EXPECT_EQ(status("GET", {{"Host", "evil.example"}}), 421U);
  EXPECT_EQ(status("POST", {{"Host", "localhost"}}), 200U);
  EXPECT_EQ(status("POST", {{"Host", "localhost:8080"}, {"Origin", "http://localhost:8080"}}),
            200U);
  EXPECT_EQ(status("POST", {{"Host", "localhost:8080"}, {"Origin", "https://evil.example"}}), 403U);
  EXPECT_EQ(status("POST", {{"Host", "localhost:8080"}, {"Origin", "null"}}), 403U);
  EXPECT_EQ(status("DELETE", {{"Host", "localhost:8080"}, {"Origin", "http://localhost:3000"}}),
            403U);
  EXPECT_EQ(written, 2);
  // With keys the name does not matter: what a browser has none of cannot be stolen from it.
  const std::string admin = key("admin", Role::Admin);
  open();
  EXPECT_EQ(status("GET", {{"Host", "dash.example"}, {"X-API-Key", admin}}), 200U);
}

TEST_F(AccessTest, WritesAndExportsAreLogged) {
  const std::string analyst = key("ann", Role::Analyst);
  const std::string admin = key("root", Role::Admin);
  open();
  EXPECT_EQ(with(admin, "GET", "/v1/count?q=vip").status, 200U);
  EXPECT_EQ(with(analyst, "POST", "/v1/write").status, 403U);
  EXPECT_TRUE(audit().empty()) << "a count is no export, what is refused no write";

  EXPECT_EQ(with(admin, "POST", "/v1/write").status, 200U);
  std::vector<json> lines = audit();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["phase"], "begin");
  EXPECT_EQ(lines[0]["what"], "write");
  EXPECT_EQ(lines[0]["name"], "root");
  EXPECT_EQ(lines[0]["key"], admin.substr(4, 12));
  EXPECT_EQ(lines[0]["role"], "admin");
  EXPECT_EQ(lines[0]["peer"], "10.0.0.1:5000");
  EXPECT_EQ(lines[0]["method"], "POST");
  EXPECT_EQ(lines[0]["path"], "/v1/write");
  EXPECT_EQ(lines[0]["request_id"], "r1");
  EXPECT_EQ(lines[1]["phase"], "end");
  EXPECT_EQ(lines[1]["entry"], lines[0]["entry"]);
  EXPECT_EQ(lines[1]["status"], 200);

  HttpReply ids = with(analyst, "GET", "/v1/three_ids");
  ASSERT_EQ(audit().size(), 3U) << "before the first id goes";
  ids.stream([](std::string_view) { return true; });
  lines = audit();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[2]["what"], "export");
  EXPECT_EQ(lines[2]["expression"], "vip");
  EXPECT_EQ(lines[3]["ids"], 3);
  EXPECT_EQ(lines[3]["bytes"], 9);
  EXPECT_EQ(lines[3]["complete"], true);

  // A client that goes away after two of them.
  ids = with(analyst, "GET", "/v1/three_ids");
  ids.stream([left = 2](std::string_view) mutable { return left-- > 0; });
  EXPECT_EQ(audit().back()["ids"], 2);
  EXPECT_EQ(audit().back()["complete"], false);
  // One that is gone before the first.
  ids = with(analyst, "GET", "/v1/three_ids");
  ids = {};
  EXPECT_EQ(audit().back()["phase"], "end");
  EXPECT_EQ(audit().back()["ids"], 0);
  EXPECT_EQ(with(analyst, "GET", "/v1/people").status, 200U);
  EXPECT_EQ(audit().back()["phase"], "end");
  EXPECT_EQ(audit().size(), 10U);
}

TEST_F(AccessTest, WhatCannotBeLoggedIsNotDone) {
  options_.audit_file = "/dev/full";
  open();
  const HttpReply refused = ask("POST", "/v1/write");
  EXPECT_EQ(refused.status, 507U);
  EXPECT_EQ(json::parse(refused.body)["code"], "disk-full");
  EXPECT_EQ(written, 0);
  EXPECT_EQ(ask("GET", "/v1/three_ids").status, 507U);
  EXPECT_EQ(ask("GET", "/v1/count?q=vip").status, 200U) << "nothing to be logged";
  EXPECT_EQ(reports_.size(), 2U);
  options_.audit_file = (folder_ / "none" / "audit").string();
  EXPECT_FALSE(Gate::open(options_, {}).has_value());
}

// As on a read-only mount. What may not be written for root either is a file of the kernel.
TEST_F(AccessTest, WhereTheLogMayBeMissingOnlyWhatMustBeLoggedIsRefused) {
  std::filesystem::create_symlink("/proc/sys/kernel/ostype", options_.audit_file);
  EXPECT_FALSE(Gate::open(options_, {}).has_value());
  options_.audit_may_be_missing = true;
  open();
  ASSERT_EQ(reports_.size(), 1U);
  EXPECT_EQ(reports_[0].code(), ErrorCode::ReadOnly);
  EXPECT_EQ(ask("GET", "/v1/count?q=vip").status, 200U);
  const HttpReply refused = ask("GET", "/v1/three_ids");
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(json::parse(refused.body)["code"], "read-only");
  EXPECT_EQ(ask("POST", "/v1/write").status, 503U);
  EXPECT_EQ(written, 0);
  EXPECT_FALSE(gate_->audit().reopen().has_value());
  // It may be written from now on, and nothing needs a restart.
  std::filesystem::remove(options_.audit_file);
  EXPECT_EQ(ask("POST", "/v1/write").status, 200U);
  EXPECT_EQ(audit().size(), 2U);
  options_.audit_file = (folder_ / "none" / "audit").string();
  EXPECT_FALSE(Gate::open(options_, {}).has_value()) << "a mistake, and no read-only folder";
}

TEST_F(AccessTest, TheLogIsReopenedForRotation) {
  open();
  EXPECT_EQ(ask("POST", "/v1/write").status, 200U);
  std::filesystem::rename(options_.audit_file, options_.audit_file + ".1");
  EXPECT_EQ(ask("POST", "/v1/write").status, 200U);
  EXPECT_FALSE(std::filesystem::exists(options_.audit_file)) << "goes on in the old one";
  ASSERT_TRUE(gate_->audit().reopen().has_value());
  EXPECT_EQ(ask("POST", "/v1/write").status, 200U);
  EXPECT_EQ(audit().size(), 2U);
}

TEST_F(AccessTest, NothingAClientSendsBreaksALineOfTheLog) {
  open();
  HttpRequest hostile = request("POST", "/v1/write");
  hostile.id = "a\"b";
  hostile.peer = "\xff\n\"";
  EXPECT_EQ(ask(hostile).status, 200U);
  EXPECT_EQ(audit().size(), 2U);
}

TEST_F(AccessTest, KeptCountsAreForWhoIsLetInAndCountAsRequests) {
  service_->keep_answers(1U << 20U);
  Rate rate{3, std::chrono::hours(1)};
  const std::string mine = key("mine", Role::Viewer, rate);
  open();
  const std::string target = "/v1/count?q=vip";
  EXPECT_EQ(with(mine, "GET", target).status, 200U);
  const HttpReply kept = with(mine, "GET", target);
  EXPECT_EQ(kept.status, 200U);
  EXPECT_EQ(field_of(kept, "RateLimit-Remaining"), "1");
  EXPECT_EQ(kept.key, "mine");
  EXPECT_EQ(ask("GET", target).status, 401U);
  EXPECT_EQ(with("tgl_no_key", "GET", target).status, 401U);
  EXPECT_EQ(with(mine, "GET", target).status, 200U);
  EXPECT_EQ(with(mine, "GET", target).status, 429U);
}

}  // namespace
}  // namespace tagline::server
