#include "server/segment_names.h"

#include "dsl/check.h"
#include "dsl/lower.h"
#include "dsl/names.h"
#include "dsl/print.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace tagline::server {
namespace {

tl::unexpected<Error> not_found(const dsl::Catalogue& catalogue, const std::string& name) {
  const auto near = dsl::Names(catalogue).near_segments(name);
  Hint hint{
      {"`tagline segment list` shows all of them", "用 `tagline segment list` 可查看全部人群"},
      {"GET /v1/segments lists them", "GET /v1/segments 可查看全部人群"},
      {"\\segments lists them", "\\segments 可列出全部人群"}};
  if (!near.empty()) {
    hint = Text{"the closest name is " + near.front(), "最接近的是 " + near.front()};
  }
  return failure(ErrorCode::NotFound,
                 {"there is no segment named " + name, "没有名为“" + name + "”的人群"}, hint);
}

}  // namespace

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<std::string> normal_segment_name(const std::string& name) {
  const auto refused = [&](const std::string& en, const std::string& zh) {
    return failure(ErrorCode::BadInput,
                   {"a segment cannot be called so: " + en, "人群名称不可用：" + zh},
                   {"use letters, digits, Chinese characters and single blanks between words",
                    "请用文字、数字和词间空格"});
  };
  const Text what{"the segment's name", "人群名称"};
  TAGLINE_RETURN_IF_ERROR(ingest::check_shown(ingest::trim(name), ErrorCode::BadInput, what));
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
  TAGLINE_RETURN_IF_ERROR(ingest::check_addressable(normal, ErrorCode::BadInput, what));
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

Result<std::string> stored_segment_name(const dsl::Catalogue& catalogue, const std::string& name) {
  dsl::Names names(catalogue);
  const dsl::Segment* found = names.segment(name);
  if (found == nullptr) {
    return not_found(catalogue, name);
  }
  return found->name;
}

std::string segment_reference(const std::string& name) {
  return "@" + dsl::write_name(name);
}

std::string segment_references(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + segment_reference(name);
  }
  return text;
}

Result<std::uint64_t> count_of(const dsl::Bound& bound, const storage::Snapshot& snapshot,
                               const engine::ExecuteOptions& options) {
  engine::Plan plan;
  const engine::NodeId root = dsl::lower(bound, plan);
  return engine::count(plan, root, snapshot, options);
}

Status check_card(const SegmentCard& card) {
  const auto check = [](const std::string& text, const std::string& name) {
    return ingest::check_shown(text, ErrorCode::BadInput, {name, name});
  };
  for (const auto& [text, name] :
       {std::pair(&card.title_en, "title.en"), std::pair(&card.title_zh, "title.zh-CN"),
        std::pair(&card.description, "description"), std::pair(&card.owner, "owner")}) {
    if (text->has_value()) {
      TAGLINE_RETURN_IF_ERROR(check(**text, name));
    }
  }
  for (std::size_t i = 0; card.labels.has_value() && i < card.labels->size(); ++i) {
    TAGLINE_RETURN_IF_ERROR(check((*card.labels)[i], "labels[" + std::to_string(i) + "]"));
  }
  return {};
}

void apply(const SegmentCard& card, storage::SegmentRecord& record) {
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

std::vector<storage::RuleRecord> rules_with_current(std::vector<storage::RuleRecord> stored,
                                                    const storage::SegmentRecord& record) {
  if (stored.empty() && record.list == 0) {
    storage::RuleRecord rule;
    rule.number = 1;
    rule.expression = record.expression;
    rule.saved_s = record.updated_s;
    stored.push_back(std::move(rule));
  }
  return stored;
}

}  // namespace tagline::server
