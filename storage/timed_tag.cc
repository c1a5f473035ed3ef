#include "storage/timed_tag.h"

#include "storage/record_codec.h"

#include <string_view>

namespace tagline::storage {
namespace {

constexpr std::string_view kTimesPrefix = "times/";

Result<engine::FieldId> tag_of(Bytes value) {
  const auto tag = parse_key<1>(value);
  if (!tag || (*tag)[0] == 0) {
    return damaged_record("whose times a field has cannot be read",
                          "无法读取更新时间字段所属的标签");
  }
  return (*tag)[0];
}

}  // namespace

std::string timed_tag_key(engine::FieldId times) {
  const auto number = make_key<1>({times});
  return std::string(kTimesPrefix) + std::string(text_of(number));
}

Result<std::optional<engine::FieldId>> find_timed_tag(const Transaction& txn,
                                                      engine::FieldId field) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes,
                           txn.get(KeySpace::Settings, bytes_of(timed_tag_key(field))));
  if (!bytes) {
    return std::optional<engine::FieldId>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::FieldId tag, tag_of(*bytes));
  return std::optional(tag);
}

Result<std::vector<std::pair<engine::FieldId, engine::FieldId>>> read_timed_tags(
    const Transaction& txn) {
  std::vector<std::pair<engine::FieldId, engine::FieldId>> timed;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Settings));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.seek(bytes_of(kTimesPrefix)));
  while (entry && text_of(entry->key).starts_with(kTimesPrefix)) {
    const auto times = parse_key<1>(entry->key.subspan(kTimesPrefix.size()));
    TAGLINE_ASSIGN_OR_RETURN(const engine::FieldId tag, tag_of(entry->value));
    timed.emplace_back(times ? (*times)[0] : 0, tag);
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return timed;
}

}  // namespace tagline::storage
