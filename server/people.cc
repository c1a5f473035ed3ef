#include "server/people.h"

#include "server/known_user.h"
#include "server/segment_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::server {
namespace {

using ingest::People;
using storage::IdentityTypeRecord;
using storage::MergeRecord;
using storage::MergeRule;
using storage::Snapshot;
using storage::WriteTxn;

/// The id of a user who may have been erased.
template <class State>
std::string id_of(const State& state, engine::UserIndex user) {
  const auto id = state.external_id(user);
  return id.has_value() ? *id : std::string();
}

template <class State>
MergeShown shown(const State& state, MergeRecord record) {
  MergeShown merge;
  merge.survivor = id_of(state, record.survivor);
  merge.loser = id_of(state, record.loser);
  merge.record = std::move(record);
  return merge;
}

constexpr std::array<std::pair<MergeRule, std::string_view>, 5> kRules{{
    {MergeRule::Latest, "latest"},
    {MergeRule::Survivor, "survivor"},
    {MergeRule::Max, "max"},
    {MergeRule::Min, "min"},
    {MergeRule::Sum, "sum"},
}};
constexpr std::array<std::pair<IdentityTypeRecord::Form, std::string_view>, 4> kForms{{
    {IdentityTypeRecord::Form::Exact, "exact"},
    {IdentityTypeRecord::Form::Lower, "lower"},
    {IdentityTypeRecord::Form::Phone, "phone"},
    {IdentityTypeRecord::Form::Email, "email"},
}};

template <class Names, class Value>
std::string_view name_in(const Names& names, Value value) {
  return std::find_if(names.begin(), names.end(),
                      [&](const auto& each) { return each.first == value; })
      ->second;
}

template <class Value, class Names>
std::optional<Value> value_in(const Names& names, std::string_view name) {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [&](const auto& each) { return each.second == name; });
  return found == names.end() ? std::nullopt : std::optional(found->first);
}

bool takes(engine::TagKind kind, MergeRule rule) {
  const bool number = kind == engine::TagKind::Number;
  const bool ordered = number || kind == engine::TagKind::Date;
  switch (rule) {
    case MergeRule::Latest:
    case MergeRule::Survivor:
      return ordered || kind == engine::TagKind::Category;
    case MergeRule::Max:
    case MergeRule::Min:
      return ordered;
    case MergeRule::Sum:
      return number;
  }
  return false;
}

Result<LinkReport> link_all(WriteTxn& txn, const std::vector<ingest::LinkRequest>& requests,
                            const LinkPolicy& policy, const std::string& author) {
  LinkReport report;
  TAGLINE_ASSIGN_OR_RETURN(People people, People::open(txn, now_s(), author));
  for (const ingest::LinkRequest& request : requests) {
    TAGLINE_ASSIGN_OR_RETURN(auto answer, people.link(request, {policy.create}));
    if (!answer.done.has_value()) {
      if (!policy.each) {
        const std::string line = std::to_string(request.line);
        return failure(
            ErrorCode::BadInput,
            {"line " + line + ": " + answer.refused.en, "第 " + line + " 行：" + answer.refused.zh},
            Hint(
                {"nothing was linked; correct it, or have each line done on its own with --each",
                 "均未关联；请更正，或用 --each 逐行处理"},
                {"nothing was linked; correct it, or have each line done on its own with each=true",
                 "均未关联；请更正，或用 each=true 逐行处理"},
                {}));
      }
      ++report.refused;
      if (report.first_refused.size() < LinkReport::kShown) {
        report.first_refused.push_back({request.line, request.user, std::move(answer.refused)});
      }
      continue;
    }
    ++report.linked;
    report.users_new += answer.done->user_new ? 1U : 0U;
    report.identities_new += answer.done->identities_new;
    report.merges += answer.done->merges.size();
    if (report.first.size() < LinkReport::kShown) {
      report.first.push_back({request.line, std::move(*answer.done)});
    }
  }
  const bool wrote = report.users_new + report.identities_new + report.merges > 0;
  report.version = txn.version() + (wrote ? 1 : 0);
  return report;
}

/// The merges that stand and made this person, in order.
Result<std::vector<MergeShown>> merges_of(const Snapshot& snapshot,
                                          const std::vector<engine::UserIndex>& losers) {
  std::vector<MergeShown> merges;
  for (const engine::UserIndex loser : losers) {
    TAGLINE_ASSIGN_OR_RETURN(const auto number, snapshot.merge_of(loser));
    TAGLINE_ASSIGN_OR_RETURN(auto record, snapshot.merge(number.value_or(0)));
    if (record.has_value()) {
      merges.push_back(shown(snapshot, std::move(*record)));
    }
  }
  std::sort(merges.begin(), merges.end(),
            [](const auto& a, const auto& b) { return a.record.number < b.record.number; });
  return merges;
}

}  // namespace

Result<LinkReport> link(storage::Store& store, const std::vector<ingest::LinkRequest>& requests,
                        const LinkPolicy& policy, const std::string& author) {
  LinkReport report;
  TAGLINE_RETURN_IF_ERROR(store.write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(report, link_all(txn, requests, policy, author));
    return {};
  }));
  return report;
}

Result<Unlinked> unlink(storage::Store& store, std::string_view identity) {
  Unlinked done;
  TAGLINE_RETURN_IF_ERROR(store.write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(People people, People::open(txn, now_s(), ""));
    const auto normal = people.types().normal(identity);
    if (normal.text.empty()) {
      return failure(ErrorCode::BadInput, normal.why);
    }
    TAGLINE_ASSIGN_OR_RETURN(auto answer, people.unlink(identity));
    if (!answer.done.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(const auto user, txn.find_user(normal.text));
      return failure(user.has_value() ? ErrorCode::SchemaConflict : ErrorCode::NotFound,
                     answer.refused);
    }
    done = {normal.text, std::move(*answer.done)};
    return {};
  }));
  return done;
}

Result<MergeShown> undo_merge(storage::Store& store, std::uint32_t number,
                              const std::string& author) {
  MergeShown done;
  TAGLINE_RETURN_IF_ERROR(store.write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(People people, People::open(txn, now_s(), author));
    TAGLINE_ASSIGN_OR_RETURN(auto answer, people.undo(number));
    if (!answer.done.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(const auto merge, txn.merge(number));
      return failure(merge.has_value() ? ErrorCode::SchemaConflict : ErrorCode::NotFound,
                     answer.refused);
    }
    answer.done->undone_s = now_s();
    done = shown(txn, std::move(*answer.done));
    return {};
  }));
  return done;
}

Result<MergePage> merges(storage::Store& store, std::uint32_t before, std::size_t limit) {
  return store.read([&](const Snapshot& snapshot) -> Result<MergePage> {
    MergePage page;
    TAGLINE_ASSIGN_OR_RETURN(auto records, snapshot.merges(before, limit + 1));
    if (records.size() > limit) {
      records.resize(limit);
      page.next = records.back().number;
    }
    for (MergeRecord& record : records) {
      page.merges.push_back(shown(snapshot, std::move(record)));
    }
    return page;
  });
}

Result<PersonShown> person(storage::Store& store, std::string_view id) {
  return store.read([&](const Snapshot& snapshot) -> Result<PersonShown> {
    TAGLINE_ASSIGN_OR_RETURN(const engine::UserIndex user, known_user(snapshot, id));
    PersonShown person;
    TAGLINE_ASSIGN_OR_RETURN(person.user, snapshot.external_id(user));
    TAGLINE_ASSIGN_OR_RETURN(auto everyone, snapshot.merged_into(user));
    TAGLINE_ASSIGN_OR_RETURN(person.merges, merges_of(snapshot, everyone));
    everyone.push_back(user);
    for (const engine::UserIndex each : everyone) {
      TAGLINE_ASSIGN_OR_RETURN(auto identities, snapshot.identities_of(each));
      std::move(identities.begin(), identities.end(), std::back_inserter(person.identities));
    }
    std::sort(person.identities.begin(), person.identities.end(),
              [](const auto& a, const auto& b) { return a.identity < b.identity; });
    TAGLINE_ASSIGN_OR_RETURN(person.updated_s, snapshot.updated_s(user));
    return person;
  });
}

Result<storage::ErasureRecord> erase_person(storage::Store& store, std::string_view id,
                                            const std::string& author) {
  storage::ErasureRecord receipt;
  TAGLINE_RETURN_IF_ERROR(store.write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(People people, People::open(txn, now_s(), author));
    TAGLINE_ASSIGN_OR_RETURN(auto erased, people.erase(id));
    if (!erased.has_value()) {
      return tl::unexpected(no_user(id));
    }
    receipt = std::move(*erased);
    return {};
  }));
  return receipt;
}

Result<ErasurePage> erasures(storage::Store& store, std::uint32_t before, std::size_t limit) {
  return store.read([&](const Snapshot& snapshot) -> Result<ErasurePage> {
    ErasurePage page;
    TAGLINE_ASSIGN_OR_RETURN(page.erasures, snapshot.erasures(before, limit + 1));
    if (page.erasures.size() > limit) {
      page.erasures.resize(limit);
      page.next = page.erasures.back().number;
    }
    return page;
  });
}

Result<std::vector<IdentityTypeRecord>> identity_types(storage::Store& store) {
  return store.read([](const Snapshot& snapshot) -> Result<std::vector<IdentityTypeRecord>> {
    TAGLINE_ASSIGN_OR_RETURN(const auto types, ingest::IdentityTypes::read(snapshot));
    std::vector<IdentityTypeRecord> all;
    for (const auto& [name, type] : types.all()) {
      all.push_back(type);
    }
    return all;
  });
}

Result<IdentityTypeRecord> put_identity_type(storage::Store& store, IdentityTypeRecord type) {
  TAGLINE_RETURN_IF_ERROR(ingest::check_identity_type(type));
  IdentityTypeRecord put;
  TAGLINE_RETURN_IF_ERROR(store.write([&](WriteTxn& txn) -> Status {
    put = type;
    TAGLINE_ASSIGN_OR_RETURN(const auto types, ingest::IdentityTypes::read(txn));
    const IdentityTypeRecord* old = types.find(type.name);
    if (old != nullptr &&
        (old->form != type.form || old->country != type.country || old->hashed != type.hashed)) {
      TAGLINE_ASSIGN_OR_RETURN(const bool used, txn.has_identities(type.name + ":"));
      if (used) {
        return failure(ErrorCode::SchemaConflict,
                       {"there are identities of type " + type.name +
                            ", and they would not be found under another form",
                        "已有类型为 " + type.name + " 的身份标识，改变形式后将无法找到它们"},
                       {"add a type of another name", "请新增一个其他名称的类型"});
      }
    }
    // Compared with what comes in, so in the same form.
    put.never.clear();
    IdentityTypeRecord plain = type;
    plain.hashed = false;
    plain.never.clear();
    for (const std::string& never : type.never) {
      const auto normal = types.normal(plain, never);
      if (normal.text.empty()) {
        return failure(ErrorCode::BadInput, normal.why);
      }
      put.never.push_back(normal.text.substr(type.name.size() + 1));
    }
    return txn.put_identity_type(put);
  }));
  return put;
}

std::string_view name_of(MergeRule rule) {
  return name_in(kRules, rule);
}
std::optional<MergeRule> merge_rule_of(std::string_view name) {
  return value_in<MergeRule>(kRules, name);
}
std::string_view name_of(IdentityTypeRecord::Form form) {
  return name_in(kForms, form);
}
std::optional<IdentityTypeRecord::Form> form_of(std::string_view name) {
  return value_in<IdentityTypeRecord::Form>(kForms, name);
}

Result<std::vector<TagMergeRule>> merge_rules(storage::Store& store) {
  return store.read([](const Snapshot& snapshot) -> Result<std::vector<TagMergeRule>> {
    std::vector<TagMergeRule> rules;
    TAGLINE_ASSIGN_OR_RETURN(auto tags, snapshot.tags());
    TAGLINE_ASSIGN_OR_RETURN(auto events, snapshot.events());
    std::move(events.begin(), events.end(), std::back_inserter(tags));
    for (storage::TagRecord& tag : tags) {
      TagMergeRule rule{std::move(tag.name), tag.kind, std::nullopt};
      if (takes(tag.kind, MergeRule::Latest)) {
        TAGLINE_ASSIGN_OR_RETURN(const auto set, snapshot.merge_rule(tag.field));
        rule.rule = set.value_or(MergeRule::Latest);
      }
      rules.push_back(std::move(rule));
    }
    return rules;
  });
}

Result<TagMergeRule> put_merge_rule(storage::Store& store, std::string_view name, MergeRule rule) {
  TagMergeRule put{std::string(name), engine::TagKind::Flag, rule};
  TAGLINE_RETURN_IF_ERROR(store.write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(auto tags, txn.tags());
    TAGLINE_ASSIGN_OR_RETURN(auto events, txn.events());
    std::move(events.begin(), events.end(), std::back_inserter(tags));
    const auto found =
        std::find_if(tags.begin(), tags.end(), [&](const auto& each) { return each.name == name; });
    if (found == tags.end()) {
      const std::string text(name);
      return failure(ErrorCode::NotFound,
                     {"there is no tag named \"" + text + "\"", "没有名为“" + text + "”的标签"},
                     {"names are matched exactly", "名称须完全一致"});
    }
    put.kind = found->kind;
    if (!takes(found->kind, rule)) {
      const std::string text(name_of(rule));
      return failure(
          ErrorCode::BadInput,
          {"\"" + found->name + "\" cannot be merged by " + text,
           "“" + found->name + "”不能按 " + text + " 合并"},
          {"numbers take latest, survivor, max, min and sum; dates all of these but sum; "
           "categories "
           "latest and survivor; flags and sets are always united, events always added",
           "数值可用 latest、survivor、max、min、sum；日期可用除 sum 外的各项；类别可用 latest、"
           "survivor；标记与集合始终取并集，行为始终相加"});
    }
    return txn.put_merge_rule(found->field, rule);
  }));
  return put;
}

}  // namespace tagline::server
