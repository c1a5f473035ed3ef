// The life of values: tags and their fields of times name each other, and whoever has a value of
// such a tag, and nobody else, has a time of it.
#include "storage/fragment_value.h"
#include "storage/timed_tag.h"
#include "storage/verifier.h"

#include <string>
#include <utility>

namespace tagline::storage {

using engine::Bitmap;
using engine::ShardId;

Status Verifier::check_timed_tags() {
  const auto timed = read_timed_tags(txn);
  if (!timed.has_value()) {
    problem(timed.error().message().en, timed.error().message().zh);
    return {};
  }
  for (const auto& [times, tag] : *timed) {
    const auto known = tags.find(tag);
    const std::string number = std::to_string(times);
    if (known == tags.end() || known->second.times != times) {
      problem("the times in field " + number + " are of tag " + std::to_string(tag) +
                  ", which has others",
              "字段 " + number + " 中的更新时间属于标签 " + std::to_string(tag) +
                  "，但该标签并不使用它");
    } else if (may_own(times, "the times of \"" + known->second.name + "\"",
                       "\"" + known->second.name + "\" 的更新时间")) {
      fields[times] = KnownField{0, "(when " + known->second.name + " was written)", true};
    }
  }
  for (const auto& [field, tag] : tags) {
    if (tag.times != 0 && !fields.contains(tag.times)) {
      problem("tag \"" + tag.name + "\": the times of its values are nowhere",
              "标签 \"" + tag.name + "\"：找不到其取值的更新时间");
    }
  }
  return {};
}

Status Verifier::check_times() {
  const auto row = [&](engine::FieldId field, ShardId shard) -> Result<Bitmap> {
    const engine::RowKey key{field, engine::kExistsRow};
    TAGLINE_ASSIGN_OR_RETURN(
        const auto stored, txn.get(KeySpace::Fragments, make_key<3>({key.field, key.row, shard})));
    Bitmap members;
    if (stored) {
      auto read = copy_fragment(*stored);  // one that is damaged is reported as a fragment
      members = read.has_value() ? std::move(*read) : Bitmap();
    }
    return with_changes(key, shard, std::move(members));
  };
  for (const auto& [field, tag] : tags) {
    for (ShardId shard = 0;
         tag.times != 0 && (std::uint64_t{shard} << engine::kShardBits) < meta.user_limit;
         ++shard) {
      TAGLINE_ASSIGN_OR_RETURN(const Bitmap have, row(field, shard));
      TAGLINE_ASSIGN_OR_RETURN(const Bitmap timed, row(tag.times, shard));
      if (!(have == timed)) {
        const std::string in = std::to_string(shard);
        problem(
            "tag \"" + tag.name + "\", shard " + in +
                ": who has a value is not who has a time of it",
            "标签 \"" + tag.name + "\" 第 " + in + " 分区：有取值的用户与有更新时间的用户不一致");
      }
    }
  }
  return {};
}

Bitmap Verifier::with_changes(engine::RowKey row, ShardId shard, Bitmap members) const {
  const Delta::Part* part = changes->part(row, shard);
  if (part == nullptr) {
    return members;
  }
  const CellShape shape = changes->cell(row)->shape;
  std::vector<std::uint32_t> changed;
  std::vector<std::uint32_t> inside;
  for (std::uint32_t block = 0; block < part->blocks.size(); ++block) {
    if (part->blocks[block] == nullptr) {
      continue;
    }
    for (const DeltaBlock::Member& member : part->blocks[block]->members()) {
      changed.push_back(block * engine::kBlockUsers + member.user);
      if (member.value.has_value() && in_row(shape, row.row, *member.value)) {
        inside.push_back(changed.back());
      }
    }
  }
  members.subtract(Bitmap::of(changed));
  members.add_many(inside);
  return members;
}

}  // namespace tagline::storage
