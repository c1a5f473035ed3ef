#include "engine/run.h"

#include "engine/sparse.h"
#include "engine/sweep.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tagline::engine {
namespace {

NodeId rewritten(Plan& plan, NodeId root, const Source& source, const ExecuteOptions& options) {
  return options.rewrite ? rewrite(plan, root, &source, options.passes, options.budget).root : root;
}

// In index order on one thread, so that it can stop at the limit.
Result<Bitmap> select_first(const Program& program, const Source& source, const Budget* budget,
                            std::uint64_t limit, ExecuteStats& stats) {
  BitmapBuilder users;
  ShardRunner runner(program, source, budget);
  for (ShardId shard = 0; shard < source.shard_count() && limit > 0; ++shard) {
    TAGLINE_RETURN_IF_ERROR(runner.run(shard, [&](BlockAnswers& answers) -> Result<bool> {
      limit -= std::min(limit, add_block(users, answers, limit));
      return limit > 0;
    }));
  }
  stats += runner.stats();
  return users.build();
}

class Counter final : public AnswerReader {
 public:
  Status block(BlockAnswers& answers) override {
    users_ += answers.count(0);
    return {};
  }
  [[nodiscard]] std::uint64_t users() const { return users_; }

 private:
  std::uint64_t users_ = 0;
};

class Collector final : public AnswerReader {
 public:
  Status block(BlockAnswers& answers) override {
    add_block(users_, answers, kBlockUsers);
    return {};
  }
  [[nodiscard]] Bitmap users() { return users_.build(); }
  /// What is collected, and then the bitmap that is made of it beside a copy.
  [[nodiscard]] std::uint64_t held_bytes() const override { return 3 * users_.held_bytes(); }

 private:
  BitmapBuilder users_;
};

Result<Bitmap> select_all(const Program& program, const Source& source,
                          const ExecuteOptions& options, ExecuteStats& stats) {
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      sweep(
          program, source, options, [] { return std::make_unique<Collector>(); }, &stats));
  Bitmap users;
  for (const auto& reader : readers) {
    Bitmap some = static_cast<Collector&>(*reader).users();
    if (users.empty()) {
      users = std::move(some);
    } else {
      users.unite(some);
    }
  }
  return users;
}

// The users of values of one category: the sum of what is stored. `known` may be its row 0, for the
// users of a difference.
Result<std::optional<std::uint64_t>> stored_sum(const Plan& plan, std::span<const NodeId> values,
                                                const Source& source, const Node* known) {
  if (values.empty()) {
    return std::nullopt;
  }
  const auto row_of = [&](NodeId id) { return plan.at(id).row; };
  const FieldId field = row_of(values.front()).field;
  const bool rows = std::all_of(values.begin(), values.end(), [&](NodeId id) {
    return plan.at(id).op == Op::Row && row_of(id).field == field && row_of(id).row != kExistsRow;
  });
  if (!rows || (known != nullptr && known->row != RowKey{field, kExistsRow})) {
    return std::nullopt;
  }
  TAGLINE_ASSIGN_OR_RETURN(const RowId apart, source.apart_rows(field));
  if (apart == 0) {
    return std::nullopt;
  }
  // Equal operands are one node (engine/plan.h); one given twice counts once.
  std::vector<NodeId> once(values.begin(), values.end());
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  std::uint64_t users = 0;
  for (const NodeId id : once) {
    if (row_of(id).row > apart) {
      return std::nullopt;
    }
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t some, source.cardinality(row_of(id)));
    users += some;
  }
  return users;
}

// Answers that need no bitmaps. |NOT row| = |population| - |row|, for rows hold known users only.
Result<std::optional<std::uint64_t>> stored_cardinality(const Plan& plan, NodeId root,
                                                        const Source& source) {
  const Node& node = plan.at(root);
  switch (node.op) {
    case Op::Nothing:
      return 0;
    case Op::Row:
      return source.cardinality(node.row);
    case Op::Everyone:
      return source.cardinality(kPopulationRow);
    case Op::Not: {
      const Node& inside = plan.at(node.operands.front());
      if (inside.op != Op::Row && inside.op != Op::Or) {
        return std::nullopt;
      }
      TAGLINE_ASSIGN_OR_RETURN(const auto users,
                               stored_cardinality(plan, node.operands.front(), source));
      if (!users.has_value()) {
        return std::nullopt;
      }
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t everyone, source.cardinality(kPopulationRow));
      return everyone - std::min(everyone, *users);
    }
    case Op::Or:
      return stored_sum(plan, node.operands, source, nullptr);
    case Op::Difference: {
      const Node& from = plan.at(node.operands.front());
      if (from.op != Op::Row) {
        return std::nullopt;
      }
      TAGLINE_ASSIGN_OR_RETURN(
          const auto without, stored_sum(plan, std::span(node.operands).subspan(1), source, &from));
      if (!without.has_value()) {
        return std::nullopt;
      }
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users, source.cardinality(from.row));
      return users - std::min(users, *without);
    }
    case Op::Range:
    case Op::And:
    case Op::AtLeast:
    case Op::Did:
    case Op::EventDays:
    case Op::EventCount:
    case Op::EventSum:
    case Op::Streak:
    case Op::Sequence:
    case Op::SampleShare:
    case Op::Top:
    case Op::Bottom:
    case Op::SampleSize:
    case Op::Lookalike:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t add_block(BitmapBuilder& users, BlockAnswers& answers, std::uint64_t limit) {
  const Register& answer = answers.answer(0);
  const std::uint64_t count = answers.users(answer);
  if (count == 0) {
    return 0;
  }
  const UserIndex block = answers.first_user() >> kBlockBits;
  if (answer.state == Register::State::Sparse) {
    users.add(block, answer.list().first(std::min<std::uint64_t>(limit, count)));
  } else if (count <= limit) {
    users.add(block, answers.words(answer));
  } else {
    std::vector<std::uint16_t> listed(limit);
    users.add(block, Members(listed.data(), extract(answers.words(answer), listed.data(), limit)));
  }
  return count;
}

Result<Program> compile_for(const Plan& plan, std::span<const NodeId> roots, const Source& source,
                            const Budget* budget, Answers answers) {
  std::optional<Error> problem;
  const auto ask = [&problem](auto answer) {
    if (!answer.has_value()) {
      problem = answer.error();
      return typename decltype(answer)::value_type{};
    }
    return std::move(answer).value();
  };
  Shape shape;
  shape.value_bits = [&](FieldId field) { return ask(source.value_bits(field)); };
  // One node may ask for the days of thousands of series.
  shape.event_days = [&](FieldId series, DayWindow window) {
    const Status in_budget = budget == nullptr ? Status() : budget->check();
    return ask(in_budget.has_value()
                   ? source.event_days(series, window)
                   : Result<std::vector<DayRows>>(tl::unexpected(in_budget.error())));
  };
  Result<Program> program = compile(plan, roots, shape, answers, budget);
  if (problem.has_value()) {
    return tl::unexpected(*problem);
  }
  return program;
}

Result<std::uint64_t> run_count(Plan& plan, NodeId root, const Source& source,
                                const ExecuteOptions& options, ExecuteStats* stats) {
  const NodeId run_root = rewritten(plan, root, source, options);
  if (options.budget != nullptr) {
    TAGLINE_RETURN_IF_ERROR(options.budget->check());
  }
  if (const Result<std::optional<std::uint64_t>> stored =
          stored_cardinality(plan, run_root, source);
      !stored.has_value() || stored->has_value()) {
    return stored.map([](const std::optional<std::uint64_t>& users) { return *users; });
  }
  TAGLINE_ASSIGN_OR_RETURN(const Program program,
                           compile_for(plan, {&run_root, 1}, source, options.budget));
  return run_count(program, source, options, stats);
}

Result<std::uint64_t> run_count(const Program& program, const Source& source,
                                const ExecuteOptions& options, ExecuteStats* stats) {
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      sweep(
          program, source, options, [] { return std::make_unique<Counter>(); }, stats));
  std::uint64_t users = 0;
  for (const auto& reader : readers) {
    users += static_cast<const Counter&>(*reader).users();
  }
  return users;
}

Result<Bitmap> run_select(Plan& plan, NodeId root, const Source& source,
                          const ExecuteOptions& options, std::uint64_t limit, ExecuteStats* stats) {
  const NodeId run_root = rewritten(plan, root, source, options);
  if (options.budget != nullptr) {
    TAGLINE_RETURN_IF_ERROR(options.budget->check());
  }
  TAGLINE_ASSIGN_OR_RETURN(const Program program,
                           compile_for(plan, {&run_root, 1}, source, options.budget));
  return run_select(program, source, options, limit, stats);
}

Result<Bitmap> run_select(const Program& program, const Source& source,
                          const ExecuteOptions& options, std::uint64_t limit, ExecuteStats* stats) {
  ExecuteStats done;
  const bool all = limit >= std::uint64_t{source.shard_count()} * kShardUsers;
  Result<Bitmap> users = all ? select_all(program, source, options, done)
                             : select_first(program, source, options.budget, limit, done);
  if (stats != nullptr) {
    *stats += done;
  }
  return users;
}

}  // namespace tagline::engine
