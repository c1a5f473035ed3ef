// /v1/ingest: what is acknowledged is in the next answer; random histories against a naive model.
#include "server/api/route.h"
#include "server/ingest_queue.h"
#include "server/operation_json.h"
#include "tests/server/loopback.h"
#include "tests/server/shop_routes.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using Json = nlohmann::ordered_json;

class IngestRoutes : public testing::Test {
 protected:
  Json ingest(const Json& operations, unsigned status = 200, const std::string& query = {}) {
    const HttpReply reply = shop_.ask("POST", "/v1/ingest" + query, operations.dump());
    EXPECT_EQ(reply.status, status) << reply.body;
    return Json::parse(reply.body);
  }
  std::uint64_t count(const std::string& expression) {
    const HttpReply reply = shop_.ask("POST", "/v1/query", Json{{"expression", expression}}.dump());
    EXPECT_EQ(reply.status, 200U) << expression << " " << reply.body;
    return Json::parse(reply.body)["count"];
  }
  Json user(const std::string& id) { return Json::parse(shop_.ask("GET", "/v1/users/" + id).body); }
  void fold() {
    ASSERT_TRUE(shop_.service().store().write([](storage::WriteTxn& txn) { return txn.fold(); }));
  }
  ShopRoutes shop_{"ingest_routes"};
};

TEST_F(IngestRoutes, AnAcknowledgedChangeIsInTheNextAnswer) {
  EXPECT_EQ(count("vip"), 2U);
  const Json done = ingest({{{"user", "u2"}, {"set", {{"vip", true}, {"city", "tier9"}}}},
                            {{"user", "new"}, {"set", {{"age", 33}, {"vip", "yes"}}}}});
  EXPECT_EQ(done["applied"], 2);
  EXPECT_EQ(done["users_new"], 1);
  EXPECT_EQ(done["tags_new"], 0);
  EXPECT_EQ(count("vip"), 4U);
  EXPECT_EQ(count("city:tier9"), 1U);
  EXPECT_EQ(count("city:tier1"), 1U);
  EXPECT_EQ(count("age:33"), 1U);
  EXPECT_EQ(count("*"), 5U);
  ingest({{{"user", "u2"}, {"clear", {"vip"}}, {"set", {{"city", nullptr}}}}});
  EXPECT_EQ(count("vip"), 3U);
  EXPECT_EQ(count("city:*"), 3U);
  fold();
  EXPECT_EQ(count("vip"), 3U);
  EXPECT_EQ(count("city:*"), 3U);
}

TEST_F(IngestRoutes, LinksLeadToOnePersonBeforeTheRestIsDone) {
  const Json done = ingest({{{"user", "u1"}, {"link", {"phone:13800138000"}}},
                            {{"user", "u2"}, {"set", {{"city", "tier3"}}}},
                            // u2 is u1 from here on, the earlier of them, and so is the phone.
                            {{"user", "u2"},
                             {"link", {"phone:138 0013 8000"}},
                             {"set", {{"spend", 5}}},
                             {"add", {{"interests", "art"}}}},
                            {{"user", "phone:13800138000"}, {"set", {{"age", 77}}}},
                            {{"user", "new"}, {"link", {"crm:c9"}}, {"set", {{"vip", true}}}}});
  EXPECT_EQ(done["applied"], 5);
  EXPECT_EQ(done["users_new"], 1);
  EXPECT_EQ(done["identities_new"], 2);
  EXPECT_EQ(done["merges"], 1);
  EXPECT_EQ(count("*"), 4U);
  EXPECT_EQ(user("u2")["id"], "u1");
  EXPECT_EQ(count("age:77"), 1U);
  EXPECT_EQ(count("spend:5"), 1U);
  // Sets of both are one, and what was added came to it.
  EXPECT_EQ(count("interests:art AND interests:sport AND age:77"), 1U);
  EXPECT_EQ(user("crm:c9")["id"], "new");
}

TEST_F(IngestRoutes, ABatchWithALinkIsDoneWholeOrNotAtAll) {
  const Json before = user("u2");
  const Json refused = ingest({{{"user", "u1"}, {"link", {"crm:c1"}}},
                               {{"user", "u2"}, {"link", {"crm:c1"}}, {"set", {{"vip", true}}}},
                               {{"user", "u3"}, {"set", {{"age", "old"}}}}},
                              400);
  EXPECT_NE(refused["detail"].get<std::string>().find("line 3"), std::string::npos) << refused;
  EXPECT_EQ(user("u2"), before);
  EXPECT_EQ(shop_.ask("GET", "/v1/users/crm:c1").status, 404U);
  EXPECT_EQ(count("*"), 4U);
  // Each on its own: of one that cannot be done nothing is there.
  const Json each = ingest({{{"user", "u1"}, {"link", {"crm:c1"}}},
                            {{"user", "u2"}, {"link", {"phone:12"}}, {"set", {{"age", 99}}}},
                            {{"user", "u3"}, {"link", {"crm:c3"}}, {"set", {{"age", "old"}}}},
                            {{"user", "u4"}, {"set", {{"age", 98}}}}},
                           200, "?each=true");
  EXPECT_EQ(each["applied"], 2);
  EXPECT_EQ(each["refused"], 2);
  EXPECT_EQ(each["first_refused"][0]["line"], 2);
  EXPECT_EQ(user("crm:c1")["id"], "u1");
  EXPECT_EQ(shop_.ask("GET", "/v1/users/crm:c3").status, 404U);
  EXPECT_EQ(count("age:99"), 0U);
  EXPECT_EQ(count("age:98"), 1U);
}

TEST_F(IngestRoutes, ALinkingBatchUnderItsKeyIsDoneOnce) {
  const std::string body = Json{{{"user", "u1"}, {"link", {"crm:c1"}}},
                                {{"user", "u2"}, {"link", {"crm:c1"}}},
                                {{"user", "u3"}, {"add", {{"spend", 5}}}}}
                               .dump();
  const auto send = [&] {
    return shop_.ask("POST", "/v1/ingest", body,
                     {{"Content-Type", "application/json"}, {"Idempotency-Key", "k1"}});
  };
  const HttpReply first = send();
  ASSERT_EQ(first.status, 200U) << first.body;
  EXPECT_EQ(Json::parse(first.body)["merges"], 1);
  EXPECT_EQ(count("spend:104.95"), 1U);
  const HttpReply again = send();
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(count("spend:104.95"), 1U);
  // A link that is there already makes no state: the version is one that there is.
  const Json idle = ingest({{{"user", "u1"}, {"link", {"crm:c1"}}}});
  EXPECT_EQ(idle["applied"], 1);
  EXPECT_EQ(idle["version"], Json::parse(shop_.ask("GET", "/v1/status").body)["version"]);
}

TEST_F(IngestRoutes, BatchesAroundALinkingOneKeepTheirOrder) {
  const auto batch = [](std::vector<ingest::Operation> operations) {
    ingest::IngestBatch made;
    made.operations = std::move(operations);
    made.options.users = ingest::Unknown::Create;
    return made;
  };
  std::vector<ingest::IngestBatch> batches;
  batches.push_back(batch({{1, "u1", {}, {}, {{"age", {"71"}}}, {}, {}, {}}}));
  batches.push_back(batch({{1, "u1", {"crm:c1"}, {}, {}, {}, {}, {}}}));
  batches.push_back(batch({{1, "crm:c1", {}, {}, {{"age", {"72"}}}, {}, {}, {}}}));
  batches.push_back(batch({{1, "u2", {"crm:c1"}, {}, {}, {}, {}, {}}}));
  batches.push_back(batch({{1, "u2", {}, {}, {{"age", {"73"}}}, {}, {}, {}}}));
  std::vector<ingest::IngestBatch*> all;
  for (ingest::IngestBatch& each : batches) {
    all.push_back(&each);
  }
  ingest::Applier applier(shop_.service().store());
  applier.apply(all, seconds_since_1970());
  std::uint64_t version = 0;
  for (const ingest::IngestBatch& each : batches) {
    ASSERT_TRUE(each.outcome.has_value()) << each.outcome.error().message().en;
    EXPECT_GT(each.outcome->version, version);
    version = each.outcome->version;
  }
  EXPECT_EQ(count("age:73"), 1U);
  EXPECT_EQ(count("age:71-72"), 0U);
  EXPECT_EQ(count("*"), 3U);
}

TEST_F(IngestRoutes, SetsAndNumbersAreAddedTo) {
  ingest({{{"user", "u1"}, {"add", {{"interests", {"art", "sport"}}, {"spend", "0.25"}}}},
          {{"user", "u1"}, {"add", {{"spend", -1}}}},
          {{"user", "u3"}, {"add", {{"spend", 1.5}, {"interests", "art"}}}},
          {{"user", "u2"}, {"remove", {{"interests", {"music", "unheard"}}}}}});
  EXPECT_EQ(count("spend:9.75"), 1U);  // 10.50 + 0.25 - 1
  EXPECT_EQ(count("spend:101.45"), 1U);
  EXPECT_EQ(count("interests:art"), 2U);
  EXPECT_EQ(count("interests:music"), 1U);
  EXPECT_EQ(count("interests:*"), 3U) << "u2 has none left";
  ingest({{{"user", "u1"}, {"set", {{"interests", {"chess"}}}}},
          {{"user", "u3"}, {"set", {{"interests", Json::array()}}}}});
  EXPECT_EQ(count("interests:chess"), 1U);
  EXPECT_EQ(count("interests:art"), 0U);
  EXPECT_EQ(count("interests:*"), 2U);
}

TEST_F(IngestRoutes, NumbersMayHaveExponents) {
  ingest({{{"user", "u1"}, {"set", {{"spend", 2.5e3}}}}});
  EXPECT_EQ(count("spend:2500"), 1U);
  const auto why = [&](double spend) {
    return ingest({{{"user", "u1"}, {"set", {{"spend", spend}}}}}, 400).dump();
  };
  EXPECT_NE(why(1e-5).find("0.00001"), std::string::npos) << why(1e-5);
  EXPECT_NE(why(1e-5).find("more than 2 digits"), std::string::npos) << why(1e-5);
  EXPECT_NE(why(1e300).find("too large"), std::string::npos) << why(1e300);
  EXPECT_EQ(count("spend:2500"), 1U);
}

TEST_F(IngestRoutes, EventsAddUpByDay) {
  const Json buy = {
      {"event", "buy"}, {"key", "beauty"}, {"amount", 20}, {"at", "2026-01-31T18:30:00+08:00"}};
  ingest({{{"user", "u1"}, {"events", {buy, buy}}},
          {{"user", "u2"}, {"events", {{{"event", "buy"}, {"count", 3}, {"at", "2026-01-31"}}}}}},
         200, "?tags=create");
  const auto with = [&](const std::string& expression) {
    const HttpReply reply = shop_.ask(
        "POST", "/v1/query", Json{{"expression", expression}, {"as_of", "2026-02-10"}}.dump());
    EXPECT_EQ(reply.status, 200U) << reply.body;
    return Json::parse(reply.body)["count"].get<std::uint64_t>();
  };
  EXPECT_EQ(with("did(buy, in:last 30d, count >= 2)"), 2U);
  EXPECT_EQ(with("did(buy, in:last 30d, count >= 3)"), 1U);
  EXPECT_EQ(with("did(buy:beauty, in:last 30d, count >= 1)"), 1U);
  EXPECT_EQ(with("did(buy, in:last 30d, sum >= 40)"), 1U);
  // A late event lands on its own day, and joins what is stored.
  fold();
  ingest({{{"user", "u2"}, {"events", {{{"event", "buy"}, {"at", "2025-12-01T23:59:59"}}}}},
          {{"user", "u1"},
           {"events", {{{"event", "buy"}, {"amount", "-40"}, {"at", "2026-01-31"}}}}}});
  EXPECT_EQ(with("did(buy, in:last 90d, count >= 4)"), 1U);
  EXPECT_EQ(with("did(buy, in:last 30d, count >= 4)"), 0U);
  EXPECT_EQ(with("did(buy, in:last 30d, sum >= 0.01)"), 0U);
}

TEST_F(IngestRoutes, ABatchIsDoneWholeOrNotAtAll) {
  const Json wrong[] = {{{"user", "u1"}, {"set", {{"age", "old"}}}},
                        {{"user", "u1"}, {"set", {{"nothing", 1}}}},
                        {{"user", "u1"}, {"set", {{"vip", "perhaps"}}}},
                        {{"user", "u1"}, {"set", {{"city", {"a", "b"}}}}},
                        {{"user", "u1"}, {"add", {{"city", "a"}}}},
                        {{"user", "u1"}, {"remove", {{"age", 1}}}},
                        {{"user", "u1"}, {"set", {{"spend", "1.001"}}}},
                        {{"user", "u1"}, {"events", {{{"event", "unheard"}}}}},
                        {{"user", ""}, {"set", {{"age", 1}}}},
                        {{"set", {{"age", 1}}}},
                        {{"user", "u1"}, {"sets", {{"age", 1}}}},
                        {{"user", std::string(300, 'u')}, {"set", {{"age", 1}}}},
                        Json("no object")};
  for (const Json& each : wrong) {
    const Json good = {{"user", "u9"}, {"set", {{"vip", true}}}};
    const Json problem = ingest({good, each}, 400);
    EXPECT_NE(problem["detail"].get<std::string>().find("line 2"), std::string::npos) << problem;
    EXPECT_EQ(count("vip"), 2U) << each;
    const Json done =
        ingest({good, each, {{"user", "u9"}, {"set", {{"vip", false}}}}}, 200, "?each=true");
    EXPECT_EQ(done["applied"], 2);
    EXPECT_EQ(done["refused"], 1);
    EXPECT_EQ(done["first_refused"][0]["line"], 2);
    EXPECT_FALSE(done["first_refused"][0]["reason"]["zh-CN"].get<std::string>().empty());
    EXPECT_EQ(count("vip"), 2U) << each;
    EXPECT_EQ(count("*"), 5U) << each;
  }
}

TEST_F(IngestRoutes, UnknownNamesAreMadeOrRefusedAsSaid) {
  const Json unknown = {{{"user", "x"}, {"set", {{"vip", true}}}}};
  EXPECT_NE(ingest(unknown, 400, "?users=refuse")["detail"].get<std::string>().find("no user"),
            std::string::npos);
  const Json value = {{{"user", "u1"}, {"set", {{"city", "atlantis"}}}}};
  EXPECT_NE(ingest(value, 400, "?values=refuse")["detail"].get<std::string>().find("atlantis"),
            std::string::npos);
  EXPECT_EQ(count("*"), 4U);
  const Json made = ingest({{{"user", "u1"},
                             {"set",
                              {{"loyal", true},
                               {"score", 7.25},
                               {"plan", "gold"},
                               {"joined", "2026-01-05"},
                               {"likes", {"tea"}}}}}},
                           200, "?tags=create");
  EXPECT_EQ(made["tags_new"], 5);
  EXPECT_EQ(count("loyal AND score:7.25 AND plan:gold AND joined:2026-01 AND likes:tea"), 1U);
  EXPECT_EQ(shop_.ask("POST", "/v1/ingest?tags=perhaps", "[]").status, 400U);
  EXPECT_EQ(shop_.ask("POST", "/v1/ingest", "vip", {{"Content-Type", "text/plain"}}).status, 415U);
  EXPECT_EQ(shop_.ask("POST", "/v1/ingest", "{}").status, 400U);
}

TEST_F(IngestRoutes, NamesAndNumbersAreTakenAsWrittenOrNotAtAll) {
  // A list of one is a list; what a text is added to is a set.
  ingest(
      {{{"user", "u1"}, {"set", {{"hobby", Json::array({"tea"})}}}, {"add", {{"club", "chess"}}}}},
      200, "?tags=create");
  ingest({{{"user", "u1"}, {"add", {{"hobby", {"go", "art"}}, {"club", " 茶道 "}}}}});
  EXPECT_EQ(count("hobby:tea AND hobby:go AND club:茶道"), 1U);
  ingest({{{"user", "u1"}, {"remove", {{"club", {"茶道\t"}}}}}});
  EXPECT_EQ(count("club:茶道"), 0U);
  const std::pair<const char*, const char*> wrong[] = {
      {R"([{"user": 1.5, "set": {"vip": true}}])", ""},
      {R"([{"user": 123456789012345678901234, "set": {"vip": true}}])", ""},
      {R"([{"user": "u1", "set": {"spend": 1234567890123456.78}}])", ""},
      {R"([{"user": "u1", "set": {".": true}}])", "?tags=create"},
      {R"([{"user": "u1", "set": {"a\u202eb": true}}])", "?tags=create"},
      {R"([{"user": "u1", "set": {"fresh": 1.234}}])", "?tags=create"},
      {R"([{"user": "u1", "events": [{"event": "..", "at": "2026-01-01"}]}])", "?tags=create"},
      {R"([{"user": "u1", "events": [{"event": "go", "amount": "much"}]}])", "?tags=create"}};
  for (const auto& [body, query] : wrong) {
    const HttpReply reply = shop_.ask("POST", std::string("/v1/ingest") + query, body);
    EXPECT_EQ(reply.status, 400U) << body << " " << reply.body;
  }
  EXPECT_EQ(shop_.ask("GET", "/v1/tags/fresh").status, 404U) << "a refused number made no tag";
  const HttpReply exact = shop_.ask("POST", "/v1/ingest",
                                    R"([{"user": "u1", "set": {"spend": "1234567890123456.78"}}])");
  EXPECT_EQ(exact.status, 200U) << exact.body;
  EXPECT_EQ(count("spend:1234567890123456.78"), 1U);
}

TEST_F(IngestRoutes, EventsOfTheFutureAreRefused) {
  const Json later = {{{"user", "u1"}, {"events", {{{"event", "buy"}, {"at", "2999-01-01"}}}}}};
  EXPECT_NE(ingest(later, 400, "?tags=create")["detail"].get<std::string>().find("future"),
            std::string::npos);
  const Json never = {{{"user", "u1"}, {"events", {{{"event", "buy"}, {"at", "tomorrow"}}}}}};
  EXPECT_NE(ingest(never, 400, "?tags=create")["detail"].get<std::string>().find("tomorrow"),
            std::string::npos);
}

TEST_F(IngestRoutes, LinesAreAsGoodAsAList) {
  const HttpReply reply = shop_.ask("POST", "/v1/ingest?each=true",
                                    "{\"user\": \"u2\", \"set\": {\"vip\": true}}\n\n{oops\n"
                                    "{\"user\": \"u4\", \"set\": {\"年龄\": 1}}\r\n",
                                    {{"Content-Type", "application/x-ndjson"}});
  ASSERT_EQ(reply.status, 200U) << reply.body;
  const Json done = Json::parse(reply.body);
  EXPECT_EQ(done["applied"], 1);
  EXPECT_EQ(done["refused"], 2);
  EXPECT_EQ(done["first_refused"][0]["line"], 3);
  EXPECT_EQ(done["first_refused"][1]["line"], 4);
  EXPECT_EQ(count("vip"), 3U);
}

TEST_F(IngestRoutes, BatchesOfManyCallersAllHappen) {
  constexpr int kCallers = 8;
  constexpr int kBatches = 25;
  IngestQueue queue(shop_.service().store());
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < kBatches; ++i) {
        const std::string own = "c" + std::to_string(caller) + "-" + std::to_string(i);
        auto read = operations_from_lines("{\"user\": \"" + own +
                                          "\", \"set\": {\"vip\": true}}\n"
                                          "{\"user\": \"u1\", \"add\": {\"spend\": 1}}");
        auto batch = batch_of(read, {});
        ASSERT_TRUE(batch.has_value());
        queue.apply(*batch);
        ASSERT_TRUE(batch->outcome.has_value()) << batch->outcome.error().message().en;
        EXPECT_EQ(batch->outcome->applied, 2U);
      }
    });
  }
  for (std::thread& each : callers) {
    each.join();
  }
  EXPECT_EQ(count("vip"), 2U + kCallers * kBatches);
  EXPECT_EQ(count("spend:210.50"), 1U) << "10.50 and 200 more";
  EXPECT_LE(queue.figures().commits, static_cast<std::uint64_t>(kCallers * kBatches));
  EXPECT_EQ(queue.figures().operations, static_cast<std::uint64_t>(2 * kCallers * kBatches));
}

TEST_F(IngestRoutes, WaitingForACommitKeepsNoWorker) {
  HttpOptions options;
  options.workers = 1;
  std::atomic<int> begun{0};
  Running server(
      options,
      [&](const HttpRequest& request, engine::Budget& budget) {
        HttpReply reply = shop_.routes().respond(request, budget);
        begun += reply.later ? 1 : 0;
        return reply;
      },
      [&](const HttpRequest& request) { return shop_.routes().quick(request); });
  const auto request = [](const std::string& target, const std::string& body) {
    return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  };
  constexpr int kCallers = 16;
  std::vector<std::unique_ptr<Client>> callers;
  std::latch writing(1);
  std::latch go_on(1);
  // Whoever holds the writer's lock, as a load that is being written does.
  std::thread writer([&] {
    EXPECT_TRUE(shop_.service().store().write([&](storage::WriteTxn&) -> Status {
      writing.count_down();
      go_on.wait();
      return {};
    }));
  });
  writing.wait();
  for (int i = 0; i < kCallers; ++i) {
    const std::string body =
        Json::array({{{"user", "w" + std::to_string(i)}, {"set", {{"vip", true}}}}}).dump();
    callers.push_back(std::make_unique<Client>(server->port()));
    callers.back()->send(request("/v1/ingest", body));
  }
  while (begun < kCallers) {
    std::this_thread::yield();
  }
  Client asks(server->port());
  const std::string answer =
      asks.send(request("/v1/query", Json{{"expression", "vip"}}.dump())).read_all();
  const auto body_of = [](const std::string& reply) {
    const std::size_t body = reply.find("\r\n\r\n");
    return Json::parse(body == std::string::npos ? "{}" : reply.substr(body + 4), nullptr, false);
  };
  EXPECT_EQ(body_of(answer)["count"], 2) << answer;
  EXPECT_FALSE(callers.front()->has_reply(std::chrono::milliseconds(0)));
  go_on.count_down();
  writer.join();
  for (const auto& caller : callers) {
    const std::string reply = caller->read_all();
    EXPECT_EQ(reply.rfind("HTTP/1.1 200", 0), 0U) << reply;
    EXPECT_EQ(body_of(reply)["applied"], 1) << reply;
  }
  EXPECT_EQ(count("vip"), 2U + kCallers);
}

TEST_F(IngestRoutes, ABatchSentAgainUnderItsKeyIsNotDoneAgain) {
  const auto send = [&](const std::string& body, const std::string& key,
                        const std::string& query = {}) {
    return shop_.ask("POST", "/v1/ingest" + query, body,
                     {{"Content-Type", "application/json"}, {"Idempotency-Key", key}});
  };
  const auto replayed = [](const HttpReply& reply) {
    return std::any_of(reply.fields.begin(), reply.fields.end(), [](const HttpField& field) {
      return field.name == "Idempotent-Replayed" && field.value == "true";
    });
  };
  const std::string body =
      R"([{"user": "u1", "add": {"spend": 1}}, {"user": "x", "add": {"age": "?"}}])";
  const HttpReply first = send(body, "k1", "?each=true");
  ASSERT_EQ(first.status, 200U) << first.body;
  EXPECT_FALSE(replayed(first));
  EXPECT_EQ(Json::parse(first.body)["applied"], 1);
  EXPECT_EQ(Json::parse(first.body)["refused"], 1);
  ingest({{{"user", "u2"}, {"add", {{"spend", 1}}}}});
  const HttpReply again = send(body, "k1", "?each=true");
  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_TRUE(replayed(again));
  EXPECT_EQ(count("spend:11.50"), 1U) << "once";
  for (const HttpReply& other : {send(body, "k1"), send("[]", "k1", "?each=true")}) {
    EXPECT_EQ(other.status, 422U) << other.body;
    EXPECT_EQ(Json::parse(other.body)["code"], "key-reused");
    EXPECT_NE(Json::parse(other.body)["detail"].get<std::string>().find("\"k1\""),
              std::string::npos);
  }
  EXPECT_EQ(send(body, "k2", "?each=true").status, 200U);
  EXPECT_EQ(count("spend:12.50"), 1U) << "another key, another batch";
  // What was refused whole was not done, and may be sent again under its key.
  EXPECT_EQ(send(R"([{"user": "u1", "set": {"age": "old"}}])", "k3").status, 400U);
  EXPECT_EQ(send(R"([{"user": "u1", "set": {"age": 21}}])", "k3").status, 200U);
  for (const std::string& wrong : {std::string(), std::string("a b"), std::string(256, 'k')}) {
    EXPECT_EQ(send(body, wrong).status, 400U) << wrong;
  }
  const auto report = shop_.service().store().verify();
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->clean()) << report->problems.front().en;
}

TEST_F(IngestRoutes, KeysAreKnownToTheNextProgramAndForgottenWhenTheyAreOld) {
  const auto batch = [](const std::string& key, const std::string& line) {
    auto read = operations_from_lines(line);
    ingest::IngestBatch made = batch_of(read, {}).value();
    made.key = {key, line};
    return made;
  };
  constexpr std::int64_t kNow = 1'790'000'000;
  const auto apply = [&](ingest::Applier& applier, ingest::IngestBatch one, std::int64_t now_s) {
    ingest::IngestBatch* const batches[] = {&one};
    applier.apply(batches, now_s);
    return one;
  };
  const std::string line = R"({"user": "u1", "add": {"spend": 1}})";
  std::uint64_t version = 0;
  {
    ingest::Applier applier(shop_.service().store());
    // Twice in one commit, too.
    ingest::IngestBatch one = batch("a", line);
    ingest::IngestBatch two = batch("a", line);
    ingest::IngestBatch three = batch("a", R"({"user": "u1", "add": {"spend": 2}})");
    ingest::IngestBatch* const batches[] = {&one, &two, &three};
    applier.apply(batches, kNow);
    ASSERT_TRUE(one.outcome.has_value() && two.outcome.has_value());
    EXPECT_FALSE(one.repeated);
    EXPECT_TRUE(two.repeated);
    EXPECT_TRUE(three.key_reused);
    version = one.outcome->version;
  }
  ingest::Applier next(shop_.service().store());
  const ingest::IngestBatch again = apply(next, batch("a", line), kNow + 60);
  EXPECT_TRUE(again.repeated);
  ASSERT_TRUE(again.outcome.has_value());
  EXPECT_EQ(again.outcome->version, version);
  EXPECT_EQ(count("spend:11.50"), 1U);
  // A day later another batch drives it out.
  EXPECT_FALSE(apply(next, batch("b", line), kNow + 24 * 60 * 60).repeated);
  EXPECT_FALSE(apply(next, batch("a", line), kNow + 24 * 60 * 60).repeated);
  EXPECT_EQ(count("spend:13.50"), 1U);
}

/// The shop as plain maps.
struct Person {
  std::set<std::string> interests;
  std::string city;
  bool vip = false;
  std::optional<int> age;
  int bought = 0;
};

TEST_F(IngestRoutes, RandomHistoriesAnswerAsTheModel) {
  std::mt19937 random(7);
  const auto below = [&](int end) {
    return static_cast<int>(random() % static_cast<unsigned>(end));
  };
  std::map<std::string, Person> people;
  people["u1"] = {{"music", "sport"}, "tier1", true, 20, 0};
  people["u2"] = {{"music"}, "tier1", false, 30, 0};
  people["u3"] = {{}, "tier2", true, 40, 0};
  people["用户4"] = {{"sport"}, "tier3", false, 50, 0};
  const auto any = [&](const char* stem, int of) { return stem + std::to_string(below(of)); };
  for (int step = 0; step < 60; ++step) {
    Json batch = Json::array();
    for (int i = below(8); i >= 0; --i) {
      const std::string id = any("u", 12);
      Person& person = people[id];
      Json operation = {{"user", id}};
      if (below(3) == 0) {
        person.city = any("tier", 5);
        operation["set"]["city"] = person.city;
      }
      if (below(3) == 0) {
        person.age = below(90);
        operation["set"]["age"] = *person.age;
      } else if (below(4) == 0) {
        person.age.reset();
        operation["clear"].push_back("age");
      }
      if (below(3) == 0) {
        person.vip = !person.vip;
        operation["set"]["vip"] = person.vip;
      }
      const std::string gone = any("i", 4);
      if (below(3) == 0) {
        person.interests.erase(gone);
        operation["remove"]["interests"] = gone;
      }
      const std::string come = any("i", 4);
      if (below(3) == 0) {
        person.interests.insert(come);
        operation["add"]["interests"] = come;
      }
      if (below(3) == 0) {
        const int times = 1 + below(3);
        person.bought += times;
        operation["events"].push_back({{"event", "buy"}, {"count", times}, {"at", "2026-01-31"}});
      }
      batch.push_back(operation);
    }
    ingest(batch, 200, "?tags=create");
    if (below(6) == 0) {
      fold();
    }
    const auto of = [&](const auto& test) {
      return static_cast<std::uint64_t>(std::count_if(
          people.begin(), people.end(), [&](const auto& one) { return test(one.second); }));
    };
    const std::string city = any("tier", 5);
    const std::string interest = any("i", 4);
    const int age = below(90);
    EXPECT_EQ(count("*"), people.size());
    EXPECT_EQ(count("vip"), of([](const Person& one) { return one.vip; }));
    EXPECT_EQ(count("NOT vip AND age:*"),
              of([](const Person& one) { return !one.vip && one.age.has_value(); }));
    EXPECT_EQ(count("age <= " + std::to_string(age)),
              of([&](const Person& one) { return one.age.has_value() && *one.age <= age; }));
    EXPECT_EQ(count("interests:*"), of([](const Person& one) { return !one.interests.empty(); }));
    if (step > 20) {  // by then every value has been met
      EXPECT_EQ(count("city:" + city), of([&](const Person& one) { return one.city == city; }));
      EXPECT_EQ(count("interests:" + interest),
                of([&](const Person& one) { return one.interests.contains(interest); }));
      const Json asked = {{"expression", "did(buy, in:last 30d, count >= 4)"},
                          {"as_of", "2026-02-01"}};
      const HttpReply bought = shop_.ask("POST", "/v1/query", asked.dump());
      EXPECT_EQ(Json::parse(bought.body)["count"],
                of([](const Person& one) { return one.bought >= 4; }))
          << bought.body;
    }
    ASSERT_FALSE(HasFailure()) << "step " << step << " " << batch;
  }
}

}  // namespace
}  // namespace tagline::server
