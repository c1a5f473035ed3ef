// Keys in their file, as a running server follows them, and how often a caller may ask.
#include "server/access/access_options.h"
#include "server/access/addresses.h"
#include "server/access/key_file.h"
#include "server/access/key_ring.h"
#include "server/access/rate_limiter.h"
#include "server/day_text.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

using namespace std::chrono_literals;

NewKey named(const std::string& name) {
  NewKey key;
  key.name = name;
  return key;
}

class KeysTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  MadeKey make(const std::string& name, NewKey wanted = {}) {
    wanted.name = name;
    return create_key(file_, wanted, now_).value();
  }
  void write(const std::string& text) { std::ofstream(file_, std::ios::binary) << text; }
  std::string content() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_keys_" + std::to_string(getpid()));
  const std::string file_ = key_file_of(folder_.string());
  const std::chrono::system_clock::time_point now_ = std::chrono::system_clock::now();
};

TEST_F(KeysTest, AKeyIsFoundByItsTextAloneAndTheTextIsNotKept) {
  const MadeKey made =
      make("dashboard", {"", Role::Analyst, parse_day("2031-05-06"), rate_of("600/min").value()});
  EXPECT_EQ(made.text.size(), 81U);
  EXPECT_EQ(made.text.substr(0, 17), "tgl_" + made.key.id + "_");
  const std::string secret = made.text.substr(17);
  EXPECT_EQ(content().find(secret), std::string::npos);

  const auto keys = read_keys(file_).value().value();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].name, "dashboard");
  EXPECT_EQ(keys[0].role, Role::Analyst);
  EXPECT_EQ(keys[0].expires, parse_day("2031-05-06"));
  EXPECT_EQ(keys[0].rate, rate_of("600/min").value());
  EXPECT_EQ(keys[0].made, made.key.made);
  EXPECT_TRUE(is_key(made.text, keys[0]));
  for (std::size_t i = 0; i < made.text.size(); ++i) {
    std::string other = made.text;
    other[i] = other[i] == '0' ? '1' : '0';
    EXPECT_FALSE(is_key(other, keys[0])) << i;
  }
}

TEST_F(KeysTest, NoTwoAreAlike) {
  std::set<std::string> texts;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(texts.insert(new_key_text()).second);
  }
}

TEST_F(KeysTest, OnlyItsOwnerMayReadTheFile) {
  make("a");
  struct stat file {};
  ASSERT_EQ(::stat(file_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  // Also when the one before was open to others.
  ASSERT_EQ(::chmod(file_.c_str(), 0644), 0);
  make("b");
  ASSERT_EQ(::stat(file_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  EXPECT_FALSE(std::filesystem::exists(file_ + ".new"));
}

TEST_F(KeysTest, StatesOfKeys) {
  ApiKey key;
  EXPECT_EQ(state_of(key, now_), KeyState::Live);
  key.expires = parse_day("2030-01-31");
  const auto day = std::chrono::sys_days(*key.expires);
  EXPECT_EQ(state_of(key, day + 23h + 59min), KeyState::Live);
  EXPECT_EQ(state_of(key, day + 24h), KeyState::Expired);
  key.revoked = "2029-01-01T00:00:00Z";
  EXPECT_EQ(state_of(key, day), KeyState::Revoked);
}

TEST_F(KeysTest, NamesCanBeSeen) {
  for (const std::string name : {"a\nb", "a\x7F", "a\u0085", "\u202Eadmin", "a\u2066"}) {
    const auto refused = create_key(file_, named(name), now_);
    ASSERT_FALSE(refused.has_value()) << name;
    EXPECT_EQ(refused.error().code(), ErrorCode::BadInput);
    EXPECT_NE(refused.error().message().en.find("unexpected control character U+"),
              std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(KeysTest, AKeyIsMadeForDaysToCome) {
  const auto noon = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + 12h;
  NewKey wanted = named("late");
  wanted.expires = parse_day("2026-02-28");
  const auto refused = create_key(file_, wanted, noon);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::BadInput);
  EXPECT_EQ(refused.error().message().en,
            "a key that expires on 2026-02-28 could not be used: today is 2026-03-01 (UTC)");
  EXPECT_FALSE(std::filesystem::exists(file_));
  wanted.expires = parse_day("2026-03-01");
  EXPECT_TRUE(create_key(file_, wanted, noon).has_value()) << "today is a day yet";
}

TEST_F(KeysTest, RevokedKeysStayAndFreeTheirNames) {
  const MadeKey first = make("dashboard");
  EXPECT_EQ(create_key(file_, named("dashboard"), now_).error().code(), ErrorCode::InUse);
  EXPECT_EQ(revoke_key(file_, "dashboard", now_).value().id, first.key.id);
  const MadeKey second = make("dashboard");
  EXPECT_EQ(revoke_key(file_, second.key.id, now_).value().id, second.key.id);
  // By name only a live one; by id again is no fault, and changes nothing.
  EXPECT_EQ(revoke_key(file_, "dashboard", now_).error().code(), ErrorCode::NotFound);
  const std::string before = content();
  EXPECT_EQ(revoke_key(file_, first.key.id, now_ + 24h).value().revoked, time_text(now_));
  EXPECT_EQ(content(), before);
  EXPECT_EQ(read_keys(file_).value().value().size(), 2U);
}

TEST_F(KeysTest, NamesAreChecked) {
  for (const std::string& name :
       {std::string(), std::string(65, 'x'), std::string("a\nb"), std::string("\xff")}) {
    EXPECT_EQ(create_key(file_, named(name), now_).error().code(), ErrorCode::BadInput) << name;
  }
  std::string wide;
  for (int i = 0; i < 64; ++i) {
    wide += "看";
  }
  EXPECT_TRUE(create_key(file_, named(wide), now_).has_value());
}

TEST_F(KeysTest, TwoAtOnceLoseNoKey) {
  const auto some = [&](const std::string& prefix) {
    for (int i = 0; i < 20; ++i) {
      NewKey key;
      key.name = prefix + std::to_string(i);
      EXPECT_TRUE(create_key(file_, key, now_).has_value());
    }
  };
  std::thread other([&] { some("b"); });
  some("a");
  other.join();
  EXPECT_EQ(read_keys(file_).value().value().size(), 40U);
}

TEST_F(KeysTest, ABrokenFileIsRefusedInWordsAndNeverOverwritten) {
  make("a");
  const std::string fine = content();
  const auto with = [&fine](const std::string& from, const std::string& to) {
    std::string text = fine;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
        std::string(R"({"keys": 1})"), std::string(R"({"keys": [1]})"), std::string("\0\xff", 2),
        with("\"viewer\"", "\"root\""), with("\"hash\"", "\"hush\""),
        with("\"made\"", "\"expires\": \"soon\", \"made\""),
        with("\"made\"", "\"expires\": \"\", \"made\""),
        with("\"made\"", "\"rate\": \"fast\", \"made\""),
        with("\"made\"", "\"revoked\": \"\", \"made\""),
        with("\"made\"", "\"privacy_floor\": 10, \"made\"")}) {
    write(text);
    const auto read = read_keys(file_);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code(), ErrorCode::BadInput) << text;
    EXPECT_NE(read.error().message().en.find(file_), std::string::npos);
    EXPECT_FALSE(read.error().message().zh.empty());
    EXPECT_FALSE(create_key(file_, named("b"), now_).has_value());
    EXPECT_EQ(content(), text);
  }
  std::filesystem::remove(file_);
  EXPECT_FALSE(read_keys(file_).value().has_value());
  EXPECT_FALSE(create_key((folder_ / "none" / "keys.json").string(), named("b"), now_).has_value());
  std::filesystem::create_directory(file_);
  EXPECT_FALSE(read_keys(file_).has_value());
}

TEST_F(KeysTest, ARunningServerFollowsTheFile) {
  auto now = KeyRing::Clock::now();
  KeyRing ring(file_);
  EXPECT_FALSE(ring.keys(now)->needed);

  const MadeKey made = make("a");
  EXPECT_FALSE(ring.keys(now + 100ms)->needed) << "looked at once a second at most";
  EXPECT_EQ(ring.keys(now += 2s)->find(made.text)->name, "a");
  EXPECT_EQ(ring.keys(now)->find(made.text + "0"), nullptr);
  EXPECT_EQ(ring.keys(now)->find("tgl_" + made.key.id + "_" + std::string(64, '0')), nullptr);
  EXPECT_EQ(ring.keys(now)->find(""), nullptr);

  ASSERT_TRUE(revoke_key(file_, "a", now_).has_value());
  EXPECT_FALSE(ring.keys(now += 2s)->find(made.text)->revoked.empty());

  // What is broken or gone opens nothing.
  const std::string fine = content();
  write("{");
  EXPECT_TRUE(ring.keys(now += 2s)->fault.has_value());
  EXPECT_TRUE(ring.keys(now)->needed);
  EXPECT_EQ(ring.keys(now)->find(made.text), nullptr);
  std::filesystem::remove(file_);
  EXPECT_FALSE(ring.keys(now += 2s)->fault.has_value());
  EXPECT_TRUE(ring.keys(now)->needed);
  EXPECT_EQ(ring.keys(now)->find(made.text), nullptr);
  write(fine);
  EXPECT_NE(ring.keys(now += 2s)->find(made.text), nullptr);
}

TEST(Rate, IsWrittenAsItIsRead) {
  for (const char* text : {"1/s", "10/s", "600/min", "1000000/h"}) {
    EXPECT_EQ(text_of(rate_of(text).value()), text);
  }
  for (const char* text : {"", "10", "10/", "/s", "0/s", "-1/s", "1.5/s", "1000001/s", "10/day",
                           "10 /s", "99999999999/s", "10/s "}) {
    EXPECT_FALSE(rate_of(text).has_value()) << text;
  }
}

TEST(RateLimiter, GivesAWindowsWorthAtOnceAndThenAsTimePasses) {
  RateLimiter limiter;
  const Rate rate{10, 1s};
  auto now = RateLimiter::Clock::now();
  for (unsigned i = 10; i > 0; --i) {
    EXPECT_EQ(limiter.look("a", rate, now).remaining, i);
    const auto taken = limiter.take("a", rate, now);
    EXPECT_TRUE(taken.allowed);
    EXPECT_EQ(taken.remaining, i - 1);
    EXPECT_EQ(taken.reset, 1s);
  }
  const auto refused = limiter.take("a", rate, now);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry, 1s);
  EXPECT_TRUE(limiter.take("b", rate, now).allowed) << "others are not held up";
  EXPECT_TRUE(limiter.take("a", rate, now += 100ms).allowed);
  EXPECT_FALSE(limiter.take("a", rate, now).allowed);
  EXPECT_EQ(limiter.look("a", rate, now + 1h).remaining, 10U);
}

// Whatever the pattern of asking, no more than a window's worth beyond what time has given back.
TEST(RateLimiter, NeverGivesMoreThanTheRate) {
  for (const Rate& rate : {Rate{1, 1s}, Rate{7, 60s}, Rate{1'000'000, 1s}, Rate{3, 3600s}}) {
    RateLimiter limiter;
    const auto begin = RateLimiter::Clock::now();
    auto now = begin;
    std::uint64_t given = 0;
    std::uint64_t state = 12345;
    for (int i = 0; i < 20'000; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      now += std::chrono::microseconds((state >> 33U) % 3'000);
      given += limiter.take("a", rate, now).allowed ? 1U : 0U;
    }
    const double windows = std::chrono::duration<double>(now - begin) / rate.window;
    EXPECT_LE(static_cast<double>(given), (windows + 1) * rate.requests + 1);
    EXPECT_GE(static_cast<double>(given), std::min(20'000.0, std::floor(windows * rate.requests)));
  }
}

TEST(RateLimiter, RemembersSoManyAndAChangedRateHolds) {
  RateLimiter limiter(100);
  const auto now = RateLimiter::Clock::now();
  const Rate once{1, 3600s};
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(limiter.take(std::to_string(i), once, now).allowed);
  }
  EXPECT_FALSE(limiter.take("999", once, now).allowed);
  EXPECT_FALSE(limiter.take("900", once, now).allowed);
  EXPECT_TRUE(limiter.take("899", once, now).allowed);
  // An hour owed is at most a second under the faster rate.
  EXPECT_EQ(limiter.look("999", {10, 1s}, now).retry, 1s);
}

TEST(Addresses, WhatCountsAsOneAndAsOwn) {
  EXPECT_EQ(network_of("10.1.2.3:4567"), "10.1.2.3");
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6:4567"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("2001:db8:1:2::9:80"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of(""), "");
  for (const char* host : {"localhost", "LocalHost:8080", "127.0.0.1:80", "10.0.0.1", "[::1]:8080",
                           "[::1]", "tagline.lan", "Tagline.LAN:99"}) {
    EXPECT_TRUE(is_own_host(host, {"tagline.lan"})) << host;
  }
  for (const char* host : {"", "evil.example", "localhost.evil.example", "evil.example:127.0.0.1",
                           "127.0.0.1.evil.example", "[evil]", "[::1", "1.2.3", "xtagline.lan"}) {
    EXPECT_FALSE(is_own_host(host, {"tagline.lan"})) << host;
  }
  EXPECT_TRUE(is_loopback("127.0.0.1") && is_loopback("127.9.9.9") && is_loopback("::1"));
  EXPECT_FALSE(is_loopback("0.0.0.0") || is_loopback("::") || is_loopback("128.0.0.1") ||
               is_loopback("") || is_loopback("localhost"));
}

}  // namespace
}  // namespace tagline::server
