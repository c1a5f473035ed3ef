// Two users into one, and back: what each cell becomes.
#include "ingest/person.h"

#include <algorithm>
#include <limits>

namespace tagline::ingest {
namespace {

using engine::FieldId;
using engine::UserIndex;
using storage::CellShape;
using storage::Change;
using storage::MergedCell;
using storage::MergeRecord;
using storage::MergeRule;

constexpr std::int64_t kCountMax = std::int64_t{1} << 32U;
constexpr std::int64_t kAmountEnd = std::int64_t{1} << engine::kAmountBitsMax;

tl::unexpected<Error> sum_too_large() {
  return failure(ErrorCode::TooLarge,
                 {"the two users' values of a tag or event are too large to be added",
                  "两个用户的某个标签或行为的数值相加后过大"},
                 {"correct the value that is wrong, or choose another rule of merging for the tag",
                  "请更正错误的数值，或为该标签选择其他合并规则"});
}

/// Of counts and amounts of a day: never beyond what a cell can have.
Result<std::optional<std::int64_t>> added(CellShape shape, std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum) || sum == std::numeric_limits<std::int64_t>::min()) {
    return sum_too_large();
  }
  if (shape == CellShape::Count && sum > kCountMax) {
    return sum_too_large();
  }
  if (shape == CellShape::Amount && (sum >= kAmountEnd || sum <= -kAmountEnd)) {
    return sum_too_large();
  }
  const bool nothing =
      shape == CellShape::Count ? sum <= 0 : shape == CellShape::Amount && sum == 0;
  return nothing ? std::optional<std::int64_t>() : std::optional(sum);
}

/// Of a number, by what the merge made of it: the rule may be another since. Where that does not
/// tell (the survivor had nothing, or 0), the rule of now decides.
bool was_summed(const MergedCell& cell, MergeRule now) {
  if (cell.before.value_or(0) == 0) {
    return now == MergeRule::Sum;
  }
  std::int64_t sum = 0;
  return !__builtin_add_overflow(*cell.before, cell.loser, &sum) && cell.after == sum;
}

}  // namespace

Result<MergeRule> People::rule_of(FieldId field) const {
  TAGLINE_ASSIGN_OR_RETURN(const auto rule, txn_.merge_rule(field));
  return rule.value_or(MergeRule::Latest);
}

Result<People::TagTimes> People::times_of_tags() const {
  TagTimes times;
  TAGLINE_ASSIGN_OR_RETURN(const auto timed, txn_.timed_tags());
  for (const auto& tag : timed) {
    times.by_tag.emplace(tag.tag, tag.times);
    times.by_field.emplace(tag.times, tag.tag);
    if (tag.kind == engine::TagKind::Set) {
      times.sets.insert(tag.tag);
    }
  }
  return times;
}

Result<People::Cells> People::cells_of(UserIndex user) const {
  TAGLINE_ASSIGN_OR_RETURN(const auto changes, txn_.cells_of(user));
  Cells cells;
  for (const Change& change : changes) {
    cells.emplace(Cell{change.field, change.cell}, change);
  }
  return cells;
}

Result<People::Value> People::combined(const Change& loser, const Value& survivor,
                                       bool loser_is_later) const {
  if (!survivor.has_value()) {
    return loser.value;
  }
  switch (loser.shape) {
    case CellShape::Bit:
      return Value(1);
    case CellShape::Count:
    case CellShape::Amount:
      return added(loser.shape, *survivor, *loser.value);
    case CellShape::Choice:
    case CellShape::Number:
      break;
  }
  TAGLINE_ASSIGN_OR_RETURN(const MergeRule rule, rule_of(loser.field));
  switch (rule) {
    case MergeRule::Latest:
      return loser_is_later ? loser.value : survivor;
    case MergeRule::Survivor:
      return survivor;
    case MergeRule::Max:
      return Value(std::max(*survivor, *loser.value));
    case MergeRule::Min:
      return Value(std::min(*survivor, *loser.value));
    case MergeRule::Sum:
      return added(CellShape::Number, *survivor, *loser.value);
  }
  return survivor;
}

Result<std::string> People::name_of(FieldId field) const {
  TAGLINE_ASSIGN_OR_RETURN(const auto all, txn_.tags_and_events());
  for (const auto& tag : all) {
    if (tag.field == field) {
      return tag.name;
    }
  }
  for (const auto& event : all) {
    if (event.kind != engine::TagKind::Event) {
      continue;
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto keys, txn_.values(event.field));
    for (const auto& key : keys) {
      if (key.row == field) {
        return event.name + ":" + key.name;
      }
    }
  }
  return std::string();
}

Result<std::optional<Text>> People::merge_all(Plan& plan) const {
  if (plan.users.size() < 2) {
    return std::optional<Text>();
  }
  TAGLINE_ASSIGN_OR_RETURN(Cells ours, cells_of(plan.users.front()));
  for (std::size_t i = 1; i < plan.users.size(); ++i) {
    TAGLINE_ASSIGN_OR_RETURN(auto answer, merged(plan.users.front(), ours, plan.users[i]));
    if (!answer.done.has_value()) {
      return std::optional(std::move(answer.refused));
    }
    plan.merged.push_back(std::move(*answer.done));
  }
  return std::optional<Text>();
}

Result<People::Answer<People::Plan::Merged>> People::merged(UserIndex survivor, Cells& ours,
                                                            UserIndex loser) const {
  TAGLINE_ASSIGN_OR_RETURN(const FieldId updated, txn_.updated_field());
  TAGLINE_ASSIGN_OR_RETURN(const Cells theirs, cells_of(loser));
  TAGLINE_ASSIGN_OR_RETURN(const TagTimes times, times_of_tags());
  const auto time_of = [](const Cells& cells, FieldId of) {
    const auto found = cells.find({of, 0});
    return found == cells.end() ? std::numeric_limits<std::int64_t>::min() : *found->second.value;
  };
  // Of a tag whose times are kept, when it was written itself.
  const auto later = [&](FieldId tag) {
    const auto own = times.by_tag.find(tag);
    const FieldId of = own == times.by_tag.end() ? updated : own->second;
    return time_of(theirs, of) > time_of(ours, of);
  };
  std::map<FieldId, bool> is_theirs;  // whose value of a tag it came to be, where it is one's
  Plan::Merged merged;
  for (const auto& [cell, change] : theirs) {
    const auto found = ours.find(cell);
    const Value before = found == ours.end() ? Value() : found->second.value;
    Value after;
    if (const auto tag = times.by_field.find(change.field); tag != times.by_field.end()) {
      // The cell of the value came before: fields of times are younger than their tags.
      const auto whose = is_theirs.find(tag->second);
      after = whose == is_theirs.end() ? std::max(*change.value, before.value_or(*change.value))
              : whose->second          ? change.value
                                       : before;
    } else if (change.field == updated) {
      after = std::max(*change.value, before.value_or(*change.value));
    } else {
      const auto both = combined(change, before, later(change.field));
      if (!both.has_value() && both.error().code() == ErrorCode::TooLarge) {
        TAGLINE_ASSIGN_OR_RETURN(const std::string name, name_of(change.field));
        return Answer<Plan::Merged>{
            std::nullopt,
            {"the two users' values of " + name +
                 " are too large to be added; correct the one that is wrong, or choose another "
                 "rule of merging for the tag",
             "两个用户的 " + name + " 相加后过大；请更正错误的数值，或为该标签选择其他合并规则"}};
      }
      TAGLINE_ASSIGN_OR_RETURN(after, both);
      const bool one = change.shape == CellShape::Choice || change.shape == CellShape::Number;
      if (one && before != change.value && (after == before || after == change.value)) {
        is_theirs[change.field] = after == change.value;
      }
    }
    merged.cells.push_back({change.field, change.shape, change.cell, *change.value, before, after});
    merged.changes.push_back({change.field, change.shape, change.cell, survivor, after});
    merged.changes.push_back({change.field, change.shape, change.cell, loser, std::nullopt});
  }
  for (const MergedCell& cell : merged.cells) {
    ours.erase({cell.field, cell.cell});
    if (cell.after.has_value()) {
      ours.emplace(Cell{cell.field, cell.cell},
                   Change{cell.field, cell.shape, cell.cell, survivor, cell.after});
    }
  }
  return Answer<Plan::Merged>{std::move(merged), {}};
}

Result<std::uint32_t> People::last_merge(UserIndex survivor) const {
  std::uint32_t last = 0;
  TAGLINE_ASSIGN_OR_RETURN(const auto losers, txn_.merged_into(survivor));
  for (const UserIndex loser : losers) {
    TAGLINE_ASSIGN_OR_RETURN(const auto number, txn_.merge_of(loser));
    last = std::max(last, number.value_or(0));
  }
  return last;
}

Result<std::vector<Change>> People::undone(const MergeRecord& merge) {
  // A list may have gone since, and with it its field.
  std::set<FieldId> sets;
  std::set<FieldId> known;
  TAGLINE_ASSIGN_OR_RETURN(const auto segments, txn_.segments());
  for (const auto& segment : segments) {
    known.insert(segment.list);
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto tags, txn_.tags_and_events());
  for (const auto& tag : tags) {
    known.insert(tag.field);
    if (tag.kind == engine::TagKind::Set) {
      sets.insert(tag.field);
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const FieldId updated, txn_.updated_field());
  TAGLINE_ASSIGN_OR_RETURN(const TagTimes times, times_of_tags());
  TAGLINE_ASSIGN_OR_RETURN(Cells ours, cells_of(merge.survivor));
  std::vector<Change> changes;
  std::set<FieldId> sets_changed;
  for (const MergedCell& cell : merge.cells) {
    // Days of events stay. Times are given back below: they may be kept since, or no longer.
    const bool flat = cell.shape == CellShape::Bit || cell.shape == CellShape::Number;
    if (flat && !known.contains(cell.field) && cell.field != updated) {
      continue;
    }
    changes.push_back({cell.field, cell.shape, cell.cell, merge.loser, cell.loser});
    const auto found = ours.find({cell.field, cell.cell});
    const Value now = found == ours.end() ? Value() : found->second.value;
    Value then = now;
    bool sums = cell.shape == CellShape::Count || cell.shape == CellShape::Amount;
    if (cell.shape == CellShape::Number && cell.field != updated) {
      TAGLINE_ASSIGN_OR_RETURN(const MergeRule rule, rule_of(cell.field));
      sums = was_summed(cell, rule);
    }
    if (now == cell.after) {
      then = cell.before;
    } else if (sums && (now.has_value() || cell.shape == CellShape::Amount)) {
      TAGLINE_ASSIGN_OR_RETURN(then, added(cell.shape, now.value_or(0), -cell.loser));
    }
    if (then != now) {
      changes.push_back({cell.field, cell.shape, cell.cell, merge.survivor, then});
      ours.erase({cell.field, cell.cell});
      if (then.has_value()) {
        ours.emplace(Cell{cell.field, cell.cell}, changes.back());
      }
      if (sets.contains(cell.field)) {
        sets_changed.insert(cell.field);
      }
    }
  }
  TAGLINE_RETURN_IF_ERROR(settle_days(merge, ours, changes));
  // Row 0 of a set is who has any value, also one that came since.
  for (const FieldId field : sets_changed) {
    const auto value = ours.upper_bound({field, engine::kExistsRow});
    const bool any = value != ours.end() && value->first.first == field;
    changes.push_back(
        {field, CellShape::Bit, engine::kExistsRow, merge.survivor, any ? Value(1) : Value()});
  }
  settle_times(merge, times, ours, changes);
  return changes;
}

void People::settle_times(const MergeRecord& merge, const TagTimes& times, const Cells& ours,
                          std::vector<Change>& changes) const {
  std::map<FieldId, const MergedCell*> then;  // of fields of times
  std::set<FieldId> tags;                     // of which the loser had something
  for (const MergedCell& cell : merge.cells) {
    if (times.by_field.contains(cell.field)) {
      then.emplace(cell.field, &cell);
    } else if (times.by_tag.contains(cell.field)) {
      tags.insert(cell.field);
    }
  }
  for (const FieldId tag : tags) {
    const FieldId field = times.by_tag.at(tag);
    const auto found = ours.find({field, 0});
    const bool timed = found != ours.end();
    const std::int64_t now = timed ? found->second.value.value_or(now_s_) : now_s_;
    const auto cell = then.find(field);
    // Kept only since the merge: what the survivor has of the loser is as old as what it has.
    changes.push_back({field, CellShape::Number, 0, merge.loser,
                       Value(cell == then.end() ? now : cell->second->loser)});
    // Of a set row 0 was settled outside of `ours`.
    const auto value = ours.lower_bound(
        {tag, times.sets.contains(tag) ? engine::kFirstValueRow : engine::kExistsRow});
    const bool any = value != ours.end() && value->first.first == tag;
    std::int64_t own = now;
    if (timed && cell != then.end() && cell->second->after.value_or(now + 1) == now) {
      own = cell->second->before.value_or(now);
    }
    changes.push_back({field, CellShape::Number, 0, merge.survivor, any ? Value(own) : Value()});
  }
}

Status People::settle_days(const MergeRecord& merge, Cells& ours,
                           std::vector<Change>& changes) const {
  std::map<FieldId, FieldId> event_of;  // by series of a key
  std::map<FieldId, std::vector<FieldId>> keys_of;
  TAGLINE_ASSIGN_OR_RETURN(const auto events, txn_.events());
  for (const auto& event : events) {
    TAGLINE_ASSIGN_OR_RETURN(const auto keys, txn_.values(event.field));
    for (const auto& key : keys) {
      event_of[key.row] = event.field;
      keys_of[event.field].push_back(key.row);
    }
  }
  const auto clear = [&](FieldId series, engine::RowId row, CellShape shape) {
    if (ours.erase({series, row}) > 0) {
      changes.push_back({series, shape, row, merge.survivor, std::nullopt});
    }
  };
  const auto settle = [&](FieldId series, engine::RowId present, bool there) {
    if (!there) {
      clear(series, present, CellShape::Count);
    }
    if (!ours.contains({series, present})) {
      clear(series, present - engine::kPresentPart + engine::kPlusPart, CellShape::Amount);
    }
  };
  for (const MergedCell& cell : merge.cells) {
    if (cell.shape != CellShape::Count) {
      continue;
    }
    const auto event = event_of.find(cell.field);
    const FieldId own = event == event_of.end() ? cell.field : event->second;
    const bool there = ours.contains({own, cell.cell});
    settle(own, cell.cell, there);
    for (const FieldId key : keys_of[own]) {
      settle(key, cell.cell, there);
    }
  }
  return {};
}

Result<People::Answer<MergeRecord>> People::undo(std::uint32_t number) {
  TAGLINE_ASSIGN_OR_RETURN(const auto merge, txn_.merge(number));
  const std::string name = std::to_string(number);
  if (!merge.has_value() || merge->undone_s.has_value()) {
    return Answer<MergeRecord>{
        std::nullopt,
        {merge.has_value() ? "merge " + name + " was undone already" : "there is no merge " + name,
         merge.has_value() ? "合并 " + name + " 已经撤销" : "没有合并 " + name}};
  }
  TAGLINE_ASSIGN_OR_RETURN(const UserIndex person, txn_.survivor_of(merge->survivor));
  TAGLINE_ASSIGN_OR_RETURN(const std::uint32_t last, last_merge(person));
  if (last != number) {
    const std::string first = std::to_string(last);
    return Answer<MergeRecord>{
        std::nullopt,
        {"merge " + name + " is not the last one of this person: undo merge " + first + " first",
         "合并 " + name + " 不是此人最近的一次合并：请先撤销合并 " + first}};
  }
  TAGLINE_ASSIGN_OR_RETURN(auto changes, undone(*merge));
  TAGLINE_RETURN_IF_ERROR(txn_.undo_merge(number, now_s_));
  TAGLINE_RETURN_IF_ERROR(txn_.change(std::move(changes)));
  return Answer<MergeRecord>{*merge, {}};
}

}  // namespace tagline::ingest
