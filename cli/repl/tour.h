// Tour: a person led through the terminal step by step, over a database of `tagline demo`.
#pragma once

#include "cli/repl/tour_script.h"
#include "engine/error.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tagline::cli {

class Session;

/// Where somebody stands in the tour. Outlived by the session. One thread.
class Tour {
 public:
  explicit Tour(Session& session) : session_(session) {}

  [[nodiscard]] bool is_on() const { return place_.has_value(); }
  /// Whether the session's database is one the tour can be held over; says nothing.
  [[nodiscard]] bool fits();

  /// The command \tour; the exit status.
  int command(const std::string& arguments);
  /// Enter alone: runs what the step proposes, says what was seen, and shows the next. REQUIRES:
  /// is_on().
  int enter();
  /// Something else was typed: says how the tour goes on. REQUIRES: is_on().
  void remind();

 private:
  struct Place {
    std::size_t step = 0;
    std::size_t part = 0;
  };
  [[nodiscard]] const TourScript& script() const;
  [[nodiscard]] const TourPart& part() const;
  int begin(std::size_t step);
  [[nodiscard]] bool set_day();
  void show();
  /// That narrow questions may find nobody here.
  void warn_of_few();
  void go_on();
  void end();
  /// What Enter runs: as the script proposes, in the place of what an earlier tour has left.
  struct Proposal {
    std::string input;
    Text note;  ///< why it is not as the script has it; empty: it is
  };
  [[nodiscard]] Proposal proposal();
  /// Whom a command looks at: those of the part's expression, or of one that it goes on from when
  /// nobody is left, which is said.
  [[nodiscard]] std::string expression_to_look_at();
  /// Said after the answer.
  [[nodiscard]] std::string seen();
  /// With the places for what the database knows filled in.
  [[nodiscard]] std::string filled(std::string text);
  [[nodiscard]] std::uint64_t people_of(const std::string& expression);
  [[nodiscard]] std::string count_of(const std::string& expression, const char* field);
  /// Somebody of them; "": nobody is.
  [[nodiscard]] std::string member_of(const std::string& expression);
  /// What only people read, beside answers: not into JSON or CSV.
  void say(const std::string& text);
  /// Sentences, wrapped.
  void tell(const std::string& text);

  Session& session_;
  std::optional<Place> place_;
  bool set_as_of_ = false;  ///< by the tour, not by a person
};

}  // namespace tagline::cli
