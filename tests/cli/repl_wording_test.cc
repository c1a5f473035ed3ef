// What the terminal says of commands that are wrong: their usage, the name that was meant, and
// warnings of one kind a few times only.
#include "cli/repl/commands.h"
#include "cli/repl/local_api.h"
#include "tests/cli/program.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::cli {
namespace {

class ReplWording : public testing::Test {
 protected:
  void SetUp() override {
    const std::string users =
        folder_.write("users.csv", "id,city,spend\nu1,tier1,2\nu2,tier2,3\nu3,tier1,4\n");
    ASSERT_EQ(tests::run_tagline({"load", "--db", folder_.path("db"), users}).status, 0);
    const std::string events = folder_.write("events.csv", "id,at\nu1,2024-06-01\n");
    const std::string schema = folder_.write(
        "events.json",
        R"({"events": {"user": "id", "event": {"name": "purchase"}, "time": {"column": "at", "format": "%F"}}})");
    ASSERT_EQ(
        tests::run_tagline({"load", "--db", folder_.path("db"), events, "--schema", schema}).status,
        0);
    ASSERT_EQ(
        tests::run_tagline({"segment", "save", "--db", folder_.path("db"), "lapsed", "city:tier1"})
            .status,
        0);
    api_ = LocalApi::open(folder_.path("db")).value();
  }
  struct Said {
    int status = -1;
    std::string text;
  };
  /// What an input comes to, an expression being there that commands can be about.
  [[nodiscard]] Said said(const std::string& input, dsl::Language language) {
    Console console(language);
    History history("");
    Session session(*api_, console, history, nullptr);
    session.set_expression("city:tier1");
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const int status = session.run(input);
    static_cast<void>(testing::internal::GetCapturedStdout());
    return {status, testing::internal::GetCapturedStderr()};
  }
  /// On one line, as if it had been written on a wide terminal.
  [[nodiscard]] static std::string flat(std::string text) {
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n')) {
      const std::size_t end = std::min(text.find_first_not_of(" \n", at), text.size());
      text.replace(at, end - at, " ");
    }
    return text;
  }

  tests::TempFolder folder_;
  std::unique_ptr<LocalApi> api_;
};

// A command that is not in either table is new: which is it?
TEST_F(ReplWording, EveryCommandsWrongUseSaysHowItIsWritten) {
  const std::map<std::string, std::string> wrong = {{"tag", ""},
                                                    {"events", "purchase city"},
                                                    {"save", ""},
                                                    {"save!", ""},
                                                    {"delete", "@a @b"},
                                                    {"rename", "@lapsed"},
                                                    {"show", "@a @b"},
                                                    {"why", "u1 u2"},
                                                    {"ids", "none"},
                                                    {"profile", "city"},
                                                    {"by", ""},
                                                    {"cross", "city"},
                                                    {"overlap", ""},
                                                    {"top", ""},
                                                    {"bottom", "city spend 3"},
                                                    {"pareto", "spend 0"},
                                                    {"sum", ""},
                                                    {"history", "@lapsed 1"},
                                                    {"diff", "@lapsed"},
                                                    {"watch", "soon"},
                                                    {"export", ""},
                                                    {"export!", "a b"},
                                                    {"i", ""},
                                                    {"load", "users.csv city"},
                                                    {"tour", "1 2"}};
  // Words that are looked for, expressions, names with hints of their own, or nothing to be wrong.
  const std::set<std::string> others = {"tags",  "health", "segments", "explain", "plan",
                                        "apart", "set",    "help",     "quit"};
  for (const Command& command : commands()) {
    const std::string name(command.name);
    const auto use = wrong.find(name);
    EXPECT_NE(use != wrong.end(), others.count(name) > 0) << name;
    if (use == wrong.end()) {
      continue;
    }
    const std::string input = "\\" + name + " " + use->second;
    const Text usage = usage_of(command);
    const std::string example(command.example);
    const Said english = said(input, dsl::Language::English);
    EXPECT_EQ(english.status, 2) << input << english.text;
    EXPECT_NE(flat(english.text).find("hint:  write " + usage.en + ", e.g. " + example),
              std::string::npos)
        << english.text;
    const Said chinese = said(input, dsl::Language::Chinese);
    EXPECT_EQ(chinese.status, 2) << input;
    EXPECT_NE(flat(chinese.text).find("请写 " + usage.zh + "，例如 " + example), std::string::npos)
        << chinese.text;
  }
}

TEST_F(ReplWording, CommandsAboutPeopleWantAnExpressionFirst) {
  for (const char* input : {"\\profile", "\\by city", "\\sum spend", "\\why u1", "\\ids",
                            "\\explain", "\\show", "\\save some", "\\watch 1", "\\export a.csv"}) {
    Console console(dsl::Language::English);
    History history("");
    Session session(*api_, console, history, nullptr);
    testing::internal::CaptureStderr();
    EXPECT_EQ(session.run(input), 2) << input;
    EXPECT_NE(testing::internal::GetCapturedStderr().find("type one first"), std::string::npos)
        << input;
  }
}

TEST_F(ReplWording, WhatIsMistypedIsToldTheClosestName) {
  struct Mistyped {
    const char* input;
    const char* english;
    const char* chinese;
  };
  for (const Mistyped& each : std::vector<Mistyped>{
           {"\\segmnts", "\\segments is the closest", "\\segments 最接近"},
           {"\\set fromat csv", "the closest is format", "最接近的是 format"},
           {"\\set format jsno", "write \\set format json", "请写 \\set format json"},
           {"\\tag cty", "city", "city"},
           {"\\by cty", "city", "city"},
           {"\\events purchse", "purchase", "purchase"},
           {"\\show @lapsd", "lapsed", "lapsed"},
           {"cty:tier1", "the closest name is city", "最接近的是 city"},
           {"city:teir1", "the closest is tier1", "最接近的是 tier1"},
           {"did(purchse)", "the closest name is purchase", "最接近的是 purchase"},
           {"@lapsd", "the closest name is @lapsed", "最接近的是 @lapsed"}}) {
    const Said english = said(each.input, dsl::Language::English);
    EXPECT_NE(english.status, 0) << each.input;
    EXPECT_NE(flat(english.text).find(each.english), std::string::npos) << each.input << "\n"
                                                                        << english.text;
    const Said chinese = said(each.input, dsl::Language::Chinese);
    EXPECT_NE(flat(chinese.text).find(each.chinese), std::string::npos) << each.input << "\n"
                                                                        << chinese.text;
  }
  const Said none = said("\\wxyz", dsl::Language::English);
  EXPECT_EQ(none.text.find("closest"), std::string::npos) << none.text;
  EXPECT_NE(none.text.find("\\help lists them"), std::string::npos) << none.text;
}

// A list of a hundred values may have as many warnings: five of a kind are shown.
TEST_F(ReplWording, WarningsOfOneKindAreShownAFewTimes) {
  const auto shown = [](const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = text.find("stands in this list twice"); at != std::string::npos;
         at = text.find("stands in this list twice", at + 1)) {
      ++count;
    }
    return count;
  };
  const auto list = [](int values) {
    std::string text = "city:(tier2";
    for (int i = 1; i < values; ++i) {
      text += ", tier2";
    }
    return text + ")";
  };
  const Said few = said(list(6), dsl::Language::English);
  EXPECT_EQ(few.status, 0);
  EXPECT_EQ(shown(few.text), 5U) << few.text;
  EXPECT_EQ(few.text.find("more of"), std::string::npos) << few.text;
  const Said many = said(list(9), dsl::Language::English);
  EXPECT_EQ(shown(many.text), 5U) << many.text;
  EXPECT_NE(many.text.find("... and 3 more of duplicate\n"), std::string::npos) << many.text;
  const Said chinese = said(list(9), dsl::Language::Chinese);
  EXPECT_NE(chinese.text.find("……另有 3 处 duplicate\n"), std::string::npos) << chinese.text;
}

}  // namespace
}  // namespace tagline::cli
