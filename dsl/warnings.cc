// Warnings: what is allowed, and probably not meant. They look at one group of operands at a time;
// the engine's rewrites find more, but people need the place in their text.
#include "dsl/checker.h"
#include "dsl/display.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

[[nodiscard]] bool is_existence(const Bound& bound) {
  return bound.kind == BoundKind::Rows && !bound.differs && bound.rows.size() == 1 &&
         bound.rows.front() == engine::kExistsRow;
}

[[nodiscard]] bool meet(const std::vector<Interval>& a, const std::vector<Interval>& b) {
  return std::any_of(a.begin(), a.end(), [&](const Interval& x) {
    return std::any_of(b.begin(), b.end(),
                       [&](const Interval& y) { return x.low <= y.high && y.low <= x.high; });
  });
}

/// `some` AND NOT `all`, where whoever meets the one meets the other: A AND NOT A, city:tier1 AND
/// NOT city:*, did(x, in:last 7d) AND NOT did(x).
[[nodiscard]] bool leaves_out(const Bound& some, const Bound& all) {
  return all.kind == BoundKind::Not && implies(some, all.operands.front());
}

/// NOT `some` OR `all`, likewise: everyone is in one of the two.
[[nodiscard]] bool cover(const Bound& a, const Bound& b) {
  return (a.kind == BoundKind::Not && implies(a.operands.front(), b)) ||
         (b.kind == BoundKind::Not && implies(b.operands.front(), a));
}

[[nodiscard]] bool exclude(const Names& names, const Bound& a, const Bound& b) {
  if (leaves_out(a, b) || leaves_out(b, a)) {
    return true;
  }
  if (a.kind != b.kind || a.field != b.field || a.differs || b.differs) {
    return false;
  }
  if (a.kind == BoundKind::Numbers) {
    return !meet(a.intervals, b.intervals);
  }
  if (a.kind != BoundKind::Rows || is_existence(a) || is_existence(b)) {
    return false;
  }
  const auto& tags = names.catalogue().tags;
  const auto tag = std::find_if(tags.begin(), tags.end(),
                                [&](const Tag& entry) { return entry.field == a.field; });
  if (tag == tags.end() || tag->kind != engine::TagKind::Category) {
    return false;
  }
  std::vector<engine::RowId> both;
  std::set_intersection(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(),
                        std::back_inserter(both));
  return both.empty();
}

/// In the words of each language; names stay as they were typed.
[[nodiscard]] Slot said(std::string_view name, const Tree& tree) {
  static const Catalogue kNoNames;
  return slot(name, print(tree), display(tree, kNoNames, Language::Chinese));
}

class Warner {
 public:
  explicit Warner(Checking& checking) : checking_(checking) {}

  // Recursion is bounded by the brackets of the tree.
  void walk(const Tree& tree, const Bound& bound) {
    switch (bound.kind) {
      case BoundKind::And:
        pairs(bound, true);
        break;
      case BoundKind::Or:
        mixed(tree);
        pairs(bound, false);
        everyone_in_or(bound);
        break;
      case BoundKind::Not:
        includes_unknown(tree, bound);
        break;
      case BoundKind::AtLeast:
        at_least(bound);
        break;
      case BoundKind::Did:
      case BoundKind::Sequence:
        warn_days(checking_, tree, bound);
        return;
      case BoundKind::Lookalike:
        like_nobody(bound.operands.front());
        break;
      case BoundKind::Segment:
        warn_segment(checking_, bound);
        return;
      case BoundKind::Nothing:
      case BoundKind::Everyone:
      case BoundKind::Rows:
      case BoundKind::Numbers:
      case BoundKind::Top:
      case BoundKind::Bottom:
      case BoundKind::SampleShare:
      case BoundKind::SampleSize:
      case BoundKind::List:
      case BoundKind::Foreign:
        break;
    }
    for_each_operand(tree, bound,
                     [this](const Tree& operand, const Bound& inner) { walk(operand, inner); });
  }

  void alone(const Tree& tree) {
    if (tree.kind == TreeKind::Not) {
      checking_.report.warning("alone-not", tree.span, [] {
        return Wording{"", "alone-not+add", {}, {}};
      });
    }
  }

 private:
  [[nodiscard]] std::string source(const Bound& bound) const {
    return checking_.source(bound.span);
  }

  void mixed(const Tree& tree) {
    for (const Tree& operand : tree.operands) {
      if (operand.kind == TreeKind::And && !operand.bracketed) {
        checking_.report.warning("mixed-and-or", operand.span,
                                 [&tree, &operand, chinese = has_han(checking_.scanned.typed)] {
                                   const Slot words = said("", operand);
                                   const std::string& better =
                                       chinese ? words.value.zh : words.value.en;
                                   return Wording{"",
                                                  "mixed-and-or+write",
                                                  {said("better", tree)},
                                                  {change_to(operand.span, "(" + better + ")")}};
                                 });
        return;
      }
    }
  }

  void duplicate(const Bound& bound) {
    checking_.report.warning("duplicate", bound.span, [text = source(bound)] {
      return Wording{"", "+delete", {slot("text", text)}, {}};
    });
  }

  void duplicates(const Bound& bound) {
    const auto& operands = bound.operands;
    for (std::size_t i = 1; i < operands.size(); ++i) {
      const auto same = [&](const Bound& other) { return same_condition(other, operands[i]); };
      if (std::any_of(operands.begin(), operands.begin() + static_cast<std::ptrdiff_t>(i), same)) {
        duplicate(operands[i]);
      }
    }
  }

  /// All of them is AND, one of them is OR.
  void at_least(const Bound& bound) {
    const bool is_all = bound.threshold == static_cast<std::int64_t>(bound.operands.size());
    if (is_all || bound.threshold == 1) {
      pairs(bound, is_all);
    } else {
      duplicates(bound);
    }
  }

  /// `all`: of all of them together; otherwise of any. At most limits.terms squared pairs, each
  /// told apart by its field in most cases.
  void pairs(const Bound& bound, bool all) {
    duplicates(bound);
    const auto& operands = bound.operands;
    for (std::size_t i = 1; i < operands.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const bool clash = all ? exclude(checking_.names, operands[j], operands[i])
                               : cover(operands[j], operands[i]);
        if (clash) {
          const std::string_view message = all ? "never-true" : "always-true";
          checking_.report.warning(
              message, operands[i].span,
              [message, first = source(operands[j]), second = source(operands[i])] {
                return Wording{
                    std::string(message), "", {slot("first", first), slot("second", second)}, {}};
              });
          return;
        }
      }
    }
  }

  /// As far as the catalogue's counts tell.
  [[nodiscard]] bool is_empty(const Bound& bound) const {
    const auto has_nobody = [&](engine::RowId row) {
      return checking_.names.people({bound.field, row}) == std::optional<std::uint64_t>(0);
    };
    if (bound.kind == BoundKind::Rows) {
      return !bound.differs && std::all_of(bound.rows.begin(), bound.rows.end(), has_nobody);
    }
    return bound.kind == BoundKind::Nothing ||
           (bound.kind == BoundKind::List && has_nobody(engine::kFlagRow));
  }

  void like_nobody(const Bound& group) {
    if (is_empty(group)) {
      checking_.report.warning("never-true", group.span, [text = source(group)] {
        return Wording{"never-true/like-nobody", "", {slot("text", text)}, {}};
      });
    }
  }

  void everyone_in_or(const Bound& bound) {
    for (const Bound& operand : bound.operands) {
      if (operand.kind == BoundKind::Everyone) {
        checking_.report.warning("always-true", operand.span, [] {
          return Wording{"always-true/everyone", "", {}, {}};
        });
        return;
      }
    }
  }

  /// The opposite that leaves out people without a value: city:x -> city != x, age >= 30 -> age
  /// < 30.
  [[nodiscard]] static Tree opposite(const Tree& term) {
    Tree other = term;
    switch (term.comparison) {
      case Comparison::IsNot:
        other.comparison = Comparison::Is;
        break;
      case Comparison::Greater:
        other.comparison = Comparison::LessEqual;
        break;
      case Comparison::GreaterEqual:
        other.comparison = Comparison::Less;
        break;
      case Comparison::Less:
        other.comparison = Comparison::GreaterEqual;
        break;
      case Comparison::LessEqual:
        other.comparison = Comparison::Greater;
        break;
      case Comparison::None:
      case Comparison::Is:
        other.comparison = Comparison::IsNot;
        break;
    }
    return other;
  }

  void includes_unknown(const Tree& tree, const Bound& bound) {
    const Tree& term = tree.operands.front();
    const Bound& inner = bound.operands.front();
    const Tag* tag = term.kind == TreeKind::Term ? checking_.names.tag(term.name.text) : nullptr;
    if (tag == nullptr || tag->kind == engine::TagKind::Flag || is_existence(inner)) {
      return;
    }
    const auto known = checking_.names.people(*tag, engine::kExistsRow);
    const auto population = checking_.names.people(engine::kPopulationRow);
    const bool counted = known.has_value() && population.has_value() && *known <= *population;
    if (counted && *known == *population) {
      return;
    }
    const std::uint64_t unknown = counted ? *population - *known : 0;
    checking_.report.warning(
        "includes-unknown", tree.span,
        [&tree, &term, unknown, counted, chinese = has_han(checking_.scanned.typed)] {
          const Slot better = said("better", opposite(term));
          return Wording{counted ? "" : "includes-unknown/uncounted",
                         "",
                         {said("not", tree), slot("count", with_separators(unknown)),
                          slot("tag", term.name.text), better},
                         {change_to(tree.span, chinese ? better.value.zh : better.value.en)}};
        });
  }

  Checking& checking_;
};

}  // namespace

void warn(Checking& checking, const Tree& tree, const Bound& bound) {
  Warner warner(checking);
  warner.alone(tree);
  warner.walk(tree, bound);
}

}  // namespace tagline::dsl
