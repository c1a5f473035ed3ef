// Ctrl-C while files are loaded: the program ends, and says what the database holds.
#include "cli/load_interrupt.h"

#include "tests/cli/program.h"

#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::tests {
namespace {

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A pipe with a name, whose writing end stays open: a file that never ends.
class EndlessFile {
 public:
  explicit EndlessFile(std::string path) : path_(std::move(path)) {
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  }
  ~EndlessFile() { ::close(end_); }
  EndlessFile(const EndlessFile&) = delete;
  EndlessFile& operator=(const EndlessFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Waits until the program has opened it to read.
  void write(const std::string& text) {
    end_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(::write(end_, text.data(), text.size()), static_cast<::ssize_t>(text.size()));
  }

 private:
  std::string path_;
  int end_ = -1;
};

TEST(LoadInterrupt, BeforeTheCommitNothingIsLoadedAndThatIsSaid) {
  const TempFolder folder;
  const std::string db = folder.path("db");
  ASSERT_EQ(run_tagline({"load", "--db", db, folder.write("old.csv", "id,vip\nu1,yes\n")}).status,
            0);
  for (const auto& [language, words] : std::vector<std::pair<std::string, std::string>>{
           {"en", "was loaded, and what the database held before is unchanged"},
           {"zh-CN", "的内容都没有装入，数据库原有的数据不变"}}) {
    EndlessFile file(folder.path("users-" + language));
    RunningTagline load({"load", "--db", db, file.path(), "--lang", language}, folder.path("log"));
    file.write("id,vip\nu2,yes\n");
    load.signal(SIGINT);
    EXPECT_EQ(load.wait(), 130);
    const std::string said = slurp(folder.path("log"));
    EXPECT_NE(said.find(file.path()), std::string::npos) << said;
    EXPECT_NE(said.find(words), std::string::npos) << said;
    EXPECT_EQ(run_tagline({"query", "--db", db, "--ids", "*"}).out, "u1\n");
  }
}

TEST(LoadInterrupt, AnAnswerInJsonIsARefusalInJson) {
  const TempFolder folder;
  EndlessFile file(folder.path("users"));
  RunningTagline load({"load", "--db", folder.path("db"), file.path(), "--format", "json"},
                      folder.path("log"));
  file.write("id,vip\nu2,yes\n");
  load.signal(SIGINT);
  const std::string said = load.line();
  EXPECT_NE(said.find("\"code\":\"cancelled\""), std::string::npos) << said;
  EXPECT_EQ(load.wait(), 130);
}

TEST(LoadInterruptDeathTest, WhatIsBeingWrittenEndsOnlyAtTheSecond) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto interrupt = [](int times) {
    ::signal(SIGINT, SIG_DFL);
    cli::Console console(dsl::Language::English);
    {
      cli::LoadInterrupt ctrl_c({"a.csv", "b.csv"}, console);
      const auto held = ctrl_c.hold();
      ctrl_c.begin_writing();
      for (int i = 0; i < times; ++i) {
        ::raise(SIGINT);
      }
    }  // waits until what came was dealt with
    ::_exit(7);
  };
  EXPECT_EXIT(interrupt(1), testing::ExitedWithCode(7),
              "all of the 2 files was read and is being written; Ctrl-C once more");
  EXPECT_EXIT(interrupt(2), testing::ExitedWithCode(130),
              "either all of it is in the database, or nothing");
}

}  // namespace
}  // namespace tagline::tests
