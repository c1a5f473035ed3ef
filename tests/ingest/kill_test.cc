// kill -9 at many moments of a load: the database is as it was before, or holds the whole file.
#include "tests/ingest/scratch_folder.h"

#include <csignal>
#include <sys/wait.h>
#include <thread>

namespace tagline::ingest {
namespace {

TEST(Kill, LeavesAllOrNothing) {
  Database database;
  database.must_load("id,city\nu1,a\nu2,b\n");
  const auto before = database.content();
  std::string text = "id,city\n";
  constexpr std::uint32_t kRows = 150'000;
  for (std::uint32_t i = 0; i < kRows; ++i) {
    text += "u" + std::to_string(i) + (i % 3 == 0 ? ",a\n" : ",c\n");
  }
  const std::string file = database.folder().write("input", text);
  database.close();
  int killed = 0;
  for (int delay_ms = 1; delay_ms < 3000; delay_ms += 1 + delay_ms / 3) {
    const ::pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      storage::OpenOptions options;
      options.mode = storage::OpenMode::Write;
      auto store = storage::Store::open(database.folder().path() / "db", options);
      const bool loaded = store.has_value() && load(**store, std::nullopt, {file}, {}).has_value();
      ::_exit(loaded ? 0 : 1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    database.open();
    database.expect_clean();
    if (WIFSIGNALED(status) && database.content() == before) {
      ++killed;
      database.close();
      continue;
    }
    // Finished, or killed after the commit: then all of it is there.
    EXPECT_EQ(database.content().size(), kRows);
    if (WIFEXITED(status)) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
    }
    break;
  }
  EXPECT_GT(killed, 0);
}

}  // namespace
}  // namespace tagline::ingest
