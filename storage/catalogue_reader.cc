#include "storage/catalogue_reader.h"

#include "storage/record_codec.h"

#include <utility>

namespace tagline::storage {

namespace {

tl::unexpected<Error> bad_key(KeySpace space) {
  const std::string name(name_of(space));
  return failure(ErrorCode::Corrupt,
                 {"damaged catalogue: a key of \"" + name + "\" has the wrong length",
                  "目录已损坏：键空间 \"" + name + "\" 中有长度错误的键"},
                 {"run \"tagline verify\", then load the data again or restore a backup",
                  "请运行 \"tagline verify\"，然后重新导入数据或恢复备份"});
}

}  // namespace

Result<std::vector<TagRecord>> read_tags(const Transaction& txn) {
  std::vector<TagRecord> tags;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Tags));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    const auto key = parse_key<1>(entry->key);
    if (!key) {
      return bad_key(KeySpace::Tags);
    }
    TAGLINE_ASSIGN_OR_RETURN(auto tag, decode_tag((*key)[0], entry->value));
    tags.push_back(std::move(tag));
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return tags;
}

Result<std::vector<ValueRecord>> read_values(const Transaction& txn, engine::FieldId field) {
  std::vector<ValueRecord> values;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Values));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.seek(make_key<2>({field, 0})));
  while (entry) {
    const auto key = parse_key<2>(entry->key);
    if (!key) {
      return bad_key(KeySpace::Values);
    }
    if ((*key)[0] != field) {
      break;
    }
    TAGLINE_ASSIGN_OR_RETURN(auto value, decode_value((*key)[1], entry->value));
    values.push_back(std::move(value));
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return values;
}

}  // namespace tagline::storage
