// Plan to program.
//
// A conjunction is the form that pays: rows first, all in one instruction that picks the cheapest
// way for each block; then ranges; then nested parts, each computed only for the users still in
// question; then what is taken away. Every step after the first is skipped once nobody is left.
//
// Shared nodes have sections of their own (engine/sharing.h says which).
#include "engine/program.h"
#include "engine/sharing.h"
#include "engine/tables.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace tagline::engine {
namespace {

Error beyond_limits(const Program& program) {
  const std::string rows = std::to_string(kLeavesMax);
  const std::string operands = std::to_string(kOperandsMax);
  const auto days = std::count(program.leaf_is_day.begin(), program.leaf_is_day.end(), true);
  if (static_cast<std::size_t>(days) > program.leaves.size() / 2) {
    return {ErrorCode::TooLarge,
            {"the expression is too large to run: the days of events it asks about come to more "
             "than " +
                 rows + " rows or " + operands + " operands",
             "表达式过大，无法执行：所涉及的行为日期编译后超过 " + rows + " 行或 " + operands +
                 " 个操作数"},
            {"ask for fewer days, such as in:last 90d, or for fewer keys of the event; sums of "
             "large amounts take the most rows a day",
             "请缩短时间范围，如 时间:最近90天，或减少行为的类别；大额的合计每天占用的行数最多"}};
  }
  return {ErrorCode::TooLarge,
          {"the expression is too large to run: it compiles to more than " + rows + " rows or " +
               operands + " operands",
           "表达式过大，无法执行：编译后超过 " + rows + " 行或 " + operands + " 个操作数"},
          {"narrow the wildcards or split the expression", "请缩小通配符的范围，或拆分表达式"}};
}

class Compiler {
 public:
  Compiler(const Plan& plan, std::span<const NodeId> roots, const Shape& shape, Answers answers,
           const Budget* budget)
      : plan_(plan),
        roots_(roots),
        budget_(budget),
        together_(answers == Answers::Together && roots.size() > 1),
        sharing_(plan, roots),
        tables_(program_, shape) {}

  Result<Program> run();

 private:
  struct Conjunction {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> without_rows;
    std::vector<NodeId> ranges;
    std::vector<NodeId> parts;
    std::vector<NodeId> without_parts;
    bool impossible = false;
  };
  using Skips = std::vector<std::size_t>;

  struct Home {
    std::uint32_t section;
    RegisterId home;
  };

  void emit(NodeId id, RegisterId target, RegisterId mask);
  void emit_conjunction(const Conjunction& terms, RegisterId target, RegisterId mask);
  void emit_any(const Node& node, RegisterId target, RegisterId mask);
  void emit_range(const Node& node, RegisterId target, RegisterId mask, bool into);
  void emit_at_least(const Node& node, RegisterId target, RegisterId mask);
  void emit_event(const Node& node, RegisterId target, RegisterId mask);
  void emit_did(const Node& node, RegisterId target, RegisterId mask);
  void emit_total(const Node& node, RegisterId target, RegisterId mask);
  void emit_sample(const Node& node, RegisterId target, RegisterId mask);
  Home emit_section(NodeId id);
  void emit_answers();
  RegisterId operand(NodeId id, RegisterId scratch, RegisterId mask);
  Conjunction gather(NodeId id);
  void gather_without(NodeId id, Conjunction& terms);
  bool inlined(NodeId id) const { return !sharing_.kept(id); }

  Instruction& push(Code code, RegisterId target, RegisterId mask);
  Instruction& push_universe(Code code, RegisterId target, RegisterId mask);
  void skip(Code code, RegisterId target, Skips& skips);
  void land(const Skips& skips);
  std::uint32_t leaf(RowKey key) { return tables_.leaf(key); }
  Slice list(const std::vector<std::uint32_t>& leaves) { return tables_.list(leaves); }
  void note_required();
  void note_reach();
  Reach reach_of(const Node& node);
  bool too_large() const { return tables_.too_large(); }
  bool stopped();

  const Plan& plan_;
  const std::span<const NodeId> roots_;
  const Budget* const budget_;
  Status in_budget_;
  const bool together_;
  const Sharing sharing_;
  std::unordered_map<NodeId, Home> homes_;  ///< of the kept nodes compiled so far
  Program program_;
  Tables tables_;
  // Sections never share registers or counters: one may run in the middle of another.
  RegisterId registers_used_ = 0;
  std::uint32_t counters_open_ = 0;
  std::uint32_t counters_used_ = 0;
};

// Nothing more need be added: the outcome is an error.
bool Compiler::stopped() {
  if (budget_ != nullptr && in_budget_.has_value()) {
    in_budget_ = budget_->check();
  }
  return too_large() || !in_budget_.has_value();
}

Instruction& Compiler::push(Code code, RegisterId target, RegisterId mask) {
  registers_used_ = std::max(registers_used_, target + 1);
  Instruction instruction;
  instruction.code = code;
  instruction.target = target;
  instruction.mask = mask;
  return program_.code.emplace_back(instruction);
}

Instruction& Compiler::push_universe(Code code, RegisterId target, RegisterId mask) {
  program_.needs_population = true;
  return push(code, target, mask);
}

void Compiler::skip(Code code, RegisterId target, Skips& skips) {
  skips.push_back(program_.code.size());
  push(code, target, kNoRegister);
}

void Compiler::land(const Skips& skips) {
  for (const std::size_t at : skips) {
    program_.code[at].skip_to = static_cast<std::uint32_t>(program_.code.size());
  }
}

// The value of a node in some register: its home when it is kept, else computed into `scratch`.
RegisterId Compiler::operand(NodeId id, RegisterId scratch, RegisterId mask) {
  if (const auto kept = homes_.find(id); kept != homes_.end()) {
    push(Code::Once, kept->second.home, kNoRegister).section = kept->second.section;
    return kept->second.home;
  }
  emit(id, scratch, mask);
  return scratch;
}

void Compiler::emit(NodeId id, RegisterId target, RegisterId mask) {
  const Node& node = plan_.at(id);
  if (stopped()) {
    return;
  }
  switch (node.op) {
    case Op::Nothing:
      push(Code::Clear, target, mask);
      return;
    case Op::Everyone:
      push_universe(Code::Universe, target, mask);
      return;
    case Op::Row:
    case Op::And:
    case Op::Difference:
      emit_conjunction(gather(id), target, mask);
      return;
    case Op::Range:
      emit_range(node, target, mask, false);
      return;
    case Op::Or:
      emit_any(node, target, mask);
      return;
    case Op::Not: {
      const RegisterId source = operand(node.operands.front(), target, mask);
      push_universe(Code::Complement, target, mask).source = source;
      return;
    }
    case Op::AtLeast:
      emit_at_least(node, target, mask);
      return;
    case Op::Did:
    case Op::EventDays:
    case Op::EventCount:
    case Op::EventSum:
    case Op::Streak:
    case Op::Sequence:
      emit_event(node, target, mask);
      return;
    case Op::SampleShare:
      emit_sample(node, target, mask);
      return;
    case Op::Top:
    case Op::Bottom:
    case Op::SampleSize:
    case Op::Lookalike: {
      // Run through count() or select() these are rows by now (engine/computed_rows.h).
      const Slice rows = list({leaf({kComputedField, id})});
      push(Code::AllOf, target, mask).rows = rows;
      return;
    }
  }
}

// x AND (y AND z) = x AND y AND z;  x AND NOT y = x \ y;  x AND (y \ z) = (x AND y) \ z
Compiler::Conjunction Compiler::gather(NodeId id) {
  Conjunction terms;
  std::vector<NodeId> open{id};
  while (!open.empty()) {
    const NodeId at = open.back();
    open.pop_back();
    const Node& node = plan_.at(at);
    const bool own = at == id || inlined(at);
    if (node.op == Op::Row) {
      terms.rows.push_back(leaf(node.row));
    } else if (node.op == Op::Nothing) {
      terms.impossible = true;
    } else if (node.op == Op::Everyone) {
      continue;
    } else if (node.op == Op::And && own) {
      open.insert(open.end(), node.operands.rbegin(), node.operands.rend());
    } else if (node.op == Op::Difference && own) {
      open.push_back(node.operands.front());
      for (std::size_t i = 1; i < node.operands.size(); ++i) {
        gather_without(node.operands[i], terms);
      }
    } else if (node.op == Op::Not && own) {
      gather_without(node.operands.front(), terms);
    } else if (node.op == Op::Range && own) {
      terms.ranges.push_back(at);
    } else {
      terms.parts.push_back(at);
    }
  }
  return terms;
}

// x \ (y OR z) = x \ y \ z
void Compiler::gather_without(NodeId id, Conjunction& terms) {
  std::vector<NodeId> open{id};
  while (!open.empty()) {
    const NodeId at = open.back();
    open.pop_back();
    const Node& node = plan_.at(at);
    if (node.op == Op::Row) {
      terms.without_rows.push_back(leaf(node.row));
    } else if (node.op == Op::Everyone) {
      terms.impossible = true;
    } else if (node.op == Op::Or && inlined(at)) {
      open.insert(open.end(), node.operands.rbegin(), node.operands.rend());
    } else if (node.op != Op::Nothing) {
      terms.without_parts.push_back(at);
    }
  }
}

void Compiler::emit_conjunction(const Conjunction& terms, RegisterId target, RegisterId mask) {
  if (terms.impossible) {
    push(Code::Clear, target, mask);
    return;
  }
  Skips skips;
  bool started = false;
  bool without_rows_done = terms.without_rows.empty();
  const auto next = [&] {
    if (started) {
      skip(Code::SkipIfEmpty, target, skips);
    }
  };
  if (!terms.rows.empty()) {
    const Slice rows = list(terms.rows);
    const Slice without = list(terms.without_rows);
    Instruction& all = push(Code::AllOf, target, mask);
    all.rows = rows;
    all.without = without;
    started = true;
    without_rows_done = true;
  }
  for (const NodeId range : terms.ranges) {
    next();
    emit_range(plan_.at(range), target, mask, started);
    started = true;
  }
  for (const NodeId part : terms.parts) {
    next();
    const RegisterId source =
        started ? operand(part, target + 1, target) : operand(part, target, mask);
    if (started || source != target) {
      push(started ? Code::Intersect : Code::Copy, target, kNoRegister).source = source;
    }
    started = true;
  }
  if (!started) {
    push_universe(Code::Universe, target, mask);
    started = true;
  }
  if (!without_rows_done) {
    next();
    const Slice without = list(terms.without_rows);
    Instruction& all = push(Code::AllOf, target, mask);
    all.without = without;
    all.into = true;
  }
  for (const NodeId part : terms.without_parts) {
    next();
    const RegisterId source = operand(part, target + 1, target);
    push(Code::Subtract, target, kNoRegister).source = source;
  }
  land(skips);
}

void Compiler::emit_any(const Node& node, RegisterId target, RegisterId mask) {
  std::vector<std::uint32_t> rows;
  std::vector<NodeId> parts;
  for (const NodeId id : node.operands) {
    if (plan_.at(id).op == Op::Row) {
      rows.push_back(leaf(plan_.at(id).row));
    } else {
      parts.push_back(id);
    }
  }
  Skips skips;
  bool started = false;
  if (!rows.empty()) {
    const Slice slice = list(rows);
    push(Code::AnyOf, target, mask).rows = slice;
    started = true;
  }
  for (const NodeId part : parts) {
    if (started) {
      skip(Code::SkipIfFull, target, skips);
    }
    const RegisterId source = operand(part, started ? target + 1 : target, mask);
    if (started || source != target) {
      push(started ? Code::Unite : Code::Copy, target, mask).source = source;
    }
    started = true;
  }
  land(skips);
}

void Compiler::emit_range(const Node& node, RegisterId target, RegisterId mask, bool into) {
  const FieldId field = node.row.field;
  RangeTest test;
  test.low = node.low;
  test.high = node.high;
  test.exists = leaf({field, kExistsRow});
  test.sign = leaf({field, kSignRow});
  test.slices = tables_.number_slices(field);
  program_.ranges.push_back(test);
  Instruction& range = push(Code::Range, target, mask);
  range.into = into;
  range.range = static_cast<std::uint32_t>(program_.ranges.size() - 1);
}

void Compiler::emit_at_least(const Node& node, RegisterId target, RegisterId mask) {
  if (node.low <= 0) {
    push_universe(Code::Universe, target, mask);
    return;
  }
  if (std::cmp_greater(node.low, node.operands.size())) {
    push(Code::Clear, target, mask);
    return;
  }
  const std::uint32_t counter = counters_open_++;
  counters_used_ = std::max(counters_used_, counters_open_);
  Instruction& start = push(Code::CountStart, target, mask);
  start.counter = counter;
  start.threshold = static_cast<std::uint64_t>(node.low);
  std::vector<std::uint32_t> rows;
  for (const NodeId id : node.operands) {
    if (plan_.at(id).op == Op::Row) {
      rows.push_back(leaf(plan_.at(id).row));
      continue;
    }
    const RegisterId source = operand(id, target + 1, mask);
    Instruction& add = push(Code::CountAdd, target, mask);
    add.source = source;
    add.counter = counter;
  }
  if (!rows.empty()) {
    const Slice slice = list(rows);
    Instruction& count = push(Code::CountRows, target, mask);
    count.rows = slice;
    count.counter = counter;
  }
  push(Code::CountEnd, target, mask).counter = counter;
  --counters_open_;
}

void Compiler::emit_did(const Node& node, RegisterId target, RegisterId mask) {
  const Slice rows = tables_.did(node);
  if (rows.size() == 0) {
    push(Code::Clear, target, mask);
  } else {
    push(Code::AnyOf, target, mask).rows = rows;
  }
}

// Users who did nothing have the total 0 too: where it passes, those who did something are found
// first.
void Compiler::emit_total(const Node& node, RegisterId target, RegisterId mask) {
  const std::optional<Tables::Total> total = tables_.total(node);
  if (!total.has_value()) {
    push(Code::Clear, target, mask);
    return;
  }
  Skips skips;
  if (total->zero) {
    emit_did(node, target, mask);
    skip(Code::SkipIfEmpty, target, skips);
  }
  Instruction& instruction = push(Code::Total, target, mask);
  instruction.into = total->zero;
  instruction.test = total->test;
  land(skips);
}

void Compiler::emit_event(const Node& node, RegisterId target, RegisterId mask) {
  if (node.steps.empty()) {
    push(Code::Clear, target, mask);
    return;
  }
  const bool once = (node.op == Op::Streak && node.low <= 1) ||
                    (node.op == Op::Sequence && node.steps.size() == 1);
  if (node.op == Op::Did || once) {
    return emit_did(node, target, mask);
  }
  if (node.op != Op::Streak && node.op != Op::Sequence) {
    return emit_total(node, target, mask);
  }
  const bool streak = node.op == Op::Streak;
  const std::optional<std::uint32_t> test = streak ? tables_.streak(node) : tables_.sequence(node);
  if (!test.has_value()) {
    push(Code::Clear, target, mask);
    return;
  }
  push(streak ? Code::Streak : Code::Sequence, target, mask).test = *test;
}

void Compiler::emit_sample(const Node& node, RegisterId target, RegisterId mask) {
  Instruction& sample = push_universe(Code::Sample, target, mask);
  sample.seed = node.seed;
  sample.threshold = node.share;
  program_.samples = true;
}

Compiler::Home Compiler::emit_section(NodeId id) {
  const RegisterId home = registers_used_;
  registers_used_ = home + 1;
  counters_open_ = counters_used_;
  Slice section;
  section.begin = static_cast<std::uint32_t>(program_.code.size());
  emit(id, home, kNoRegister);
  section.end = static_cast<std::uint32_t>(program_.code.size());
  program_.sections.push_back(section);
  return {static_cast<std::uint32_t>(program_.sections.size() - 1), home};
}

// Answers come one after the other, so what is not kept may share its registers; what stays until
// the next block has a register below them, and is moved there.
void Compiler::emit_answers() {
  std::unordered_map<NodeId, Home> done;
  const RegisterId homes = registers_used_;
  registers_used_ += together_ ? static_cast<RegisterId>(roots_.size()) : 0;
  const RegisterId shared = registers_used_;
  const std::uint32_t counters = counters_used_;
  for (const NodeId root : roots_) {
    const auto [found, is_new] = done.try_emplace(root);
    if (is_new && !stopped()) {
      counters_open_ = counters;
      Slice section;
      section.begin = static_cast<std::uint32_t>(program_.code.size());
      RegisterId at = operand(root, shared, kNoRegister);
      if (together_ && at == shared) {
        at = homes + static_cast<RegisterId>(program_.answers.size());
        push(Code::Keep, at, kNoRegister).source = shared;
      }
      section.end = static_cast<std::uint32_t>(program_.code.size());
      program_.sections.push_back(section);
      found->second = {static_cast<std::uint32_t>(program_.sections.size() - 1), at};
    }
    program_.answers.push_back(
        {found->second.section, found->second.home, sharing_.on_nothing(root)});
  }
}

// Only what the root's own section would fetch anyway is listed, so nothing is read on its account.
void Compiler::note_required() {
  if (roots_.size() > 1) {
    return;
  }
  const Conjunction terms = gather(roots_.front());
  program_.required = terms.rows;
  for (const NodeId range : terms.ranges) {
    program_.required.push_back(leaf({plan_.at(range).row.field, kExistsRow}));
  }
}

// Steps are few and cheap, but a shard's worth of them a plan of thousands of nodes need not pay.
constexpr std::size_t kReachMax = 4096;

Reach Compiler::reach_of(const Node& node) {
  Reach step;
  const auto among = [&](Reach::Kind kind, std::span<const NodeId> operands) {
    step.kind = kind;
    step.of.begin = static_cast<std::uint32_t>(program_.reach_operands.size());
    for (const NodeId id : operands) {
      program_.reach_operands.push_back(static_cast<std::uint32_t>(sharing_.below().index(id)));
    }
    step.of.end = static_cast<std::uint32_t>(program_.reach_operands.size());
  };
  // A row that was not compiled is not read.
  const auto where = [&](RowKey key) {
    const std::optional<std::uint32_t> found = tables_.find(key);
    step.kind = found.has_value() ? Reach::Kind::Leaf : Reach::Kind::Anywhere;
    step.leaf = found.value_or(0);
  };
  if (node.op == Op::Row) {
    where(node.row);
  } else if (node.op == Op::Range) {
    where({node.row.field, kExistsRow});
  } else if (node.op == Op::And) {
    among(Reach::Kind::All, node.operands);
  } else if (node.op == Op::Difference) {
    among(Reach::Kind::All, std::span(node.operands).first(1));
  } else if (node.op == Op::Or || (node.op == Op::AtLeast && node.low > 0)) {
    among(Reach::Kind::Any, node.operands);
  } else if (node.op == Op::Nothing) {
    among(Reach::Kind::Any, {});
  }
  return step;
}

// One expression over rows and nothing else is told all of it already.
void Compiler::note_reach() {
  const std::vector<NodeId>& ids = sharing_.below().ids();
  const auto is_row = [&](NodeId id) { return plan_.at(id).op == Op::Row; };
  const Node& last = plan_.at(roots_.front());
  const bool plain = roots_.size() == 1 &&
                     std::all_of(last.operands.begin(), last.operands.end(), is_row) &&
                     last.op != Op::AtLeast;
  if (plain || ids.size() > kReachMax) {
    return;
  }
  std::transform(ids.begin(), ids.end(), std::back_inserter(program_.reach),
                 [&](NodeId id) { return reach_of(plan_.at(id)); });
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    program_.answers[i].reach = static_cast<std::uint32_t>(sharing_.below().index(roots_[i]));
  }
}

Result<Program> Compiler::run() {
  note_required();
  // Operands have smaller ids, so a section comes after those it runs.
  for (const NodeId id : sharing_.kept_ids()) {
    if (!stopped()) {
      homes_[id] = emit_section(id);
    }
  }
  emit_answers();
  program_.together = together_;
  TAGLINE_RETURN_IF_ERROR(in_budget_);
  if (too_large()) {
    return tl::unexpected(beyond_limits(program_));
  }
  if (tables_.problem().has_value()) {
    return tl::unexpected(*tables_.problem());
  }
  note_reach();
  program_.registers = registers_used_;
  program_.counters = counters_used_;
  return std::move(program_);
}

}  // namespace

Result<Program> compile(const Plan& plan, std::span<const NodeId> roots, const Shape& shape,
                        Answers answers, const Budget* budget) {
  return Compiler(plan, roots, shape, answers, budget).run();
}

}  // namespace tagline::engine
