// --format of the commands that list something: the same fields as JSON, CSV and lines of JSON.
#include "tests/cli/program.h"

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

class Formats : public ::testing::Test {
 protected:
  void SetUp() override {
    fine(
        {"load", "--db", db_,
         folder_.write("people.csv", "id,city,age,vip\nu1,\"Xi'an, old\",30,yes\nu2,big,40,no\n")});
    fine({"load", "--db", db_,
          folder_.write("events.csv", "user,at\nu2,2024-06-01\nu2,2024-06-03\n"), "--schema",
          folder_.write("events.json", R"({"format": "csv", "events": {"user": "user",
            "event": {"name": "purchase"}, "time": {"column": "at", "format": "%Y-%m-%d"}}})")});
    fine({"segment", "save", "--db", db_, "buyers", "vip", "--owner", "Ann"});
    fine({"segment", "save", "--db", db_, "--replace", "buyers", "did(purchase)"});
    fine({"segment", "save", "--db", db_, "rest", "NOT @buyers"});
    fine({"segment", "save", "--db", db_, "rest_vips", "@rest AND vip"});
    fine({"segment", "snapshot", "--db", db_, "buyers", "--as", "frozen"});
    fine({"key", "create", "--db", db_, "dash", "--rate", "10/s"});
  }

  std::string fine(const std::vector<std::string>& words) const {
    const Outcome run = run_tagline(words);
    EXPECT_EQ(run.status, 0) << words[0] << " " << words[1] << ": " << run.err;
    return run.out;
  }
  /// The command in a format.
  std::string as(std::vector<std::string> words, const std::string& format) const {
    words.insert(words.end(), {"--db", db_, "--format", format});
    return fine(words);
  }
  /// CSV has these columns and rows, and with `list` (of the JSON object) NDJSON has its items.
  void check_rows(const std::vector<std::string>& words, const std::string& columns,
                  const std::vector<std::string>& rows, const std::string& list) const {
    const std::vector<std::string> lines = lines_of(as(words, "csv"));
    ASSERT_EQ(lines.size(), rows.size() + 1) << words[0];
    EXPECT_EQ(lines[0], columns);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(lines[i + 1], rows[i]);
    }
    if (list.empty()) {
      return;
    }
    const json whole = json::parse(as(words, "json")).at(list);
    const std::vector<std::string> items = lines_of(as(words, "ndjson"));
    ASSERT_EQ(items.size(), whole.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      EXPECT_EQ(json::parse(items[i]), whole[i]);
    }
  }

  TempFolder folder_;
  std::string db_ = folder_.path("db");
};

TEST_F(Formats, Tags) {
  check_rows({"tags"}, "name,kind,coverage,lowest,highest,unit",
             {"city,category,2,,,", "age,number,2,30,40,", "vip,flag,1,,,"}, "tags");
  check_rows({"tags", "city"}, "value,count", {"\"Xi'an, old\",1", "big,1"}, "");
}

TEST_F(Formats, Events) {
  check_rows({"events", "list"}, "name,people,days,first,last,unit",
             {"purchase,1,2,2024-06-01,2024-06-03,"}, "events");
}

TEST_F(Formats, Segments) {
  check_rows({"segment", "list"}, "name,count,expression,owner",
             {"buyers,1,did(purchase),Ann", "frozen,1,,", "rest,1,NOT @buyers,",
              "rest_vips,1,@rest AND vip,"},
             "segments");
  check_rows({"segment", "snapshots", "buyers"}, "name,count,expression,owner", {"frozen,1,,"},
             "segments");
  check_rows({"segment", "dependents", "buyers"}, "name,direct", {"rest,true", "rest_vips,false"},
             "");
  check_rows({"segment", "diff", "buyers", "1", "2"}, "part,count,expression",
             {"from,1,vip", "to,1,did(purchase)", "both,0,vip AND did(purchase)",
              "only_from,1,vip AND NOT did(purchase)", "only_to,1,did(purchase) AND NOT vip"},
             "");
}

TEST_F(Formats, Versions) {
  const json versions = json::parse(as({"segment", "versions", "buyers"}, "json")).at("versions");
  const auto row = [&](std::size_t i, const std::string& rest) {
    return std::to_string(i + 1) + "," + versions[i].at("saved_s").dump() + "," + rest;
  };
  check_rows({"segment", "versions", "buyers"},
             "rule_version,saved_s,author,count_then,count,expression",
             {row(0, ",1,1,vip"), row(1, ",1,1,did(purchase)")}, "versions");
}

TEST_F(Formats, Keys) {
  const json key = json::parse(as({"key", "list"}, "json")).at("keys").at(0);
  check_rows({"key", "list"}, "id,name,role,state,made,expires,rate",
             {key.at("id").get<std::string>() + ",dash,viewer,live," +
              key.at("made").get<std::string>() + ",,10/s"},
             "keys");
}

TEST_F(Formats, Why) {
  const std::string head = "id,member,text,depth,holds,decides,way,from,to\n";
  EXPECT_EQ(as({"why", "u1", "vip AND NOT age:40"}, "csv"),
            head +
                "u1,true,vip AND NOT age:40,0,true,true,,,\n"
                "u1,true,vip,1,true,true,,,\n"
                "u1,true,NOT age:40,1,true,true,,,\n"
                "u1,true,age:40,2,false,true,,,\n"
                "u1,true,age,,,,1,30,40\n"
                "u1,true,vip,,,,2,yes,no\n");
  EXPECT_EQ(as({"why", "u2", "vip", "--lang", "zh-CN"}, "csv"),
            head + "u2,false,vip,0,false,true,,,\nu2,false,vip,,,,1,否,是\n");
}

TEST_F(Formats, Complete) {
  EXPECT_EQ(as({"complete", "cit"}, "csv"),
            "from,to,insert,kind,label,people,deprecated\n1,4,city:,tag,city,2,false\n");
  // Without a cursor as with one at the end.
  EXPECT_EQ(as({"complete", "vip AND cit"}, "json"), as({"complete", "vip AND cit", "11"}, "json"));
  const auto for_shell = [&](const std::string& what, const std::string& typed) {
    return fine({"complete", "--db", db_, "--shell", what, typed});
  };
  EXPECT_EQ(for_shell("expression", "vip AND cit"), "vip AND city:\t2 people\n");
  EXPECT_EQ(for_shell("tag", "cit"), "city\t2 people\n");
  EXPECT_EQ(for_shell("segment", "rest_"), "rest_vips\t\n");
  EXPECT_EQ(for_shell("number-tag", ""), "age\t2 people\n");
  EXPECT_EQ(for_shell("number-tag", "cit"), "");
  EXPECT_EQ(for_shell("ordered-tag", "ag"), "age\t2 people\n");
}

TEST_F(Formats, InferSaysWhyOrGivesTheSchema) {
  const std::string file = folder_.path("people.csv");
  EXPECT_EQ(fine({"infer", file}), fine({"infer", file, "--format", "json"}));
  const std::string table = fine({"infer", file, "--format", "table"});
  EXPECT_NE(table.find("age     number"), std::string::npos) << table;
  const Outcome missing = run_tagline({"infer", folder_.path("none"), "--format", "json"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_EQ(json::parse(missing.out).at("errors").at(0).at("code"), "not-found");
  EXPECT_EQ(run_tagline({"infer", folder_.path("none")}).out, "");
}

TEST_F(Formats, AFileOfIdsIsNoTableOfPeople) {
  const Outcome run = run_tagline({"infer", folder_.write("ids.ndjson", "\"u1\"\n\"u2\"\n")});
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.err.find("(\"u1\") is no JSON object"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("segment import"), std::string::npos) << run.err;
}

TEST_F(Formats, ReportsOfOneThingAreOneRow) {
  const std::string shown = as({"segment", "show", "buyers"}, "csv");
  EXPECT_EQ(shown, "name,count,expression,owner\nbuyers,1,did(purchase),Ann\n");
  const std::string checked = as({"verify"}, "csv");
  EXPECT_EQ(checked.rfind("clean,fragments,fragment_bytes,tags,", 0), 0U) << checked;
  EXPECT_NE(checked.find("\ntrue,"), std::string::npos) << checked;
  const std::string more = folder_.write("more.csv", "id,city\nu9,big\n");
  const std::string loaded = fine({"load", "--db", db_, more, "--format", "csv"});
  EXPECT_EQ(loaded.rfind("rows,rejected,users_new,", 0), 0U) << loaded;
  EXPECT_NE(loaded.find("\n1,0,1,0,"), std::string::npos) << loaded;
}

TEST_F(Formats, AUserIsARowATagAndEvent) {
  const std::string rows = as({"user", "u1"}, "csv");
  EXPECT_EQ(rows.rfind("kind,name,value,count,days,first,last,amount\n", 0), 0U) << rows;
  EXPECT_NE(rows.find("\nflag,vip,true,,,,,\n"), std::string::npos) << rows;
  EXPECT_EQ(
      json::parse(lines_of(as({"user", "u1"}, "ndjson")).at(0)).at("kind"),
      rows.substr(rows.find('\n') + 1, rows.find(',', rows.find('\n')) - rows.find('\n') - 1));
}

TEST_F(Formats, CheckReadsTextAndJsonLineByLine) {
  const std::string file =
      folder_.write("some.txt", "# People\nvip\n\n{\"expression\": \"vop\"}\n");
  const Outcome run = run_tagline({"check", "--db", db_, "--batch", file});
  EXPECT_EQ(run.status, 1);
  const std::vector<std::string> lines = lines_of(run.out);
  ASSERT_EQ(lines.size(), 2U) << run.out;
  EXPECT_EQ(json::parse(lines[0]).at("canonical"), "vip");
  EXPECT_FALSE(json::parse(lines[1]).at("ok").get<bool>());
  EXPECT_EQ(run_tagline({"check", "--db", db_, "--batch", folder_.path("none")}).status, 1);
}

TEST_F(Formats, TextIsTheTableForPeople) {
  EXPECT_EQ(as({"tags"}, "text"), as({"tags"}, "table"));
  EXPECT_EQ(run_tagline({"tags", "--db", db_, "--format", "txt"}).status, 2);
}

TEST_F(Formats, ARepeatedOptionTakesOneValueEach) {
  EXPECT_EQ(as({"query", "--by", "city", "--by", "vip", "*"}, "csv"),
            as({"query", "*", "--by", "city", "--by", "vip"}, "csv"));
  fine({"segment", "save", "--db", db_, "--label", "a", "--label", "b", "two", "vip"});
  EXPECT_EQ(json::parse(as({"segment", "show", "two"}, "json")).at("labels"),
            (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace tagline::tests
