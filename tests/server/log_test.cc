#include "server/log.h"

#include <algorithm>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;

class LogTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe2(pipe_, O_CLOEXEC), 0); }
  void TearDown() override {
    for (const int end : pipe_) {
      if (end >= 0) {
        ::close(end);
      }
    }
  }
  /// What was written, once nobody can write any more.
  std::string all() {
    ::close(pipe_[1]);
    pipe_[1] = -1;
    std::string text;
    char bytes[4096];
    for (ssize_t size = 0; (size = ::read(pipe_[0], bytes, sizeof(bytes))) > 0;) {
      text.append(bytes, static_cast<std::size_t>(size));
    }
    return text;
  }
  int pipe_[2] = {-1, -1};
};

TEST_F(LogTest, LinesAreJsonWhateverIsInThem) {
  LogOptions options;
  options.format = LogFormat::Json;
  {
    Log log(options, pipe_[1]);
    log.write(LogLevel::Info, "request",
              {{"path", "/a\n\"b\\\x01\xff城"},
               {"status", std::uint64_t{200}},
               {"ms", 1.5},
               {"whole", true}});
    log.write(LogLevel::Debug, "not wanted", {});
  }
  const std::string text = all();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  const json line = json::parse(text);
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["event"], "request");
  EXPECT_EQ(line["path"], "/a\n\"b\\\x01\xEF\xBF\xBD城");
  EXPECT_EQ(line["status"], 200);
  EXPECT_EQ(line["ms"], 1.5);
  EXPECT_EQ(line["whole"], true);
  EXPECT_EQ(line["time"].get<std::string>().size(), 24U);
}

TEST_F(LogTest, LinesAreText) {
  {
    Log log({}, pipe_[1]);
    log.write(LogLevel::Warning, "slow", {{"path", "/v1/count"}, {"key", "a b\nc"}, {"n", ""}});
  }
  const std::string text = all();
  EXPECT_EQ(text.substr(24), " warning slow path=/v1/count key=\"a b\\nc\" n=\"\"\n");
}

TEST_F(LogTest, AReaderThatTakesNothingHoldsNobodyUp) {
  LogOptions options;
  options.queued_max = 10;
  const std::string much(10'000, 'x');
  {
    Log log(options, pipe_[1]);
    while (log.dropped() == 0) {  // 64 KiB of the pipe, then the queue
      log.write(LogLevel::Info, "line", {{"text", much}});
    }
  }  // ends, though nobody reads
  EXPECT_GT(all().size(), 0U);
}

TEST_F(LogTest, AReaderThatIsGoneDoesNotEndTheProcess) {
  ::close(pipe_[0]);
  pipe_[0] = -1;
  Log log({}, pipe_[1]);
  log.write(LogLevel::Info, "line", {});
}

TEST_F(LogTest, LinesThatHaveNoRoomAreCounted) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  {
    Log log({}, full);
    for (std::uint64_t lines = 1; lines <= 3; ++lines) {
      log.write(LogLevel::Info, "line", {});
      while (log.dropped() < lines) {
        std::this_thread::yield();
      }
      EXPECT_EQ(log.dropped(), lines);
    }
  }
  ::close(full);
}

}  // namespace
}  // namespace tagline::server
