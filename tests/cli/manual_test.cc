// The manual pages: all there, whole, and good roff.
#include "cli/manual.h"

#include "cli/build_stamp.h"
#include "cli/command_tree.h"
#include "cli/completion_script.h"
#include "cli/roff.h"
#include "tests/cli/program.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::cli {
namespace {

using dsl::Language;
using tests::Outcome;
using tests::run_tagline;
using tests::TempFolder;

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(Roff, PrintsTextAsItIs) {
  EXPECT_EQ(roff(".x -'y' `z` \\n ~^"), "\\&.x \\-\\(aqy\\(aq \\(gaz\\(ga \\en \\(ti\\(ha");
  EXPECT_EQ(roff("a\n'b"), "a\n\\&\\(aqb");
}

TEST(Roff, LetsChineseBeBroken) {
  EXPECT_EQ(roff_prose("one-line text"), "one\\-line text");
  EXPECT_EQ(roff_prose("中文，a b"), "中\\:文，\\:a b");
}

TEST(Manual, HasAPageForEveryCommandAndSaysAllOfIt) {
  for (const Language language : {Language::English, Language::Chinese}) {
    const bool zh = language == Language::Chinese;
    const CommandWords program = command_tree(language);
    const std::vector<ManualPage> pages = manual_pages(program, language);
    ASSERT_EQ(pages.size(), program.commands.size() + 1);
    EXPECT_EQ(pages.front().file, "tagline.1");
    for (std::size_t i = 0; i < program.commands.size(); ++i) {
      const ManualPage& page = pages[i + 1];
      EXPECT_EQ(page.file, "tagline-" + program.commands[i].name + ".1");
      EXPECT_NE(page.text.find("\" 1 \"" + build_stamp().date + "\" \"tagline "), std::string::npos)
          << page.text.substr(0, 100);
      const std::vector<std::string> sections =
          zh ? std::vector<std::string>{"名称", "概要",     "说明",     "选项",
                                        "示例", "退出状态", "环境变量", "参见"}
             : std::vector<std::string>{"NAME",     "SYNOPSIS",    "DESCRIPTION", "OPTIONS",
                                        "EXAMPLES", "EXIT STATUS", "ENVIRONMENT", "SEE ALSO"};
      std::size_t at = 0;
      for (const std::string& section : sections) {
        const std::size_t found = page.text.find("\n.SH " + section + "\n", at);
        ASSERT_NE(found, std::string::npos) << page.file << " " << section;
        at = found;
      }
      for_each_command(program.commands[i], [&](const CommandWords& command) {
        for (const auto* parameters : {&command.options, &command.arguments}) {
          for (const ParameterWords& parameter : *parameters) {
            EXPECT_NE(page.text.find(roff(parameter.names.back())), std::string::npos);
            EXPECT_NE(page.text.find(roff_prose(parameter.description)), std::string::npos)
                << page.file << " " << parameter.description;
          }
        }
        for (const std::string& example : command.examples) {
          EXPECT_NE(page.text.find("\n" + roff(example) + "\n"), std::string::npos) << example;
        }
      });
    }
  }
}

TEST(Manual, SaysTheVariablesOfSettings) {
  for (const ManualPage& page : manual_pages(command_tree(Language::English), Language::English)) {
    const bool serves = page.file == "tagline-serve.1";
    EXPECT_EQ(page.text.find("TAGLINE_WORKERS") != std::string::npos, serves) << page.file;
    EXPECT_EQ(page.text.find("TAGLINE_HELP"), std::string::npos);
  }
}

class Written : public ::testing::Test {
 protected:
  void SetUp() override {
    const Outcome run = run_tagline({"manual", folder_.path("man"), "--format", "json"});
    ASSERT_EQ(run.status, 0) << run.err;
    const std::size_t pages = 2 * (command_tree(Language::English).commands.size() + 1);
    EXPECT_EQ(run.out, "{\"folder\":\"" + folder_.path("man") +
                           "\",\"pages\":" + std::to_string(pages) + "}\n");
    for (const char* part : {"man1", "zh_CN/man1"}) {
      for (const auto& entry :
           std::filesystem::directory_iterator(folder_.path("man") + "/" + part)) {
        files_.push_back(entry.path().string());
      }
    }
    ASSERT_EQ(files_.size(), pages);
  }
  /// What a command of the shell writes about each page; nothing when all is well.
  [[nodiscard]] std::string complaints(const std::string& before, const std::string& after) const {
    std::string all;
    const std::string out = folder_.path("out");
    for (const std::string& file : files_) {
      const int state = std::system(
          ("LC_ALL=C.UTF-8 " + before + " '" + file + "' " + after + " >'" + out + "' 2>&1")
              .c_str());
      const std::string said = slurp(out);
      if (!said.empty() || state != 0) {
        all += file + ": " + std::to_string(state) + " " + said + "\n";
      }
    }
    return all;
  }
  static bool is_installed(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
  }

  TempFolder folder_;
  std::vector<std::string> files_;
};

TEST_F(Written, ManFindsNothingWrong) {
  if (!is_installed("man") || !is_installed("groff")) {
    GTEST_SKIP() << "man and groff are not installed";
  }
  EXPECT_EQ(complaints("man --warnings -l", "2>&1 >/dev/null | sed 's/^/  /'"), "");
}

TEST_F(Written, MandocFindsNothingWrong) {
  if (!is_installed("mandoc")) {
    GTEST_SKIP() << "mandoc is not installed";
  }
  // A date would change the pages from day to day; the version says of when they are.
  EXPECT_EQ(complaints("mandoc -T lint -W warning", "| grep -v 'missing date' || true"), "");
}

TEST(ManualCommand, RefusesAFolderThatCannotBe) {
  const TempFolder folder;
  const Outcome run = run_tagline({"manual", folder.write("file", "") + "/man"});
  EXPECT_EQ(run.status, 3);
  EXPECT_NE(run.err.find("cannot write"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace tagline::cli
