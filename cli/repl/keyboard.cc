#include "cli/repl/keyboard.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace tagline::cli {
namespace {

constexpr std::string_view kPasteBegin = "\x1b[200~";
constexpr std::string_view kPasteEnd = "\x1b[201~";
constexpr std::string_view kPastesOn = "\x1b[?2004h";
constexpr std::string_view kPastesOff = "\x1b[?2004l";
/// The language takes no longer text than a part of this.
constexpr std::size_t kPasteBytesMax = std::size_t{1} << 20U;
/// A mark that does not go on is none: Escape was pressed.
constexpr int kMarkWaitMs = 20;
/// So long after the end of a line, with all bytes taken, it was none (a choice in a menu).
constexpr int kEndWaitMs = 200;

constexpr std::array kFatal = {SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGBUS, SIGABRT};

/// What the handler of signals puts back.
struct Restored {
  std::atomic<int> terminal{-1};
  termios usual{};
  std::array<struct sigaction, kFatal.size()> before{};
};
Restored& restored() {
  static Restored restored;
  return restored;
}

void say(std::string_view code) {
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, code.data(), code.size());
}

extern "C" void on_fatal(int signal) {
  const int terminal = restored().terminal.load();
  if (terminal >= 0) {
    say(kPastesOff);
    ::tcsetattr(terminal, TCSANOW, &restored().usual);
  }
  for (std::size_t i = 0; i < kFatal.size(); ++i) {
    if (kFatal[i] == signal) {
      ::sigaction(signal, &restored().before[i], nullptr);
    }
  }
  ::raise(signal);
}

void handle_fatal() {
  for (std::size_t i = 0; i < kFatal.size(); ++i) {
    ::sigaction(kFatal[i], nullptr, &restored().before[i]);
    if (restored().before[i].sa_handler == SIG_IGN) {
      continue;
    }
    struct sigaction action {};
    action.sa_handler = on_fatal;
    ::sigaction(kFatal[i], &action, nullptr);
  }
}

int available(int file) {
  int bytes = 0;
  return ::ioctl(file, FIONREAD, &bytes) == 0 ? bytes : 0;
}

bool ends_line(char c) {
  return c == '\r' || c == '\x03' || c == '\x04';
}

/// As a text is typed: line ends are line feeds, none at the end; nothing that moves a cursor.
std::string as_typed(const std::string& paste) {
  std::string text;
  for (std::size_t i = 0; i < paste.size(); ++i) {
    const char c = paste[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r') {
      text += '\n';
      if (i + 1 < paste.size() && paste[i + 1] == '\n') {
        ++i;
      }
    } else if (c == '\n' || (byte >= 0x20 && byte != 0x7F)) {
      text += c;
    } else if (c == '\t') {
      text += ' ';
    }
  }
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

}  // namespace

Keyboard::Keyboard() : terminal_(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) {
  int keys = -1;
  int line = -1;
  if (terminal_ < 0 || ::tcgetattr(terminal_, &usual_) != 0) {
    terminal_ = STDIN_FILENO;
    return;
  }
  raw_ = usual_;
  raw_.c_iflag &= ~static_cast<tcflag_t>(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
  raw_.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | IEXTEN | ISIG);
  raw_.c_cc[VMIN] = 1;
  raw_.c_cc[VTIME] = 0;
  // Raw from the beginning: isocline finds and leaves it so, and no byte is read in other modes.
  if (::openpty(&keys, &line, nullptr, &raw_, nullptr) != 0) {
    return;
  }
  int packets = 1;  // our end is told when isocline throws away what was typed
  if (::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0 || ::ioctl(keys, TIOCPKT, &packets) != 0 ||
      ::dup2(line, STDIN_FILENO) < 0) {
    ::close(keys);
    ::close(line);
    return;
  }
  ::close(line);
  ::fcntl(keys, F_SETFD, FD_CLOEXEC);
  ::fcntl(keys, F_SETFL, O_NONBLOCK);
  keys_ = keys;
  restored().usual = usual_;
  handle_fatal();
  // Signals are for the thread that reads: isocline hears of a new size of the window so.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Keyboard::~Keyboard() {
  if (!works()) {
    return;
  }
  end();
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  [[maybe_unused]] const auto written = ::write(wake_[1], "x", 1);
  thread_.join();
  for (std::size_t i = 0; i < kFatal.size(); ++i) {
    ::sigaction(kFatal[i], &restored().before[i], nullptr);
  }
  ::dup2(terminal_, STDIN_FILENO);
  for (const int file : {terminal_, keys_, wake_[0], wake_[1]}) {
    ::close(file);
  }
}

void Keyboard::begin() {
  if (!works()) {
    return;
  }
  // What isocline threw away when it ended the line before is told no more.
  std::array<char, 64> told{};
  while (::read(keys_, told.data(), told.size()) > 0) {
  }
  ::tcsetattr(terminal_, TCSADRAIN, &raw_);
  restored().terminal = terminal_;
  say(kPastesOn);
  const std::lock_guard lock(mutex_);
  // What was typed in the usual modes has line feeds where Enter was pressed.
  if (const int typed = available(terminal_); typed > 0) {
    std::string bytes(static_cast<std::size_t>(typed), '\0');
    const auto read = ::read(terminal_, bytes.data(), bytes.size());
    bytes.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
    std::replace(bytes.begin(), bytes.end(), '\n', '\r');
    scan(bytes);
  }
  // Those whose Tab went elsewhere are not put in by a later one.
  const auto tabs = static_cast<std::size_t>(std::count(held_.begin(), held_.end(), '\t'));
  while (pastes_.size() > tabs) {
    pastes_.pop_front();
  }
  last_ = 0;
  state_ = State::Opening;
  [[maybe_unused]] const auto written = ::write(wake_[1], "x", 1);
}

void Keyboard::end() {
  if (!works()) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (state_ == State::Closed) {
    return;
  }
  state_ = State::Closed;
  say(kPastesOff);
  ::tcsetattr(terminal_, TCSADRAIN, &usual_);
  restored().terminal = -1;
  [[maybe_unused]] const auto written = ::write(wake_[1], "x", 1);
}

Keyboard::Handling::~Handling() {
  --keyboard_.handling_;
  // The wait for the end of the line begins anew.
  if (keyboard_.works()) {
    [[maybe_unused]] const auto written = ::write(keyboard_.wake_[1], "x", 1);
  }
}

std::optional<std::string> Keyboard::take_paste() {
  const std::lock_guard lock(mutex_);
  if (pastes_.empty()) {
    return std::nullopt;
  }
  std::string paste = std::move(pastes_.front());
  pastes_.pop_front();
  return paste;
}

bool Keyboard::has_more() const {
  if (available(STDIN_FILENO) > 0) {
    return true;
  }
  const std::lock_guard lock(mutex_);
  // Behind the end of a line stands another one.
  return state_ == State::Open && !held_.empty();
}

void Keyboard::put_paste() {
  std::string text = as_typed(*paste_);
  paste_.reset();
  if (!text.empty()) {
    pastes_.push_back(std::move(text));
    held_ += '\t';
  }
}

/// Into held_, pastes taken out. A mark may come in parts.
void Keyboard::scan(const std::string& bytes) {
  for (const char c : bytes) {
    opening_ += c;
    const std::string_view mark = paste_.has_value() ? kPasteEnd : kPasteBegin;
    if (opening_ == mark) {
      opening_.clear();
      if (paste_.has_value()) {
        put_paste();
      } else {
        paste_.emplace();
      }
      continue;
    }
    while (!opening_.empty() && !mark.starts_with(opening_)) {
      const char first = opening_.front();
      opening_.erase(0, 1);
      if (!paste_.has_value()) {
        held_ += first;
      } else if (paste_->size() < kPasteBytesMax) {
        *paste_ += first;
      }
    }
  }
}

void Keyboard::take_typed() {
  std::array<char, 4096> bytes{};
  const auto read = ::read(terminal_, bytes.data(), bytes.size());
  if (read > 0) {
    scan(std::string(bytes.data(), static_cast<std::size_t>(read)));
  } else if (read == 0 || (errno != EINTR && errno != EAGAIN)) {
    over_ = true;  // the terminal is gone, which Interrupt sees too
  }
}

void Keyboard::hand_over() {
  while (state_ == State::Open && !held_.empty()) {
    const auto* const end = std::find_if(held_.data(), held_.data() + held_.size(), ends_line);
    const auto upto = static_cast<std::size_t>(end - held_.data());
    const std::size_t size = std::min(upto + 1, held_.size());
    const auto written = ::write(keys_, held_.data(), size);
    if (written <= 0) {
      return;  // it is full; POLLOUT tells
    }
    last_ = held_[static_cast<std::size_t>(written) - 1];
    held_.erase(0, static_cast<std::size_t>(written));
    if (static_cast<std::size_t>(written) == size && upto < size) {
      state_ = State::Ended;
    }
  }
}

void Keyboard::run() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    const bool reads = state_ == State::Open || state_ == State::Ended;
    std::array<pollfd, 3> files{
        {{wake_[0], POLLIN, 0},
         {keys_, static_cast<short>(POLLIN | POLLPRI), 0},
         {reads && held_.size() < kPasteBytesMax ? terminal_ : -1, POLLIN, 0}}};
    if (state_ == State::Open && !held_.empty()) {
      files[1].events = static_cast<short>(files[1].events | POLLOUT);
    }
    const bool in_mark = !opening_.empty() && !paste_.has_value() && reads;
    const int wait = state_ == State::Ended ? kEndWaitMs : in_mark ? kMarkWaitMs : -1;
    lock.unlock();
    const int ready = ::poll(files.data(), files.size(), wait);
    lock.lock();
    if (ready < 0) {
      continue;
    }
    std::array<char, 64> bytes{};
    if ((files[0].revents & POLLIN) != 0) {
      while (::read(wake_[0], bytes.data(), bytes.size()) > 0) {
      }
    }
    if ((files[1].revents & (POLLIN | POLLPRI)) != 0 &&
        ::read(keys_, bytes.data(), bytes.size()) > 0 && state_ == State::Opening &&
        (static_cast<unsigned char>(bytes[0]) & TIOCPKT_FLUSHREAD) != 0) {
      state_ = State::Open;
    }
    if (files[2].revents != 0 && (state_ == State::Open || state_ == State::Ended)) {
      take_typed();
    }
    if (ready == 0 && in_mark) {
      held_ += std::exchange(opening_, {});
    }
    if (ready == 0 && state_ == State::Ended && handling_ == 0 && available(STDIN_FILENO) == 0) {
      state_ = State::Open;
    }
    hand_over();
  }
}

}  // namespace tagline::cli
