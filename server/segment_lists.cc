// Segments: static lists, given as ids or frozen from a segment.
#include "server/day_text.h"
#include "server/drafted_write.h"
#include "server/id_list.h"
#include "server/segment_history.h"
#include "server/segment_members.h"
#include "server/segment_names.h"
#include "server/segment_rules.h"
#include "server/segment_taken.h"
#include "server/segments.h"
#include "server/vocabulary.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

using storage::OriginRecord;
using storage::SegmentRecord;
using storage::Snapshot;
using storage::WriteTxn;

/// Why the list of this name cannot be replaced.
std::optional<Error> refuse_list(const SegmentRecord& stored,
                                 const std::optional<OriginRecord>& origin) {
  const std::string name = segment_reference(stored.name);
  if (stored.list == 0) {
    return Error(ErrorCode::SchemaConflict,
                 {name + " is a rule, not a list of ids", name + " 是规则，不是静态名单"},
                 {"delete it first, or choose another name", "请先删除它，或换一个名称"});
  }
  if (origin.has_value()) {
    return Error(ErrorCode::SchemaConflict,
                 {name + " is frozen: it holds who was in " + segment_reference(origin->source),
                  name + " 已冻结：其内容取自 " + segment_reference(origin->source)},
                 {"delete it first, or choose another name", "请先删除它，或换一个名称"});
  }
  return std::nullopt;
}

/// Who was in a segment at the point that is kept of it.
Outcome<SegmentMembers> recorded_members(const Snapshot& snapshot, const std::string& name,
                                         std::chrono::sys_days day, const Edit& edit) {
  SegmentMembers members;
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
  OriginRecord& origin = members.origin;
  TAGLINE_ASSIGN_OR_RETURN(origin.source, stored_segment_name(catalogue, name));
  TAGLINE_ASSIGN_OR_RETURN(const auto record, snapshot.segment(origin.source));
  if (auto refusal = refuse_segment_changed(edit, record, origin.source); refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  TAGLINE_ASSIGN_OR_RETURN(auto history, snapshot.history(origin.source));
  if (!history.has_value()) {
    history.emplace().segment = origin.source;
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::size_t at, point_since(*history, day));
  const storage::HistoryPoint& point = history->points[at];
  origin.rule = point.rule;
  TAGLINE_ASSIGN_OR_RETURN(const auto rules, snapshot.rules(origin.source));
  for (const storage::RuleRecord& rule : rules) {
    if (rule.number == point.rule) {
      origin.expression = rule.expression;  // else it was a list, or is not kept any more
    }
  }
  origin.as_of = point.day;
  origin.data_version = point.version;
  origin.population = point.population;
  TAGLINE_ASSIGN_OR_RETURN(members.users, snapshot.members_at(*history, at));
  return members;
}

/// "buyers_20260131": needs no quotes where the segment's name needs none.
std::string name_of_day(const std::string& segment, std::chrono::sys_days day) {
  std::string text = day_text(day);
  std::erase(text, '-');
  return segment + "_" + text;
}

}  // namespace

Outcome<ImportedList> Segments::import_list(const std::string& name, const std::string& file,
                                            const SegmentCard& card, const Edit& edit,
                                            const ReadProgress& progress) {
  UserFinder finder(store_, execute_.budget);
  const auto take = [&](std::string id) { return finder.add(std::move(id)); };
  TAGLINE_RETURN_IF_ERROR(read_ids(file, IdLines::Plain, {file, file}, take, progress));
  TAGLINE_ASSIGN_OR_RETURN(ListedUsers listed, finder.found());
  return put_list(name, std::move(listed), {"in " + file, file + " 中"}, card, edit);
}

Outcome<ImportedList> Segments::put_list(const std::string& name, ListedUsers listed,
                                         const Text& where, const SegmentCard& card,
                                         const Edit& edit) {
  TAGLINE_ASSIGN_OR_RETURN(const std::string normal, normal_segment_name(name));
  TAGLINE_RETURN_IF_ERROR(check_card(card));
  ImportedList imported;
  imported.listed = std::move(listed);
  const engine::Bitmap& members = imported.listed.users;
  std::optional<Refusal> refusal;
  const Status written = store_.write([&](WriteTxn& txn) -> Status {
    SavedSegment& saved = imported.saved;
    saved = {};
    TAGLINE_ASSIGN_OR_RETURN(const auto stored, txn.segment(normal));
    TAGLINE_ASSIGN_OR_RETURN(
        refusal, store_.read([&](const Snapshot& snapshot) -> Result<std::optional<Refusal>> {
          TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
          return refuse_taken(edit, stored, snapshot, catalogue);
        }));
    if (!refusal.has_value()) {
      refusal = refuse_segment_changed(edit, stored, normal);
    }
    if (refusal.has_value()) {
      return {};
    }
    if (imported.listed.lines == 0) {
      return failure(ErrorCode::BadInput, {"there are no ids " + where.en, where.zh + "没有编号"},
                     {"give at least one id, one a line", "请至少给出一个编号，每行一个"});
    }
    if (members.empty()) {
      return failure(
          ErrorCode::BadInput,
          {"none of the " + std::to_string(imported.listed.lines) + " ids " + where.en +
               " is known here",
           where.zh + "的 " + std::to_string(imported.listed.lines) + " 个编号在此都不存在"},
          {"ids are matched exactly, one a line; check that the file lists the ids this "
           "database was loaded with",
           "编号须完全一致，每行一个；请确认文件所列正是装入时使用的编号"});
    }
    if (stored.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(const auto origin, txn.origin(normal));
      if (const auto refused = refuse_list(*stored, origin); refused.has_value()) {
        return tl::unexpected(*refused);
      }
    }
    saved.created = !stored.has_value();
    saved.record = stored.value_or(SegmentRecord{});
    saved.record.name = normal;
    if (saved.created) {
      TAGLINE_ASSIGN_OR_RETURN(saved.record.list, txn.new_field());
      saved.record.created_s = now_s();
    }
    saved.record.updated_s = change_s(saved.record);
    apply(card, saved.record);
    saved.count = members.cardinality();
    saved.revision = revision_of(saved.record);
    TAGLINE_RETURN_IF_ERROR(txn.put_segment(saved.record));
    return write_list(txn, saved.record.list, members);
  });
  TAGLINE_RETURN_IF_ERROR(written);
  if (refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  TAGLINE_ASSIGN_OR_RETURN(imported.saved.population, store_.read([](const Snapshot& snapshot) {
    return snapshot.population();
  }));
  return imported;
}

Outcome<FrozenSegment> Segments::freeze(const std::string& name, const FreezeRequest& request,
                                        const Edit& edit) {
  TAGLINE_RETURN_IF_ERROR(check_card(request.card));
  FrozenSegment frozen;
  std::optional<Refusal> refusal;
  engine::Bitmap users;
  const auto read = [&](const Snapshot& snapshot) -> Result<bool> {
    frozen = {};
    auto members = request.recorded.has_value()
                       ? recorded_members(snapshot, name, *request.recorded, edit)
                       : segment_members(snapshot, name, request.as_of, edit, execute_);
    if (!members.has_value()) {
      refusal = std::move(members).error();
      return false;
    }
    refusal.reset();
    users = std::move(members->users);
    frozen.origin = std::move(members->origin);
    return true;
  };
  const auto write = [&](WriteTxn& txn) -> Status {
    OriginRecord& origin = frozen.origin;
    const std::chrono::sys_days day{std::chrono::days(origin.as_of)};
    TAGLINE_ASSIGN_OR_RETURN(
        origin.name, normal_segment_name(request.name.value_or(name_of_day(origin.source, day))));
    TAGLINE_ASSIGN_OR_RETURN(const auto taken, txn.segment(origin.name));
    if (taken.has_value()) {
      return failure(ErrorCode::SchemaConflict,
                     {"there is a segment named " + origin.name + " already",
                      "已经有名为“" + origin.name + "”的人群"},
                     {"choose another name", "请换一个名称"});
    }
    origin.taken_s = now_s();
    origin.author = edit.author;
    SavedSegment& saved = frozen.saved;
    saved.created = true;
    saved.record.name = origin.name;
    saved.record.created_s = origin.taken_s;
    saved.record.updated_s = origin.taken_s;
    apply(request.card, saved.record);
    TAGLINE_ASSIGN_OR_RETURN(saved.record.list, txn.new_field());
    saved.count = users.cardinality();
    saved.population = origin.population;
    saved.revision = revision_of(saved.record);
    TAGLINE_RETURN_IF_ERROR(txn.put_segment(saved.record));
    TAGLINE_RETURN_IF_ERROR(txn.put_origin(origin));
    return write_list(txn, saved.record.list, users);
  };
  TAGLINE_RETURN_IF_ERROR(write_drafted(store_, read, write));
  if (refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  return frozen;
}

Outcome<SegmentList> Segments::frozen(const std::string& name) {
  return store_.read([&](const Snapshot& snapshot) -> Outcome<SegmentList> {
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
    TAGLINE_ASSIGN_OR_RETURN(const std::string source, stored_segment_name(catalogue, name));
    SegmentList list;
    TAGLINE_ASSIGN_OR_RETURN(list.population, snapshot.population());
    TAGLINE_ASSIGN_OR_RETURN(auto origins, snapshot.origins());
    std::stable_sort(origins.begin(), origins.end(),
                     [](const auto& a, const auto& b) { return a.taken_s < b.taken_s; });
    for (OriginRecord& origin : origins) {
      if (origin.source_gone || origin.source != source) {
        continue;
      }
      TAGLINE_ASSIGN_OR_RETURN(const auto record, snapshot.segment(origin.name));
      if (!record.has_value()) {
        continue;  // verify tells
      }
      SegmentSummary summary;
      summary.record = *record;
      summary.revision = revision_of(*record);
      TAGLINE_ASSIGN_OR_RETURN(summary.count,
                               snapshot.cardinality({record->list, engine::kFlagRow}));
      summary.origin = std::move(origin);
      list.segments.push_back(std::move(summary));
    }
    list.total = list.segments.size();
    return list;
  });
}

}  // namespace tagline::server
