// Saved segments, their rules and origins, and loads of a WriteTxn.
#include "storage/catalogue_reader.h"
#include "storage/record_limits.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <cstdint>
#include <string>

namespace tagline::storage {

namespace {

constexpr std::uint64_t kRowsEnd = std::uint64_t{1} << 32U;

}  // namespace

Status WriteTxn::Rep::release_list(engine::FieldId list) {
  if (list == 0) {
    return {};
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto segments, read_segments(txn));
  for (const SegmentRecord& other : segments) {
    if (other.list == list) {
      return {};
    }
  }
  // A damaged record must not take a tag's rows along.
  TAGLINE_RETURN_IF_ERROR(check_bare_field(list, "a static list", "静态名单"));
  return erase_rows(list, 0, kRowsEnd, [](engine::RowId) {});
}

Status WriteTxn::put_segment(const SegmentRecord& segment) {
  TAGLINE_RETURN_IF_ERROR(check_limits(segment));
  if (segment.expression.empty() == (segment.list == 0)) {
    return failure(ErrorCode::Internal,
                   {"segment \"" + segment.name + "\" is not either an expression or a list",
                    "人群 \"" + segment.name + "\" 应为表达式或名单之一"});
  }
  if (segment.list != 0) {
    TAGLINE_RETURN_IF_ERROR(rep_->check_bare_field(segment.list,
                                                   "the list of segment \"" + segment.name + "\"",
                                                   "人群 \"" + segment.name + "\" 的名单"));
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto old, this->segment(segment.name));
  RecordWriter record;
  encode(segment, record);
  TAGLINE_RETURN_IF_ERROR(
      rep_->put_if_new(KeySpace::Segments, bytes_of(segment.name), record.bytes()));
  if (old && segment.list != 0) {
    TAGLINE_RETURN_IF_ERROR(rep_->erase_rules(segment.name));
  }
  if (!old || old->list == segment.list) {
    return {};
  }
  TAGLINE_RETURN_IF_ERROR(rep_->txn.erase(KeySpace::Origins, bytes_of(segment.name)));
  return rep_->release_list(old->list);
}

Status WriteTxn::Rep::erase_rules(std::string_view segment) {
  TAGLINE_ASSIGN_OR_RETURN(const auto rules, read_rules(txn, segment));
  for (const RuleRecord& rule : rules) {
    TAGLINE_RETURN_IF_ERROR(txn.erase(KeySpace::Rules, bytes_of(rule_key(segment, rule.number))));
  }
  return {};
}

Status WriteTxn::Rep::store_origin(const OriginRecord& origin) {
  RecordWriter record;
  encode(origin, record);
  return put_if_new(KeySpace::Origins, bytes_of(origin.name), record.bytes());
}

Status WriteTxn::Rep::tell_lists_from(std::string_view source,
                                      const std::function<void(OriginRecord&)>& change) {
  TAGLINE_ASSIGN_OR_RETURN(auto origins, read_origins(txn));
  for (OriginRecord& origin : origins) {
    if (origin.source == source && !origin.source_gone) {
      change(origin);
      TAGLINE_RETURN_IF_ERROR(store_origin(origin));
    }
  }
  return {};
}

Status WriteTxn::erase_segment(std::string_view name) {
  TAGLINE_ASSIGN_OR_RETURN(const auto old, segment(name));
  if (!old) {
    const std::string text(name);
    return failure(ErrorCode::NotFound, {"there is no segment named \"" + text + "\"",
                                         "没有名为 \"" + text + "\" 的人群"});
  }
  TAGLINE_RETURN_IF_ERROR(rep_->txn.erase(KeySpace::Segments, bytes_of(name)));
  TAGLINE_RETURN_IF_ERROR(rep_->erase_rules(name));
  TAGLINE_RETURN_IF_ERROR(rep_->erase_history(name));
  TAGLINE_RETURN_IF_ERROR(rep_->txn.erase(KeySpace::Origins, bytes_of(name)));
  TAGLINE_RETURN_IF_ERROR(
      rep_->tell_lists_from(name, [](OriginRecord& origin) { origin.source_gone = true; }));
  return rep_->release_list(old->list);
}

Status WriteTxn::rename_segment(std::string_view from, const SegmentRecord& to) {
  TAGLINE_ASSIGN_OR_RETURN(const auto taken, segment(to.name));
  if (taken) {
    return failure(ErrorCode::SchemaConflict,
                   {"there is a segment named \"" + to.name + "\" already",
                    "已经有名为 \"" + to.name + "\" 的人群"},
                   {"choose another name", "请换一个名称"});
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto old_rules, rules(from));
  TAGLINE_ASSIGN_OR_RETURN(auto old_origin, origin(from));
  // A list keeps its rows: the new record has its field before the old one goes.
  TAGLINE_RETURN_IF_ERROR(put_segment(to));
  for (const RuleRecord& rule : old_rules) {
    TAGLINE_RETURN_IF_ERROR(put_rule(to.name, rule));
  }
  if (old_origin) {
    old_origin->name = to.name;
    TAGLINE_RETURN_IF_ERROR(rep_->store_origin(*old_origin));
  }
  TAGLINE_ASSIGN_OR_RETURN(auto history, this->history(from));
  if (history) {
    // The rows stay where they are, so the old name must not take them along.
    history->segment = to.name;
    TAGLINE_RETURN_IF_ERROR(rep_->store_history(*history));
    TAGLINE_RETURN_IF_ERROR(rep_->txn.erase(KeySpace::Histories, bytes_of(from)));
  }
  TAGLINE_RETURN_IF_ERROR(
      rep_->tell_lists_from(from, [&](OriginRecord& origin) { origin.source = to.name; }));
  return erase_segment(from);
}

Result<std::vector<RuleRecord>> WriteTxn::rules(std::string_view segment) const {
  return read_rules(rep_->txn, segment);
}

Status WriteTxn::put_rule(const std::string& segment, const RuleRecord& rule) {
  TAGLINE_RETURN_IF_ERROR(check_limits(segment, rule));
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, this->segment(segment));
  const std::string number = std::to_string(rule.number);
  bool fits =
      stored.has_value() && stored->list == 0 && rule.number != 0 && !rule.expression.empty();
  if (fits) {
    TAGLINE_ASSIGN_OR_RETURN(const std::uint32_t oldest, first_rule(rep_->txn, segment));
    fits = oldest == 0 || rule.number == oldest;
    if (!fits && rule.number > oldest) {
      TAGLINE_ASSIGN_OR_RETURN(
          const auto before,
          rep_->txn.get(KeySpace::Rules, bytes_of(rule_key(segment, rule.number - 1))));
      fits = before.has_value();
    }
  }
  if (!fits) {
    return failure(ErrorCode::Internal,
                   {"rule " + number + " of segment \"" + segment + "\" fits nowhere",
                    "人群 \"" + segment + "\" 的第 " + number + " 条规则无处可放"});
  }
  RecordWriter record;
  encode(rule, record);
  return rep_->put_if_new(KeySpace::Rules, bytes_of(rule_key(segment, rule.number)),
                          record.bytes());
}

Status WriteTxn::drop_rules_before(std::string_view segment, std::uint32_t number) {
  TAGLINE_ASSIGN_OR_RETURN(std::uint32_t oldest,
                           possible_key(segment) ? first_rule(rep_->txn, segment) : 0);
  for (; oldest != 0 && oldest < number; ++oldest) {
    TAGLINE_RETURN_IF_ERROR(rep_->txn.erase(KeySpace::Rules, bytes_of(rule_key(segment, oldest))));
  }
  return {};
}

Status WriteTxn::put_origin(const OriginRecord& origin) {
  TAGLINE_RETURN_IF_ERROR(check_limits(origin));
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, segment(origin.name));
  if (!stored || stored->list == 0) {
    return failure(ErrorCode::Internal, {"\"" + origin.name + "\" is no static list",
                                         "\"" + origin.name + "\" 不是静态名单"});
  }
  return rep_->store_origin(origin);
}

Result<std::optional<OriginRecord>> WriteTxn::origin(std::string_view list) const {
  return find_origin(rep_->txn, list);
}

Result<std::optional<SegmentRecord>> WriteTxn::segment(std::string_view name) const {
  return find_segment(rep_->txn, name);
}

Result<std::vector<SegmentRecord>> WriteTxn::segments() const {
  return read_segments(rep_->txn);
}

Status WriteTxn::put_load(const LoadRecord& load) {
  TAGLINE_RETURN_IF_ERROR(check_limits(load));
  TAGLINE_ASSIGN_OR_RETURN(const auto known, find_load(load.id));
  if (known) {
    return failure(ErrorCode::SchemaConflict,
                   {"load \"" + load.id + "\" has been added already, from " + known->file,
                    "导入 \"" + load.id + "\" 已添加过，来自 " + known->file});
  }
  RecordWriter record;
  encode(load, record);
  return rep_->txn.put(KeySpace::Loads, bytes_of(load.id), record.bytes());
}

Result<std::optional<LoadRecord>> WriteTxn::find_load(std::string_view id) const {
  return storage::find_load(rep_->txn, id);
}

}  // namespace tagline::storage
