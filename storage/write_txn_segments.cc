// Saved segments and loads of a WriteTxn.
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
  return old && old->list != segment.list ? rep_->release_list(old->list) : Status();
}

Status WriteTxn::erase_segment(std::string_view name) {
  TAGLINE_ASSIGN_OR_RETURN(const auto old, segment(name));
  if (!old) {
    const std::string text(name);
    return failure(ErrorCode::NotFound, {"there is no segment named \"" + text + "\"",
                                         "没有名为 \"" + text + "\" 的人群"});
  }
  TAGLINE_RETURN_IF_ERROR(rep_->txn.erase(KeySpace::Segments, bytes_of(name)));
  return rep_->release_list(old->list);
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
