// /v1/segments: saving, finding, editing at once with others, versions, differences, lists and
// snapshots.
#include "tests/server/shop_routes.h"

#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

std::string field_of(const HttpReply& reply, const std::string& name) {
  for (const HttpField& field : reply.fields) {
    if (field.name == name) {
      return field.value;
    }
  }
  return {};
}

class SegmentRoutesTest : public testing::Test {
 protected:
  /// The JSON of a reply that has to have this status.
  json ask(const std::string& method, const std::string& target, unsigned status = 200,
           const json& body = nullptr, const std::string& if_match = {}) {
    std::vector<HttpField> fields = {{"Content-Type", "application/json"}};
    if (!if_match.empty()) {
      fields.push_back({"If-Match", if_match});
    }
    last_ = shop_.ask(method, target, body.is_null() ? "" : body.dump(), std::move(fields));
    EXPECT_EQ(last_.status, status) << method << " " << target << " " << last_.body;
    EXPECT_EQ(field_of(last_, "Content-Type"),
              status < 300 ? "application/json" : "application/problem+json");
    json read = json::parse(last_.body);
    if (status >= 300) {
      EXPECT_FALSE(read["message"]["en"].get<std::string>().empty());
      EXPECT_FALSE(read["message"]["zh-CN"].get<std::string>().empty());
    }
    return read;
  }
  json save(const std::string& name, const std::string& expression, unsigned status = 201) {
    return ask("PUT", "/v1/segments/" + name, status, {{"expression", expression}});
  }
  std::vector<std::string> names(const std::string& q) {
    std::vector<std::string> found;
    const json list = ask("GET", "/v1/segments?q=" + q);
    for (const json& each : list["segments"]) {
      found.push_back(each["name"]);
    }
    return found;
  }
  std::uint64_t count(const std::string& expression) {
    return ask("POST", "/v1/query", 200, {{"expression", expression}})["count"];
  }

  ShopRoutes shop_{"segment_routes"};
  HttpReply last_;
};

using Names = std::vector<std::string>;

TEST_F(SegmentRoutesTest, SavesShowsAndReplaces) {
  const json saved = ask("POST", "/v1/segments", 201,
                         {{"name", "members"},
                          {"expression", "vip"},
                          {"title", {{"en", "Members"}, {"zh-CN", "会员"}}},
                          {"description", "paying"},
                          {"owner", "crm"},
                          {"labels", {"core", "2026"}}});
  EXPECT_EQ(saved["count"], 2);
  EXPECT_EQ(saved["population"], 4);
  EXPECT_EQ(saved["created"], true);
  EXPECT_EQ(saved["rule_version"], 1);
  const json shown = ask("GET", "/v1/segments/members");
  EXPECT_EQ(shown["title"]["zh-CN"], "会员");
  EXPECT_EQ(shown["labels"], (json{"core", "2026"}));
  EXPECT_EQ(shown["broken"], false);
  EXPECT_EQ(field_of(last_, "ETag"), "\"" + shown["revision"].get<std::string>() + "\"");
  EXPECT_EQ(shown["revision"], saved["revision"]);
  // What a second save does not give stays.
  EXPECT_EQ(save("members", "vip AND age>30", 200)["rule_version"], 2);
  EXPECT_EQ(ask("GET", "/v1/segments/members")["owner"], "crm");
  EXPECT_NE(ask("GET", "/v1/segments/members")["revision"], saved["revision"]);
}

TEST_F(SegmentRoutesTest, WhatIsWrongWithARuleIsToldWithItsPlace) {
  const json problem = save("members", "vip AND cty:tier1", 422);
  EXPECT_EQ(problem["code"], "unknown-tag");
  EXPECT_EQ(problem["errors"][0]["at"], 9);
  EXPECT_EQ(save("a%0Ab", "vip", 400)["code"], "bad-input");
  EXPECT_EQ(ask("PUT", "/v1/segments/x", 400, {{"expression", "vip"}, {"name", "y"}})["code"],
            "bad-input");
  EXPECT_EQ(ask("PUT", "/v1/segments/x", 400, {{"title", "no rule"}})["code"], "bad-input");
  EXPECT_EQ(ask("GET", "/v1/segments/nobody", 404)["code"], "not-found");
  EXPECT_EQ(ask("GET", "/v1/segments?limit=0", 400)["code"], "bad-input");
  EXPECT_EQ(ask("DELETE", "/v1/segments/x?force=1", 400)["code"], "bad-input");
}

TEST_F(SegmentRoutesTest, FindsWithoutAccentsCaseAndWidthBestFirst) {
  save("caf%C3%A9", "vip");
  save("vip%20caf%C3%A9", "vip");
  save("other", "age>1");
  ask("PATCH", "/v1/segments/other", 200,
      {{"title", {{"en", "The Café crowd"}, {"zh-CN", "咖啡"}}}});
  EXPECT_EQ(names("CAFE"), (Names{"café", "vip café", "other"}));
  EXPECT_EQ(names("%EF%BC%A3%EF%BC%A1FE+vip"), (Names{"vip café", "café"}));
  EXPECT_EQ(names("%E5%92%96"), (Names{"other"}));
  EXPECT_EQ(names("nothing"), Names{});
  const json page = ask("GET", "/v1/segments?offset=1&limit=1");
  EXPECT_EQ(page["total"], 3);
  EXPECT_EQ(page["segments"].size(), 1U);
  EXPECT_EQ(page["segments"][0]["name"], "other");
}

TEST_F(SegmentRoutesTest, BrokenOnesAreMarkedWhereTheyAreListed) {
  save("base", "vip");
  save("on_base", "@base AND age>30");
  const json in_use = ask("DELETE", "/v1/segments/base", 409);
  EXPECT_EQ(in_use["code"], "in-use");
  EXPECT_NE(in_use["detail"].get<std::string>().find("on_base"), std::string::npos);
  EXPECT_EQ(ask("GET", "/v1/segments/base/dependents")["direct"], (json{"on_base"}));
  EXPECT_EQ(ask("DELETE", "/v1/segments/base?force=true")["broken"], (json{"on_base"}));
  const json broken = ask("GET", "/v1/segments")["segments"][0];
  EXPECT_EQ(broken["broken"], true);
  EXPECT_TRUE(broken["count"].is_null());
  EXPECT_EQ(broken["errors"][0]["code"], "unknown-segment");
}

TEST_F(SegmentRoutesTest, AnEditOfWhatHasChangedMeanwhileIsRefused) {
  save("members", "vip");
  const std::string seen = field_of(last_, "ETag");
  ask("PATCH", "/v1/segments/members", 200, {{"owner", "crm"}}, seen);
  const std::string now = field_of(last_, "ETag");
  EXPECT_NE(now, seen);
  const auto stale = [&](const std::string& method, const std::string& target, const json& body) {
    const json problem = ask(method, target, 412, body, seen);
    EXPECT_EQ(problem["code"], "changed");
    EXPECT_EQ(problem["status"], 412);
  };
  stale("PATCH", "/v1/segments/members", {{"owner", "bi"}});
  stale("PUT", "/v1/segments/members", {{"expression", "age>1"}});
  stale("DELETE", "/v1/segments/members", nullptr);
  stale("POST", "/v1/segments/members/snapshots", json::object());
  // Nothing of that was done, and what was seen last may be changed.
  EXPECT_EQ(ask("GET", "/v1/segments/members")["owner"], "crm");
  EXPECT_EQ(ask("GET", "/v1/segments/members/versions")["versions"].size(), 1U);
  ask("PATCH", "/v1/segments/members", 200, {{"owner", "bi"}}, "\"x\", W/\"y\" , " + now);
  // "*" is whatever is there, and nothing that is not.
  ask("PUT", "/v1/segments/members", 200, {{"expression", "age>1"}}, "*");
  ask("PUT", "/v1/segments/fresh", 412, {{"expression", "age>1"}}, "*");
  ask("PUT", "/v1/segments/members", 400, {{"expression", "age>1"}}, "abc");
  ask("PUT", "/v1/segments/members", 400, {{"expression", "age>1"}}, "\"abc");
  ask("PUT", "/v1/segments/members", 412, {{"expression", "age>1"}}, "W/\"abc\"");
}

TEST_F(SegmentRoutesTest, OneOfTheListThatIfMatchHasMustBeCurrent) {
  save("members", "vip");
  std::string now = field_of(last_, "ETag");
  const auto edit = [&](std::vector<std::string> lines) {
    std::vector<HttpField> fields{{"Content-Type", "application/json"}};
    for (std::string& line : lines) {
      fields.push_back({"If-Match", std::move(line)});
    }
    const HttpReply reply =
        shop_.ask("PATCH", "/v1/segments/members", R"({"owner": "crm"})", std::move(fields));
    if (reply.status == 200) {
      now = field_of(reply, "ETag");
    }
    return reply.status;
  };
  EXPECT_EQ(edit({"\"zz\", " + now}), 200U);
  EXPECT_EQ(edit({now + ",\"zz\""}), 200U);
  EXPECT_EQ(edit({"\"zz\"", now}), 200U) << "fields of one name are one list";
  EXPECT_EQ(edit({"\"zz\"", "W/" + now}), 412U) << "compared strongly";
  EXPECT_EQ(edit({"\"zz\"", "\"yy\""}), 412U);
  EXPECT_EQ(edit({"\"zz\"", "yy"}), 400U);
}

TEST_F(SegmentRoutesTest, WhatIsMadeSaysWhereItIs) {
  save("new%20buyers", "vip");
  EXPECT_EQ(field_of(last_, "Location"), "/v1/segments/new%20buyers");
  save("new%20buyers", "age > 1", 200);
  EXPECT_EQ(field_of(last_, "Location"), "");
  ask("POST", "/v1/segments", 201, {{"name", "会员"}, {"expression", "vip"}});
  EXPECT_EQ(field_of(last_, "Location"), "/v1/segments/%E4%BC%9A%E5%91%98");
  EXPECT_EQ(ask("GET", field_of(last_, "Location"))["name"], "会员");
  ask("POST", "/v1/segments/mailing/ids", 201, {{"ids", {"u1"}}});
  EXPECT_EQ(field_of(last_, "Location"), "/v1/segments/mailing");
}

TEST_F(SegmentRoutesTest, WhatIsOnlyToBeMadeIsNotReplaced) {
  const auto make = [&](const std::string& name, const std::string& none_match) {
    return shop_.ask("PUT", "/v1/segments/" + name, R"({"expression": "age > 1"})",
                     {{"Content-Type", "application/json"}, {"If-None-Match", none_match}});
  };
  EXPECT_EQ(make("fresh", "*").status, 201U);
  save("members", "vip");
  const HttpReply refused = make("members", "*");
  EXPECT_EQ(refused.status, 412U);
  EXPECT_EQ(json::parse(refused.body)["code"], "changed");
  EXPECT_EQ(make("members", "\"abc\"").status, 400U);
  EXPECT_EQ(ask("GET", "/v1/segments/members")["expression"], "vip");
}

TEST_F(SegmentRoutesTest, ATitleInOneLanguageLeavesTheOther) {
  save("members", "vip");
  ask("PATCH", "/v1/segments/members", 200, {{"title", {{"en", "Members"}, {"zh-CN", "会员"}}}});
  ask("PATCH", "/v1/segments/members", 200, {{"title", {{"en", "Our members"}}}});
  const json title = ask("GET", "/v1/segments/members")["title"];
  EXPECT_EQ(title["en"], "Our members");
  EXPECT_EQ(title["zh-CN"], "会员");
}

TEST_F(SegmentRoutesTest, OfTwoWhoEditWhatTheySawOneIsRefused) {
  save("members", "vip");
  const std::string seen = field_of(last_, "ETag");
  std::vector<unsigned> statuses(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] {
      statuses[i] = shop_
                        .ask("PATCH", "/v1/segments/members",
                             json{{"owner", "editor " + std::to_string(i)}}.dump(),
                             {{"Content-Type", "application/json"}, {"If-Match", seen}})
                        .status;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200U), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 412U), 7);
}

TEST_F(SegmentRoutesTest, EveryChangeWithinASecondHasARevisionOfItsOwn) {
  // Only the ids differ.
  ask("POST", "/v1/segments/list/ids", 201, {{"ids", {"u1"}}});
  const std::string seen = field_of(last_, "ETag");
  ask("POST", "/v1/segments/list/ids", 200, {{"ids", {"u2"}}}, seen);
  const std::string second = field_of(last_, "ETag");
  EXPECT_NE(second, seen);
  EXPECT_EQ(ask("POST", "/v1/segments/list/ids", 412, {{"ids", {"u3"}}}, seen)["code"], "changed");
  ask("GET", "/v1/segments/list");
  EXPECT_EQ(field_of(last_, "ETag"), second);
  // There and back again, by rules, by cards and by names.
  std::set<std::string> marks;
  for (const char* rule : {"vip", "age<30", "vip", "age<30"}) {
    save("rule", rule, marks.empty() ? 201 : 200);
    marks.insert(field_of(last_, "ETag"));
  }
  for (const char* owner : {"a", "b", "a", "b"}) {
    ask("PATCH", "/v1/segments/rule", 200, {{"owner", owner}});
    marks.insert(field_of(last_, "ETag"));
  }
  save("user", "@rule");
  for (const char* from : {"rule", "other", "rule", "other"}) {
    const bool there = std::string(from) == "rule";
    ask("PATCH", std::string("/v1/segments/") + from, 200, {{"name", there ? "other" : "rule"}});
    ask("GET", "/v1/segments/user");
    marks.insert(field_of(last_, "ETag"));
  }
  EXPECT_EQ(marks.size(), 12U);
  // What changes nothing leaves it.
  ask("GET", "/v1/segments/user");
  const std::string before = field_of(last_, "ETag");
  ask("PATCH", "/v1/segments/user", 200, {{"owner", ""}});
  EXPECT_EQ(field_of(last_, "ETag"), before);
}

TEST_F(SegmentRoutesTest, EveryRuleIsKeptOnceWithItsCounts) {
  save("members", "vip");
  save("members", "vip", 200);  // the same: no version
  ask("PATCH", "/v1/segments/members", 200, {{"owner", "crm"}});
  save("members", "vip AND age>30", 200);
  save("members", "vip", 200);  // again: a version of its own
  const std::string more = "id,city,vip,age,spend,interests\nu9,tier1,yes,70,1.00,music\n";
  const std::string file = ::testing::TempDir() + "/segment_routes_more.csv";
  std::ofstream(file) << more;
  ASSERT_TRUE(shop_.service().load(std::nullopt, {file}, {}).has_value());
  const json versions = ask("GET", "/v1/segments/members/versions")["versions"];
  ASSERT_EQ(versions.size(), 3U);
  const std::vector<std::string> rules = {"vip", "vip AND age>30", "vip"};
  const std::vector<int> then = {2, 1, 2};
  const std::vector<int> now = {3, 2, 3};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(versions[i]["rule_version"], i + 1);
    EXPECT_EQ(versions[i]["expression"], rules[i]);
    EXPECT_EQ(versions[i]["count_then"], then[i]);
    EXPECT_EQ(versions[i]["population_then"], 4);
    EXPECT_EQ(versions[i]["count"], now[i]);
    EXPECT_GT(versions[i]["saved_s"], 1'000'000'000);
  }
}

TEST_F(SegmentRoutesTest, ARenameIsCarriedThroughAllRulesThereHaveBeen) {
  save("base", "vip");
  save("user", "@base AND age>30");
  save("user", "age>30 AND @base", 200);
  save("user", "age>35", 200);
  const json renamed = ask("PATCH", "/v1/segments/base", 200,
                           {{"name", "new base"}, {"title", "Base"}, {"labels", {"x"}}});
  EXPECT_EQ(renamed["name"], "new base");
  EXPECT_EQ(renamed["rewritten"], json::array());  // its rule now does not name it
  const json versions = ask("GET", "/v1/segments/user/versions")["versions"];
  EXPECT_EQ(versions[0]["expression"], "@\"new base\" AND age>30");
  EXPECT_EQ(versions[1]["expression"], "age>30 AND @\"new base\"");
  EXPECT_EQ(versions[1]["count"], 1);
  EXPECT_EQ(ask("GET", "/v1/segments/new%20base/versions")["versions"].size(), 1U);
  EXPECT_EQ(ask("GET", "/v1/segments/new%20base")["title"]["en"], "Base");
  ask("GET", "/v1/segments/base", 404);
  ask("PATCH", "/v1/segments/user", 409, {{"name", "new base"}});
  EXPECT_TRUE(shop_.service().verify({})->clean());
}

TEST_F(SegmentRoutesTest, DiffsAgreeWithSetsOfPeople) {
  // Every pair of these against what the language itself says of both, either and neither.
  const std::vector<std::string> rules = {"vip", "age>25", "city:tier1", "NOT vip",
                                          "vip OR age>45"};
  for (const std::string& rule : rules) {
    ask("PUT", "/v1/segments/s", rule == rules.front() ? 201 : 200, {{"expression", rule}});
  }
  for (std::size_t a = 1; a <= rules.size(); ++a) {
    for (std::size_t b = 1; b <= rules.size(); ++b) {
      const json diff =
          ask("GET", "/v1/segments/s/diff?from=" + std::to_string(a) + "&to=" + std::to_string(b));
      const std::string first = "(" + rules[a - 1] + ")";
      const std::string second = "(" + rules[b - 1] + ")";
      EXPECT_EQ(diff["from"]["count"], count(first));
      EXPECT_EQ(diff["both"]["count"], count(first + " AND " + second));
      EXPECT_EQ(diff["only_from"]["count"], count(first + " AND NOT " + second));
      EXPECT_EQ(diff["only_to"]["count"], count(second + " AND NOT " + first));
      for (const char* part : {"from", "to", "both", "only_from", "only_to"}) {
        EXPECT_EQ(diff[part]["count"], count(diff[part]["expression"])) << diff.dump();
      }
    }
  }
  EXPECT_EQ(ask("GET", "/v1/segments/s/diff?from=1")["to"]["of"], "5");
  EXPECT_EQ(ask("GET", "/v1/segments/s/diff?from=6", 404)["code"], "not-found");
  EXPECT_EQ(ask("GET", "/v1/segments/s/diff?from=0", 404)["code"], "not-found");
  EXPECT_EQ(ask("GET", "/v1/segments/s/diff?from=99999999999999999999", 404)["code"], "not-found");
  EXPECT_EQ(ask("GET", "/v1/segments/s/diff?from=x", 400)["code"], "bad-input");
  EXPECT_EQ(ask("GET", "/v1/segments/s/diff?to=1", 400)["code"], "bad-input");
  EXPECT_EQ(ask("GET", "/v1/segments/s/diff?from=@nobody", 422)["code"], "unknown-segment");
}

TEST_F(SegmentRoutesTest, ListsComeAsJsonAndAsText) {
  json list = ask("POST", "/v1/segments/mailing/ids", 201,
                  {{"ids", {"u1", "用户4", "nobody", "u1"}}, {"owner", "crm"}});
  EXPECT_EQ(list["count"], 2);
  EXPECT_EQ(list["unknown"], 1);
  EXPECT_EQ(list["repeated"], 1);
  EXPECT_EQ(list["first_unknown"], (json{"nobody"}));
  EXPECT_EQ(count("@mailing AND vip"), 1U);
  const auto post = [&](const std::string& type, const std::string& body) {
    return shop_.ask("POST", "/v1/segments/mailing/ids", body, {{"Content-Type", type}});
  };
  EXPECT_EQ(post("text/csv", "id\r\n\"u1\"\r\nu2\r\nu3\r\n").status, 200U);
  EXPECT_EQ(count("@mailing"), 3U);
  EXPECT_EQ(post("text/plain; charset=utf-8", "u2").status, 200U);
  EXPECT_EQ(count("@mailing"), 1U);
  EXPECT_EQ(ask("GET", "/v1/segments/mailing")["owner"], "crm");
  EXPECT_EQ(post("text/plain", "").status, 400U);
  EXPECT_EQ(post("text/plain", "nobody\n").status, 400U);
  EXPECT_EQ(post("application/xml", "<u1/>").status, 415U);
  EXPECT_EQ(count("@mailing"), 1U) << "a refused list leaves what was there";
  save("rule", "vip");
  EXPECT_EQ(ask("POST", "/v1/segments/rule/ids", 409, {{"ids", {"u1"}}})["code"],
            "schema-conflict");
  EXPECT_EQ(ask("GET", "/v1/segments/mailing/versions", 409)["code"], "schema-conflict");
}

TEST_F(SegmentRoutesTest, ListsComeAsExportedAndCompressed) {
  const auto post = [&](const std::string& type, const std::string& body,
                        const std::string& encoding = "identity") {
    return shop_.ask("POST", "/v1/segments/mailing/ids", body,
                     {{"Content-Type", type}, {"Content-Encoding", encoding}});
  };
  EXPECT_EQ(post("application/x-ndjson", "\"u1\"\n\n\"用户4\"\n").status, 201U);
  EXPECT_EQ(count("@mailing"), 2U);
  const HttpReply wrong = post("application/x-ndjson", "\"u1\"\n{\"id\": \"u2\"}\n");
  EXPECT_EQ(wrong.status, 400U);
  EXPECT_EQ(json::parse(wrong.body)["detail"], "the body, line 2: this is no JSON text");
  const HttpReply cut = post("application/x-ndjson", "\"u1\"\n\"u");
  EXPECT_EQ(json::parse(cut.body)["detail"], "the body, line 2: this is no JSON text");
  // "u2\n" by gzip.
  const std::string packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x2b\x35\xe2\x02\x00\xc6\xce\xde"
      "\xa0\x03\x00\x00\x00",
      23);
  EXPECT_EQ(post("text/plain", packed, "gzip").status, 200U);
  const json broken = json::parse(post("text/plain", packed.substr(0, 12), "gzip").body);
  EXPECT_TRUE(broken["message"]["en"].get<std::string>().starts_with("the body cannot be"))
      << broken;
  EXPECT_TRUE(broken["message"]["zh-CN"].get<std::string>().starts_with("请求内容无法解压："))
      << broken;
  EXPECT_EQ(count("@mailing"), 1U);
  EXPECT_EQ(post("text/plain", "u1", "br").status, 415U);
  EXPECT_EQ(post("application/json", R"({"ids": ["u1"]})", "gzip").status, 415U);
  const json text = ask("POST", "/v1/segments/mailing/ids", 400, {{"ids", "u1"}});
  EXPECT_EQ(text["detail"], "ids: unexpected \"u1\", expected a list [...]");
  EXPECT_EQ(count("@mailing"), 1U);
}

TEST_F(SegmentRoutesTest, ListsMayBeLong) {
  json ids = json::array();
  std::string lines;
  for (int i = 0; i < 100'000; ++i) {
    ids.push_back("nobody at all " + std::to_string(i));
    lines += "nobody at all " + std::to_string(i) + "\n";
  }
  ids.back() = "u1";
  json made = ask("POST", "/v1/segments/long/ids", 201, {{"ids", ids}});
  EXPECT_EQ(made["ids"], 100'000);
  EXPECT_EQ(made["unknown"], 99'999);
  EXPECT_EQ(made["count"], 1);
  ids.push_back("u2");
  EXPECT_EQ(ask("POST", "/v1/segments/long/ids", 400, {{"ids", ids}})["detail"],
            "ids: unexpected 100001 texts, expected at most 100000");
  const std::string more = lines + lines + "u1\nu2\nu1\n";
  const HttpReply text =
      shop_.ask("POST", "/v1/segments/long/ids", more, {{"Content-Type", "text/plain"}});
  made = json::parse(text.body);
  EXPECT_EQ(made["ids"], 200'003);
  EXPECT_EQ(made["count"], 2);
  EXPECT_EQ(made["repeated"], 1);
  EXPECT_EQ(made["first_unknown"].size(), 10U);
  EXPECT_EQ(made["first_unknown"][9], "nobody at all 9");
}

TEST_F(SegmentRoutesTest, ListsThatAreTooLongAreToldWhatToDo) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/v1/segments/long/ids";
  request.fields = {{"Content-Type", "application/json"}, {"Content-Length", "16777217"}};
  HttpAdmission admission = shop_.routes().admission(request);
  ASSERT_TRUE(admission.refusal.has_value());
  EXPECT_EQ(admission.refusal->status, 413U);
  EXPECT_NE(admission.refusal->body.find("text/plain"), std::string::npos);
  request.fields[0].value = "text/plain";
  admission = shop_.routes().admission(request);
  EXPECT_FALSE(admission.refusal.has_value());
  EXPECT_EQ(admission.bytes_max, RoutesOptions().load_bytes);
  EXPECT_FALSE(admission.folder.empty());
  request.target = "/v1/query";
  request.fields[0].value = "application/json";
  EXPECT_EQ(shop_.routes().admission(request).bytes_max, std::uint64_t{16} << 20U);
  request.target = "/v1/check";
  EXPECT_EQ(shop_.routes().admission(request).bytes_max, std::uint64_t{1} << 20U);
  const HttpReply refused = shop_.routes().refusal(request, 413, 1000);
  EXPECT_NE(refused.body.find("/v1/segments/NAME/ids"), std::string::npos);
  EXPECT_NE(refused.body.find("1048576 bytes"), std::string::npos);
}

TEST_F(SegmentRoutesTest, ASnapshotKeepsThePeopleAndKnowsWhereTheyCameFrom) {
  save("members", "vip");
  save("members", "vip OR age>45", 200);
  const json frozen = ask("POST", "/v1/segments/members/snapshots", 201,
                          {{"name", "members then"}, {"as_of", "2026-01-31"}, {"owner", "crm"}});
  EXPECT_EQ(frozen["count"], 3);
  save("members", "vip", 200);
  EXPECT_EQ(count("@\"members then\""), 3U);
  const json shown = ask("GET", "/v1/segments/members%20then");
  EXPECT_EQ(shown["kind"], "list");
  EXPECT_EQ(shown["owner"], "crm");
  EXPECT_EQ(shown["snapshot_of"]["segment"], "members");
  EXPECT_EQ(shown["snapshot_of"]["rule_version"], 2);
  EXPECT_EQ(shown["snapshot_of"]["expression"], "vip OR age>45");
  EXPECT_EQ(shown["snapshot_of"]["as_of"], "2026-01-31");
  EXPECT_EQ(shown["snapshot_of"]["gone"], false);
  const json diff = ask("GET", "/v1/segments/members/diff?from=%40%22members+then%22&to=3");
  EXPECT_EQ(diff["only_from"]["count"], 1);
  EXPECT_EQ(diff["only_to"]["count"], 0);
  // The default name is the day's, and each name is given once.
  const json second = ask("POST", "/v1/segments/members/snapshots", 201, {{"as_of", "2026-02-01"}});
  EXPECT_EQ(second["name"], "members_20260201");
  ask("POST", "/v1/segments/members/snapshots", 409, {{"as_of", "2026-02-01"}});
  // It is frozen.
  ask("POST", "/v1/segments/members_20260201/ids", 409, {{"ids", {"u1"}}});
  json list = ask("GET", "/v1/segments/members/snapshots");
  ASSERT_EQ(list["segments"].size(), 2U);
  std::set<std::string> listed = {list["segments"][0]["name"], list["segments"][1]["name"]};
  EXPECT_EQ(listed, (std::set<std::string>{"members then", "members_20260201"}));
  ask("PATCH", "/v1/segments/members", 200, {{"name", "people"}});
  EXPECT_EQ(ask("GET", "/v1/segments/people/snapshots")["segments"].size(), 2U);
  ask("DELETE", "/v1/segments/people");
  save("people", "age>1");
  EXPECT_EQ(ask("GET", "/v1/segments/people/snapshots")["segments"].size(), 0U) << "a namesake";
  EXPECT_EQ(ask("GET", "/v1/segments/members%20then")["snapshot_of"]["gone"], true);
  EXPECT_TRUE(shop_.service().verify({})->clean());
}

TEST(SegmentRoutes, AServerThatWritesNothingSaysSo) {
  RoutesOptions options;
  options.read_only = true;
  ShopRoutes shop("segment_routes_read_only", options);
  const std::vector<std::pair<std::string, std::string>> writes = {
      {"PUT", "/v1/segments/a"},
      {"PATCH", "/v1/segments/a"},
      {"DELETE", "/v1/segments/a"},
      {"POST", "/v1/segments/a/snapshots"},
      {"POST", "/v1/segments/a/ids"}};
  for (const auto& [method, target] : writes) {
    const std::string body = method == "PUT"                            ? R"({"expression": "vip"})"
                             : target.find("/ids") != std::string::npos ? R"({"ids": ["u1"]})"
                                                                        : "{}";
    const HttpReply reply = shop.ask(method, target, body);
    EXPECT_EQ(reply.status, 409U) << method << " " << target;
    EXPECT_EQ(json::parse(reply.body)["code"], "read-only");
  }
  EXPECT_EQ(shop.ask("GET", "/v1/segments").status, 200U);
}

TEST_F(SegmentRoutesTest, OfVeryManyVersionsTheOldestAreDroppedAndSaidSo) {
  // Blanks are part of what the author typed: 4 MiB hold 64 of these.
  const std::string blanks(65'000, ' ');
  json saved = save("long", "vip" + blanks);
  for (int i = 0; i < 66; ++i) {
    saved = save("long", (i % 2 == 0 ? "NOT vip" : "vip") + blanks, 200);
  }
  EXPECT_EQ(saved["rule_version"], 67);
  EXPECT_EQ(saved["dropped"], 1);
  const json versions = ask("GET", "/v1/segments/long/versions");
  EXPECT_EQ(versions["dropped"], 3);
  EXPECT_EQ(versions["versions"].front()["rule_version"], 4);
  EXPECT_EQ(versions["versions"].size(), 64U);
  EXPECT_EQ(ask("GET", "/v1/segments/long/diff?from=4")["only_from"]["count"], 2);
  const json gone = ask("GET", "/v1/segments/long/diff?from=3", 410);
  EXPECT_EQ(gone["code"], "not-kept");
  EXPECT_NE(gone["hint"]["en"].get<std::string>().find("4 to 67"), std::string::npos);
  EXPECT_EQ(ask("GET", "/v1/segments/long/diff?from=68", 404)["code"], "not-found");
  EXPECT_TRUE(shop_.service().verify({})->clean());
}

}  // namespace
}  // namespace tagline::server
