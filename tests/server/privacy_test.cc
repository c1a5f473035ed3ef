// What callers with a privacy floor are told, and what not. No sockets.
#include "server/access/key_file.h"
#include "server/access/privacy_floor.h"
#include "server/api/asked_counts.h"
#include "server/api/gate.h"
#include "server/api/routes.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

constexpr unsigned kPeople = 80;
constexpr unsigned kFloor = 5;
constexpr unsigned kForbidden = 403;
constexpr std::array kCities = {"north", "south", "west"};

struct Person {
  unsigned age = 0;  // 1 to 80, one each
  bool vip = false;
  unsigned city = 0;
};

std::vector<Person> people(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Person> all;
  for (unsigned i = 1; i <= kPeople; ++i) {
    all.push_back({i, random() % 2 == 0, static_cast<unsigned>(random() % 3)});
  }
  return all;
}

std::string escaped(const std::string& text) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return out;
}

class PrivacyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    storage::OpenOptions storage;
    storage.mode = storage::OpenMode::Create;
    service_ = Service::open((folder_ / "db").string(), storage).value();
    service_->keep_answers(std::size_t{1} << 20U);
    load(people(1));
    options_.key_file = (folder_ / "db" / "keys.json").string();
    options_.audit_file = (folder_ / "audit.ndjson").string();
    options_.floors = {{Role::Viewer, kFloor}};
    viewer_ = key("viewer", Role::Viewer);
    analyst_ = key("analyst", Role::Analyst);
    open();
  }
  void TearDown() override {
    routes_.reset();
    gate_.reset();
    service_.reset();
    std::filesystem::remove_all(folder_);
  }

  void load(const std::vector<Person>& all) {
    const std::filesystem::path file = folder_ / "users.csv";
    {
      std::ofstream out(file);
      out << "id,age,vip,city\n";
      for (const Person& one : all) {
        out << 'u' << one.age << ',' << one.age << ',' << (one.vip ? "yes" : "no") << ','
            << kCities.at(one.city) << '\n';
      }
    }
    ASSERT_TRUE(service_->load(std::nullopt, {file.string()}, {}).has_value());
  }
  void open() {
    routes_.reset();
    gate_ = Gate::open(options_, nullptr).value();
    routes_ = std::make_unique<Routes>(
        *service_, RoutesOptions{}, [] { return ServerStatus{}; }, gate_.get());
  }
  std::string key(const std::string& name, Role role) {
    NewKey wanted;
    wanted.name = name;
    wanted.role = role;
    return create_key(options_.key_file, wanted, std::chrono::system_clock::now()).value().text;
  }

  // As the server does: quick first.
  HttpReply ask(const std::string& key, const std::string& method, const std::string& target,
                const std::string& body = {}, const std::vector<HttpField>& more = {}) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.fields = more;
    request.fields.push_back({"Authorization", "Bearer " + key});
    if (!body.empty()) {
      request.fields.push_back({"Content-Type", "application/json"});
    }
    request.peer = "10.0.0.1:5000";
    request.id = "r1";
    if (auto reply = routes_->quick(request); reply.has_value()) {
      return std::move(*reply);
    }
    engine::Budget budget;
    return routes_->answer(request, budget);
  }
  HttpReply count(const std::string& key, const std::string& expression) {
    return ask(key, "GET", "/v1/count?q=" + escaped(expression));
  }
  HttpReply query(const std::string& key, const json& body) {
    return ask(key, "POST", "/v1/query", body.dump());
  }
  // "75", "null" when suppressed; else the status.
  std::string told(const std::string& expression) {
    const HttpReply reply = count(viewer_, expression);
    if (reply.status != 200) {
      return std::to_string(reply.status);
    }
    const json body = json::parse(reply.body);
    EXPECT_EQ(body["count"].is_null(), body.contains("suppressed")) << reply.body;
    return body["count"].dump();
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      ("tagline_privacy_" + std::to_string(getpid()) + "_" +
       testing::UnitTest::GetInstance()->current_test_info()->name());
  AccessOptions options_;
  std::string viewer_;
  std::string analyst_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Routes> routes_;
};

bool has_field(const HttpReply& reply, const std::string& name) {
  return std::any_of(reply.fields.begin(), reply.fields.end(),
                     [&](const HttpField& field) { return field.name == name; });
}

TEST(PrivacyFloorText, IsARoleAndANumber) {
  EXPECT_EQ(floor_of("viewer=2").value(), (PrivacyFloor{Role::Viewer, 2}));
  EXPECT_EQ(floor_of("operator=1000000").value(), (PrivacyFloor{Role::Operator, 1'000'000}));
  for (const char* wrong :
       {"", "viewer", "viewer=", "viewer=1", "viewer=0", "viewer=1000001", "viewer=-5", "viewer= 5",
        "viewer=5x", "boss=5", "=5", "5", "viewer=99999999999999999999"}) {
    EXPECT_EQ(floor_of(wrong).error().code(), ErrorCode::BadInput) << wrong;
  }
}

TEST(PrivacyFloorText, HoldsForTheRoleAndThoseBelow) {
  const std::vector<PrivacyFloor> floors = {{Role::Viewer, 3}, {Role::Operator, 7}};
  EXPECT_EQ(floor_for(floors, Role::Viewer), 7U);
  EXPECT_EQ(floor_for(floors, Role::Analyst), 7U);
  EXPECT_EQ(floor_for(floors, Role::Operator), 7U);
  EXPECT_EQ(floor_for(floors, Role::Admin), 0U);
  EXPECT_EQ(floor_for({}, Role::Viewer), 0U);
}

TEST(AskedCountsTest, ForgetsAfterADayAndSeesWhoWasFaster) {
  AskedCounts asked;
  const auto start = AskedCounts::Clock::now();
  AskedCounts::Known first = asked.of("k", start);
  const AskedCounts::Known other = first;
  first.told.push_back({"vip", 9, {}, {}, start});
  EXPECT_EQ(asked.put("k", first, start), AskedCounts::Put::Done);
  EXPECT_EQ(asked.put("k", other, start), AskedCounts::Put::Changed);
  EXPECT_EQ(asked.of("k", start + AskedCounts::kRemembered).told.size(), 1U);
  EXPECT_TRUE(asked.of("other", start).told.empty());
  EXPECT_TRUE(
      asked.of("k", start + AskedCounts::kRemembered + std::chrono::seconds(1)).told.empty());
}

TEST(AskedCountsTest, TakesNoMoreThanItsMemory) {
  AskedCounts asked;
  const auto now = AskedCounts::Clock::now();
  AskedCounts::Put put = AskedCounts::Put::Done;
  std::size_t callers = 0;
  for (; callers < 200 && put == AskedCounts::Put::Done; ++callers) {
    const std::string name = std::to_string(callers);
    AskedCounts::Known known = asked.of(name, now);
    known.told.push_back({std::string(AskedCounts::kBytesMax, 'x'), 9, {}, {}, now});
    put = asked.put(name, std::move(known), now);
  }
  EXPECT_EQ(put, AskedCounts::Put::Full);
  EXPECT_EQ(callers, AskedCounts::kAllBytesMax / AskedCounts::kBytesMax);
  // A day later there is room.
  AskedCounts::Known known;
  known.told.push_back({"vip", 9, {}, {}, now});
  EXPECT_EQ(asked.put("late", known, now + AskedCounts::kRemembered + std::chrono::seconds(1)),
            AskedCounts::Put::Done);
}

TEST_F(PrivacyTest, CountsOfFewAreSuppressedOnBothSides) {
  EXPECT_EQ(told("age < 1"), "null");    // nobody
  EXPECT_EQ(told("age < 2"), "null");    // 1
  EXPECT_EQ(told("age < 5"), "null");    // floor - 1
  EXPECT_EQ(told("age < 6"), "5");       // floor
  EXPECT_EQ(told("age < 76"), "75");     // all but the floor
  EXPECT_EQ(told("age < 77"), "null");   // all but floor - 1
  EXPECT_EQ(told("age < 80"), "null");   // all but 1
  EXPECT_EQ(told("age < 200"), "null");  // all
  EXPECT_EQ(json::parse(count(analyst_, "age < 5").body)["count"], 4);
}

TEST_F(PrivacyTest, ASuppressedReplySaysTheRest) {
  const json body = json::parse(count(viewer_, "age < 3").body);
  EXPECT_EQ(body["population"], kPeople);
  EXPECT_EQ(body["suppressed"], true);
  EXPECT_FALSE(body.contains("explain"));
}

TEST_F(PrivacyTest, NearQuestionsAreSuppressed) {
  EXPECT_EQ(told("age < 41"), "40");
  EXPECT_EQ(told("age < 42"), "null");              // one more
  EXPECT_EQ(told("age < 45"), "null");              // floor - 1 more
  EXPECT_EQ(told("age < 46"), "45");                // floor more
  EXPECT_EQ(told("age >= 41"), "null");             // all others
  EXPECT_EQ(told("age >= 43"), "null");             // nearly all others
  EXPECT_EQ(told("age < 41 OR age < 40"), "null");  // the same people in other words
  EXPECT_EQ(told("age < 41"), "40");                // the same again
  EXPECT_EQ(told("age  <  41"), "40");              // blanks do not matter
  // As many, and others.
  EXPECT_EQ(told("age >= 21 AND age < 61"), "40");
  // Not to be told from one that is of few.
  json near = json::parse(count(viewer_, "age < 42").body);
  json few = json::parse(count(viewer_, "age < 2").body);
  for (json* each : {&near, &few}) {
    each->erase("expression");
    each->erase("elapsed_us");
  }
  EXPECT_EQ(near, few);
}

TEST_F(PrivacyTest, EachKeyIsComparedWithItself) {
  const std::string other = key("second", Role::Viewer);
  open();  // the file of keys is looked at once a second
  EXPECT_EQ(told("age < 41"), "40");
  EXPECT_EQ(count(other, "age < 42").status, 200U);
  EXPECT_EQ(json::parse(count(other, "age < 41").body)["suppressed"], true);
}

TEST_F(PrivacyTest, ABatchIsComparedWithItselfAndWithWhatWasToldBefore) {
  EXPECT_EQ(told("age < 21"), "20");
  const HttpReply reply = query(viewer_, {{"expressions",
                                           {"age < 22",
                                            "age < 41",
                                            {{"title", "t"}, {"expression", "age < 42"}},
                                            "age < 41",
                                            "age < 3",
                                            "no such",
                                            "age < 61"}}});
  ASSERT_EQ(reply.status, 200U) << reply.body;
  const json answers = json::parse(reply.body)["answers"];
  EXPECT_EQ(answers[0]["count"], json());
  EXPECT_EQ(answers[0]["suppressed"], true);
  EXPECT_EQ(answers[1]["count"], 40);
  EXPECT_EQ(answers[2]["count"], json());
  EXPECT_EQ(answers[2]["title"], "t");
  EXPECT_EQ(answers[3]["count"], 40);
  EXPECT_EQ(answers[4]["count"], json());
  EXPECT_EQ(answers[4]["suppressed"], true);
  EXPECT_EQ(answers[5]["ok"], false);
  EXPECT_EQ(answers[6]["count"], 60);
  EXPECT_EQ(told("age < 62"), "null");
  EXPECT_EQ(told("age < 22"), "null");
}

TEST_F(PrivacyTest, WhatWasToldBeforeALoadIsComparedAsItIsNow) {
  EXPECT_EQ(told("city:north OR age < 31").size(), 2U);
  std::vector<Person> moved = people(1);
  for (Person& one : moved) {
    one.city = one.age < 41 ? 0 : 1;
  }
  load(moved);
  EXPECT_EQ(told("age < 41 OR age < 40"), "null");
  EXPECT_EQ(told("city:north OR age < 31"), "40");
}

TEST_F(PrivacyTest, ManyNearQuestionsInOneBatchAreNotAllCounted) {
  json expressions = json::array();
  for (unsigned i = 0; i < 200; ++i) {
    expressions.push_back("age < 41 OR age < " + std::to_string(i % 40) + " OR (vip AND age < " +
                          std::to_string(1 + i / 40) + ")");
  }
  const HttpReply reply = query(viewer_, {{"expressions", expressions}});
  ASSERT_EQ(reply.status, 200U) << reply.body;
  const json answers = json::parse(reply.body)["answers"];
  EXPECT_EQ(std::count_if(
                answers.begin(), answers.end(),
                [](const json& each) { return each["ok"] == true && each["count"].is_number(); }),
            1);
}

TEST_F(PrivacyTest, SoManyDifferentQuestionsADay) {
  options_.floors = {{Role::Viewer, 2}};
  open();
  std::size_t answered = 0;
  std::string last;
  for (unsigned from = 1; from < kPeople && last.empty(); from += 2) {
    for (unsigned to = from + 2; to <= kPeople && last.empty(); to += 2) {
      const HttpReply reply =
          count(viewer_, "age >= " + std::to_string(from) + " AND age < " + std::to_string(to));
      if (reply.status == 200) {
        answered += json::parse(reply.body)["count"].is_null() ? 0U : 1U;
      } else if (reply.body.find("24 hours") != std::string::npos) {
        last = reply.body;
      }
    }
  }
  EXPECT_EQ(answered, AskedCounts::kToldMax);
  EXPECT_FALSE(last.empty());
  EXPECT_EQ(told("age >= 1 AND age < 5"), "4");  // asked before
}

TEST_F(PrivacyTest, EverythingElseIsRefused) {
  options_.floors = {{Role::Admin, kFloor}};
  const std::string admin = key("admin", Role::Admin);
  open();
  const std::set<std::string> open_to_it = {"GET /healthz",
                                            "GET /readyz",
                                            "GET /openapi.json",
                                            "GET /docs",
                                            "GET /",
                                            "GET /v1/status",
                                            "GET /v1/count",
                                            "POST /v1/query",
                                            "POST /v1/check",
                                            "POST /v1/format",
                                            "POST /v1/sentence",
                                            "POST /v1/complete",
                                            "GET /v1/queries",
                                            "DELETE /v1/queries/{id}"};
  std::set<std::string> found;
  for (const RouteName& route : routes_->names()) {
    const std::string name = route.method + " " + route.path;
    std::string path = route.path;
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') - at + 1, "vip");
    }
    const HttpReply reply = ask(admin, route.method, path);
    if (reply.status != kForbidden) {
      found.insert(name);
      continue;
    }
    const json body = json::parse(reply.body);
    EXPECT_EQ(body["code"], "forbidden") << name;
    EXPECT_NE(body["hint"]["en"].get<std::string>().find("/v1/count"), std::string::npos) << name;
  }
  EXPECT_EQ(found, open_to_it);
}

TEST_F(PrivacyTest, OtherWantsDaysAndExplanationsAreRefused) {
  const std::vector<json> asked = {
      {{"want", "breakdown"}, {"expression", "vip"}, {"tag", "city"}},
      {{"want", "cross"}, {"expression", "vip"}, {"rows", "city"}, {"columns", "city"}},
      {{"want", "profile"}, {"expression", "vip"}},
      {{"want", "stats"}, {"expression", "vip"}, {"tag", "age"}},
      {{"want", "pareto"}, {"expression", "vip"}, {"tag", "age"}},
      {{"want", "overlap"}, {"expressions", {"vip", "city:south"}}},
      {{"want", "nodes"}, {"expression", "vip"}},
      {{"want", "ids"}, {"expression", "vip"}},
      {{"want", "members"}, {"expression", "vip"}, {"ids", {"u1"}}},
      {{"want", "top"}, {"expression", "vip"}, {"tag", "age"}},
      {{"want", "bottom"}, {"expression", "vip"}, {"tag", "age"}},
      {{"expression", "vip"}, {"explain", true}},
      {{"expression", "vip"}, {"as_of", "2024-01-01"}},
      {{"expressions", {"vip"}}, {"as_of", "2024-01-01"}},
  };
  for (const json& body : asked) {
    EXPECT_EQ(query(viewer_, body).status, kForbidden) << body;
  }
  EXPECT_EQ(ask(viewer_, "GET", "/v1/count?q=vip&as_of=2024-01-01").status, kForbidden);
  EXPECT_EQ(query(viewer_, {{"expression", "vip"}}).status, 200U);
}

TEST_F(PrivacyTest, KeptRepliesAndETagsOfOthersAreNotForIt) {
  const HttpReply full = count(analyst_, "age < 4");
  ASSERT_EQ(json::parse(count(analyst_, "age < 4").body)["count"], 3);  // kept by now
  const auto etag = std::find_if(full.fields.begin(), full.fields.end(),
                                 [](const HttpField& field) { return field.name == "ETag"; });
  ASSERT_NE(etag, full.fields.end());
  const HttpReply reply = count(viewer_, "age < 4");
  EXPECT_EQ(json::parse(reply.body)["count"], json());
  EXPECT_FALSE(has_field(reply, "ETag"));
  EXPECT_EQ(
      ask(viewer_, "GET", "/v1/count?q=" + escaped("age < 4"), {}, {{"If-None-Match", etag->value}})
          .status,
      200U);
  EXPECT_EQ(json::parse(count(analyst_, "age < 4").body)["count"], 3);
  // Nor are its own kept for others.
  ASSERT_EQ(json::parse(count(viewer_, "age < 3").body)["count"], json());
  EXPECT_EQ(json::parse(count(analyst_, "age < 3").body)["count"], 2);
}

TEST_F(PrivacyTest, HeadCountsNobodyAndTellsNoLength) {
  const HttpReply reply = ask(viewer_, "HEAD", "/v1/count?q=vip");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_TRUE(reply.body.empty());
  EXPECT_TRUE(static_cast<bool>(reply.pieces));
  EXPECT_EQ(ask(viewer_, "HEAD", "/v1/count?q=nonsense").status, 422U);
}

TEST_F(PrivacyTest, WarningsHaveNoNumbersOfPeople) {
  const std::filesystem::path file = folder_ / "unknown.csv";
  std::ofstream(file) << "id,age,vip,city\nx1,81,no,\nx2,82,no,\n";
  ASSERT_TRUE(service_->load(std::nullopt, {file.string()}, {}).has_value());
  const auto warnings_of = [](const HttpReply& reply) {
    json body = json::parse(reply.body);
    json found;
    for (const json& each : (body.contains("answers") ? body["answers"][0] : body)["warnings"]) {
      found[each["code"]] = each;
    }
    return found;
  };
  const std::string unknown = "NOT city:north";
  const json full = warnings_of(count(analyst_, unknown));
  ASSERT_TRUE(full.contains("includes-unknown")) << full;
  ASSERT_NE(full.dump().find("2 people"), std::string::npos) << full;
  // Told or suppressed, alone or in a batch: the warning, without the number.
  const std::vector<HttpReply> replies = {
      count(viewer_, unknown), count(viewer_, unknown + " AND age > 79"),
      query(viewer_, {{"expressions", {unknown}}}),
      ask(viewer_, "POST", "/v1/check", json{{"expression", unknown}}.dump())};
  for (const HttpReply& reply : replies) {
    ASSERT_EQ(reply.status, 200U) << reply.body;
    const json warnings = warnings_of(reply);
    ASSERT_TRUE(warnings.contains("includes-unknown")) << reply.body;
    EXPECT_EQ(warnings.dump().find("2 people"), std::string::npos) << warnings;
    EXPECT_EQ(warnings.dump().find("2 人"), std::string::npos) << warnings;
  }
  EXPECT_TRUE(json::parse(replies[1].body)["count"].is_null());
}

TEST_F(PrivacyTest, HintsAndCandidatesHaveNoNumbersOfPeople) {
  const json wrong = {{"expression", "city:northh"}};
  ASSERT_NE(ask(analyst_, "POST", "/v1/check", wrong.dump()).body.find(" people)"),
            std::string::npos);
  EXPECT_EQ(ask(viewer_, "POST", "/v1/check", wrong.dump()).body.find(" people)"),
            std::string::npos);
  ASSERT_NE(count(analyst_, "city:northh").body.find(" people)"), std::string::npos);
  const HttpReply refused = count(viewer_, "city:northh");
  EXPECT_EQ(refused.status, 422U);
  EXPECT_EQ(refused.body.find(" people)"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("north"), std::string::npos);
  const json batch = {{"expressions", {"city:northh"}}};
  EXPECT_EQ(query(viewer_, batch).body.find(" people)"), std::string::npos);

  const json typed = {{"expression", "city:"}};
  const auto numbered = [&](const std::string& key) {
    const json candidates =
        json::parse(ask(key, "POST", "/v1/complete", typed.dump()).body)["candidates"];
    EXPECT_FALSE(candidates.empty());
    return std::any_of(candidates.begin(), candidates.end(), [](const json& each) {
      return each.contains("people") && each["people"].is_number();
    });
  };
  EXPECT_TRUE(numbered(analyst_));
  EXPECT_FALSE(numbered(viewer_));
}

TEST_F(PrivacyTest, OfTwoNearQuestionsAtOnceOneIsTold) {
  for (unsigned age = 10; age <= 70; age += 10) {
    std::vector<std::string> answers(2);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 2; ++i) {
      threads.emplace_back(
          [this, &answers, i, age] { answers[i] = told("age < " + std::to_string(age + i)); });
    }
    for (std::thread& each : threads) {
      each.join();
    }
    EXPECT_EQ(std::count(answers.begin(), answers.end(), "null"), 1) << age;
    EXPECT_LE(answers[0].size() + answers[1].size(), 6U) << age;  // the other one is a count
  }
}

TEST_F(PrivacyTest, GroupsMadeToSizeAreRefused) {
  for (const char* expression : {"top(40, by:age)", "bottom(40, vip, by:age)", "sample(40)",
                                 "sample(50%)", "age < 41 OR NOT (vip AND top(4, by:age))"}) {
    const HttpReply reply = count(viewer_, expression);
    EXPECT_EQ(reply.status, kForbidden) << expression << reply.body;
    EXPECT_EQ(count(analyst_, expression).status, 200U) << expression;
  }
}

TEST_F(PrivacyTest, WithoutTimeNothingIsTold) {
  EXPECT_EQ(told("age < 41"), "40");
  const HttpReply late = ask(viewer_, "GET", "/v1/count?timeout_ms=0&q=" + escaped("age < 42"));
  EXPECT_EQ(late.status, 504U) << late.body;
}

/// An expression and whom it selects.
struct Group {
  std::string text;
  std::function<bool(const Person&)> has;
};

Group random_group(std::mt19937& random, unsigned depth) {
  const auto pick = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
  if (depth == 0 || pick(4) == 0) {
    const unsigned value = 1 + pick(kPeople);
    const unsigned city = pick(3);
    switch (pick(4)) {
      case 0:
        return {"vip", [](const Person& one) { return one.vip; }};
      case 1:
        return {std::string("city:") + kCities.at(city),
                [city](const Person& one) { return one.city == city; }};
      case 2:
        return {"age < " + std::to_string(value),
                [value](const Person& one) { return one.age < value; }};
      default:
        return {"age >= " + std::to_string(value),
                [value](const Person& one) { return one.age >= value; }};
    }
  }
  const Group a = random_group(random, depth - 1);
  const Group b = random_group(random, depth - 1);
  switch (pick(3)) {
    case 0:
      return {"NOT (" + a.text + ")", [a](const Person& one) { return !a.has(one); }};
    case 1:
      return {"(" + a.text + ") AND (" + b.text + ")",
              [a, b](const Person& one) { return a.has(one) && b.has(one); }};
    default:
      return {"(" + a.text + ") OR (" + b.text + ")",
              [a, b](const Person& one) { return a.has(one) || b.has(one); }};
  }
}

TEST_F(PrivacyTest, NoTwoAnswersGiveAwayAGroupOfFew) {
  std::mt19937 random(20240615);
  std::vector<Group> asked;
  for (unsigned state = 1; state <= 2; ++state) {
    const std::vector<Person> all = people(state);
    load(all);
    for (unsigned i = 0; i < 120; ++i) {
      asked.push_back(random_group(random, 3));
    }
    std::vector<std::vector<bool>> sets;
    std::vector<std::string> expressions;
    unsigned near = 0;
    unsigned suppressed = 0;
    // In the second state also what was asked in the first one, again.
    for (const Group& group : asked) {
      std::vector<bool> set;
      std::transform(all.begin(), all.end(), std::back_inserter(set), group.has);
      const auto size = static_cast<unsigned>(std::count(set.begin(), set.end(), true));
      const HttpReply reply = count(viewer_, group.text);
      if (size < kFloor || size + kFloor > kPeople) {
        ASSERT_EQ(json::parse(reply.body)["count"], json()) << group.text;
        ++suppressed;
        continue;
      }
      ASSERT_EQ(reply.status, 200U) << reply.body;
      const json body = json::parse(reply.body);
      if (body.contains("suppressed")) {
        ASSERT_EQ(body["count"], json());
        ++near;
        continue;
      }
      ASSERT_EQ(body["count"], size) << group.text;
      for (std::size_t j = 0; j < sets.size(); ++j) {
        unsigned apart = 0;
        for (unsigned k = 0; k < kPeople; ++k) {
          apart += set[k] != sets[j][k] ? 1U : 0U;
        }
        ASSERT_TRUE(expressions[j] == body["expression"] ||
                    (apart >= kFloor && kPeople - apart >= kFloor))
            << expressions[j] << " and " << body["expression"] << " are " << apart << " apart";
      }
      sets.push_back(std::move(set));
      expressions.push_back(body["expression"]);
    }
    EXPECT_GT(sets.size(), 20U);
    EXPECT_GT(near, 10U);
    EXPECT_GT(suppressed, 5U);
  }
}

}  // namespace
}  // namespace tagline::server
