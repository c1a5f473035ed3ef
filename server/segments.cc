#include "server/segments.h"

#include "dsl/check.h"
#include "dsl/lower.h"
#include "dsl/names.h"
#include "dsl/print.h"
#include "engine/execute.h"
#include "ingest/text.h"
#include "server/as_of.h"
#include "server/id_list.h"
#include "server/segment_graph.h"
#include "server/vocabulary.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tagline::server {
namespace {

using storage::SegmentRecord;
using storage::Snapshot;
using storage::WriteTxn;

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A name as it is stored: NFC, without blanks around it.
Result<std::string> normal_name(const std::string& name) {
  const auto refused = [&](const std::string& en, const std::string& zh) {
    return failure(ErrorCode::BadInput,
                   {"a segment cannot be called so: " + en, "人群名称不可用：" + zh},
                   {"use letters, digits, Chinese characters and single blanks between words",
                    "请用文字、数字和词间空格"});
  };
  if (!ingest::is_utf8(name)) {
    return refused("the name is not UTF-8", "名称不是 UTF-8");
  }
  TAGLINE_ASSIGN_OR_RETURN(std::string normal, ingest::to_nfc(ingest::trim(name)));
  if (normal.empty()) {
    return refused("the name is empty", "名称为空");
  }
  if (normal.size() > storage::kNameBytesMax) {
    return refused("the name has " + std::to_string(normal.size()) + " bytes, expected at most " +
                       std::to_string(storage::kNameBytesMax),
                   "名称长 " + std::to_string(normal.size()) + " 字节，最多 " +
                       std::to_string(storage::kNameBytesMax) + " 字节");
  }
  const bool control = std::any_of(normal.begin(), normal.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20U || c == 0x7F;
  });
  if (control) {
    return refused("the name holds a control character", "名称含有控制字符");
  }
  // The name must be writable as @name.
  dsl::Catalogue only;
  only.runnable = false;
  only.segments.push_back({normal, std::nullopt, 0});
  const std::string written = "@" + dsl::write_name(normal);
  if (!dsl::check(written, only, dsl::CheckOptions{}).ok) {
    return refused(written + " could not be read", written + " 无法读出");
  }
  return normal;
}

tl::unexpected<Error> not_found(const dsl::Catalogue& catalogue, const std::string& name) {
  const auto near = dsl::Names(catalogue).near_segments(name);
  Text hint{"tagline segment list shows all", "用 tagline segment list 查看全部人群"};
  if (!near.empty()) {
    hint = {"the closest name is " + near.front(), "最接近的是 " + near.front()};
  }
  return failure(ErrorCode::NotFound,
                 {"there is no segment named " + name, "没有名为“" + name + "”的人群"}, hint);
}

/// The stored name that `name` means.
Result<std::string> resolve(const dsl::Catalogue& catalogue, const std::string& name) {
  dsl::Names names(catalogue);
  const dsl::Segment* found = names.segment(name);
  if (found == nullptr) {
    return not_found(catalogue, name);
  }
  return found->name;
}

dsl::Segment& entry(dsl::Catalogue& catalogue, const std::string& name) {
  const auto found =
      std::find_if(catalogue.segments.begin(), catalogue.segments.end(),
                   [&](const dsl::Segment& segment) { return segment.name == name; });
  return found == catalogue.segments.end() ? catalogue.segments.emplace_back() : *found;
}

Result<std::uint64_t> count_of(const dsl::Bound& bound, const Snapshot& snapshot) {
  engine::Plan plan;
  const engine::NodeId root = dsl::lower(bound, plan);
  return engine::count(plan, root, snapshot);
}

void apply(const SegmentCard& card, SegmentRecord& record) {
  const auto set = [](const auto& given, auto& field) {
    if (given.has_value()) {
      field = *given;
    }
  };
  set(card.title_en, record.title.en);
  set(card.title_zh, record.title.zh);
  set(card.description, record.description);
  set(card.owner, record.owner);
  set(card.labels, record.labels);
}

std::string reference(const std::string& name) {
  return "@" + dsl::write_name(name);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + reference(name);
  }
  return text;
}

/// Segments that could be run with `before` and cannot with `after`.
std::vector<std::string> newly_broken(const std::vector<std::string>& users,
                                      const dsl::Catalogue& before, const dsl::Catalogue& after,
                                      const dsl::CheckOptions& options) {
  std::vector<std::string> broken;
  for (const std::string& user : users) {
    if (dsl::check(reference(user), before, options).ok &&
        !dsl::check(reference(user), after, options).ok) {
      broken.push_back(user);
    }
  }
  return broken;
}

Outcome<SegmentSummary> summarise(const SegmentRecord& record, const dsl::Catalogue& catalogue,
                                  const SegmentGraph& graph, const dsl::CheckOptions& options,
                                  const Snapshot& snapshot) {
  SegmentSummary summary;
  summary.record = record;
  summary.uses = graph.uses(record.name);
  summary.used_by = graph.used_by(record.name);
  const std::string text = record.list != 0 ? reference(record.name) : record.expression;
  dsl::Checked checked = dsl::check(text, catalogue, options);
  summary.canonical = record.list != 0 ? std::string() : checked.canonical;
  if (!checked.ok) {
    summary.faults = std::move(checked.errors);
    return summary;
  }
  TAGLINE_ASSIGN_OR_RETURN(summary.count, count_of(checked.bound, snapshot));
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
  return std::optional<Refusal>(
      Error(ErrorCode::InUse,
            {"under this name these segments could no longer be computed: " + joined(broken),
             "采用这个名称后，以下人群将无法计算：" + joined(broken)},
            {"change those first, or choose another name", "请先修改它们，或换一个名称"}));
}

/// What a save needs to know of the committed state.
struct Draft {
  SavedSegment saved;
  std::optional<Refusal> refusal;
};

Result<Draft> draft_rule(const Snapshot& snapshot, const std::string& name,
                         const std::string& expression,
                         std::optional<std::chrono::sys_days> as_of) {
  Draft draft;
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue before, vocabulary_of(snapshot));
  dsl::CheckOptions options;
  TAGLINE_ASSIGN_OR_RETURN(options.as_of, as_of_day(as_of, snapshot));
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, snapshot.segment(name));
  if (stored.has_value() && stored->list != 0) {
    draft.refusal =
        Refusal(Error(ErrorCode::SchemaConflict,
                      {reference(name) + " is a list of ids, not a rule",
                       reference(name) + " 是静态名单，不是规则"},
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
    draft.refusal = Refusal(
        Error(ErrorCode::InUse,
              {"with this rule these segments could no longer be computed: " + joined(broken),
               "采用这条规则后，以下人群将无法计算：" + joined(broken)},
              {"change those first, or save the rule under another name",
               "请先修改它们，或换一个名称保存"}));
    return draft;
  }
  if (stored.has_value()) {
    draft.saved.record = *stored;
  }
  draft.saved.created = !stored.has_value();
  draft.saved.canonical = checked.canonical;
  draft.saved.warnings = std::move(checked.warnings);
  TAGLINE_ASSIGN_OR_RETURN(draft.saved.count, count_of(checked.bound, snapshot));
  TAGLINE_ASSIGN_OR_RETURN(draft.saved.population, snapshot.population());
  return draft;
}

}  // namespace

Outcome<SavedSegment> Segments::save(const std::string& name, const std::string& expression,
                                     const SegmentCard& card,
                                     std::optional<std::chrono::sys_days> as_of) {
  TAGLINE_ASSIGN_OR_RETURN(const std::string normal, normal_name(name));
  Draft draft;
  // The check reads the committed state inside the write, where nobody else can change it.
  const Status written = store_.write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(draft, store_.read([&](const Snapshot& snapshot) {
      return draft_rule(snapshot, normal, expression, as_of);
    }));
    if (draft.refusal.has_value()) {
      return {};
    }
    SegmentRecord& record = draft.saved.record;
    const SegmentRecord before = record;
    record.name = normal;
    record.expression = expression;
    apply(card, record);
    if (record != before) {
      record.updated_s = now_s();
      record.created_s = draft.saved.created ? record.updated_s : record.created_s;
    }
    return txn.put_segment(record);
  });
  if (!written.has_value()) {
    return tl::unexpected(Refusal(written.error()));
  }
  if (draft.refusal.has_value()) {
    return tl::unexpected(std::move(*draft.refusal));
  }
  return std::move(draft.saved);
}

Outcome<SegmentList> Segments::list(std::optional<std::chrono::sys_days> as_of) {
  return store_.read([&](const Snapshot& snapshot) -> Outcome<SegmentList> {
    SegmentList list;
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
    dsl::CheckOptions options;
    TAGLINE_ASSIGN_OR_RETURN(options.as_of, as_of_day(as_of, snapshot));
    TAGLINE_ASSIGN_OR_RETURN(const auto records, snapshot.segments());
    TAGLINE_ASSIGN_OR_RETURN(list.population, snapshot.population());
    const SegmentGraph graph(catalogue);
    for (const SegmentRecord& record : records) {
      TAGLINE_ASSIGN_OR_RETURN(auto summary,
                               summarise(record, catalogue, graph, options, snapshot));
      list.segments.push_back(std::move(summary));
    }
    return list;
  });
}

Outcome<SegmentSummary> Segments::show(const std::string& name,
                                       std::optional<std::chrono::sys_days> as_of) {
  return store_.read([&](const Snapshot& snapshot) -> Outcome<SegmentSummary> {
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
    TAGLINE_ASSIGN_OR_RETURN(const std::string stored, resolve(catalogue, name));
    TAGLINE_ASSIGN_OR_RETURN(const auto record, snapshot.segment(stored));
    dsl::CheckOptions options;
    TAGLINE_ASSIGN_OR_RETURN(options.as_of, as_of_day(as_of, snapshot));
    return summarise(record.value(), catalogue, SegmentGraph(catalogue), options, snapshot);
  });
}

Outcome<RenamedSegment> Segments::rename(const std::string& from, const std::string& to) {
  TAGLINE_ASSIGN_OR_RETURN(const std::string target, normal_name(to));
  RenamedSegment renamed;
  std::optional<Refusal> refusal;
  const Status written = store_.write([&](WriteTxn& txn) -> Status {
    renamed = {};
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, store_.read(vocabulary_of));
    TAGLINE_ASSIGN_OR_RETURN(const std::string source, resolve(catalogue, from));
    TAGLINE_ASSIGN_OR_RETURN(const auto record, txn.segment(source));
    renamed.record = record.value();
    if (source == target) {
      return {};
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
    for (const std::string& user : SegmentGraph(catalogue).used_by(source)) {
      TAGLINE_ASSIGN_OR_RETURN(auto dependent, txn.segment(user));
      dependent->expression = renamed_in(dependent->expression, catalogue, source, target);
      dependent->updated_s = now_s();
      TAGLINE_RETURN_IF_ERROR(txn.put_segment(*dependent));
      renamed.rewritten.push_back(user);
    }
    // A list keeps its rows: the new record has its field before the old one goes.
    SegmentRecord moved = renamed.record;
    moved.name = target;
    moved.updated_s = now_s();
    renamed.record = moved;
    TAGLINE_RETURN_IF_ERROR(txn.put_segment(moved));
    return txn.erase_segment(source);
  });
  TAGLINE_RETURN_IF_ERROR(written);
  if (refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  return renamed;
}

Result<std::vector<std::string>> Segments::remove(const std::string& name, bool force) {
  std::vector<std::string> broken;
  const Status written = store_.write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, store_.read(vocabulary_of));
    TAGLINE_ASSIGN_OR_RETURN(const std::string stored, resolve(catalogue, name));
    broken = SegmentGraph(catalogue).all_users_of(stored);
    if (!broken.empty() && !force) {
      return failure(ErrorCode::InUse,
                     {reference(stored) + " is used by " + joined(broken),
                      reference(stored) + " 正被使用：" + joined(broken)},
                     {"change those first, or add --force to delete it and leave them broken",
                      "请先修改它们；或加 --force 强行删除（它们将无法计算）"});
    }
    return txn.erase_segment(stored);
  });
  TAGLINE_RETURN_IF_ERROR(written);
  return broken;
}

Result<Segments::Dependents> Segments::dependents(const std::string& name) {
  return store_.read([&](const Snapshot& snapshot) -> Result<Dependents> {
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
    TAGLINE_ASSIGN_OR_RETURN(const std::string stored, resolve(catalogue, name));
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

Result<ImportedList> Segments::import_list(const std::string& name, const std::string& file,
                                           const SegmentCard& card) {
  TAGLINE_ASSIGN_OR_RETURN(const std::string normal, normal_name(name));
  // Read once, before the transaction: it may run again, standard input may not.
  TAGLINE_ASSIGN_OR_RETURN(const std::vector<std::string> ids, read_id_list(file));
  ImportedList imported;
  const Status written = store_.write([&](WriteTxn& txn) -> Status {
    imported = {};
    imported.lines = ids.size();
    engine::Bitmap members;
    std::set<std::string_view> unknown;
    for (const std::string& id : ids) {
      TAGLINE_ASSIGN_OR_RETURN(const auto user, txn.find_user(id));
      if (!user.has_value()) {
        ++imported.unknown;
        if (imported.first_unknown.size() < kUnknownShown && unknown.insert(id).second) {
          imported.first_unknown.push_back(id);
        }
      } else if (members.contains(*user)) {
        ++imported.repeated;
      } else {
        members.add(*user);
      }
    }
    if (members.empty()) {
      return failure(
          ErrorCode::BadInput,
          {"none of the " + std::to_string(ids.size()) + " ids in " + file + " is known here",
           file + " 中的 " + std::to_string(ids.size()) + " 个编号在此都不存在"},
          {"ids are matched exactly, one a line; check that the file lists the ids this "
           "database was loaded with",
           "编号须完全一致，每行一个；请确认文件所列正是装入时使用的编号"});
    }
    SavedSegment& saved = imported.saved;
    TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.segment(normal));
    if (stored.has_value() && stored->list == 0) {
      return failure(ErrorCode::SchemaConflict,
                     {reference(normal) + " is a rule, not a list of ids",
                      reference(normal) + " 是规则，不是静态名单"},
                     {"delete it first, or choose another name", "请先删除它，或换一个名称"});
    }
    saved.created = !stored.has_value();
    saved.record = stored.value_or(SegmentRecord{});
    saved.record.name = normal;
    if (saved.created) {
      TAGLINE_ASSIGN_OR_RETURN(saved.record.list, txn.new_field());
      saved.record.created_s = now_s();
    }
    saved.record.updated_s = now_s();
    apply(card, saved.record);
    saved.count = members.cardinality();
    TAGLINE_RETURN_IF_ERROR(txn.put_segment(saved.record));
    return write_list(txn, saved.record.list, members);
  });
  TAGLINE_RETURN_IF_ERROR(written);
  TAGLINE_ASSIGN_OR_RETURN(imported.saved.population, store_.read([](const Snapshot& snapshot) {
    return snapshot.population();
  }));
  return imported;
}

}  // namespace tagline::server
