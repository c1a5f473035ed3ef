#include "cli/progress.h"

#include <utility>

namespace tagline::cli {
namespace {

constexpr unsigned kBarCells = 24;
/// Before this much has passed an estimate would jump about.
constexpr double kEtaAfterSeconds = 0.5;
constexpr std::chrono::milliseconds kQuiet{500};
constexpr std::chrono::milliseconds kBetweenLooks{100};

}  // namespace

ProgressLine::ProgressLine(Console& console)
    : console_(console), start_(std::chrono::steady_clock::now()), next_(start_ + kQuiet) {}

ProgressLine::~ProgressLine() {
  clear();
}

double ProgressLine::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

bool ProgressLine::is_due() {
  if (!console_.err_is_terminal()) {
    return false;
  }
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) {
    return false;
  }
  next_ = now + kBetweenLooks;
  return true;
}

void ProgressLine::clear() {
  if (drawn_) {
    console_.err("\r\x1b[K");
    drawn_ = false;
  }
}

void ProgressLine::show(const std::string& text, std::uint64_t done, std::uint64_t whole) {
  if (!console_.err_is_terminal()) {
    return;
  }
  std::string line = text;
  if (whole > 0 && done <= whole) {
    line += "  " + bar(done, whole, kBarCells) + " " + percent(done, whole);
    const double elapsed = seconds();
    if (done > 0 && done < whole && elapsed > kEtaAfterSeconds) {
      const double left = elapsed * static_cast<double>(whole - done) / static_cast<double>(done);
      line += console_.say({"  ETA ", "  剩余 "}) + duration_text(left < 1 ? 1 : left);
    }
  }
  console_.err("\r\x1b[K" + line);
  drawn_ = true;
}

ProgressTicker::ProgressTicker(Console& console, Look look) {
  if (!console.err_is_terminal()) {
    return;
  }
  thread_ = std::thread([this, &console, look = std::move(look)] {
    ProgressLine line(console);
    std::unique_lock lock(mutex_);
    for (auto pause = kQuiet; !ended_.wait_for(lock, pause, [this] { return is_over_; });
         pause = kBetweenLooks) {
      look(line);
    }
  });
}

ProgressTicker::ProgressTicker(Console& console, const Text& what)
    : ProgressTicker(console, [&console, what](ProgressLine& line) {
        line.show(console.say(what) + " " + duration_text(line.seconds()), 0, 0);
      }) {}

ProgressTicker::~ProgressTicker() {
  if (!thread_.joinable()) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

}  // namespace tagline::cli
