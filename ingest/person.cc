#include "ingest/person.h"

#include "ingest/text.h"

#include <algorithm>
#include <limits>
#include <set>

namespace tagline::ingest {
namespace {

using engine::FieldId;
using engine::UserIndex;
using storage::CellShape;
using storage::Change;
using storage::MergedCell;
using storage::MergeRecord;
using storage::MergeRule;

Text quoted(const std::string& text) {
  return {"\"" + excerpt(text) + "\"", "“" + excerpt(text) + "”"};
}

}  // namespace

Result<People> People::open(storage::WriteTxn& txn, std::int64_t now_s, std::string author) {
  TAGLINE_ASSIGN_OR_RETURN(IdentityTypes types, IdentityTypes::read(txn));
  return People(txn, now_s, std::move(author), std::move(types));
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
  if (!over.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(over, merge_all(plan));
  }
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
    MergeRecord record;
    record.survivor = survivor;
    record.loser = plan.users[i];
    record.because = plan.because;
    record.author = author_;
    record.merged_s = now_s_;
    if (i <= plan.merged.size()) {  // somebody new has nothing
      record.cells = plan.merged[i - 1].cells;
      TAGLINE_RETURN_IF_ERROR(txn_.change(plan.merged[i - 1].changes));
    }
    TAGLINE_ASSIGN_OR_RETURN(const std::uint32_t number, txn_.put_merge(std::move(record)));
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
  const std::string given(trim(request.user));
  std::string id = types_.stored_id(given);
  if (!given.empty()) {
    if (auto why = id_reason(id); why.has_value()) {
      return Answer<Linked>{std::nullopt, std::move(*why)};
    }
    TAGLINE_ASSIGN_OR_RETURN(user, StoredIds(txn_).find(given));
  }
  if (request.identities.empty()) {
    return Answer<Linked>{std::nullopt, {"no identity to link", "没有要关联的身份标识"}};
  }
  TAGLINE_ASSIGN_OR_RETURN(auto planned, plan(request, user));
  if (!planned.done.has_value()) {
    return Answer<Linked>{std::nullopt, std::move(planned.refused)};
  }
  Plan& plan = *planned.done;
  const bool named = !given.empty() && !user.has_value();
  const bool create = named || plan.users.empty();
  if (create && !options.create) {
    const Text who = quoted(named ? given : request.identities.front());
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

Result<std::optional<storage::ErasureRecord>> People::erase(std::string_view id) {
  TAGLINE_ASSIGN_OR_RETURN(const auto person, StoredIds(txn_).find(id));
  if (!person.has_value()) {
    return std::optional<storage::ErasureRecord>();
  }
  storage::ErasureRecord receipt;
  receipt.digest = types_.digest(types_.stored_id(id));
  receipt.erased_s = now_s_;
  receipt.author = author_;
  TAGLINE_ASSIGN_OR_RETURN(std::vector<UserIndex> everyone, txn_.merged_into(*person));
  everyone.push_back(*person);
  // What people would count: values of tags and lists, and days of events. Not when a value was
  // written, that a set has any, amounts beside their days, and keys of events.
  std::set<FieldId> counted;
  std::set<FieldId> sets;
  TAGLINE_ASSIGN_OR_RETURN(const auto tags, txn_.tags_and_events());
  for (const auto& tag : tags) {
    (tag.kind == engine::TagKind::Set ? sets : counted).insert(tag.field);
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto segments, txn_.segments());
  for (const auto& segment : segments) {
    counted.insert(segment.list);
  }
  const auto is_counted = [&](const Change& cell) {
    return sets.contains(cell.field)
               ? cell.cell != engine::kExistsRow
               : counted.contains(cell.field) && cell.shape != CellShape::Amount;
  };
  std::vector<Change> changes;
  for (const UserIndex user : everyone) {
    TAGLINE_ASSIGN_OR_RETURN(const auto cells, txn_.cells_of(user));
    receipt.cells +=
        static_cast<std::uint64_t>(std::count_if(cells.begin(), cells.end(), is_counted));
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
