// English. A condition is a relative clause ("whose city is tier1", "who did purchase at least
// once"), so that clauses join after "people", after "those" and in brackets alike.
#include "dsl/number.h"
#include "dsl/sentence_en_words.h"
#include "dsl/sentence_parts.h"
#include "dsl/unicode.h"
#include "engine/lookalike.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tagline::dsl {
namespace {

using engine::TagKind;
using namespace english;  // NOLINT(google-build-using-namespace): its words, in this file only

class English {
 public:
  explicit English(const Catalogue& catalogue) : names_(catalogue, Language::English) {}

  /// "people whose ...", "everyone", "the 1,000 people ...": a noun.
  [[nodiscard]] std::string body(const Bound& bound) {
    switch (bound.kind) {
      case BoundKind::Nothing:
        return "nobody";
      case BoundKind::Everyone:
        return "everyone";
      case BoundKind::And:
        return joined(bound, true);
      case BoundKind::Or:
        return "people " + either(bound);
      case BoundKind::Not:
        return except(bound.operands.front());
      case BoundKind::Rows:
      case BoundKind::Numbers:
      case BoundKind::AtLeast:
      case BoundKind::Did:
      case BoundKind::Sequence:
      case BoundKind::Top:
      case BoundKind::Bottom:
      case BoundKind::SampleShare:
      case BoundKind::SampleSize:
      case BoundKind::Lookalike:
      case BoundKind::Segment:
      case BoundKind::List:
      case BoundKind::Foreign:
        break;
    }
    return head(bound);
  }

 private:
  [[nodiscard]] std::string head(const Bound& bound) {
    return is_subset(bound) ? subset(bound) : "people " + clause(bound);
  }

  /// "those who are tagged vip".
  [[nodiscard]] std::string those(const Bound& bound) {
    if (bound.kind == BoundKind::Everyone) {
      return "everyone";
    }
    return is_subset(bound) ? subset(bound) : "those " + clause(bound);
  }

  [[nodiscard]] std::string except(const Bound& negated) {
    if (negated.kind == BoundKind::Everyone || negated.kind == BoundKind::Nothing) {
      return negated.kind == BoundKind::Everyone ? "nobody" : "everyone";
    }
    std::string text = "everyone except " + those(negated);
    if (is_existence(names_, negated)) {
      return "people whose " + names_.tag_name(negated.field) + " is unknown";
    }
    if (const auto field = may_be_unknown(names_, negated)) {
      text += " (people whose " + names_.tag_name(*field) + " is unknown are included)";
    }
    return text;
  }

  /// What an And leaves out reads best at its end: "..., but not those who ...".
  [[nodiscard]] bool is_left_out(const Bound& bound) const {
    return bound.kind == BoundKind::Not && !is_existence(names_, bound.operands.front());
  }

  [[nodiscard]] std::string joined(const Bound& bound, bool with_noun) {
    std::vector<const Bound*> kept;
    std::vector<const Bound*> left_out;
    std::size_t more = 0;
    for (const Bound& operand : bound.operands) {
      if (kept.size() + left_out.size() == kOperandsSpelled) {
        ++more;
      } else {
        (is_left_out(operand) ? left_out : kept).push_back(&operand);
      }
    }
    std::string text;
    if (kept.empty()) {
      Words words;
      for (const Bound* operand : left_out) {
        words.push_back(those(operand->operands.front()));
      }
      text = (with_noun ? "everyone except " : "who are anyone except ") + clauses(words, "and");
    } else {
      Words words;
      for (const Bound* operand : kept) {
        words.push_back(clause(*operand));
      }
      const bool is_number_of_people = with_noun && kept.size() == 1 && is_subset(*kept.front());
      text = is_number_of_people ? subset(*kept.front())
                                 : (with_noun ? "people " : "") + clauses(words, "and");
      for (std::size_t i = 0; i < left_out.size(); ++i) {
        text += (i == 0 ? ", but not " : ", nor ") + those(left_out[i]->operands.front());
      }
    }
    return more == 0 ? text : text + ", and who meet " + with_separators(more) + " more conditions";
  }

  [[nodiscard]] std::string either(const Bound& bound) {
    Words words;
    for (const Bound& operand : bound.operands) {
      if (words.size() == kOperandsSpelled) {
        words.push_back("who meet one of " + with_separators(bound.operands.size() - words.size()) +
                        " more conditions");
        break;
      }
      words.push_back(clause(operand));
    }
    return clauses(words, "or");
  }

  [[nodiscard]] std::string clause(const Bound& bound) {
    switch (bound.kind) {
      case BoundKind::Nothing:
        return "who match nothing at all";
      case BoundKind::Everyone:
        return "who are anyone at all";
      case BoundKind::Rows:
        return rows(bound);
      case BoundKind::Numbers:
        return numbers(bound);
      case BoundKind::And:
        return "(" + joined(bound, false) + ")";
      case BoundKind::Or:
        return "(" + either(bound) + ")";
      case BoundKind::Not:
        return negated(bound.operands.front());
      case BoundKind::AtLeast:
        return at_least(bound);
      case BoundKind::Did:
        return did(bound);
      case BoundKind::Sequence:
        return sequence(bound);
      case BoundKind::Top:
      case BoundKind::Bottom:
      case BoundKind::SampleShare:
      case BoundKind::SampleSize:
      case BoundKind::Lookalike:
        return "who are among (" + subset(bound) + ")";
      case BoundKind::Segment:
        return segment(bound);
      case BoundKind::List:
        return "who are in the list “" + bound.text + "”";
      case BoundKind::Foreign:
        break;
    }
    return "who are in the segment " + bound.text;
  }

  [[nodiscard]] std::string negated(const Bound& bound) {
    if (is_existence(names_, bound)) {
      return "whose " + names_.tag_name(bound.field) + " is unknown";
    }
    if (is_flag(names_, bound)) {
      return "who are not tagged " + set_off(names_.tag_name(bound.field));
    }
    // In brackets: "not among those who a or who b" could be read both ways.
    const bool has_brackets = bound.kind == BoundKind::And || bound.kind == BoundKind::Or;
    return has_brackets || bound.kind == BoundKind::Everyone
               ? "who are not among " + those(bound)
               : "who are not among (" + those(bound) + ")";
  }

  [[nodiscard]] std::string rows(const Bound& bound) {
    const std::string name = names_.tag_name(bound.field);
    if (is_flag(names_, bound)) {
      return "who are tagged " + set_off(name);
    }
    if (is_existence(names_, bound)) {
      return "whose " + name + " is known";
    }
    const Tag* tag = names_.tag(bound.field);
    const bool is_set = tag != nullptr && tag->kind == TagKind::Set;
    const ShownNames values = names_.values(bound.field, bound.rows);
    if (bound.differs) {
      return "whose " + name + " is known and " + none_of_names(is_set ? "includes" : "is", values);
    }
    return "whose " + name + (is_set ? " includes " : " is ") + any_of_names(values);
  }

  [[nodiscard]] std::string numbers(const Bound& bound) {
    const std::string name = "whose " + names_.tag_name(bound.field);
    const Tag* tag = names_.tag(bound.field);
    if (is_existence(names_, bound)) {
      return name + " is known";
    }
    if (!bound.differs) {
      return name + " is " + listed(ranges(bound.intervals, tag), "or");
    }
    if (bound.intervals.size() == 1) {
      return name + " is known and is not " + ranges(bound.intervals, tag).front();
    }
    return name + " is " + listed(ranges(complement(bound.intervals), tag), "or");
  }

  [[nodiscard]] std::string event(const BoundEvent& step) {
    const ShownNames keys = names_.keys(step);
    return names_.event_name(step) + (keys.total == 0 ? "" : " (" + any_of_names(keys) + ")");
  }

  [[nodiscard]] std::string did(const Bound& bound) {
    Words tests;
    const Event* event_of = names_.event(bound.steps.front());
    for (const MeasureTest& test : bound.measures) {
      switch (test.measure) {
        case Measure::Count:
          tests.push_back(times(test.intervals, "time", "times"));
          break;
        case Measure::Days:
          tests.push_back("on " + times(test.intervals, "day", "days"));
          break;
        case Measure::Streak:
          tests.push_back("on " + times(test.intervals, "day", "days in a row"));
          break;
        case Measure::Sum: {
          Tag amount;  // an amount reads like a number tag
          amount.kind = TagKind::Number;
          amount.scale = event_of == nullptr ? 0 : event_of->scale;
          amount.unit = event_of == nullptr ? "" : event_of->unit;
          tests.push_back("for a total of " + listed(ranges(test.intervals, &amount), "or"));
          break;
        }
      }
    }
    const std::string how_much = tests.empty() ? "at least once" : listed(tests, "and");
    return "who did " + event(bound.steps.front()) + " " + how_much + in_window(bound.window);
  }

  [[nodiscard]] std::string sequence(const Bound& bound) {
    std::string text = "who did ";
    for (std::size_t i = 0; i < bound.steps.size(); ++i) {
      text += (i == 0 ? "" : ", then ") + event(bound.steps[i]);
    }
    const bool has_min = bound.gap_min != engine::DayGap{};
    if (bound.gap_max.has_value() && has_min) {
      text += ", with " + gap(bound.gap_min) + " to " + gap(*bound.gap_max) + " from first to last";
    } else if (bound.gap_max.has_value()) {
      text += *bound.gap_max == engine::DayGap{}
                  ? ", all on the same day"
                  : (bound.steps.size() == 2 ? ", within " : ", all within ") + gap(*bound.gap_max);
    } else if (has_min) {
      text += ", with at least " + gap(bound.gap_min) + " from first to last";
    }
    const std::string window = in_window(bound.window);
    return text + (window.empty() ? "" : "," + window);
  }

  [[nodiscard]] std::string at_least(const Bound& bound) {
    std::string text = "who meet at least " + std::to_string(bound.threshold) + " of these " +
                       std::to_string(bound.operands.size()) + " conditions (";
    for (std::size_t i = 0; i < bound.operands.size(); ++i) {
      text += i == 0 ? "" : "; ";
      if (i == kOperandsSpelled) {
        text += "and " + with_separators(bound.operands.size() - i) + " more";
        break;
      }
      text += std::to_string(i + 1) + ". " + clause(bound.operands[i]);
    }
    return text + ")";
  }

  [[nodiscard]] std::string subset(const Bound& bound) {
    const Bound& from = bound.operands.front();
    const std::string among = from.kind == BoundKind::Everyone ? "" : " among " + those(from);
    const std::string seed = bound.seed.empty() ? "" : " (seed " + set_off(bound.seed) + ")";
    const std::string people =
        bound.amount == 1 ? "1 person" : with_separators(bound.amount) + " people";
    if (bound.kind == BoundKind::SampleShare) {
      return "a fixed random " + bound.share_text + " of " + those(from) + seed;
    }
    if (bound.kind == BoundKind::SampleSize) {
      return "a fixed random " + people + among + seed;
    }
    if (bound.kind == BoundKind::Lookalike) {
      return "the " + people + " most like " + those(from) +
             " (not counting those themselves; method " + std::string(engine::kLookalikeMethod) +
             ")";
    }
    const Tag* tag = names_.tag(bound.field);
    const bool is_date = tag != nullptr && tag->kind == TagKind::Date;
    const bool is_top = bound.kind == BoundKind::Top;
    const std::string_view rank =
        is_date ? (is_top ? "latest " : "earliest ") : (is_top ? "highest " : "lowest ");
    return "the " + people + " with the " + std::string(rank) + names_.tag_name(bound.field) +
           among;
  }

  [[nodiscard]] std::string segment(const Bound& bound) {
    std::string text = "who are in the segment “" + bound.text + "”";
    if (inside_segment_ || bound.rule == nullptr || !is_brief(*bound.rule)) {
      return text;
    }
    inside_segment_ = true;
    text += " (" + body(*bound.rule) + ")";
    inside_segment_ = false;
    return text;
  }

  SentenceNames names_;
  bool inside_segment_ = false;
};

}  // namespace

std::string english_sentence(const Bound& bound, const Catalogue& catalogue) {
  std::string text = English(catalogue).body(bound);
  constexpr char kToCapital = 'a' - 'A';
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - kToCapital);
  }
  return text + ".";
}

}  // namespace tagline::dsl
