// What --timeout and --memory stop, with which code and exit status.
#include "tests/cli/program.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

/// Values of one tag; a person each.
constexpr int kCodes = 19'000;
/// Those of them that begin with v: too many to read within 1 MiB, a row of each being in hand.
constexpr int kOfV = 9'000;

class Limits : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempFolder;
    db_ = folder_->path("db");
    std::string users = "id,code,vip\n";
    for (int i = 0; i < kCodes; ++i) {
      const std::string number = std::to_string(i);
      users +=
          "u" + number + "," + (i < kOfV ? "v" : "w") + number + (i % 2 == 0 ? ",yes\n" : ",no\n");
    }
    const std::string schema = R"({"id": {"column": "id"}, "columns": [
        {"column": "code", "kind": "category"},
        {"column": "vip", "kind": "flag", "true": ["yes"], "false": ["no"]}]})";
    const Outcome loaded =
        run_tagline({"load", "--db", db_, "--schema", folder_->write("schema.json", schema),
                     folder_->write("users.csv", users)});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  [[nodiscard]] static Outcome query(std::vector<std::string> arguments,
                                     const std::string& input = {}) {
    arguments.insert(arguments.begin(), {"query", "--db", db_});
    return run_tagline(arguments, input);
  }
  /// The answer asked for with one more option, and its refusal with these.
  static void stops(const std::vector<std::string>& question, const std::vector<std::string>& limit,
                    const std::string& code, int status) {
    std::vector<std::string> arguments = question;
    arguments.insert(arguments.end(), limit.begin(), limit.end());
    arguments.insert(arguments.end(), {"--threads", "1"});
    const Outcome said = query(arguments);
    EXPECT_EQ(said.status, status) << said.err;
    EXPECT_NE(said.err.find("error: the query "), std::string::npos) << said.err;
    EXPECT_NE(said.err.find("hint: "), std::string::npos) << said.err;
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = query(arguments);
    EXPECT_EQ(outcome.status, status) << outcome.err;
    const json answer = json::parse(outcome.out, nullptr, false);
    ASSERT_FALSE(answer.is_discarded()) << outcome.out;
    EXPECT_EQ(answer.at("ok"), false);
    EXPECT_EQ(answer.at("errors").at(0).at("code"), code);
  }

  static TempFolder* folder_;
  static std::string db_;
};

TempFolder* Limits::folder_ = nullptr;
std::string Limits::db_;

const std::vector<std::string> kMebibyte = {"--memory", "1"};
const std::vector<std::string> kMillisecond = {"--timeout", "0.001"};
const char* const kWide = "code:v* AND vip";

/// A million comparisons of values with wildcards, before anything is read.
std::string slow() {
  std::string text;
  for (int i = 10; i < 60; ++i) {
    text += (text.empty() ? "code:*" : " OR code:*") + std::to_string(i) + "*7*";
  }
  return text;
}

TEST_F(Limits, TooLittleMemoryIsTheQuestionsFault) {
  stops({kWide}, kMebibyte, "too-large", 1);
  stops({"--ids", kWide}, kMebibyte, "too-large", 1);
  stops({"--ids", "--limit", "20000", kWide}, kMebibyte, "too-large", 1);
  stops({"--explain", kWide}, kMebibyte, "too-large", 1);
  const Outcome said = query({kWide, "--memory", "1"});
  EXPECT_NE(said.err.find("it may have 1048576"), std::string::npos) << said.err;
}

TEST_F(Limits, TooLittleTimeIsNobodysFault) {
  stops({slow()}, kMillisecond, "deadline-exceeded", 3);
  stops({"--ids", slow()}, kMillisecond, "deadline-exceeded", 3);
  stops({"--explain", slow()}, kMillisecond, "deadline-exceeded", 3);
  stops({slow(), "--by", "vip"}, kMillisecond, "deadline-exceeded", 3);
}

// The line that needs too much is refused for itself; time runs for all of them.
TEST_F(Limits, OfABatch) {
  const auto codes = [](const std::vector<std::string>& limit, const std::string& lines,
                        int status) {
    std::vector<std::string> arguments = {"--batch", "-", "--format", "ndjson", "--threads", "1"};
    arguments.insert(arguments.end(), limit.begin(), limit.end());
    const Outcome outcome = query(arguments, lines);
    EXPECT_EQ(outcome.status, status) << outcome.err;
    std::vector<std::string> found;
    for (std::size_t begin = 0; begin < outcome.out.size();) {
      const std::size_t end = outcome.out.find('\n', begin);
      const json line = json::parse(outcome.out.substr(begin, end - begin), nullptr, false);
      found.push_back(line.contains("errors") ? line.at("errors").at(0).at("code") : "fine");
      begin = end + 1;
    }
    return found;
  };
  const std::string wide = kWide;
  EXPECT_EQ(codes(kMebibyte, "vip AND code:v1\n" + wide + "\nNOT vip\n", 1),
            (std::vector<std::string>{"fine", "too-large", "fine"}));
  EXPECT_EQ(codes(kMillisecond, slow() + "\nNOT code:v1\n", 3),
            (std::vector<std::string>{"deadline-exceeded", "deadline-exceeded"}));
}

TEST_F(Limits, EnoughOfBothChangesNothing) {
  const Outcome outcome =
      query({kWide, "--memory", "64", "--timeout", "86400", "--format", "json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out).at("count"), kOfV / 2);
}

TEST_F(Limits, NoneIsNotALimit) {
  for (const char* option : {"--memory", "--timeout"}) {
    const Outcome none = query({"vip", option, "0"});
    EXPECT_EQ(none.status, 2) << option;
    EXPECT_NE(none.err.find(std::string(option) + " is a number of "), std::string::npos)
        << none.err;
    EXPECT_EQ(query({"vip", option, "-1"}).status, 2) << option;
    EXPECT_EQ(query({"vip", option, "much"}).status, 2) << option;
  }
}

}  // namespace
}  // namespace tagline::tests
