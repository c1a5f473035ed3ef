#include "dsl/check.h"

#include "dsl/check_segment.h"
#include "dsl/checker.h"
#include "dsl/dates.h"
#include "dsl/grammar.h"
#include "dsl/literal.h"
#include "dsl/names.h"
#include "dsl/print.h"
#include "dsl/report.h"
#include "dsl/scan.h"
#include "dsl/syntax_error.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

[[nodiscard]] Bound check_group(Checking& checking, const Tree& tree, BoundKind kind) {
  Bound bound;
  bound.kind = kind;
  bound.span = tree.span;
  bound.operands.reserve(tree.operands.size());
  for (const Tree& operand : tree.operands) {
    bound.operands.push_back(check_condition(checking, operand));
  }
  return bound;
}

void report_literal(Checking& checking, const Tree& tree) {
  checking.report.error("literal-not-condition", tree.span, [&tree] {
    return Wording{"",
                   "literal-not-condition+quote",
                   {slot("value", tree.name.text), kind_of_literal("kind", decode(tree.name.text))},
                   {}};
  });
}

}  // namespace

Slot kind_of_literal(std::string_view name, std::u32string_view word) {
  switch (literal_kind(word)) {
    case LiteralKind::Percentage:
      return slot(name, "value", "百分比");
    case LiteralKind::Range:
      return slot(name, "value", "区间");
    case LiteralKind::Date:
      return slot(name, "value", "日期");
    case LiteralKind::Length:
      return slot(name, "value", "时长");
    case LiteralKind::None:
    case LiteralKind::Number:
      break;
  }
  return slot(name, "value", "数值");
}

std::string Checking::source(Span span) const {
  return encode(std::u32string_view(scanned.typed).substr(span.begin, span.end - span.begin));
}

Bound check_condition(Checking& checking, const Tree& tree) {
  switch (tree.kind) {
    case TreeKind::And:
      return check_group(checking, tree, BoundKind::And);
    case TreeKind::Or:
      return check_group(checking, tree, BoundKind::Or);
    case TreeKind::Not:
      return check_group(checking, tree, BoundKind::Not);
    case TreeKind::Segment:
      return check_segment(checking, tree);
    case TreeKind::Term:
      return check_term(checking, tree);
    case TreeKind::Call:
      return check_call(checking, tree);
    case TreeKind::Literal:
      report_literal(checking, tree);
      break;
    case TreeKind::Everyone:
      break;
  }
  Bound bound;
  bound.kind = tree.kind == TreeKind::Everyone ? BoundKind::Everyone : BoundKind::Nothing;
  bound.span = tree.span;
  return bound;
}

namespace {

/// The language writes the years 1 to 9999; a clock outside them would overflow the arithmetic of
/// days.
[[nodiscard]] CheckOptions settled(const CheckOptions& options) {
  CheckOptions sound = options;
  sound.as_of = std::clamp(options.as_of, earliest_day(), latest_day());
  return sound;
}

/// `finish` may report more of the tree.
template <class Finish>
[[nodiscard]] Checked check_text(std::string_view text, Segments& segments, Names& names,
                                 const CheckOptions& options, const Finish& finish) {
  Checked checked;
  const Scanned scanned = scan(text, options.limits);
  Parsed parsed;
  if (scanned.fault.has_value()) {
    parsed.fault = scanned.fault;
  } else {
    parsed = parse(scanned, options.limits);
  }
  if (parsed.fault.has_value()) {
    checked.errors.push_back(syntax_error({scanned, parsed, names, options}));
    return checked;
  }
  checked.tree = std::move(parsed.tree);
  checked.canonical = print(checked.tree);

  Report report;
  Checking checking{scanned, names, options, report, segments};
  checking.nesting = names.definition() != nullptr ? 1 : 0;
  checked.bound = check_condition(checking, checked.tree);
  finish(report, checked.tree);
  checked.ok = !report.has_errors();
  if (checked.ok) {
    warn(checking, checked.tree, checked.bound);
  } else {
    checked.bound = Bound{};
  }
  checked.errors = report.errors(options.limits.errors);
  checked.warnings = report.warnings(options.limits.errors);
  return checked;
}

/// A segment that names the one being defined, and would nest too deep by that alone.
[[nodiscard]] const Segment* deepened(Segments& before, Segments& after, const Names& names) {
  using State = SegmentReading::State;
  for (const Segment& segment : names.catalogue().segments) {
    const bool is_rule = segment.expression.has_value() && segment.name != names.definition()->name;
    if (is_rule && after.reading(segment).state == State::TooDeep &&
        before.reading(segment).state != State::TooDeep) {
      return &segment;
    }
  }
  return nullptr;
}

}  // namespace

Checked check(std::string_view text, const Catalogue& catalogue, const CheckOptions& options) {
  const CheckOptions sound = settled(options);
  Names names(catalogue, sound.people);
  Segments segments(names, sound);
  return check_text(text, segments, names, sound, [](Report&, const Tree&) {});
}

Checked check_segment_definition(std::string_view name, std::string_view text,
                                 const Catalogue& catalogue, const CheckOptions& options) {
  const CheckOptions sound = settled(options);
  const Segment definition{std::string(name), std::string(text), 0};
  Names names_before(catalogue, sound.people);
  Names names(catalogue, sound.people, &definition);
  Segments before(names_before, sound);
  Segments after(names, sound);
  return check_text(text, after, names, sound, [&](Report& report, const Tree& tree) {
    const Segment* user = report.has_errors() ? nullptr : deepened(before, after, names);
    if (user != nullptr) {
      report.error(
          "segment-too-deep", tree.span, [name = user->name, limit = sound.limits.segment_depth] {
            return Wording{
                "segment-too-deep/user",
                "segment-too-deep+flatten",
                {slot("name", "@" + write_name(name)), slot("limit", std::to_string(limit))},
                {}};
          });
    }
  });
}

}  // namespace tagline::dsl
