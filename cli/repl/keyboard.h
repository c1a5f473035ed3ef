// Keyboard: what is typed at the terminal on its way to isocline, so that nothing is lost and a
// paste is one key.
//
// isocline throws away what was typed before it begins to read and after it ends (TCSAFLUSH), shows
// the whole line anew at every byte of a paste, and does not say whether Ctrl-C or Ctrl-D ended it.
// So it is given the end of a pseudo-terminal for standard input, and a thread hands it the bytes
// of the real one: only while it reads, up to the end of a line at a time, a bracketed paste as one
// Tab whose completion is the text.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <termios.h>
#include <thread>

namespace tagline::cli {

/// One a process. Make it before isocline is first asked for anything. Where the system has no
/// pseudo-terminal to give, standard input stays as it is (`works` is false).
class Keyboard {
 public:
  /// REQUIRES: standard input is a terminal.
  Keyboard();
  /// Standard input and the terminal's modes are as they were.
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  [[nodiscard]] bool works() const { return keys_ >= 0; }
  /// The real terminal, for who wants to know of its end.
  [[nodiscard]] int terminal() const { return terminal_; }

  /// Around isocline's reading of one line. What is typed outside waits in the terminal, which has
  /// its usual modes then: Ctrl-C is a signal.
  void begin();
  void end();

  // From isocline's callbacks.
  /// The text that the Tab being handled stands for; once. Nothing: it is a Tab.
  [[nodiscard]] std::optional<std::string> take_paste();
  /// More keys are there already: what would be shown for this one would be shown in vain.
  [[nodiscard]] bool has_more() const;
  /// Lives while isocline calls back: it has taken a key and may yet end the line.
  class Handling {
   public:
    explicit Handling(Keyboard& keyboard) : keyboard_(keyboard) { ++keyboard_.handling_; }
    ~Handling();
    Handling(const Handling&) = delete;
    Handling& operator=(const Handling&) = delete;

   private:
    Keyboard& keyboard_;
  };
  /// Of the line that ended: by Ctrl-D.
  [[nodiscard]] bool ended_by_ctrl_d() const { return last_ == '\x04'; }

 private:
  enum class State : std::uint8_t { Closed, Opening, Open, Ended };

  void run();
  void hand_over();
  void take_typed();
  void scan(const std::string& bytes);
  void put_paste();

  int terminal_ = -1;       ///< the real one
  int keys_ = -1;           ///< our end of the pseudo-terminal
  int wake_[2] = {-1, -1};  ///< a pipe: the thread is to look at the state
  termios usual_{};
  termios raw_{};

  mutable std::mutex mutex_;  ///< guards what follows
  State state_ = State::Closed;
  bool over_ = false;
  std::string held_;                  ///< for isocline, not handed over yet
  std::string opening_;               ///< the beginning of what may be a mark of pastes
  std::optional<std::string> paste_;  ///< being read
  std::deque<std::string> pastes_;    ///< read; a Tab each is on its way
  std::atomic<char> last_{0};         ///< handed over
  std::atomic<int> handling_{0};      ///< callbacks that run
  std::thread thread_;
};

}  // namespace tagline::cli
