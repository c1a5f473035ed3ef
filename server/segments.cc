#include "server/segments.h"

#include "dsl/check.h"
#include "dsl/display.h"
#include "server/as_of.h"
#include "server/drafted_write.h"
#include "server/segment_graph.h"
#include "server/segment_names.h"
#include "server/segment_rules.h"
#include "server/segment_taken.h"
#include "server/text_search.h"
#include "server/vocabulary.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

using storage::SegmentRecord;
using storage::Snapshot;
using storage::WriteTxn;

dsl::Segment& entry(dsl::Catalogue& catalogue, const std::string& name) {
  const auto found =
      std::find_if(catalogue.segments.begin(), catalogue.segments.end(),
                   [&](const dsl::Segment& segment) { return segment.name == name; });
  return found == catalogue.segments.end() ? catalogue.segments.emplace_back() : *found;
}

/// Segments that could be run with `before` and cannot with `after`.
std::vector<std::string> newly_broken(const std::vector<std::string>& users,
                                      const dsl::Catalogue& before, const dsl::Catalogue& after,
                                      const dsl::CheckOptions& options) {
  std::vector<std::string> broken;
  for (const std::string& user : users) {
    if (dsl::check(segment_reference(user), before, options).ok &&
        !dsl::check(segment_reference(user), after, options).ok) {
      broken.push_back(user);
    }
  }
  return broken;
}

Outcome<SegmentSummary> summarise(const SegmentRecord& record, const dsl::Catalogue& catalogue,
                                  const SegmentGraph& graph, const dsl::CheckOptions& options,
                                  const Snapshot& snapshot, const engine::ExecuteOptions& execute) {
  SegmentSummary summary;
  summary.record = record;
  summary.revision = revision_of(record);
  summary.time_zone = snapshot.time_zone();
  TAGLINE_ASSIGN_OR_RETURN(summary.origin, snapshot.origin(record.name));
  summary.uses = graph.uses(record.name);
  summary.used_by = graph.used_by(record.name);
  const std::string text = record.list != 0 ? segment_reference(record.name) : record.expression;
  dsl::Checked checked = dsl::check(text, catalogue, options);
  summary.canonical = record.list != 0 ? std::string() : checked.canonical;
  if (!checked.ok) {
    summary.faults = std::move(checked.errors);
    return summary;
  }
  if (record.list == 0) {
    summary.warnings = std::move(checked.warnings);
  }
  TAGLINE_ASSIGN_OR_RETURN(summary.count, count_of(checked.bound, snapshot, execute));
  return summary;
}

/// Why a segment cannot take a new name: as for a definition under that name, which rules may have
/// named before anything had it. A rule that is broken otherwise may be renamed.
Result<std::optional<Refusal>> refuse_rename(const Snapshot& snapshot, const std::string& from,
                                             const std::string& to) {
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue before, vocabulary_of(snapshot));
  dsl::CheckOptions options;
  TAGLINE_ASSIGN_OR_RETURN(options.as_of, as_of_day(std::nullopt, snapshot));
  dsl::Catalogue after = before;
  for (dsl::Segment& segment : after.segments) {
    if (segment.expression.has_value()) {
      segment.expression = renamed_in(*segment.expression, before, from, to);
    }
  }
  dsl::Segment moved = entry(after, from);
  std::erase_if(after.segments, [&](const dsl::Segment& segment) { return segment.name == from; });
  moved.name = to;
  if (moved.expression.has_value()) {
    std::vector<dsl::Diagnostic> faults =
        dsl::check_segment_definition(to, *moved.expression, after, options).errors;
    std::erase_if(faults, [](const dsl::Diagnostic& fault) {
      return fault.code != "segment-cycle" && fault.code != "segment-too-deep";
    });
    if (!faults.empty()) {
      Refusal refusal(std::move(faults));
      refusal.text = *moved.expression;
      return std::optional<Refusal>(std::move(refusal));
    }
  }
  after.segments.push_back(std::move(moved));
  const auto broken = newly_broken(SegmentGraph(after).all_users_of(to), before, after, options);
  if (broken.empty()) {
    return std::optional<Refusal>();
  }
  return std::optional<Refusal>(Error(
      ErrorCode::InUse,
      {"under this name these segments could no longer be computed: " + segment_references(broken),
       "采用这个名称后，以下人群将无法计算：" + segment_references(broken)},
      {"change those first, or choose another name", "请先修改它们，或换一个名称"}));
}

/// What a save needs to know of the committed state.
struct Draft {
  SavedSegment saved;
  SegmentRecord before;  ///< as it is stored; nothing in it: there is none
  std::chrono::sys_days as_of;
  std::optional<Refusal> refusal;
};

Result<Draft> draft_rule(const Snapshot& snapshot, const std::string& name,
                         const std::string& expression, std::optional<std::chrono::sys_days> as_of,
                         const Edit& edit, const engine::ExecuteOptions& execute) {
  Draft draft;
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue before, vocabulary_of(snapshot));
  dsl::CheckOptions options;
  TAGLINE_ASSIGN_OR_RETURN(options.as_of, as_of_day(as_of, snapshot));
  draft.as_of = options.as_of;
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, snapshot.segment(name));
  TAGLINE_ASSIGN_OR_RETURN(draft.refusal, refuse_taken(edit, stored, snapshot, before));
  if (!draft.refusal.has_value()) {
    draft.refusal = refuse_segment_changed(edit, stored, name);
  }
  if (draft.refusal.has_value()) {
    return draft;
  }
  if (stored.has_value() && stored->list != 0) {
    draft.refusal =
        Refusal(Error(ErrorCode::SchemaConflict,
                      {segment_reference(name) + " is a list of ids, not a rule",
                       segment_reference(name) + " 是静态名单，不是规则"},
                      {"delete it first, or choose another name", "请先删除它，或换一个名称"}));
    return draft;
  }
  dsl::Catalogue after = before;
  dsl::Segment& segment = entry(after, name);
  segment.name = name;
  segment.expression = expression;
  dsl::Checked checked = dsl::check(expression, after, options);
  if (!checked.ok) {
    draft.refusal = Refusal(std::move(checked.errors));
    return draft;
  }
  const auto broken = newly_broken(SegmentGraph(after).all_users_of(name), before, after, options);
  if (!broken.empty()) {
    draft.refusal = Refusal(Error(
        ErrorCode::InUse,
        {"with this rule these segments could no longer be computed: " + segment_references(broken),
         "采用这条规则后，以下人群将无法计算：" + segment_references(broken)},
        {"change those first, or save the rule under another name",
         "请先修改它们，或换一个名称保存"}));
    return draft;
  }
  draft.before = stored.value_or(SegmentRecord{});
  draft.saved.created = !stored.has_value();
  draft.saved.canonical = checked.canonical;
  draft.saved.warnings = std::move(checked.warnings);
  TAGLINE_ASSIGN_OR_RETURN(draft.saved.count, count_of(checked.bound, snapshot, execute));
  TAGLINE_ASSIGN_OR_RETURN(draft.saved.population, snapshot.population());
  return draft;
}

/// A rule in the words of both languages: what it is about is found under any of its names.
Text rule_words(const SegmentRecord& record, const dsl::Catalogue& catalogue,
                const dsl::CheckOptions& options) {
  if (record.list != 0) {
    return {};
  }
  const dsl::Checked checked = dsl::check(record.expression, catalogue, options);
  if (checked.canonical.empty()) {
    return {};
  }
  return {dsl::display(checked.tree, catalogue, dsl::Language::English),
          dsl::display(checked.tree, catalogue, dsl::Language::Chinese)};
}

/// How well what people write about a segment answers a search.
std::optional<std::uint64_t> rank_of(const SegmentRecord& record, const Text& rule,
                                     const TextSearch& search) {
  std::vector<TextSearch::Place> places = {
      {record.name, 0},        {record.title.en, 1},   {record.title.zh, 1}, {record.owner, 2},
      {record.description, 3}, {record.expression, 4}, {rule.en, 4},         {rule.zh, 4}};
  for (const std::string& label : record.labels) {
    places.push_back({label, 2});
  }
  return search.rank(places);
}

}  // namespace

std::optional<Refusal> refuse_segment_changed(const Edit& edit,
                                              const std::optional<SegmentRecord>& stored,
                                              const std::string& name) {
  return refuse_changed(edit,
                        stored.has_value() ? std::optional(revision_of(*stored)) : std::nullopt,
                        segment_reference(stored.has_value() ? stored->name : name));
}

Outcome<SavedSegment> Segments::save(const std::string& name, const std::string& expression,
                                     const SegmentCard& card,
                                     std::optional<std::chrono::sys_days> as_of, const Edit& edit) {
  TAGLINE_ASSIGN_OR_RETURN(const std::string normal, normal_segment_name(name));
  TAGLINE_RETURN_IF_ERROR(check_card(card));
  Draft draft;
  const auto read = [&](const Snapshot& snapshot) -> Result<bool> {
    TAGLINE_ASSIGN_OR_RETURN(draft,
                             draft_rule(snapshot, normal, expression, as_of, edit, execute_));
    return !draft.refusal.has_value();
  };
  const auto write = [&](WriteTxn& txn) -> Status {
    SegmentRecord& record = draft.saved.record;
    record = draft.before;
    record.name = normal;
    record.expression = expression;
    apply(card, record);
    if (record != draft.before) {
      record.updated_s = change_s(draft.before);
      record.created_s = draft.saved.created ? record.updated_s : record.created_s;
    }
    TAGLINE_RETURN_IF_ERROR(txn.put_segment(record));
    draft.saved.revision = revision_of(record);
    storage::RuleRecord rule;
    rule.expression = record.expression;
    rule.author = edit.author;
    rule.saved_s = record.updated_s;
    rule.count = draft.saved.count;
    rule.population = draft.saved.population;
    rule.as_of = draft.as_of.time_since_epoch().count();
    TAGLINE_ASSIGN_OR_RETURN(const NumberedRule numbered,
                             put_next_rule(txn, record.name, draft.before, std::move(rule)));
    draft.saved.rule = numbered.number;
    draft.saved.rules_dropped = numbered.dropped;
    return {};
  };
  TAGLINE_RETURN_IF_ERROR(write_drafted(store_, read, write));
  if (draft.refusal.has_value()) {
    return tl::unexpected(std::move(*draft.refusal));
  }
  return std::move(draft.saved);
}

Outcome<SegmentList> Segments::list(std::optional<std::chrono::sys_days> as_of,
                                    const SegmentSearch& how) {
  return store_.read([&](const Snapshot& snapshot) -> Outcome<SegmentList> {
    SegmentList list;
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
    dsl::CheckOptions options;
    TAGLINE_ASSIGN_OR_RETURN(options.as_of, as_of_day(as_of, snapshot));
    TAGLINE_ASSIGN_OR_RETURN(const auto records, snapshot.segments());
    TAGLINE_ASSIGN_OR_RETURN(list.population, snapshot.population());
    const SegmentGraph graph(catalogue);
    const TextSearch search(how.text);
    std::vector<std::pair<std::uint64_t, const SegmentRecord*>> found;
    for (const SegmentRecord& record : records) {
      const Text rule = search.empty() ? Text{} : rule_words(record, catalogue, options);
      if (const auto rank = rank_of(record, rule, search); rank.has_value()) {
        found.emplace_back(*rank, &record);
      }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    list.total = found.size();
    const std::size_t begin = std::min<std::uint64_t>(how.offset, found.size());
    const std::size_t end = begin + std::min<std::uint64_t>(how.limit, found.size() - begin);
    for (std::size_t at = begin; at < end; ++at) {
      TAGLINE_ASSIGN_OR_RETURN(auto summary, summarise(*found[at].second, catalogue, graph, options,
                                                       snapshot, execute_));
      list.segments.push_back(std::move(summary));
    }
    return list;
  });
}

Outcome<SegmentSummary> Segments::show(const std::string& name,
                                       std::optional<std::chrono::sys_days> as_of) {
  return store_.read([&](const Snapshot& snapshot) -> Outcome<SegmentSummary> {
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
    TAGLINE_ASSIGN_OR_RETURN(const std::string stored, stored_segment_name(catalogue, name));
    TAGLINE_ASSIGN_OR_RETURN(const auto record, snapshot.segment(stored));
    dsl::CheckOptions options;
    TAGLINE_ASSIGN_OR_RETURN(options.as_of, as_of_day(as_of, snapshot));
    return summarise(record.value(), catalogue, SegmentGraph(catalogue), options, snapshot,
                     execute_);
  });
}

Outcome<RenamedSegment> Segments::rename(const std::string& from, const std::string& to,
                                         const Edit& edit) {
  return change(from, to, {}, edit);
}

Outcome<RenamedSegment> Segments::change(const std::string& from,
                                         const std::optional<std::string>& to,
                                         const SegmentCard& card, const Edit& edit) {
  TAGLINE_RETURN_IF_ERROR(check_card(card));
  std::optional<std::string> wanted;
  if (to.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(wanted, normal_segment_name(*to));
  }
  RenamedSegment renamed;
  std::optional<Refusal> refusal;
  const Status written = store_.write([&](WriteTxn& txn) -> Status {
    renamed = {};
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, store_.read(vocabulary_of));
    TAGLINE_ASSIGN_OR_RETURN(const std::string source, stored_segment_name(catalogue, from));
    TAGLINE_ASSIGN_OR_RETURN(const auto record, txn.segment(source));
    refusal = refuse_segment_changed(edit, record, source);
    if (refusal.has_value()) {
      return {};
    }
    const std::string target = wanted.value_or(source);
    SegmentRecord& changed = renamed.record;
    changed = record.value();
    changed.name = target;
    apply(card, changed);
    if (changed != record.value()) {
      changed.updated_s = change_s(*record);
    }
    renamed.revision = revision_of(changed);
    if (source == target) {
      return txn.put_segment(changed);
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto taken, txn.segment(target));
    if (taken.has_value()) {
      return failure(
          ErrorCode::SchemaConflict,
          {"there is a segment named " + target + " already", "已经有名为“" + target + "”的人群"},
          {"choose another name", "请换一个名称"});
    }
    TAGLINE_ASSIGN_OR_RETURN(refusal, store_.read([&](const Snapshot& snapshot) {
      return refuse_rename(snapshot, source, target);
    }));
    if (refusal.has_value()) {
      return {};
    }
    TAGLINE_ASSIGN_OR_RETURN(renamed.rewritten, rename_in_rules(txn, catalogue, source, target));
    return txn.rename_segment(source, changed);
  });
  TAGLINE_RETURN_IF_ERROR(written);
  if (refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  return renamed;
}

Outcome<std::vector<std::string>> Segments::remove(const std::string& name, bool force,
                                                   const Edit& edit) {
  std::vector<std::string> broken;
  std::optional<Refusal> refusal;
  const Status written = store_.write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, store_.read(vocabulary_of));
    TAGLINE_ASSIGN_OR_RETURN(const std::string stored, stored_segment_name(catalogue, name));
    TAGLINE_ASSIGN_OR_RETURN(const auto record, txn.segment(stored));
    refusal = refuse_segment_changed(edit, record, stored);
    if (refusal.has_value()) {
      return {};
    }
    broken = SegmentGraph(catalogue).all_users_of(stored);
    if (!broken.empty() && !force) {
      return failure(
          ErrorCode::InUse,
          {segment_reference(stored) + " is used by " + segment_references(broken),
           segment_reference(stored) + " 正被使用：" + segment_references(broken)},
          Hint{{"change those first, or add --force to delete it and leave them broken",
                "请先修改它们；或加 --force 强行删除（它们将无法计算）"},
               {"change those first, or add force=true to delete it and leave them broken",
                "请先修改它们；或加 force=true 强行删除（它们将无法计算）"},
               {}});
    }
    return txn.erase_segment(stored);
  });
  TAGLINE_RETURN_IF_ERROR(written);
  if (refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  return broken;
}

Result<Segments::Dependents> Segments::dependents(const std::string& name) {
  return store_.read([&](const Snapshot& snapshot) -> Result<Dependents> {
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
    TAGLINE_ASSIGN_OR_RETURN(const std::string stored, stored_segment_name(catalogue, name));
    const SegmentGraph graph(catalogue);
    Dependents dependents;
    dependents.direct = graph.used_by(stored);
    for (std::string& user : graph.all_users_of(stored)) {
      if (!std::binary_search(dependents.direct.begin(), dependents.direct.end(), user)) {
        dependents.indirect.push_back(std::move(user));
      }
    }
    return dependents;
  });
}

}  // namespace tagline::server
