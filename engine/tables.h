// Tables: the part of a program that is data (leaves, lists of them, tests), as the compiler fills
// it.
#pragma once

#include "engine/program.h"

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tagline::engine {

/// Fills one program. Beyond the limits of engine/program.h it adds no more, whatever it is asked
/// for, and `problem` or `too_large` says so: days of events come from a source and may be many.
class Tables {
 public:
  /// Both outlive the tables.
  Tables(Program& program, const Shape& shape) : program_(program), shape_(shape) {}

  std::uint32_t leaf(RowKey key);
  /// When it is a leaf already.
  [[nodiscard]] std::optional<std::uint32_t> find(RowKey key) const;
  Slice list(const std::vector<std::uint32_t>& leaves);
  /// The bit rows of a number, low bit first.
  Slice number_slices(FieldId field);

  // Of event nodes (engine/plan.h). Nothing where nobody can pass.
  /// The leaves of everybody who did steps[0] in the window.
  Slice did(const Node& node);
  /// Index into Program::totals. `zero` is set when the total 0 passes, so that those who did it
  /// have to be asked for as well.
  struct Total {
    std::uint32_t test = 0;
    bool zero = false;
  };
  std::optional<Total> total(const Node& node);
  /// Index into Program::streaks. REQUIRES: low is 2 or more.
  std::optional<std::uint32_t> streak(const Node& node);
  /// Index into Program::sequences.
  std::optional<std::uint32_t> sequence(const Node& node);

  [[nodiscard]] bool too_large() const;
  /// Another reason to refuse the plan.
  [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }

 private:
  struct SeriesDay {
    FieldId series;
    DayRows rows;
  };
  using Days = std::map<Day, std::vector<SeriesDay>>;

  [[nodiscard]] std::size_t place_of(RowKey key) const;
  void grow();
  Days days_of(const SeriesSet& series, DayWindow window);
  const std::vector<DayRows>& event_days(FieldId series, DayWindow window);
  std::uint32_t day_leaf(FieldId series, Day day, std::uint32_t part);
  Slice present(Day day, const std::vector<SeriesDay>& all);
  void add_bits(FieldId series, Day day, std::uint32_t part, unsigned bits, bool negative);
  void add_counts(const SeriesDay& one);
  void add_weighted(RowKey key, unsigned bit, bool negative);
  Slice add_days(const Days& days, bool counted);
  void add_terms(const Node& node, const Days& days, TotalTest& test);
  void check_total(const TotalTest& test);
  void fill_days(const Node& node, const std::vector<Days>& terms, SequenceTest& test);

  Program& program_;
  const Shape& shape_;
  /// Leaves by their keys, open addressing, at most half full.
  std::vector<std::uint32_t> places_;
  std::unordered_map<FieldId, Slice> number_slices_;
  std::map<std::pair<FieldId, std::pair<Day, Day>>, std::vector<DayRows>> event_days_;
  std::optional<Error> problem_;
};

}  // namespace tagline::engine
