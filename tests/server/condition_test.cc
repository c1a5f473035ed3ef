// Rows of breakdowns as expressions: going on from a row gives the people that the row counted,
// whatever the tag and the value are called.
#include "tests/server/shop_routes.h"

#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using Json = nlohmann::json;

class Condition : public testing::Test {
 protected:
  Condition() : shop_("condition") {
    const auto file = std::filesystem::temp_directory_path() /
                      ("tagline_condition_" + std::to_string(getpid()) + ".csv");
    std::ofstream(file)
        << "id,25-34,AND,odd name,7d,@at,balance,born,joined,last\n"
           "a,x*,yes,\"say \"\"hi\"\"\",25-34,一线|(b)|-c,-12.50,1931-02-03,2024-01-05,2026-01-01\n"
           "b,x1,no,\"a, b\",2024-01,NOT|一线,-0.01,1950-12-31,2024-01-31,2026-01-02\n"
           "c,*,yes,and,last 7d,or,0.00,1999-01-01,2024-02-01,2026-01-04\n"
           "d,x*,no,最近7天,>=3,or|NOT,7.25,2001-07-07,2025-11-30,2026-01-09\n"
           "e,,yes,b:c,x..y,,1900000.00,2024-02-29,,\n";
    const auto loaded = shop_.service().load(std::nullopt, {file.string()}, {});
    std::filesystem::remove(file);
    if (!loaded.has_value()) {
      throw std::runtime_error("the test's users were not loaded: " + loaded.error().message().en);
    }
  }
  Json ask(const Json& body) {
    const HttpReply reply = shop_.ask("POST", "/v1/query", body.dump());
    EXPECT_EQ(reply.status, 200U) << body << "\n" << reply.body;
    return Json::parse(reply.body);
  }
  void expect_rows_hold(const std::string& expression, const Json& tag) {
    for (const Json& row : tag["rows"]) {
      const std::string condition = row["condition"];
      EXPECT_EQ(ask({{"expression", "(" + expression + ") AND " + condition}})["count"],
                row["count"])
          << tag["tag"] << " " << condition;
      EXPECT_EQ(ask({{"expression", condition}})["count"], row["population"]) << condition;
      EXPECT_EQ(ask({{"expression", condition}})["expression"], condition) << "is canonical";
    }
  }

  ShopRoutes shop_;
};

TEST_F(Condition, OfEveryRowOfEveryTagGivesItsPeople) {
  const std::string expression = "* AND NOT age:20..20";
  const Json tags = ask({{"want", "profile"}, {"expression", expression}})["tags"];
  ASSERT_GE(tags.size(), 12U);
  std::size_t rows = 0;
  for (const Json& tag : tags) {
    const Json by = ask({{"want", "breakdown"}, {"expression", expression}, {"tag", tag["tag"]}});
    expect_rows_hold(expression, by["tags"][0]);
    rows += by["tags"][0]["rows"].size();
  }
  EXPECT_GT(rows, 60U);
}

// Each cell counted by its two conditions, for every pair of tags of unlike kinds: values, yes and
// no, numbers and dates by stretches.
TEST_F(Condition, IsTheSameInTablesOfTwoTags) {
  const std::string expression = "* AND NOT age:20..20";
  std::size_t cells = 0;
  for (const char* rows : {"city", "vip", "interests", "age", "last", "balance"}) {
    for (const char* columns : {"vip", "city", "age", "spend", "joined"}) {
      const Json cross = ask(
          {{"want", "cross"}, {"expression", expression}, {"rows", rows}, {"columns", columns}});
      ASSERT_EQ(cross["counts"].size(), cross["rows"]["rows"].size()) << rows << " " << columns;
      for (std::size_t i = 0; i < cross["counts"].size(); ++i) {
        ASSERT_EQ(cross["counts"][i].size(), cross["columns"]["rows"].size());
        for (std::size_t j = 0; j < cross["counts"][i].size(); ++j) {
          const std::string both = "(" + expression + ") AND " +
                                   cross["rows"]["rows"][i]["condition"].get<std::string>() +
                                   " AND " +
                                   cross["columns"]["rows"][j]["condition"].get<std::string>();
          EXPECT_EQ(ask({{"expression", both}})["count"], cross["counts"][i][j]) << both;
          ++cells;
        }
      }
    }
  }
  EXPECT_GT(cells, 200U);
  EXPECT_EQ(ask({{"want", "cross"},
                 {"expression", "*"},
                 {"rows", "vip"},
                 {"columns", "city"}})["rows"]["rows"]
                .size(),
            2U)
      << "yes and no";
}

}  // namespace
}  // namespace tagline::server
