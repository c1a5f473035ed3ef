// Session: what one terminal has said and chosen so far. It runs expressions and commands over an
// Api, and prints what comes back.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/repl/api.h"
#include "cli/repl/history.h"
#include "cli/repl/interrupt.h"
#include "cli/repl/json_body.h"
#include "cli/repl/tour.h"
#include "server/json_value.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::cli {

/// What \set sets.
struct ReplSettings {
  std::optional<std::string> as_of;  ///< a day; nothing: today
  Format format = Format::Table;
  std::uint64_t limit = 20;  ///< rows of lists
  bool timing = false;
};

class Session {
 public:
  /// All outlive it. Without an interrupt (a pipe) Ctrl-C ends the program.
  Session(Api& api, Console& console, History& history, const Interrupt* interrupt)
      : api_(api), console_(console), history_(history), interrupt_(interrupt), tour_(*this) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Runs one input, an expression or a command that begins with a backslash; the exit status. A
  /// blank one is Enter of the tour, when it is on.
  int run(const std::string& input);
  /// The same for an input that the tour proposes.
  int run_proposed(const std::string& input);
  /// Inputs line by line, from a pipe or a file: an expression goes on while a bracket is open or
  /// an operator ends it, to a blank line or a command at most. The exit status of the last but
  /// \quit. `file`: what they are read from, which is said with the line where one goes wrong; "":
  /// not.
  using NextLine = std::function<std::optional<std::string>()>;
  int run_all(const NextLine& next, const std::string& file = "");
  /// What an expression lacks that ends where more is expected, in a bracket or after an operator;
  /// nothing where it is whole, or wrong whatever follows.
  [[nodiscard]] std::optional<Text> lacking(const std::string& expression);
  [[nodiscard]] bool is_open(const std::string& expression) {
    return lacking(expression).has_value();
  }
  /// Whether \quit was given.
  [[nodiscard]] bool is_over() const { return is_over_; }
  void end() { is_over_ = true; }
  /// What was quit was a file that \i runs: the session goes on.
  void go_on() { is_over_ = false; }

  [[nodiscard]] Api& api() { return api_; }
  [[nodiscard]] Console& console() { return console_; }
  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] ReplSettings& settings() { return settings_; }
  [[nodiscard]] const Interrupt* interrupt() const { return interrupt_; }
  [[nodiscard]] bool is_interrupted() const {
    return interrupt_ != nullptr && interrupt_->happened();
  }
  void clear_interrupt() const {
    if (interrupt_ != nullptr) {
      interrupt_->clear();
    }
  }
  /// Files of inputs that are being run, each by the one before.
  [[nodiscard]] std::size_t& files_deep() { return files_deep_; }
  /// The expression that commands are about, the last that was answered; "" when there is none.
  [[nodiscard]] const std::string& expression() const { return expression_; }
  void set_expression(std::string expression) { expression_ = std::move(expression); }
  [[nodiscard]] Tour& tour() { return tour_; }
  /// Says that one has to be typed first; the exit status.
  [[nodiscard]] int report_no_expression();

  /// {"expression", "as_of"?} of the expression.
  [[nodiscard]] JsonBody body_of(const std::string& expression) const;
  /// "?as_of=DAY" or "", for addresses.
  [[nodiscard]] std::string as_of_parameter(char before) const;
  /// A canonical expression as readers of the language would have written it: in Chinese with the
  /// Chinese words and names (a request more), else as it is.
  [[nodiscard]] std::string displayed(const std::string& expression);
  /// The database's, for people who read times; "" when it cannot be had.
  [[nodiscard]] std::string time_zone();

  /// A good reply; or the exit status of what went wrong, which has been said. `expression`: what
  /// its places are in.
  struct Answered {
    std::string text;
    server::JsonValue json;
  };
  [[nodiscard]] tl::expected<Answered, int> ask(const ApiRequest& request,
                                                std::string_view expression);
  /// Asks, and prints the reply as JSON, or what `view` makes of it.
  template <class View>
  int show(const ApiRequest& request, std::string_view expression, const View& view) {
    const auto answered = ask(request, expression);
    if (!answered.has_value()) {
      return answered.error();
    }
    if (settings_.format == Format::Json) {
      console_.out(answered->text + "\n");
    } else {
      view(answered->json);
    }
    return 0;
  }
  /// As `show`, as CSV where that is set.
  template <class View, class Csv>
  int show(const ApiRequest& request, std::string_view expression, const View& view,
           const Csv& csv) {
    return show(request, expression, [&](const server::JsonValue& reply) {
      if (settings_.format == Format::Csv) {
        console_.out(csv(reply));
      } else {
        view(reply);
      }
    });
  }
  /// Says why a reply is none; the exit status.
  [[nodiscard]] int refuse(const ApiReply& reply, std::string_view expression);
  /// Says what is wrong with a command's arguments, and how it is written.
  [[nodiscard]] int report_usage(std::string_view command, const Text& message);

 private:
  /// Of a name no tag has, and nothing near it: words of titles and values are found by \tags.
  void suggest_search(const std::vector<dsl::Diagnostic>& faults,
                      std::string_view expression) const;
  /// The reply, or nothing.
  [[nodiscard]] server::JsonValue ask_quietly(const ApiRequest& request) const;
  int count(const std::string& expression);
  int command(const std::string& input);

  Api& api_;
  Console& console_;
  History& history_;
  const Interrupt* interrupt_;
  ReplSettings settings_;
  std::string expression_;
  std::optional<std::string> time_zone_;
  std::size_t files_deep_ = 0;
  bool is_over_ = false;
  Tour tour_;
};

[[nodiscard]] ApiRequest get(std::string target);
[[nodiscard]] ApiRequest post(std::string target, const JsonBody& body);

}  // namespace tagline::cli
