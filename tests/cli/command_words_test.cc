// The words of the command line: help, examples, options with one meaning, in both languages.
#include "cli/arguments.h"
#include "cli/command_groups.h"
#include "cli/command_tree.h"
#include "cli/completion_script.h"
#include "dsl/display_width.h"
#include "dsl/wrapped.h"
#include "tests/cli/program.h"
#include "tests/docs/page.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::cli {
namespace {

using dsl::Language;
using tests::Outcome;
using tests::run_tagline;
using tests::TempFolder;

bool has_chinese(const std::string& text) {
  // The first bytes of U+4E00 to U+9FFF.
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xE4 && byte <= 0xE9;
  });
}

/// The words of an example that are the program's: from `tagline` on, up to what is the shell's.
std::vector<std::string> words_of(const std::string& example) {
  std::vector<std::string> words = tests::shell_words(example);
  const auto begin = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word == "tagline" || word == "<(tagline";
  });
  const auto end = std::find_if(begin, words.end(), [](const std::string& word) {
    return word == ">" || word == "<" || word == "|";
  });
  std::vector<std::string> of_program(begin, end);
  if (!of_program.empty() && of_program.front() == "<(tagline") {
    of_program.front() = "tagline";
    of_program.back().pop_back();
  }
  return of_program;
}

bool parses(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  return std::holds_alternative<Arguments>(
      parse_arguments(static_cast<int>(argv.size()), argv.data()));
}

TEST(CommandWords, EveryCommandHasExamplesThatParse) {
  for (const Language language : {Language::English, Language::Chinese}) {
    std::size_t commands = 0;
    for_each_command(command_tree(language), [&](const CommandWords& command) {
      ++commands;
      EXPECT_FALSE(command.examples.empty()) << command.path;
      bool of_it = false;
      for (const std::string& example : command.examples) {
        const std::vector<std::string> words = words_of(example);
        if (!words.empty()) {
          EXPECT_TRUE(parses(words)) << command.path << ": " << example;
        }
        std::string typed;
        for (const std::string& word : words) {
          typed += (typed.empty() ? "" : " ") + word;
        }
        of_it = of_it || (typed + " ").starts_with(command.path + " ");
      }
      EXPECT_TRUE(of_it) << command.path << " has no example of its own";
    });
    EXPECT_GT(commands, 30U);
  }
}

TEST(CommandWords, ChineseHelpIsChinese) {
  for_each_command(command_tree(Language::Chinese), [](const CommandWords& command) {
    EXPECT_TRUE(has_chinese(command.description)) << command.path;
    EXPECT_TRUE(has_chinese(command.group) || command.path == "tagline") << command.path;
    for (const auto* parameters : {&command.options, &command.arguments}) {
      for (const ParameterWords& parameter : *parameters) {
        EXPECT_TRUE(has_chinese(parameter.description))
            << command.path << " " << parameter.names.back() << ": " << parameter.description;
      }
    }
    std::vector<std::string> words = tests::shell_words(command.path + " --help --lang zh-CN");
    words.erase(words.begin());
    const Outcome help = run_tagline(words);
    EXPECT_EQ(help.status, 0);
    for (const std::string label :
         {"Usage", "Options", "OPTIONS", "Positionals", "REQUIRED", "Subcommands", "SUBCOMMAND",
          "Excludes", "Needs", "Example", "TEXT", "UINT", "FLOAT", "Env:"}) {
      const std::size_t at = help.out.find(label);
      EXPECT_TRUE(at == std::string::npos || (label == "TEXT" && command.name != "tagline"))
          << command.path << " has " << label << ":\n"
          << help.out;
    }
  });
}

TEST(CommandWords, EveryCommandIsInAGroupAndTheGroupsNameNoOther) {
  const CommandWords program = command_tree(Language::English);
  std::set<std::string> names;
  for (const CommandWords& command : program.commands) {
    names.insert(command.name);
    EXPECT_FALSE(group_of(command.name).en.empty()) << command.name;
    EXPECT_EQ(command.group, group_of(command.name).en);
  }
  const Outcome help = run_tagline({"--help"});
  std::size_t at = 0;
  for (const CommandGroup& group : command_groups()) {
    const std::size_t found = help.out.find("\n" + std::string(group.en) + ":\n");
    ASSERT_NE(found, std::string::npos) << group.en;
    EXPECT_GT(found, at) << group.en << " is not where the table has it";
    at = found;
  }
}

TEST(CommandWords, AnOptionMeansTheSameEverywhere) {
  // Where the same word is used of another thing, and says so.
  const std::set<std::string> of_their_own = {"--db",   "--id",      "--format", "--description",
                                              "--rate", "--threads", "--batch"};
  std::map<std::string, std::pair<std::string, ParameterWords>> known;
  for_each_command(command_tree(Language::English), [&](const CommandWords& command) {
    for (const ParameterWords& option : command.options) {
      const auto [first, is_new] =
          known.emplace(option.names.back(), std::pair(command.path, option));
      if (is_new) {
        continue;
      }
      const auto& [path, other] = first->second;
      const std::string where = option.names.back() + " of " + path + " and " + command.path;
      EXPECT_EQ(option.names, other.names) << where;
      EXPECT_TRUE(option.value == other.value || !option.values.empty()) << where;
      if (of_their_own.count(option.names.back()) == 0) {
        EXPECT_EQ(option.description, other.description) << where;
      }
    }
  });
}

TEST(CommandWords, WithoutAWordTheProgramShowsTheFirstSteps) {
  const Outcome run = run_tagline({});
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.out, "");
  for (const CommandWords& command : command_tree(Language::English).commands) {
    EXPECT_NE(run.err.find(command.name), std::string::npos) << command.name;
  }
  EXPECT_NE(run.err.find("tagline load --db shop"), std::string::npos);
  EXPECT_LT(std::count(run.err.begin(), run.err.end(), '\n'), 24) << "more than a screen";
}

TEST(CommandWords, HelpIsAWordToo) {
  EXPECT_EQ(run_tagline({"help"}).out, run_tagline({"--help"}).out);
  EXPECT_EQ(run_tagline({"help", "segment", "save"}).out,
            run_tagline({"segment", "save", "--help"}).out);
}

TEST(CommandWords, HelpFitsAPage) {
  for (const Language language : {Language::English, Language::Chinese}) {
    for_each_command(command_tree(language), [&](const CommandWords& command) {
      std::vector<std::string> words = tests::shell_words(command.path + " --help --lang ");
      words.erase(words.begin());
      words.emplace_back(language == Language::Chinese ? "zh-CN" : "en");
      std::istringstream lines(run_tagline(words).out);
      for (std::string line; std::getline(lines, line);) {
        // Examples are to be copied whole.
        const bool of_example =
            std::any_of(command.examples.begin(), command.examples.end(),
                        [&](const std::string& example) { return line == "  " + example; });
        if (!of_example) {
          EXPECT_LE(dsl::display_width(std::string_view(line)), 100U) << command.path << line;
        }
      }
    });
  }
}

TEST(Wrapped, BreaksAtBlanksAndBetweenChineseCharacters) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(dsl::wrapped("one two three", 8), (Lines{"one two", "three"}));
  EXPECT_EQ(dsl::wrapped("a-very-long-word b", 4), (Lines{"a-very-long-word", "b"}));
  EXPECT_EQ(dsl::wrapped("中文，中文", 6), (Lines{"中文，", "中文"}));
  EXPECT_EQ(dsl::wrapped("中文（中文）", 6), (Lines{"中文", "（中", "文）"}));
  EXPECT_EQ(dsl::wrapped("", 10), (Lines{""}));
}

TEST(Wrapped, LinesGoOnWhereTheyBegan) {
  EXPECT_EQ(dsl::wrapped_lines("  one two three four five\nsix\n", 16),
            "  one two three\n  four five\nsix\n");
  EXPECT_EQ(dsl::wrapped_lines("- one two three four", 16), "- one two three\n  four");
  EXPECT_EQ(dsl::wrapped_lines("one two three four five", 0), "one two three four five");
  EXPECT_EQ(dsl::labelled("error: ", "one two three four", 24),
            "error: one two three\n       four\n");
  EXPECT_EQ(dsl::labelled("错误：", "人数过少，不予显示，请放宽", 26),
            "错误：人数过少，不予显示，\n      请放宽\n");
  EXPECT_EQ(dsl::labelled("error: ", "one two three four", 0), "error: one two three four\n");
}

TEST(Wrapped, ParagraphsFlow) {
  EXPECT_EQ(dsl::flowed("one two\nthree four\n\nfive\n", 18), "one two three four\n\nfive\n");
  EXPECT_EQ(dsl::flowed("一线城市，\n女顾客\n", 40), "一线城市，女顾客\n");
  EXPECT_EQ(dsl::flowed("- one\n  two\n- three\n", 40), "- one two\n- three\n");
  EXPECT_EQ(dsl::flowed("text\n    code\n", 40), "text\n    code\n");
  EXPECT_EQ(dsl::flowed("one two\nthree four", 0), "one two\nthree four");
}

/// A folder in which every example finds what it is about.
class Examples : public ::testing::TestWithParam<Language> {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempFolder;
    const std::string rows =
        "customer_id,age,city,spend,points,score,churn_risk,vip,signup\n"
        "u000000042,30,tier1,99.95,5,7,no,yes,2024-01-31\n"
        "u2,34,tier2,10.00,6,8,yes,no,2024-06-14\n"
        "u3,52,tier1,0.50,7,9,no,yes,2024-06-15\n";
    put("customers.csv", rows);
    put("ids.txt", "u2\nu3\n");
    put("list.txt", "u2\nnobody\n");
    put("changes.ndjson", "{\"user\": \"u2\", \"set\": {\"vip\": false}}\n");
    put("dashboard.txt", "# Both\nvip\ncity:tier1\n");
    put("expressions.txt", "# People\nvip\n");
    put("names.json", R"({"tags": {"vip": {"type": "flag"}}})");
    put("people.json", R"({"format": "csv", "id": {"column": "customer_id"}, "columns": [
      {"column": "age", "kind": "number", "scale": 0, "also": ["年龄"]},
      {"column": "city", "kind": "category", "also": ["城市"], "values": {"tier1": ["一线"]}},
      {"column": "spend", "kind": "number", "scale": 2, "also": ["消费"]},
      {"column": "points", "kind": "number", "scale": 0},
      {"column": "score", "kind": "number", "scale": 0},
      {"column": "churn_risk", "kind": "flag", "true": ["yes"], "false": ["no"], "also": ["流失风险"]},
      {"column": "vip", "kind": "flag", "true": ["yes"], "false": ["no"], "also": ["会员"]},
      {"column": "signup", "kind": "date", "date_format": "%Y-%m-%d", "also": ["注册"]}]})");
    put("events.csv", "user,event,at\nu2,purchase,2024-06-01\nu3,purchase,2024-06-02\n");
    put("events.json", R"({"format": "csv", "events": {"user": "user",
      "event": {"column": "event", "names": {"purchase": {"name": "purchase", "also": ["购买"]}}},
      "time": {"column": "at", "format": "%Y-%m-%d"}}})");
    const std::string setup =
        "gzip -k customers.csv\n"
        "tagline load --db shop customers.csv --schema people.json\n"
        "tagline load --db shop events.csv --schema events.json\n"
        "tagline segment save --db shop buyers 'did(purchase)'\n"
        "tagline segment save --db shop lapsed 'NOT did(purchase)'\n"
        "tagline segment save --db shop 流失 'NOT did(purchase)'\n"
        "tagline segment save --db shop 近期购买 'did(purchase, in:last 90d)'\n"
        "tagline segment import --db shop spring_list ids.txt\n"
        "tagline segment save --db shop buyers 'did(purchase, in:last 90d)' --replace\n"
        "tagline segment snapshot --db shop buyers --as buyers_20260131\n"
        "tagline segment save --db shop unused 'vip'\n"
        "tagline identity link --db shop phone:13800138000 --user u2\n"
        "tagline identity link --db shop crm:8 --user u3\n"
        "tagline identity link --db shop crm:8 --user u9\n"
        "tagline key create --db shop intern\n";
    const Outcome run = shell(folder_->path("."), setup);
    ASSERT_EQ(run.status, 0) << run.out << run.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static void put(const std::string& name, const std::string& content) {
    ASSERT_EQ(folder_->write(name, content), folder_->path(name));
  }

  /// Runs lines of bash in a folder, the program in the path. The status is that of the first line
  /// that fails.
  static Outcome shell(const std::string& folder, const std::string& lines) {
    Outcome run;
    const TempFolder scratch;
    const std::string script = scratch.write("script", lines);
    const std::string program = std::filesystem::path(TAGLINE_PROGRAM).parent_path().string();
    const std::string out = scratch.path("out");
    const std::string command = "cd '" + folder + "' && PATH='" + program +
                                "':\"$PATH\" LC_ALL=C.UTF-8 bash -e -o pipefail '" + script +
                                "' >'" + out + "' 2>&1 </dev/null";
    const int state = std::system(command.c_str());
    run.status = WIFEXITED(state) ? WEXITSTATUS(state) : 128;
    std::FILE* file = std::fopen(out.c_str(), "rb");
    char buffer[4096];
    for (std::size_t read = 0; (read = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
      run.out.append(buffer, read);
    }
    std::fclose(file);
    return run;
  }

  static TempFolder* folder_;
};
TempFolder* Examples::folder_ = nullptr;

TEST_P(Examples, Run) {
  const std::set<std::string> that_wait = {"tagline serve", "tagline repl --server", "curl"};
  std::size_t ran = 0;
  std::set<std::string> seen;
  for_each_command(command_tree(GetParam()), [&](const CommandWords& command) {
    for (const std::string& example : command.examples) {
      const bool waits = std::any_of(that_wait.begin(), that_wait.end(),
                                     [&](const auto& begin) { return example.starts_with(begin); });
      if (waits || !seen.insert(example).second) {
        continue;
      }
      const TempFolder copy;
      const std::string here = copy.path("here");
      std::filesystem::copy(folder_->path("."), here, std::filesystem::copy_options::recursive);
      const Outcome run = shell(here, example);
      // That of `check` shows a fault on purpose.
      const int expected = example.find("'cty:tier1'") == std::string::npos ? 0 : 1;
      EXPECT_EQ(run.status, expected) << example << "\n" << run.out;
      ++ran;
    }
  });
  EXPECT_GT(ran, 40U);
}

INSTANTIATE_TEST_SUITE_P(Languages, Examples,
                         ::testing::Values(Language::English, Language::Chinese),
                         [](const auto& each) {
                           return each.param == Language::English ? "English" : "Chinese";
                         });

}  // namespace
}  // namespace tagline::cli
