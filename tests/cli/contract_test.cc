// The command line's contract: output shapes and exit statuses that scripts depend on.
#include "tests/cli/program.h"

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

constexpr const char* kCustomers =
    "id,city,age,spend,vip,signup,likes\n"
    "u1,tier1,25,10.50,yes,2024-01-31,beauty|sports\n"
    "u2,tier2,34,99.95,no,2024-06-14,sports\n"
    "u3,tier1,,0.00,no,2024-06-15,\n"
    "u4,,70,1250.00,yes,2023-12-01,beauty|travel\n";

class Contract : public ::testing::Test {
 protected:
  void SetUp() override {
    const Outcome load =
        run_tagline({"load", "--db", db_, folder_.write("customers.csv", kCustomers)});
    ASSERT_EQ(load.status, 0) << load.err;
  }
  [[nodiscard]] Outcome query(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"query", "--db", db_, "--as-of", "2024-06-15"});
    return run_tagline(arguments);
  }

  TempFolder folder_;
  std::string db_ = folder_.path("db");
};

TEST_F(Contract, QueryJson) {
  const Outcome run = query({"--format", "json", "city : tier1 and not age:*"});
  ASSERT_EQ(run.status, 0) << run.err;
  const json answer = json::parse(run.out);
  EXPECT_EQ(answer.at("expression"), "city:tier1 AND NOT age:*");
  EXPECT_EQ(answer.at("count"), 1);
  EXPECT_EQ(answer.at("population"), 4);
  EXPECT_EQ(answer.at("as_of"), "2024-06-15");
  EXPECT_TRUE(answer.at("elapsed_us").is_number_unsigned());
}

TEST_F(Contract, QueryCsvAndTable) {
  const Outcome csv = query({"--format", "csv", "city:(tier1, tier2)"});
  ASSERT_EQ(csv.status, 0);
  EXPECT_EQ(csv.out.substr(0, csv.out.find('\n')), "expression,count,population,as_of,elapsed_us");
  EXPECT_NE(csv.out.find("\"city:(tier1, tier2)\",3,4,2024-06-15,"), std::string::npos) << csv.out;
  const Outcome table = query({"vip"});
  ASSERT_EQ(table.status, 0);
  EXPECT_NE(table.out.find("50.00%"), std::string::npos) << table.out;
}

TEST_F(Contract, IdsInIndexOrder) {
  EXPECT_EQ(query({"--ids", "NOT vip"}).out, "u2\nu3\n");
  EXPECT_EQ(query({"--ids", "--limit", "1", "*"}).out, "u1\n");
  EXPECT_EQ(query({"--ids", "--limit", "0", "*"}).out, "");
  EXPECT_EQ(query({"--ids", "--format", "json", "vip"}).out, "\"u1\"\n\"u4\"\n");
  EXPECT_EQ(query({"--ids", "--format", "csv", "vip"}).out, "id\nu1\nu4\n");
}

TEST_F(Contract, DatesAndNumbers) {
  const auto count = [&](const std::string& expression) {
    const Outcome run = query({"--format", "json", expression});
    EXPECT_EQ(run.status, 0) << expression << run.err;
    return json::parse(run.out).at("count").get<int>();
  };
  EXPECT_EQ(count("signup:last 2d"), 2);
  EXPECT_EQ(count("signup:2024-01"), 1);
  EXPECT_EQ(count("signup < today-30d"), 2);
  EXPECT_EQ(count("spend >= 99.95"), 2);
  EXPECT_EQ(count("spend:0"), 1);
  EXPECT_EQ(count("age:25-34"), 2);
  EXPECT_EQ(count("age != 25"), 2);
  EXPECT_EQ(count("NOT age:25"), 3);
  EXPECT_EQ(count("likes:beauty AND likes:sports"), 1);
  EXPECT_EQ(count("likes != beauty"), 1);
  EXPECT_EQ(count("at_least(2, vip, likes:beauty, age >= 60)"), 2);
  EXPECT_EQ(count("city:tier*"), 3);
}

TEST_F(Contract, ExitStatuses) {
  EXPECT_EQ(query({"cty:tier1"}).status, 1);
  EXPECT_EQ(query({}).status, 2);
  EXPECT_EQ(query({"vip", "--no-such-option"}).status, 2);
  EXPECT_EQ(run_tagline({}).status, 2);
  EXPECT_EQ(run_tagline({"query", "--db", db_, "--as-of", "2024-02-30", "vip"}).status, 2);
  EXPECT_EQ(run_tagline({"--help"}).status, 0);
  EXPECT_EQ(run_tagline({"user", "--db", db_, "nobody"}).status, 1);
  EXPECT_EQ(run_tagline({"load", "--db", db_, folder_.path("not-there.csv")}).status, 1);
  EXPECT_EQ(run_tagline({"query", "--db", folder_.path("no-db"), "vip"}).status, 3);
  EXPECT_EQ(query({"--ids", "--limit", "-5", "vip"}).status, 2);
  EXPECT_EQ(run_tagline({"load", "--db", db_, "--max-errors", "nan", folder_.path("customers.csv")})
                .status,
            2);
  EXPECT_EQ(run_tagline({"verify", "--db", db_}).status, 0);
}

TEST_F(Contract, AnEmptyExpressionIsTheUsersFaultAMissingOneIsUsage) {
  EXPECT_EQ(query({""}).status, 1);
  EXPECT_EQ(run_tagline({"check", "--db", db_, ""}).status, 1);
  EXPECT_EQ(run_tagline({"check", "--db", db_}).status, 2);
}

TEST_F(Contract, AnExpressionMayBeginWithADash) {
  EXPECT_EQ(query({"-vip", "--ids"}).out, "u2\nu3\n");
  EXPECT_EQ(query({"--ids", "--limit", "1", "-vip"}).out, "u2\n");
  EXPECT_EQ(query({"--ids", "--", "-vip"}).out, "u2\nu3\n");
  EXPECT_EQ(json::parse(run_tagline({"check", "-vip", "--db", db_}).out).at("canonical"),
            "NOT vip");
  EXPECT_EQ(query({"-vip", "vip"}).status, 2);
}

TEST_F(Contract, UsageErrorsAreInBothLanguages) {
  const auto says = [](std::vector<std::string> arguments, const std::string& en,
                       const std::string& zh) {
    Outcome run = run_tagline(arguments);
    EXPECT_EQ(run.status, 2) << en;
    EXPECT_NE(run.err.find("error: " + en + "\nhint:  tagline "), std::string::npos) << run.err;
    arguments.insert(arguments.end(), {"--lang", "zh-CN"});
    run = run_tagline(arguments);
    EXPECT_EQ(run.status, 2) << zh;
    EXPECT_NE(run.err.find("错误：" + zh + "\n提示：tagline "), std::string::npos) << run.err;
  };
  says({"quer", "--db", "x"}, "there is no command quer", "没有命令 quer");
  says({"verify"}, "--db is missing", "缺少 --db");
  says({"verify", "--db", "x", "--fast"}, "--fast is no option of tagline verify",
       "tagline verify 没有选项 --fast");
  says({"verify", "--db", "x", "--db", "y"}, "--db was given 2 times", "--db 给了 2 次");
  says({"query", "--db", "x", "vip", "--limit", "3"}, "--limit needs --ids, --top or --bottom",
       "--limit 须与 --ids、--top 或 --bottom 同用");
  says({"query", "--db", "x", "vip", "--format", "xml"},
       "--format: one of csv|json|ndjson|table, not xml",
       "--format: 应为 csv|json|ndjson|table，而不是 xml");
  says({"check", "--db", "x", "--catalogue", "y", "vip"}, "--db cannot be used with --catalogue",
       "--db 不能与 --catalogue 同用");
  says({"load", "--db", "x", "y", "--max-errors", "101"}, "--max-errors is a percentage, not 101",
       "--max-errors 是 0 到 100 的百分比，不能是 101");
  says({"key", "create", "--db", "x", "n", "--role", "boss"},
       "--role is one of viewer, analyst, operator, admin, not boss",
       "--role 应为 viewer、analyst、operator、admin 之一，而不是 boss");
  says({"overlap", "--db", "x", "vip"}, "at least 2 EXPR are needed, and 1 was given",
       "EXPR 至少要给出 2 个，只给了 1 个");
  says({"query", "--db", "x", "vip", "--pareto", "age", "--share", "0.00001"},
       "--share is a number from 0.0001 to 100, not 0.00001",
       "--share 是 0.0001 到 100 的数，不能是 0.00001");
}

TEST_F(Contract, NumbersAtTheEndsOfWhatCanBeStored) {
  const std::string schema = folder_.write("s.json", R"({"id": {"column": "id"}, "columns": [
      {"column": "n", "kind": "number", "scale": 0}, {"column": "d", "kind": "number", "scale": 9}]})");
  const std::string file = folder_.write("ends.csv",
                                         "id,n,d\n"
                                         "a,9223372036854775807,9223372036.854775807\n"
                                         "b,-9223372036854775807,-9223372036.854775807\n"
                                         "c,9223372036854775806,0.000000001\nd,,\n");
  const std::string db = folder_.path("ends");
  ASSERT_EQ(run_tagline({"load", "--db", db, "--schema", schema, file}).status, 0);
  const auto ids = [&](const std::string& expression) {
    std::string text = run_tagline({"query", "--db", db, "--ids", expression}).out;
    std::erase(text, '\n');
    return text;
  };
  EXPECT_EQ(ids("n:9223372036854775807"), "a");
  EXPECT_EQ(ids("n >= 9223372036854775807"), "a");
  EXPECT_EQ(ids("n > 9223372036854775806"), "a");
  EXPECT_EQ(ids("n < 9223372036854775807"), "bc");
  EXPECT_EQ(ids("n:-9223372036854775807"), "b");
  EXPECT_EQ(ids("n <= -9223372036854775807"), "b");
  EXPECT_EQ(ids("n != 9223372036854775807"), "bc");
  EXPECT_EQ(ids("d:9223372036.854775807"), "a");
  EXPECT_EQ(ids("d < -9223372036.8547758065"), "b");
  EXPECT_EQ(ids("d >= -9223372036.8547758075"), "abc");
  // Beyond every number: nobody is an error, everybody is not.
  EXPECT_EQ(ids("n < 99999999999999999999"), "abc");
  EXPECT_EQ(ids("n:0..99999999999999999999"), "ac");
  EXPECT_EQ(ids("n != 99999999999999999999"), "abc");
  EXPECT_EQ(run_tagline({"query", "--db", db, "n > 99999999999999999999"}).status, 1);
  EXPECT_EQ(run_tagline({"query", "--db", db, "n > 9223372036854775807"}).status, 1);
}

TEST_F(Contract, IdGoesBeforeTheSchemas) {
  const std::string schema = folder_.write(
      "s.json",
      R"({"id": {"row_number": true}, "columns": [{"column": "city", "kind": "category"}]})");
  const std::string file = folder_.write("people.csv", "name,city\nx,a\ny,b\n");
  const std::string db = folder_.path("named");
  ASSERT_EQ(run_tagline({"load", "--db", db, "--schema", schema, "--id", "name", file}).status, 0);
  EXPECT_EQ(run_tagline({"query", "--db", db, "--ids", "*"}).out, "x\ny\n");
}

TEST_F(Contract, AFailedFirstLoadDoesNotFixTheZone) {
  const std::string db = folder_.path("zone");
  ASSERT_EQ(run_tagline({"load", "--db", db, folder_.write("bad.csv", "id,id\n")}).status, 1);
  const std::string file = folder_.path("customers.csv");
  ASSERT_EQ(run_tagline({"load", "--db", db, "--time-zone", "UTC", file}).status, 0);
  EXPECT_EQ(run_tagline({"load", "--db", db, "--time-zone", "Asia/Tokyo", file}).status, 1);
}

TEST_F(Contract, PositionsAfterABadByteAreRightForEditorsToo) {
  const json fault =
      json::parse(run_tagline({"check", "--db", db_, "a\xff"}).out).at("errors").at(0);
  EXPECT_EQ(fault.at("at"), 2);
  EXPECT_EQ(fault.at("length"), 1);
  EXPECT_EQ(fault.at("utf16"), (json{{"from", 1}, {"to", 2}}));
}

TEST_F(Contract, EverySubcommandHasHelpWithAnExample) {
  for (const char* command :
       {"infer", "load", "query", "tags", "user", "verify", "check", "serve"}) {
    const Outcome run = run_tagline({command, "--help"});
    EXPECT_EQ(run.status, 0) << command;
    EXPECT_NE(run.out.find("Example:"), std::string::npos) << command;
    EXPECT_NE(run_tagline({command, "--help", "--lang", "zh-CN"}).out.find("示例"),
              std::string::npos)
        << command;
  }
}

TEST_F(Contract, ErrorsAreCardsInBothLanguages) {
  const Outcome english = query({"cty:tier1"});
  EXPECT_NE(english.err.find("error: there is no tag named cty"), std::string::npos) << english.err;
  EXPECT_NE(english.err.find("^^^"), std::string::npos);
  EXPECT_EQ(english.out, "");
  const Outcome chinese = query({"--lang", "zh-CN", "cty:tier1"});
  EXPECT_NE(chinese.err.find("错误：没有名为 cty 的标签"), std::string::npos) << chinese.err;
  const Outcome machine = query({"--format", "json", "cty:tier1"});
  EXPECT_EQ(machine.status, 1);
  const json faults = json::parse(machine.out);
  EXPECT_EQ(faults.at("ok"), false);
  EXPECT_EQ(faults.at("errors").at(0).at("code"), "unknown-tag");
  EXPECT_EQ(faults.at("errors").at(0).at("at"), 1);
  EXPECT_EQ(faults.at("errors").at(0).at("length"), 3);
}

TEST_F(Contract, EventsAndSegmentsThatAreNotThereAreErrors) {
  const auto code = [&](const char* expression) {
    const Outcome run = query({"--format", "json", expression});
    EXPECT_EQ(run.status, 1) << expression;
    const json answer = json::parse(run.out);
    return answer.at("errors").at(0).at("code").get<std::string>();
  };
  EXPECT_EQ(code("did(purchase)"), "unknown-event");
  EXPECT_EQ(code("@buyers"), "unknown-segment");
}

TEST_F(Contract, TagsAndUser) {
  const Outcome tags = run_tagline({"tags", "--db", db_, "--format", "json"});
  ASSERT_EQ(tags.status, 0);
  const json catalog = json::parse(tags.out);
  ASSERT_EQ(catalog.at("tags").size(), 6U);
  const json& city = catalog.at("tags").at(0);
  EXPECT_EQ(city.at("name"), "city");
  EXPECT_EQ(city.at("kind"), "category");
  EXPECT_EQ(city.at("coverage"), 3);
  EXPECT_EQ(city.at("values").at(0).at("value"), "tier1");
  EXPECT_EQ(city.at("values").at(0).at("count"), 2);
  EXPECT_EQ(catalog.at("tags").at(1).at("lowest"), 25);
  EXPECT_EQ(catalog.at("tags").at(1).at("highest"), 70);
  EXPECT_EQ(catalog.at("tags").at(2).at("highest"), "1250.00");
  EXPECT_EQ(catalog.at("tags").at(4).at("lowest"), "2023-12-01");
  const Outcome user = run_tagline({"user", "--db", db_, "--format", "json", "u1"});
  const json profile = json::parse(user.out);
  EXPECT_EQ(profile.at("tags").at("spend"), "10.50");
  EXPECT_EQ(profile.at("tags").at("vip"), true);
  EXPECT_EQ(profile.at("tags").at("likes"), (json{"beauty", "sports"}));
  EXPECT_EQ(profile.at("tags").at("signup"), "2024-01-31");
}

TEST_F(Contract, CheckOneAndBatch) {
  const Outcome good = run_tagline({"check", "--db", db_, "VIP"});
  EXPECT_EQ(good.status, 0);
  EXPECT_EQ(json::parse(good.out).at("ok"), true);
  const Outcome bad = run_tagline({"check", "--db", db_, "city:"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_EQ(json::parse(bad.out).at("errors").at(0).at("code"), "expected-value");
  const Outcome batch =
      run_tagline({"check", "--db", db_, "--batch", "-"},
                  "{\"expression\":\"vip\"}\n{not json\n{\"expression\":\"age:34-25\"}\n");
  EXPECT_EQ(batch.status, 1);
  std::istringstream lines(batch.out);
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(json::parse(line).at("ok"), true);
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(json::parse(line).at("ok"), false);
  EXPECT_EQ(json::parse(line).at("errors").at(0).at("code"), "bad-input");
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(json::parse(line).at("errors").at(0).at("code"), "empty-range");
  const std::string catalogue = folder_.write(
      "names.json",
      R"({"tags": {"spend": {"type": "decimal", "scale": 2, "min": 0}}, "segments": ["buyers"]})");
  EXPECT_EQ(run_tagline({"check", "--catalogue", catalogue, "spend >= 1.25 AND @buyers"}).status,
            0);
  EXPECT_EQ(
      run_tagline({"check", "--catalogue", folder_.write("broken.json", "{\"tags\": [}"), "a"})
          .status,
      1);
  EXPECT_EQ(run_tagline({"check", "vip"}).status, 2);
}

TEST_F(Contract, InferRoundTripsThroughLoad) {
  const std::string file = folder_.path("customers.csv");
  const Outcome infer = run_tagline({"infer", file});
  ASSERT_EQ(infer.status, 0) << infer.err;
  const json schema = json::parse(infer.out);
  EXPECT_EQ(schema.at("id").at("column"), "id");
  EXPECT_EQ(schema.at("delimiter"), ",");
  const std::string other = folder_.path("db2");
  const Outcome load = run_tagline(
      {"load", "--db", other, "--schema", folder_.write("schema.json", infer.out), file});
  EXPECT_EQ(load.status, 0) << load.err;
  EXPECT_EQ(run_tagline({"query", "--db", other, "--ids", "likes:travel"}).out, "u4\n");
}

TEST_F(Contract, AChangedCategoryMovesTheUserAndABlankClears) {
  const std::string update = folder_.write(
      "update.csv", "id,city,age,spend,vip,signup,likes\nu1,tier2,,10.50,no,2024-01-31,travel\n");
  ASSERT_EQ(run_tagline({"load", "--db", db_, update}).status, 0);
  EXPECT_EQ(query({"--ids", "city:tier1"}).out, "u3\n");
  EXPECT_EQ(query({"--ids", "city:tier2"}).out, "u1\nu2\n");
  EXPECT_EQ(query({"--ids", "NOT age:*"}).out, "u1\nu3\n");
  EXPECT_EQ(query({"--ids", "vip"}).out, "u4\n");
  EXPECT_EQ(query({"--ids", "likes:beauty"}).out, "u4\n");
}

TEST_F(Contract, OtherSpellingsOfValuesAreTheValue) {
  const std::string schema = folder_.write("s.json", R"({"id": {"column": "id"}, "columns": [
      {"column": "city", "kind": "category", "also": ["城市"], "values": {"tier1": ["一线"]}}]})");
  const std::string file = folder_.write("cities.csv", "id,city\nu1,一线\nu2,tier1\nu3,tier2\n");
  const std::string other = folder_.path("db3");
  ASSERT_EQ(run_tagline({"load", "--db", other, "--schema", schema, file}).status, 0);
  EXPECT_EQ(run_tagline({"query", "--db", other, "--ids", "城市:一线"}).out, "u1\nu2\n");
  EXPECT_EQ(run_tagline({"query", "--db", other, "--ids", "city:tier1"}).out, "u1\nu2\n");
  // A later file without the schema goes by the catalogue.
  ASSERT_EQ(
      run_tagline({"load", "--db", other, folder_.write("more.csv", "id,city\nu4,一线\n")}).status,
      0);
  EXPECT_EQ(run_tagline({"query", "--db", other, "--ids", "city:tier1"}).out, "u1\nu2\nu4\n");
}

TEST_F(Contract, LoadsFromStandardInput) {
  const std::string other = folder_.path("db4");
  const Outcome load = run_tagline({"load", "--db", other, "-"}, kCustomers);
  ASSERT_EQ(load.status, 0) << load.err;
  EXPECT_EQ(run_tagline({"query", "--db", other, "--ids", "likes:travel"}).out, "u4\n");
  EXPECT_EQ(run_tagline({"infer", "-"}, kCustomers).out,
            run_tagline({"infer", folder_.path("customers.csv")}).out);
}

TEST_F(Contract, TooManyBadRowsCommitNothing) {
  const std::string bad = folder_.write("bad.csv",
                                        "id,city,age,spend,vip,signup,likes\nu9,tier1,old,1,yes,"
                                        "2024-01-01,\nu8,tier1,20,1,yes,2024-01-01,\n");
  const std::string rejects = folder_.path("rejects.csv");
  const Outcome refused = run_tagline({"load", "--db", db_, "--rejects", rejects, bad});
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("bad.csv:2:"), std::string::npos) << refused.err;
  EXPECT_EQ(query({"--ids", "*"}).out, "u1\nu2\nu3\nu4\n");
  const Outcome taken =
      run_tagline({"load", "--db", db_, "--max-errors", "60", "--rejects", rejects, bad});
  EXPECT_EQ(taken.status, 0) << taken.err;
  EXPECT_EQ(query({"--ids", "*"}).out, "u1\nu2\nu3\nu4\nu8\n");
}

TEST_F(Contract, RejectsNeverOverwriteWhatIsRead) {
  const std::string file = folder_.path("customers.csv");
  const Outcome infer = run_tagline({"infer", file});
  const std::string schema = folder_.write("schema.json", infer.out);
  for (const std::string& target :
       {file, folder_.path("./customers.csv"), schema, db_ + "/data.mdb"}) {
    const Outcome run =
        run_tagline({"load", "--db", db_, "--schema", schema, "--rejects", target, file});
    EXPECT_EQ(run.status, 1) << target;
    EXPECT_NE(run.err.find("would overwrite"), std::string::npos) << run.err;
  }
  EXPECT_EQ(run_tagline({"load", "--db", db_, "--schema", schema, file}).status, 0);
}

TEST_F(Contract, ExplainShowsCountsAtEveryNode) {
  const Outcome run = query({"--explain", "--format", "json", "city:tier1 AND NOT vip"});
  ASSERT_EQ(run.status, 0) << run.err;
  const json nodes = json::parse(run.out).at("explain").at("nodes");
  ASSERT_GE(nodes.size(), 3U);
  EXPECT_EQ(nodes.at(0).at("count"), 1);
  EXPECT_EQ(nodes.at(1).at("text"), "city:tier1");
  EXPECT_EQ(nodes.at(1).at("count"), 2);
  EXPECT_EQ(query({"--explain", "city:tier1 AND NOT vip"}).status, 0);
}

}  // namespace
}  // namespace tagline::tests
