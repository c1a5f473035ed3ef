#include "server/facts.h"

#include "server/number_range.h"
#include "server/tag_names.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tagline::server {
namespace {

using dsl::Bound;
using dsl::BoundKind;
using engine::RowId;
using engine::TagKind;

/// Values of a number tried for one expression; what lies farther from the user's own is left out.
constexpr std::size_t kNumbersTried = 24;

[[nodiscard]] bool within(const std::vector<dsl::Interval>& intervals, std::int64_t value) {
  return std::any_of(intervals.begin(), intervals.end(), [&](const dsl::Interval& interval) {
    return interval.low <= value && value <= interval.high;
  });
}

[[nodiscard]] bool asks_existence(const Bound& bound) {
  return std::find(bound.rows.begin(), bound.rows.end(), engine::kExistsRow) != bound.rows.end();
}

[[nodiscard]] std::uint64_t distance(std::int64_t a, std::int64_t b) {
  return a < b ? static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a)
               : static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b);
}

[[nodiscard]] Text same(const std::string& text) {
  return {text, text};
}

[[nodiscard]] Text names_with(const dsl::Tag& tag, const Text& value) {
  const Text names = names_of(tag);
  return {names.en + ":" + value.en, names.zh + ":" + value.zh};
}

[[nodiscard]] Text value_names(const dsl::Tag& tag, std::int64_t row) {
  const auto found = std::find_if(
      tag.values.begin(), tag.values.end(),
      [&](const dsl::Value& value) { return static_cast<std::int64_t>(value.row) == row; });
  return found == tag.values.end() ? same(std::to_string(row)) : names_of(*found);
}

}  // namespace

bool passes(const Bound& condition, bool known, bool matches) {
  if (!known) {
    return false;
  }
  return condition.differs ? !matches : matches || asks_existence(condition);
}

bool holds_of(const Bound& condition, const Fact& fact, std::int64_t state) {
  switch (fact.kind) {
    case Fact::Kind::Category:
      return passes(condition, state != Fact::kUnknown,
                    state > 0 && std::binary_search(condition.rows.begin(), condition.rows.end(),
                                                    static_cast<RowId>(state)));
    case Fact::Kind::Number:
      return passes(condition, state != Fact::kUnknown, within(condition.intervals, state));
    case Fact::Kind::Flag:
    case Fact::Kind::SetValue:
    case Fact::Kind::Clause:
      break;
  }
  return condition.differs ? state == 0 : state != 0;
}

std::size_t Facts::add(Fact fact, const std::vector<std::size_t>& leaves) {
  const std::size_t index = facts_.size();
  facts_.push_back(std::move(fact));
  dependents_.push_back(leaves);
  for (const std::size_t leaf : leaves) {
    facts_of_leaf_[leaf].push_back(index);
  }
  return index;
}

Result<Facts> Facts::of(const std::vector<const Verdict*>& leaves, const dsl::Catalogue& catalogue,
                        const storage::Snapshot& snapshot, engine::UserIndex user) {
  Facts facts;
  facts.leaves_ = leaves;
  facts.facts_of_leaf_.resize(leaves.size());
  std::map<engine::FieldId, std::vector<std::size_t>> by_field;
  for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
    const BoundKind kind = leaves[leaf]->bound->kind;
    if (!leaves[leaf]->of_sample && (kind == BoundKind::Rows || kind == BoundKind::Numbers)) {
      by_field[leaves[leaf]->bound->field].push_back(leaf);
    } else {
      facts.add_clause(leaf);
    }
  }
  for (const dsl::Tag& tag : catalogue.tags) {
    if (const auto found = by_field.find(tag.field); found != by_field.end()) {
      TAGLINE_RETURN_IF_ERROR(facts.add_tag(tag, found->second, snapshot, user));
    }
  }
  facts.watch_operands();
  return facts;
}

/// The same clause written twice is one fact. Constants never change.
void Facts::add_clause(std::size_t leaf) {
  const Verdict& verdict = *leaves_[leaf];
  if (verdict.bound->kind == BoundKind::Everyone || verdict.bound->kind == BoundKind::Nothing) {
    return;
  }
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    const Verdict& other = *leaves_[dependents_[i].front()];
    if (facts_[i].kind == Fact::Kind::Clause && other.of_sample == verdict.of_sample &&
        dsl::same_condition(*other.bound, *verdict.bound)) {
      dependents_[i].push_back(leaf);
      facts_of_leaf_[leaf].push_back(i);
      return;
    }
  }
  Fact fact;
  fact.kind = Fact::Kind::Clause;
  fact.name = same(verdict.text);
  fact.now = verdict.holds ? 1 : 0;
  // Nobody can be moved into a sample: it depends on nothing but the user (and on who else is
  // there).
  if (!verdict.of_sample && verdict.bound->kind != BoundKind::SampleSize) {
    fact.others = {1 - fact.now};
  }
  add(std::move(fact), {leaf});
}

Status Facts::add_tag(const dsl::Tag& tag, const std::vector<std::size_t>& leaves,
                      const storage::Snapshot& snapshot, engine::UserIndex user) {
  switch (tag.kind) {
    case TagKind::Flag: {
      Fact fact{Fact::Kind::Flag, &tag, 0, names_of(tag), 0, {}};
      TAGLINE_ASSIGN_OR_RETURN(const bool has, snapshot.holds({tag.field, engine::kFlagRow}, user));
      fact.now = has ? 1 : 0;
      fact.others = {1 - fact.now};
      add(std::move(fact), leaves);
      return {};
    }
    case TagKind::Category:
      return add_category(tag, leaves, snapshot, user);
    case TagKind::Set:
      return add_set(tag, leaves, snapshot, user);
    case TagKind::Number:
    case TagKind::Date:
      return add_number(tag, leaves, snapshot, user);
    case TagKind::Event:
      break;
  }
  return {};
}

std::vector<RowId> Facts::rows_named(const std::vector<std::size_t>& leaves) const {
  std::set<RowId> rows;
  for (const std::size_t leaf : leaves) {
    rows.insert(leaves_[leaf]->bound->rows.begin(), leaves_[leaf]->bound->rows.end());
  }
  rows.erase(engine::kExistsRow);
  return {rows.begin(), rows.end()};
}

Status Facts::add_category(const dsl::Tag& tag, const std::vector<std::size_t>& leaves,
                           const storage::Snapshot& snapshot, engine::UserIndex user) {
  Fact fact{Fact::Kind::Category, &tag, 0, names_of(tag), Fact::kUnknown, {}};
  TAGLINE_ASSIGN_OR_RETURN(const bool known, snapshot.holds({tag.field, engine::kExistsRow}, user));
  for (const dsl::Value& value : tag.values) {
    if (!known || fact.now != Fact::kUnknown) {
      break;
    }
    TAGLINE_ASSIGN_OR_RETURN(const bool has, snapshot.holds({tag.field, value.row}, user));
    fact.now = has ? static_cast<std::int64_t>(value.row) : fact.now;
  }
  const std::vector<RowId> named = rows_named(leaves);
  for (const RowId row : named) {
    fact.others.push_back(row);
  }
  if (named.size() < tag.values.size()) {
    fact.others.push_back(Fact::kOther);
  }
  fact.others.push_back(Fact::kUnknown);
  std::erase(fact.others, fact.now);
  add(std::move(fact), leaves);
  return {};
}

Status Facts::add_set(const dsl::Tag& tag, const std::vector<std::size_t>& leaves,
                      const storage::Snapshot& snapshot, engine::UserIndex user) {
  const std::vector<RowId> named = rows_named(leaves);
  bool others = false;
  for (const dsl::Value& value : tag.values) {
    TAGLINE_ASSIGN_OR_RETURN(const bool has, snapshot.holds({tag.field, value.row}, user));
    if (std::binary_search(named.begin(), named.end(), value.row)) {
      const std::int64_t now = has ? 1 : 0;
      add({Fact::Kind::SetValue, &tag, value.row, names_with(tag, names_of(value)), now, {1 - now}},
          leaves);
    } else {
      others = others || has;
    }
  }
  const std::int64_t now = others ? 1 : 0;
  Fact rest{Fact::Kind::SetValue,       &tag, engine::kExistsRow,
            names_with(tag, same("*")), now,  {1 - now}};
  add(std::move(rest), leaves);
  return {};
}

Status Facts::add_number(const dsl::Tag& tag, const std::vector<std::size_t>& leaves,
                         const storage::Snapshot& snapshot, engine::UserIndex user) {
  Fact fact{Fact::Kind::Number, &tag, 0, names_of(tag), Fact::kUnknown, {}};
  TAGLINE_ASSIGN_OR_RETURN(const auto number, snapshot.number_of(tag.field, user));
  fact.now = number.value_or(Fact::kUnknown);
  std::set<std::int64_t> telling;
  const auto tell = [&](std::int64_t value) {
    if (value >= tag.min.value_or(dsl::kNumberMin) && value <= tag.max.value_or(dsl::kNumberMax)) {
      telling.insert(value);
    }
  };
  for (const std::size_t leaf : leaves) {
    for (const dsl::Interval& interval : leaves_[leaf]->bound->intervals) {
      tell(interval.low);
      tell(interval.high);
      if (interval.low > dsl::kNumberMin) {
        tell(interval.low - 1);
      }
      if (interval.high < dsl::kNumberMax) {
        tell(interval.high + 1);
      }
    }
  }
  if (telling.empty()) {
    tell(0);
  }
  // The ends of the number line tell nothing that a value nearby does not.
  telling.erase(dsl::kNumberMin);
  telling.erase(dsl::kNumberMax);
  fact.others.assign(telling.begin(), telling.end());
  const std::int64_t from = number.value_or(0);
  std::stable_sort(fact.others.begin(), fact.others.end(), [&](std::int64_t a, std::int64_t b) {
    return distance(a, from) < distance(b, from);
  });
  fact.others.resize(std::min(fact.others.size(), kNumbersTried));
  fact.others.push_back(Fact::kUnknown);
  std::erase(fact.others, fact.now);
  add(std::move(fact), leaves);
  return {};
}

bool Facts::set_holds(std::size_t leaf, const std::vector<std::int64_t>& states) const {
  const Bound& bound = *leaves_[leaf]->bound;
  bool known = false;
  bool matches = false;
  for (const std::size_t index : facts_of_leaf_[leaf]) {
    const bool has = states[index] != 0;
    known = known || has;
    matches =
        matches || (has && facts_[index].row != engine::kExistsRow &&
                    std::binary_search(bound.rows.begin(), bound.rows.end(), facts_[index].row));
  }
  return passes(bound, known, matches);
}

bool Facts::holds(std::size_t leaf, const std::vector<std::int64_t>& states) const {
  const Verdict& verdict = *leaves_[leaf];
  if (facts_of_leaf_[leaf].empty()) {
    return verdict.holds;
  }
  const std::size_t index = facts_of_leaf_[leaf].front();
  const std::int64_t state = states[index];
  const Bound& bound = *verdict.bound;
  switch (facts_[index].kind) {
    case Fact::Kind::Clause:
      return state != 0 && !(among_[leaf] && is_outside(bound, states));
    case Fact::Kind::SetValue:
      return set_holds(leaf, states);
    case Fact::Kind::Flag:
    case Fact::Kind::Category:
    case Fact::Kind::Number:
      return holds_of(bound, facts_[index], state);
  }
  return verdict.holds;
}

Text Facts::state_text(const Fact& fact, std::int64_t state) const {
  switch (fact.kind) {
    case Fact::Kind::Flag:
    case Fact::Kind::SetValue:
    case Fact::Kind::Clause:
      return state != 0 ? Text{"yes", "是"} : Text{"no", "否"};
    case Fact::Kind::Category:
    case Fact::Kind::Number:
      break;
  }
  if (state == Fact::kUnknown) {
    return {"unknown", "未知"};
  }
  if (state == Fact::kOther) {
    return {"another value", "其他取值"};
  }
  return fact.kind == Fact::Kind::Category
             ? value_names(*fact.tag, state)
             : same(value_text(fact.tag->kind, state, fact.tag->scale));
}

Change Facts::change(std::size_t fact, std::int64_t to) const {
  return {facts_[fact].name, state_text(facts_[fact], facts_[fact].now),
          state_text(facts_[fact], to)};
}

}  // namespace tagline::server
