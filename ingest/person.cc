#include "ingest/person.h"

#include "ingest/text.h"

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

Text quoted(const std::string& text) {
  return {"\"" + excerpt(text) + "\"", "“" + excerpt(text) + "”"};
}

}  // namespace

Result<People> People::open(storage::WriteTxn& txn, std::int64_t now_s, std::string author) {
  TAGLINE_ASSIGN_OR_RETURN(IdentityTypes types, IdentityTypes::read(txn));
  return People(txn, now_s, std::move(author), std::move(types));
}

Result<MergeRule> People::rule_of(FieldId field) const {
  TAGLINE_ASSIGN_OR_RETURN(const auto rule, txn_.merge_rule(field));
  return rule.value_or(MergeRule::Latest);
}

Result<People::Cells> People::cells_of(UserIndex user) const {
  TAGLINE_ASSIGN_OR_RETURN(const auto changes, txn_.cells_of(user));
  Cells cells;
  for (const Change& change : changes) {
    cells.emplace(Cell{change.field, change.cell}, change);
  }
  return cells;
}

Result<People::Answer<People::Plan>> People::plan(const LinkRequest& request,
                                                  std::optional<UserIndex> user) const {
  Plan plan;
  std::set<UserIndex> users;
  std::set<std::string> fresh;
  if (user.has_value()) {
    users.insert(*user);
  }
  for (const std::string& given : request.identities) {
    IdentityTypes::Normal normal = types_.normal(given);
    if (normal.text.empty()) {
      return Answer<Plan>{std::nullopt, std::move(normal.why)};
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto known, txn_.find_user(normal.text));
    if (known.has_value()) {
      if (users.insert(*known).second && users.size() > 1) {
        plan.because = normal.text;
      }
    } else if (fresh.insert(normal.text).second) {
      plan.fresh.push_back(normal.text);
    }
  }
  plan.users.assign(users.begin(), users.end());
  TAGLINE_ASSIGN_OR_RETURN(auto over, over_limits(plan));
  if (over.has_value()) {
    return Answer<Plan>{std::nullopt, std::move(*over)};
  }
  return Answer<Plan>{std::move(plan), {}};
}

Result<std::optional<Text>> People::over_limits(const Plan& plan) const {
  std::vector<UserIndex> everyone;
  for (const UserIndex user : plan.users) {
    everyone.push_back(user);
    TAGLINE_ASSIGN_OR_RETURN(const auto merged, txn_.merged_into(user));
    everyone.insert(everyone.end(), merged.begin(), merged.end());
  }
  if (plan.users.size() > 1 && everyone.size() > kUsersOfPersonMax) {
    const Text because = quoted(plan.because);
    const std::string users = std::to_string(everyone.size());
    const std::string most = std::to_string(kUsersOfPersonMax);
    return std::optional(Text{"it would make one person of " + users + " users, expected at most " +
                                  most + "; " + because.en +
                                  " seems to be shared: list it as a value that belongs to nobody",
                              "这会把 " + users + " 个用户合并为一人，最多为 " + most + " 个；" +
                                  because.zh + "似乎由多人共用：请将其列为不属于任何人的值"});
  }
  std::map<std::string, std::uint32_t, std::less<>> of_type;
  std::set<std::string> touched;
  const auto count = [&](std::string_view identity) {
    const auto* type = types_.type_of(identity);
    if (type != nullptr) {
      ++of_type[type->name];
    }
  };
  for (const UserIndex user : everyone) {
    TAGLINE_ASSIGN_OR_RETURN(const auto identities, txn_.identities_of(user));
    for (const auto& identity : identities) {
      count(identity.identity);
    }
    TAGLINE_ASSIGN_OR_RETURN(const std::string id, txn_.external_id(user));
    count(id);
  }
  // A person that has too many already is not refused what adds none.
  const auto before = of_type;
  for (const std::string& identity : plan.fresh) {
    count(identity);
  }
  for (const auto& [name, total] : of_type) {
    const auto had = before.find(name);
    const bool more = plan.users.size() > 1 || had == before.end() || had->second < total;
    const std::uint32_t most = types_.find(name)->most;
    if (more && total > most) {
      const std::string limit = std::to_string(most);
      return std::optional(
          Text{"the person would have " + std::to_string(total) + " identities of type " + name +
                   ", expected at most " + limit +
                   "; unlink those that are not theirs, or allow more for the type",
               "此人将有 " + std::to_string(total) + " 个类型为 " + name + " 的身份标识，最多为 " +
                   limit + " 个；请解除不属于此人的标识，或提高该类型的上限"});
    }
  }
  return std::optional<Text>();
}

Result<Linked> People::link(const Plan& plan, UserIndex person, const std::string& source) {
  Linked linked;
  const UserIndex survivor = plan.users.empty() ? person : plan.users.front();
  for (std::size_t i = 1; i < plan.users.size(); ++i) {
    TAGLINE_ASSIGN_OR_RETURN(const std::uint32_t number,
                             merge(survivor, plan.users[i], plan.because));
    linked.merges.push_back(number);
  }
  TAGLINE_ASSIGN_OR_RETURN(linked.user, txn_.external_id(survivor));
  for (const std::string& identity : plan.fresh) {
    if (identity != linked.user) {  // a person may be known by an identity from the beginning
      TAGLINE_RETURN_IF_ERROR(txn_.put_identity({identity, survivor, now_s_, source}));
      ++linked.identities_new;
    }
  }
  return linked;
}

Result<People::Answer<Linked>> People::link(const LinkRequest& request,
                                            const LinkOptions& options) {
  std::optional<UserIndex> user;
  std::string id = types_.stored_id(request.user);
  if (!request.user.empty()) {
    TAGLINE_ASSIGN_OR_RETURN(user, txn_.find_user(request.user));
    if (!user.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(user, txn_.find_user(id));
    }
  }
  if (request.identities.empty()) {
    return Answer<Linked>{std::nullopt, {"no identity to link", "没有要关联的身份标识"}};
  }
  TAGLINE_ASSIGN_OR_RETURN(auto planned, plan(request, user));
  if (!planned.done.has_value()) {
    return Answer<Linked>{std::nullopt, std::move(planned.refused)};
  }
  Plan& plan = *planned.done;
  const bool named = !request.user.empty() && !user.has_value();
  const bool create = named || plan.users.empty();
  if (create && !options.create) {
    const Text who = quoted(named ? request.user : request.identities.front());
    return Answer<Linked>{std::nullopt, {"there is no user " + who.en, "没有用户" + who.zh}};
  }
  UserIndex person = 0;
  if (create) {
    // Named by nothing else, a person has the first identity for an id.
    id = named ? id : plan.fresh.front();
    person = txn_.user_limit();
    const std::string_view text = id;
    TAGLINE_RETURN_IF_ERROR(txn_.add_users({&text, 1}));
    std::erase(plan.fresh, id);
    plan.users.push_back(person);  // the latest of all
    if (plan.users.size() > 1 && plan.because.empty()) {
      plan.because = id;
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(Linked linked, link(plan, person, request.source));
  linked.user_new = create;
  return Answer<Linked>{std::move(linked), {}};
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

Result<std::uint32_t> People::merge(UserIndex survivor, UserIndex loser,
                                    const std::string& because) {
  TAGLINE_ASSIGN_OR_RETURN(const FieldId updated, txn_.updated_field());
  TAGLINE_ASSIGN_OR_RETURN(const Cells ours, cells_of(survivor));
  TAGLINE_ASSIGN_OR_RETURN(const Cells theirs, cells_of(loser));
  const auto time_of = [&](const Cells& cells) {
    const auto found = cells.find({updated, 0});
    return found == cells.end() ? std::numeric_limits<std::int64_t>::min() : *found->second.value;
  };
  const bool later = time_of(theirs) > time_of(ours);
  MergeRecord record;
  record.survivor = survivor;
  record.loser = loser;
  record.because = because;
  record.author = author_;
  record.merged_s = now_s_;
  std::vector<Change> changes;
  for (const auto& [cell, change] : theirs) {
    const auto found = ours.find(cell);
    const Value before = found == ours.end() ? Value() : found->second.value;
    Value after;
    if (change.field == updated) {
      after = std::max(*change.value, before.value_or(*change.value));
    } else {
      TAGLINE_ASSIGN_OR_RETURN(after, combined(change, before, later));
    }
    record.cells.push_back({change.field, change.shape, change.cell, *change.value, before, after});
    changes.push_back({change.field, change.shape, change.cell, survivor, after});
    changes.push_back({change.field, change.shape, change.cell, loser, std::nullopt});
  }
  TAGLINE_RETURN_IF_ERROR(txn_.change(std::move(changes)));
  return txn_.put_merge(std::move(record));
}

Result<People::Answer<std::string>> People::unlink(std::string_view identity) {
  IdentityTypes::Normal normal = types_.normal(identity);
  if (normal.text.empty()) {
    return Answer<std::string>{std::nullopt, std::move(normal.why)};
  }
  const Text shown = quoted(normal.text);
  TAGLINE_ASSIGN_OR_RETURN(const auto known, txn_.identity(normal.text));
  if (!known.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(const auto user, txn_.find_user(normal.text));
    return user.has_value()
               ? Answer<std::string>{std::nullopt,
                                     {shown.en + " is the id a user was added under, and stays",
                                      shown.zh + "是添加用户时使用的编号，不能解除"}}
               : Answer<std::string>{
                     std::nullopt,
                     {"nobody has the identity " + shown.en, "没有人拥有身份标识" + shown.zh}};
  }
  TAGLINE_ASSIGN_OR_RETURN(const UserIndex person, txn_.survivor_of(known->user));
  TAGLINE_RETURN_IF_ERROR(txn_.erase_identity(normal.text));
  TAGLINE_ASSIGN_OR_RETURN(std::string id, txn_.external_id(person));
  return Answer<std::string>{std::move(id), {}};
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
  std::set<FieldId> lists;
  std::set<FieldId> sets;
  std::set<FieldId> known;
  TAGLINE_ASSIGN_OR_RETURN(const auto segments, txn_.segments());
  for (const auto& segment : segments) {
    known.insert(segment.list);
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto tags, txn_.tags());
  for (const auto& tag : tags) {
    known.insert(tag.field);
    if (tag.kind == engine::TagKind::Set) {
      sets.insert(tag.field);
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const FieldId updated, txn_.updated_field());
  TAGLINE_ASSIGN_OR_RETURN(Cells ours, cells_of(merge.survivor));
  std::vector<Change> changes;
  std::set<FieldId> sets_changed;
  for (const MergedCell& cell : merge.cells) {
    const bool flat = cell.shape == CellShape::Bit && !known.contains(cell.field);
    if (flat) {
      continue;
    }
    changes.push_back({cell.field, cell.shape, cell.cell, merge.loser, cell.loser});
    const auto found = ours.find({cell.field, cell.cell});
    const Value now = found == ours.end() ? Value() : found->second.value;
    Value then = now;
    const bool adds = cell.shape == CellShape::Count || cell.shape == CellShape::Amount;
    bool sums = adds;
    if (cell.shape == CellShape::Number && cell.field != updated && cell.before.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(const MergeRule rule, rule_of(cell.field));
      sums = rule == MergeRule::Sum;
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
  return changes;
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

Result<std::optional<storage::ErasureRecord>> People::erase(std::string_view id) {
  TAGLINE_ASSIGN_OR_RETURN(auto person, txn_.find_user(id));
  const std::string stored = types_.stored_id(id);
  if (!person.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(person, txn_.find_user(stored));
  }
  if (!person.has_value()) {
    return std::optional<storage::ErasureRecord>();
  }
  storage::ErasureRecord receipt;
  receipt.digest = types_.digest(stored);
  receipt.erased_s = now_s_;
  receipt.author = author_;
  TAGLINE_ASSIGN_OR_RETURN(std::vector<UserIndex> everyone, txn_.merged_into(*person));
  everyone.push_back(*person);
  std::vector<Change> changes;
  for (const UserIndex user : everyone) {
    TAGLINE_ASSIGN_OR_RETURN(const auto cells, txn_.cells_of(user));
    receipt.cells += cells.size();
    for (Change cell : cells) {
      cell.value = std::nullopt;
      changes.push_back(cell);
    }
  }
  TAGLINE_RETURN_IF_ERROR(txn_.change(std::move(changes)));
  TAGLINE_RETURN_IF_ERROR(txn_.fold());
  for (const UserIndex user : everyone) {
    TAGLINE_ASSIGN_OR_RETURN(const auto erased, txn_.erase_user(user));
    receipt.identities += erased.identities;
    receipt.merges += erased.merges;
  }
  receipt.users = everyone.size();
  TAGLINE_ASSIGN_OR_RETURN(receipt.number, txn_.put_erasure(receipt));
  return std::optional(std::move(receipt));
}

}  // namespace tagline::ingest
