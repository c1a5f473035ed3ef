// How requests are refused: in JSON when the answer would be, with what to do, and without sending
// what people typed to the terminal unread.
#include "tests/cli/program.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

class RefusalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string people = folder_.write("people.csv", "id,vip\nu1,yes\nu2,no\n");
    ASSERT_EQ(run_tagline({"load", "--db", db_, people}).status, 0);
  }

  [[nodiscard]] Outcome run(std::vector<std::string> arguments,
                            const std::string& input = {}) const {
    arguments.insert(arguments.end(), {"--db", db_});
    return run_tagline(arguments, input);
  }
  /// The code of a refusal in JSON, which is one object in both ways of failing.
  [[nodiscard]] static std::string code_of(const Outcome& outcome, int status) {
    EXPECT_EQ(outcome.status, status) << outcome.err;
    const json answer = json::parse(outcome.out, nullptr, false);
    if (answer.is_discarded() || answer.value("ok", true) || answer.at("errors").empty()) {
      return "no refusal: " + outcome.out;
    }
    const json& error = answer.at("errors").at(0);
    EXPECT_FALSE(error.at("message").at("en").get<std::string>().empty());
    EXPECT_FALSE(error.at("message").at("zh-CN").get<std::string>().empty());
    return error.at("code").get<std::string>();
  }
  [[nodiscard]] std::string code(std::vector<std::string> arguments, int status = 1,
                                 const std::string& input = {}) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = run(std::move(arguments), input);
    EXPECT_NE(outcome.err.find("error: "), std::string::npos) << outcome.err;
    return code_of(outcome, status);
  }

  TempFolder folder_;
  std::string db_ = folder_.path("db");
};

TEST_F(RefusalTest, EveryCommandRefusesInJsonWhenItAnswersInJson) {
  EXPECT_EQ(code({"user", "u9"}), "not-found");
  EXPECT_EQ(code({"why", "u9", "vip"}), "not-found");
  EXPECT_EQ(code({"tags", "city"}), "not-found");
  EXPECT_EQ(code({"segment", "show", "none"}), "not-found");
  EXPECT_EQ(code({"segment", "delete", "none"}), "not-found");
  EXPECT_EQ(code({"segment", "rename", "none", "other"}), "not-found");
  EXPECT_EQ(code({"segment", "dependents", "none"}), "not-found");
  EXPECT_EQ(code({"segment", "import", "list", folder_.path("none.txt")}), "not-found");
  EXPECT_EQ(code({"segment", "save", " ", "vip"}), "bad-input");
  EXPECT_EQ(code({"load", folder_.path("none.csv")}), "not-found");
  EXPECT_EQ(code({"query", "--batch", folder_.path("none.txt")}), "not-found");
  EXPECT_EQ(code({"query"}, 2), "bad-input");
  EXPECT_EQ(code({"check"}, 2), "bad-input");
}

TEST_F(RefusalTest, ATreeThatIsNoneIsRefusedInJson) {
  EXPECT_EQ(code({"check", "--tree", "-"}, 1, R"({"foo": 1})"), "bad-input");
  EXPECT_EQ(code({"check", "--tree", "-"}, 1, "{"), "bad-input");
  EXPECT_EQ(code({"check", "--tree", "-"}, 1, std::string(300, '[')), "too-large");
}

TEST_F(RefusalTest, ADatabaseThatIsNotThereIsRefusedInJson) {
  const std::string none = folder_.path("none");
  const std::vector<std::vector<std::string>> commands = {
      {"query", "vip"}, {"user", "u1"},      {"why", "u1", "vip"}, {"tags"},
      {"verify"},       {"segment", "list"}, {"events", "list"},   {"complete", "vip", "3"},
      {"check", "vip"}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.end(), {"--format", "json", "--db", none});
    EXPECT_EQ(code_of(run_tagline(command), 3), "not-found") << command.front();
  }
}

// In plain words, with how one is made; and nothing is made by asking.
TEST_F(RefusalTest, AFolderThatIsNotThereIsSaidSo) {
  const std::string none = folder_.path("none");
  const std::vector<std::vector<std::string>> commands = {{"query", "vip"},
                                                          {"tags"},
                                                          {"verify"},
                                                          {"repl"},
                                                          {"key", "list"},
                                                          {"segment", "save", "vips", "vip"},
                                                          {"ingest", "-"},
                                                          {"expire"},
                                                          {"edit-tag", "vip", "--title", "VIP"},
                                                          {"backup", folder_.path("copy")}};
  for (std::vector<std::string> command : commands) {
    const std::string name = command.front();
    command.insert(command.begin() + 1 + (name == "key" || name == "segment" ? 1 : 0),
                   {"--db", none});
    const Outcome english = run_tagline(command, "vip\n");
    EXPECT_EQ(english.status, 3) << name << english.err;
    EXPECT_NE(english.err.find(none + " does not exist, so there is no database in it"),
              std::string::npos)
        << name << english.err;
    EXPECT_NE(english.err.find("tagline load --db " + none + " FILE"), std::string::npos)
        << name << english.err;
    EXPECT_NE(english.err.find("tagline demo --db " + none), std::string::npos)
        << name << english.err;
    command.insert(command.end(), {"--lang", "zh-CN"});
    const Outcome chinese = run_tagline(command, "vip\n");
    EXPECT_NE(chinese.err.find(none + " 不存在"), std::string::npos) << name << chinese.err;
    EXPECT_FALSE(std::filesystem::exists(none)) << name;
  }
  std::filesystem::create_directory(none);
  const Outcome empty = run_tagline({"tags", "--db", none});
  EXPECT_EQ(empty.status, 3);
  EXPECT_NE(empty.err.find("there is no database in " + none), std::string::npos) << empty.err;
  EXPECT_TRUE(std::filesystem::is_empty(none));
}

TEST_F(RefusalTest, ALineOfABatchSaysWhichItWas) {
  const Outcome outcome = run({"query", "--batch", "-", "--format", "json"}, "vop\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(json::parse(outcome.out).at("expression"), "vop");
  EXPECT_EQ(json::parse(outcome.out).at("errors").at(0).at("code"), "unknown-tag");
}

TEST_F(RefusalTest, ControlCharactersDoNotReachTheTerminal) {
  const Outcome outcome = run({"user", "\x1b[31mred\xc2\x9b"});
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
  EXPECT_NE(outcome.err.find("\\x1b[31mred\\xc2\\x9b"), std::string::npos) << outcome.err;
}

TEST_F(RefusalTest, AWordThatIsNoCommandIsNamed) {
  const auto says = [](const std::vector<std::string>& arguments, const std::string& words) {
    const Outcome outcome = run_tagline(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_NE(outcome.err.find(words), std::string::npos) << outcome.err;
  };
  says({"segment", "foo"},
       "there is no command segment foo\nhint:  tagline segment has save, list");
  says({"segment", "sav"}, "tagline segment save is the closest");
  says({"--lang", "zh-CN", "foo"}, "没有命令 foo");
  says({"segment"}, "a command is missing");
  says({"segment", "--db", "x"}, "tagline segment needs a command: save, list");
  says({"query", "--db", "x", "--fromat", "json", "vip"},
       "--fromat is no option of tagline query\nhint:  --format is the closest");
  says({"serve", "--db", "x", "--port", "18777"}, "--port is no option of tagline serve");
  says({"events", "trim", "--db", "x"}, "tagline events trim --help");
  says({"check", "vip"}, "hint:  add --db DIR");
}

TEST_F(RefusalTest, AnEmptyValueIsNoValueLeftOut) {
  const std::string file = folder_.path("people.csv");
  for (const char* option : {"--load-id", "--time-zone", "--schema", "--id", "--rejects"}) {
    const Outcome outcome = run({"load", file, option, ""});
    EXPECT_EQ(outcome.status, 2) << option;
    EXPECT_NE(outcome.err.find(std::string(option) + " is empty"), std::string::npos)
        << outcome.err;
  }
  EXPECT_EQ(run({"tags", ""}).status, 2);
  ASSERT_EQ(run({"segment", "save", "titled", "vip", "--title", "Old"}).status, 0);
  EXPECT_EQ(run({"segment", "save", "--replace", "titled", "vip", "--title", ""}).status, 0);
}

TEST_F(RefusalTest, HelpIsWhollyInChinese) {
  const std::string help = run_tagline({"segment", "save", "--help", "--lang", "zh-CN"}).out;
  for (const char* word : {"Usage", "Positionals", "REQUIRED", "Options", "OPTIONS"}) {
    EXPECT_EQ(help.find(word), std::string::npos) << word;
  }
  EXPECT_NE(help.find("用法"), std::string::npos);
  EXPECT_EQ(run_tagline({"--help", "--lang", "zh-CN"}).out.find("Subcommands"), std::string::npos);
}

}  // namespace
}  // namespace tagline::tests
