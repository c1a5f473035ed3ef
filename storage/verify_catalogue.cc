#include "storage/verifier.h"

#include <map>
#include <utility>

namespace tagline::storage {

Status Verifier::check_tags() {
  std::map<std::string, engine::FieldId> names;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Tags));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    ++report.tags;
    const auto key = parse_key<1>(entry->key);
    if (!key || (*key)[0] == 0 || (*key)[0] >= meta.next_field) {
      const std::string found =
          key ? std::to_string((*key)[0]) : std::to_string(entry->key.size()) + " bytes";
      problem("tags: the key " + found + " is not the number of a tag that was given out",
              "标签：键 " + found + " 不是已分配的标签编号");
    } else if (auto tag = decode_tag((*key)[0], entry->value); !tag.has_value()) {
      problem("tags: " + tag.error().message().en, "标签：" + tag.error().message().zh);
      // Its rows cannot be judged, but its values need not be reported as orphans.
    } else {
      const auto [same, fresh] = names.emplace(tag->name, tag->field);
      if (!fresh) {
        problem("tags: " + std::to_string(same->second) + " and " + std::to_string(tag->field) +
                    " have the same name \"" + tag->name + "\"",
                "标签：" + std::to_string(same->second) + " 与 " + std::to_string(tag->field) +
                    " 同名 \"" + tag->name + "\"");
      }
      if (tag->name.empty()) {
        problem("tags: " + std::to_string(tag->field) + " has no name",
                "标签：" + std::to_string(tag->field) + " 没有名称");
      }
      tags.emplace(tag->field, KnownTag{tag->kind, tag->name, {}});
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

Status Verifier::check_values() {
  std::map<std::string, engine::RowId> names;  // of one tag: keys come tag by tag
  engine::FieldId names_of = 0;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Values));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    ++report.values;
    const auto key = parse_key<2>(entry->key);
    const auto tag = key ? tags.find((*key)[0]) : tags.end();
    if (tag == tags.end()) {
      problem("values: a key of no readable tag", "取值：有键不属于任何可读的标签");
    } else if ((*key)[1] < engine::kFirstValueRow ||
               (tag->second.kind != engine::TagKind::Category &&
                tag->second.kind != engine::TagKind::Set)) {
      problem("values: tag \"" + tag->second.name + "\" has a value at row " +
                  std::to_string((*key)[1]) + ", where none can be",
              "取值：标签 \"" + tag->second.name + "\" 在第 " + std::to_string((*key)[1]) +
                  " 行有不应存在的取值");
    } else {
      tag->second.value_rows.insert((*key)[1]);
      if (names_of != tag->first) {
        names.clear();
        names_of = tag->first;
      }
      if (auto value = decode_value((*key)[1], entry->value); !value.has_value()) {
        problem("values of \"" + tag->second.name + "\": " + value.error().message().en,
                "\"" + tag->second.name + "\" 的取值：" + value.error().message().zh);
      } else if (const auto [same, fresh] = names.emplace(value->name, value->row); !fresh) {
        problem("values of \"" + tag->second.name + "\": rows " + std::to_string(same->second) +
                    " and " + std::to_string(value->row) + " have the same name \"" + value->name +
                    "\"",
                "\"" + tag->second.name + "\" 的取值：第 " + std::to_string(same->second) +
                    " 行与第 " + std::to_string(value->row) + " 行同名 \"" + value->name + "\"");
      }
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

}  // namespace tagline::storage
