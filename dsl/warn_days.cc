// Warnings about the days of did(...) and sequence(...).
#include "dsl/checker.h"
#include "dsl/dates.h"
#include "dsl/print.h"

#include <algorithm>
#include <utility>

namespace tagline::dsl {
namespace {

/// The option of a call, as written; null when it is not there.
[[nodiscard]] const Tree* option_of(const Tree& call, OptionId id) {
  const auto found =
      std::find_if(call.operands.begin(), call.operands.end(), [id](const Tree& term) {
        const bool is_option =
            term.kind == TreeKind::Term && term.comparison != Comparison::None && !term.name.quoted;
        const Option* option = is_option ? find_option(term.name.text) : nullptr;
        return option != nullptr && option->id == id;
      });
  return found == call.operands.end() ? nullptr : &*found;
}

/// What the measure or the distance is at least; 0 when it may be anything.
[[nodiscard]] std::int64_t least_days(const MeasureTest& test) {
  const bool of_days = test.measure == Measure::Days || test.measure == Measure::Streak;
  return of_days && !test.intervals.empty() ? test.intervals.front().low : 0;
}

void warn_window(Checking& checking, const Tree& window, const Tree& asked, std::int64_t days) {
  checking.report.warning(
      "never-true", asked.span,
      [days, in = checking.source(window.span), text = checking.source(asked.span)] {
        const std::string count = std::to_string(days);
        return Wording{"never-true/window",
                       "",
                       {slot("window", in), slot("text", text),
                        slot("count", count + (days == 1 ? " day" : " days"), count + " 天")},
                       {}};
      });
}

/// Whether the window moves with `today`.
[[nodiscard]] bool is_relative(const Tree& window) {
  return std::any_of(window.values.begin(), window.values.end(), [](const TermValue& value) {
    return value.period.has_value() || value.word.text.find("today") != std::string::npos ||
           value.word.text.find("今天") != std::string::npos;
  });
}

/// A step of which there is nothing any more when the window begins: the answer is nobody, which
/// looks like any other answer.
[[nodiscard]] std::optional<AfterData> after_data(const Checking& checking, const Tree& call,
                                                  const Tree& window, const Bound& bound) {
  if (!checking.options.newest) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < bound.steps.size() && i < call.operands.size(); ++i) {
    std::optional<Day> newest;
    for (const engine::FieldId series : bound.steps[i].series) {
      const auto day = checking.options.newest(series);
      newest = day.has_value() && (!newest.has_value() || *newest < *day) ? day : newest;
    }
    if (newest.has_value() && newest->time_since_epoch().count() < bound.window.first) {
      return AfterData{"", checking.source(window.span), checking.source(call.operands[i].span),
                       *newest, is_relative(window)};
    }
  }
  return std::nullopt;
}

void warn_after_data(Checking& checking, Span span, AfterData found) {
  checking.report.warning("after-data", span, [found = std::move(found)] {
    Wording words{found.segment.empty() ? "" : "after-data/segment",
                  found.is_relative ? "after-data+as-of" : "",
                  {slot("window", found.window), slot("newest", to_text(found.newest)),
                   slot("event", found.event)},
                  {}};
    if (!found.segment.empty()) {
      words.slots.push_back(slot("name", "@" + write_name(found.segment)));
    }
    if (found.is_relative) {
      words.as_of = found.newest;
    }
    return words;
  });
}

/// Whether a window has days, and begins by today: of others something else is said.
[[nodiscard]] bool has_begun(const Checking& checking, const Bound& bound) {
  return bound.window.last >= bound.window.first &&
         bound.window.first <= checking.options.as_of.time_since_epoch().count();
}

}  // namespace

// Recursion is bounded by the brackets of the tree.
std::optional<AfterData> find_after_data(Checking& checking, const Tree& tree, const Bound& bound) {
  if (bound.kind == BoundKind::Segment) {
    const Segment* segment = checking.names.segment(bound.text);
    return segment == nullptr ? std::nullopt : checking.segments.reading(*segment).after_data;
  }
  if (bound.kind == BoundKind::Did || bound.kind == BoundKind::Sequence) {
    const Tree* window = option_of(tree, OptionId::In);
    return window == nullptr || !has_begun(checking, bound)
               ? std::nullopt
               : after_data(checking, tree, *window, bound);
  }
  std::optional<AfterData> found;
  for_each_operand(tree, bound, [&](const Tree& operand, const Bound& inner) {
    if (!found.has_value()) {
      found = find_after_data(checking, operand, inner);
    }
  });
  return found;
}

void warn_segment(Checking& checking, const Bound& segment) {
  const Segment* named = checking.names.segment(segment.text);
  if (named == nullptr) {
    return;
  }
  if (const auto& found = checking.segments.reading(*named).after_data; found.has_value()) {
    warn_after_data(checking, segment.span, *found);
  }
}

void warn_days(Checking& checking, const Tree& call, const Bound& bound) {
  const Tree* window = option_of(call, OptionId::In);
  if (window == nullptr) {
    return;
  }
  const std::int64_t days = std::int64_t{bound.window.last} - bound.window.first + 1;
  if (days <= 0) {
    checking.report.warning("never-true", window->span, [text = checking.source(window->span)] {
      return Wording{"never-true/no-days", "", {slot("value", text)}, {}};
    });
    return;
  }
  const Day today = checking.options.as_of;
  if (bound.window.first > today.time_since_epoch().count()) {
    checking.report.warning(
        "never-true", window->span, [today, text = checking.source(window->span)] {
          return Wording{
              "never-true/future", "", {slot("value", text), slot("today", to_text(today))}, {}};
        });
    return;
  }
  if (auto found = after_data(checking, call, *window, bound); found.has_value()) {
    warn_after_data(checking, window->span, std::move(*found));
  }
  for (const MeasureTest& test : bound.measures) {
    const OptionId id = test.measure == Measure::Days ? OptionId::Days : OptionId::Streak;
    const Tree* asked = least_days(test) > days ? option_of(call, id) : nullptr;
    if (asked != nullptr) {
      warn_window(checking, *window, *asked, days);
    }
  }
  // n + 1 days lie n days apart at most; a month has 28 days or more.
  constexpr std::int64_t kMonthMin = 28;
  const std::int64_t gap = bound.gap_min.months * kMonthMin + bound.gap_min.days;
  const Tree* within = gap >= days ? option_of(call, OptionId::Within) : nullptr;
  if (within != nullptr) {
    warn_window(checking, *window, *within, days);
  }
}

}  // namespace tagline::dsl
