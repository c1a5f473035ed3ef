#include "dsl/check.h"

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

[[nodiscard]] Wording unknown_segment(Checking& checking, const Tree& tree) {
  const std::string& name = tree.name.text;
  Wording words;
  words.slots = {slot("name", shown(name))};
  if (checking.names.catalogue().segments.empty()) {
    words.hint = "unknown-segment+none";
  } else if (const auto near = checking.names.near_segments(name); !near.empty()) {
    std::vector<std::string> written;
    for (const std::string& better : near) {
      written.push_back("@" + write_name(better));
      words.fixes.push_back(change_to(tree.span, written.back()));
    }
    words.hint = near.size() == 1 ? "+closest" : "+closest-some";
    words.slots.push_back(slot("closest", written));
  } else {
    words.hint =
        checking.names.tag(name) != nullptr ? "unknown-segment+tag" : "unknown-segment+list";
    constexpr std::size_t kListedMax = 6;
    std::vector<std::string> list;
    for (const Segment& segment : checking.names.catalogue().segments) {
      if (list.size() < kListedMax) {
        list.push_back(segment.name);
      }
    }
    words.slots.push_back(slot("list", list));
  }
  return words;
}

[[nodiscard]] Bound check_segment(Checking& checking, const Tree& tree) {
  Bound bound;
  bound.kind = BoundKind::Foreign;
  bound.span = tree.span;
  const Segment* segment = checking.names.segment(tree.name.text);
  if (segment == nullptr) {
    checking.report.error("unknown-segment", tree.span,
                          [&checking, &tree] { return unknown_segment(checking, tree); });
  } else if (checking.names.catalogue().runnable) {
    checking.report.error("not-available", tree.span, [&tree] {
      return Wording{
          "not-available/segment", "not-available+check", {slot("name", tree.name.text)}, {}};
    });
  } else {
    bound.text = "@" + write_name(segment->name);
  }
  return bound;
}

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

Checked check(std::string_view text, const Catalogue& catalogue, const CheckOptions& options) {
  Checked checked;
  const Scanned scanned = scan(text, options.limits);
  Parsed parsed;
  if (scanned.fault.has_value()) {
    parsed.fault = scanned.fault;
  } else {
    parsed = parse(scanned, options.limits);
  }
  Names names(catalogue);
  if (parsed.fault.has_value()) {
    checked.errors.push_back(syntax_error({scanned, parsed, names, options}));
    return checked;
  }
  checked.tree = std::move(parsed.tree);
  checked.canonical = print(checked.tree);

  CheckOptions settled = options;
  // The language writes the years 1 to 9999; a clock outside them would overflow the arithmetic of
  // days.
  settled.as_of = std::clamp(options.as_of, earliest_day(), latest_day());
  Report report;
  Checking checking{scanned, names, settled, report};
  checked.bound = check_condition(checking, checked.tree);
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

}  // namespace tagline::dsl
