#include "cli/repl/interrupt.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace tagline::cli {
namespace {

std::atomic<int> told{-1};  // the pipe's other end

extern "C" void on_interrupt(int) {
  const int kept = errno;
  const char byte = 'i';
  // A full pipe has been told already.
  [[maybe_unused]] const auto written = ::write(told.load(), &byte, 1);
  errno = kept;
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt(std::function<void()> cancel, int terminal)
    : cancel_(std::move(cancel)), terminal_(terminal) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return;  // then Ctrl-C ends the program, as ever
  }
  listening_ = ends[0];
  told = ends[1];
  thread_ = std::thread([this] { listen(); });
  handle(on_interrupt);
}

Interrupt::~Interrupt() {
  if (listening_ < 0) {
    return;
  }
  handle(SIG_DFL);
  ::close(told.exchange(-1));
  thread_.join();
  ::close(listening_);
}

bool Interrupt::is_ignored() {
  struct sigaction action {};
  return ::sigaction(SIGINT, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void Interrupt::listen() {
  char byte = 0;
  for (;;) {
    // Of the terminal only its end is told, whatever is asked for.
    std::array<pollfd, 2> ends{{{listening_, POLLIN, 0}, {terminal_, 0, 0}}};
    if (::poll(ends.data(), ends.size(), -1) > 0 && ends[1].revents != 0) {
      // Nobody will type again, and who reads the terminal would try for ever. What the system does
      // of itself where this terminal is the session's, unless whoever began it said to ignore it.
      std::signal(SIGHUP, SIG_DFL);
      ::raise(SIGHUP);
      return;
    }
    if (ends[0].revents == 0) {
      continue;
    }
    const auto read = ::read(listening_, &byte, 1);
    if (read == 0 || (read < 0 && errno != EINTR)) {
      return;
    }
    if (read == 1) {
      // The terminal has shown "^C"; who is told prints what comes next.
      if (::isatty(STDERR_FILENO) == 1) {
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, "\n", 1);
      }
      {
        const std::lock_guard lock(mutex_);
        happened_ = true;
      }
      changed_.notify_all();
      cancel_();
    }
  }
}

void Interrupt::clear() const {
  const std::lock_guard lock(mutex_);
  happened_ = false;
}

bool Interrupt::happened() const {
  const std::lock_guard lock(mutex_);
  return happened_;
}

bool Interrupt::wait_for(std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return happened_; });
}

}  // namespace tagline::cli
