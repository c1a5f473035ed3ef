#include "dsl/check_segment.h"

#include "dsl/checker.h"
#include "dsl/grammar.h"
#include "dsl/number.h"
#include "dsl/print.h"
#include "dsl/syntax_error.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

using State = SegmentReading::State;

[[nodiscard]] std::string reference(std::string_view name) {
  return "@" + write_name(name);
}

// Recursion is bounded by the brackets of the tree.
void collect(const Tree& tree, std::vector<std::string>& names) {
  if (tree.kind == TreeKind::Segment) {
    names.push_back(tree.name.text);
  }
  for (const Tree& operand : tree.operands) {
    collect(operand, names);
  }
}

[[nodiscard]] Wording unknown_segment(Checking& checking, const Tree& tree) {
  const std::string& name = tree.name.text;
  Wording words;
  words.slots = {slot("name", shown(name))};
  if (checking.names.catalogue().segments.empty()) {
    words.hint = "unknown-segment+none";
  } else if (const auto near = checking.names.near_segments(name); !near.empty()) {
    std::vector<std::string> written;
    for (const std::string& better : near) {
      written.push_back(reference(better));
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

/// A way round may be as long as there are segments; people need its beginning and its end.
[[nodiscard]] std::string path_text(const std::vector<std::string>& path) {
  constexpr std::size_t kShownMax = 8;
  std::string text;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path.size() > kShownMax && i == kShownMax - 2) {
      text += " -> ...";
      i = path.size() - 2;
      continue;
    }
    text += (i == 0 ? "" : " -> ") + reference(path[i]);
  }
  return text;
}

void report_circle(Checking& checking, const Tree& tree, const Segment& segment) {
  std::vector<std::string> path = checking.segments.circle(segment);
  // Of a text that is about to be saved: the way round goes through it.
  const Segment* definition = checking.nesting > 0 ? checking.names.definition() : nullptr;
  const auto at =
      definition == nullptr ? path.end() : std::find(path.begin(), path.end(), definition->name);
  if (at != path.end() && segment.name != definition->name) {
    path.erase(at + 1, path.end());
    path.insert(path.begin(), definition->name);
  }
  checking.report.error("segment-cycle", tree.span, [text = path_text(path)] {
    return Wording{"", "segment-cycle+break", {slot("path", text)}, {}};
  });
}

/// A rule: its reading decides.
[[nodiscard]] Bound bind_rule(Checking& checking, const Tree& tree, const Segment& segment) {
  const SegmentReading& reading = checking.segments.reading(segment);
  Bound bound;
  bound.span = tree.span;
  const std::uint32_t limit = checking.options.limits.segment_depth;
  if (reading.state == State::Circle) {
    report_circle(checking, tree, segment);
  } else if (reading.state == State::TooDeep || reading.depth + checking.nesting > limit) {
    checking.report.error("segment-too-deep", tree.span, [name = segment.name, limit] {
      return Wording{"",
                     "segment-too-deep+flatten",
                     {slot("name", reference(name)), slot("limit", std::to_string(limit))},
                     {}};
    });
  } else if (reading.state == State::TooLong) {
    checking.report.error(
        "too-long", tree.span, [name = segment.name, most = checking.options.limits.segment_bytes] {
          return Wording{"too-long/segments",
                         "too-long+segments",
                         {slot("name", reference(name)), slot("limit", with_separators(most))},
                         {}};
        });
  } else if (reading.state == State::Broken) {
    checking.report.broken(tree.span, reading.fault, [name = segment.name] {
      return Wording{"", "segment-broken+repair", {slot("name", reference(name))}, {}};
    });
  } else {
    bound.kind = BoundKind::Segment;
    bound.text = segment.name;
    bound.rule = reading.rule;
  }
  return bound;
}

}  // namespace

std::vector<std::string> segments_in(const Tree& tree) {
  std::vector<std::string> all;
  collect(tree, all);
  std::vector<std::string> names;
  std::unordered_map<std::string_view, bool> seen;
  for (const std::string& name : all) {
    if (seen.emplace(name, true).second) {
      names.push_back(name);
    }
  }
  return names;
}

Segments::Entry& Segments::open(const Segment& segment) {
  auto& entry = *entries_.emplace(&segment, std::make_unique<Entry>()).first->second;
  entry.segment = &segment;
  bytes_ += segment.expression->size();
  if (bytes_ > options_.limits.segment_bytes) {
    entry.reading.state = State::TooLong;
    return entry;
  }
  entry.scanned = scan(*segment.expression, options_.limits);
  Parsed parsed;
  if (entry.scanned.fault.has_value()) {
    parsed.fault = entry.scanned.fault;
  } else {
    parsed = parse(entry.scanned, options_.limits);
  }
  if (parsed.fault.has_value()) {
    set_fault(entry, {syntax_error({entry.scanned, parsed, names_, options_})});
    return entry;
  }
  entry.tree = std::move(parsed.tree);
  for (const std::string& name : segments_in(entry.tree)) {
    const Segment* used = names_.segment(name);
    if (used != nullptr && used->expression.has_value()) {
      entry.uses.push_back(used);
    }
  }
  return entry;
}

const SegmentReading& Segments::reading(const Segment& segment) {
  if (const auto found = entries_.find(&segment); found != entries_.end()) {
    return found->second->reading;
  }
  std::vector<Entry*> stack = {&open(segment)};
  while (!stack.empty()) {
    Entry& top = *stack.back();
    if (top.next == top.uses.size()) {
      settle(top);
      stack.pop_back();
      continue;  // what named it looks at it again, and finds it read
    }
    const auto found = entries_.find(top.uses[top.next]);
    if (found == entries_.end()) {
      stack.push_back(&open(*top.uses[top.next]));
      continue;
    }
    const Entry& used = *found->second;
    ++top.next;
    if (used.is_open || used.reading.state == State::Circle) {
      top.reading.state = State::Circle;
    } else if (used.reading.state == State::TooLong) {
      top.reading.state = State::TooLong;
    } else {
      top.reading.depth = std::max(top.reading.depth, used.reading.depth + 1);
    }
  }
  return entries_.at(&segment)->reading;
}

void Segments::settle(Entry& entry) {
  entry.is_open = false;
  if (entry.reading.state == State::Sound) {
    if (entry.reading.depth > options_.limits.segment_depth) {
      entry.reading.state = State::TooDeep;
    } else {
      bind(entry);
    }
  }
  entry.scanned = Scanned{};
  entry.tree = Tree{};
}

/// Those it names have been read: check_segment finds them, and goes no deeper.
void Segments::bind(Entry& entry) {
  Report report;
  Checking checking{entry.scanned, names_, options_, report, *this};
  Bound bound = check_condition(checking, entry.tree);
  if (report.has_errors()) {
    set_fault(entry, report.errors(options_.limits.errors));
    return;
  }
  entry.reading.after_data = find_after_data(checking, entry.tree, bound);
  if (auto& found = entry.reading.after_data; found.has_value() && found->segment.empty()) {
    found->segment = entry.segment->name;
  }
  entry.reading.rule = std::make_shared<const Bound>(std::move(bound));
}

void Segments::set_fault(Entry& entry, std::vector<Diagnostic> errors) const {
  bool has_inside = false;
  for (Diagnostic& error : errors) {
    if (has_inside) {
      error.inside.reset();
    }
    has_inside = has_inside || error.inside != nullptr;
  }
  entry.reading.state = State::Broken;
  entry.reading.fault = std::make_shared<const SegmentFault>(
      SegmentFault{entry.segment->name, *entry.segment->expression, std::move(errors)});
}

std::vector<std::string> Segments::circle(const Segment& segment) const {
  std::vector<std::string> path;
  std::unordered_map<const Segment*, bool> seen;
  const Segment* at = &segment;
  while (at != nullptr) {
    path.push_back(at->name);
    if (!seen.emplace(at, true).second) {
      break;
    }
    // Whatever is a Circle names one that is.
    const auto& uses = entries_.at(at)->uses;
    const auto next = std::find_if(uses.begin(), uses.end(), [this](const Segment* used) {
      const auto found = entries_.find(used);
      return found != entries_.end() && found->second->reading.state == State::Circle;
    });
    at = next == uses.end() ? nullptr : *next;
  }
  return path;
}

Bound check_segment(Checking& checking, const Tree& tree) {
  Bound bound;
  bound.span = tree.span;
  const Segment* segment = checking.names.segment(tree.name.text);
  if (segment == nullptr) {
    checking.report.error("unknown-segment", tree.span,
                          [&checking, &tree] { return unknown_segment(checking, tree); });
  } else if (segment->expression.has_value()) {
    return bind_rule(checking, tree, *segment);
  } else if (segment->list != 0) {
    bound.kind = BoundKind::List;
    bound.field = segment->list;
    bound.text = segment->name;
  } else {
    bound.kind = BoundKind::Foreign;
    bound.text = reference(segment->name);
  }
  return bound;
}

}  // namespace tagline::dsl
