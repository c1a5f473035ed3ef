#include "storage/verifier.h"

#include <map>
#include <utility>

namespace tagline::storage {

Status Verifier::check_tags() {
  std::map<std::string, engine::FieldId> names;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Tags));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    const auto key = parse_key<1>(entry->key);
    bool event = false;
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
      event = tag->kind == engine::TagKind::Event;
      tags.emplace(tag->field, KnownTag{tag->kind, tag->name, {}, tag->times});
    }
    ++(event ? report.events : report.tags);
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
                tag->second.kind != engine::TagKind::Set &&
                tag->second.kind != engine::TagKind::Event)) {
      problem("values: tag \"" + tag->second.name + "\" has a value at row " +
                  std::to_string((*key)[1]) + ", where none can be",
              "取值：标签 \"" + tag->second.name + "\" 在第 " + std::to_string((*key)[1]) +
                  " 行有不应存在的取值");
    } else {
      auto value = decode_value((*key)[1], entry->value);
      if (tag->second.kind == engine::TagKind::Event) {
        const std::string name =
            tag->second.name + ":" + (value.has_value() ? value->name : std::to_string((*key)[1]));
        if (may_own((*key)[1], "values: \"" + name + "\"", "取值：\"" + name + "\"")) {
          fields.emplace((*key)[1], KnownField{tag->first, name});
        }
      } else {
        tag->second.value_rows.insert((*key)[1]);
      }
      if (names_of != tag->first) {
        names.clear();
        names_of = tag->first;
      }
      if (!value.has_value()) {
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

bool Verifier::may_own(engine::FieldId field, const std::string& whose_en,
                       const std::string& whose_zh) {
  const std::string number = std::to_string(field);
  if (field == engine::kPopulationRow.field || field >= meta.next_field) {
    problem(whose_en + " has the number " + number + ", which was never given out",
            whose_zh + " 使用了从未分配的编号 " + number);
    return false;
  }
  if (const auto tag = tags.find(field); tag != tags.end()) {
    problem(
        whose_en + " has the number " + number + ", which is that of \"" + tag->second.name + "\"",
        whose_zh + " 使用了属于 \"" + tag->second.name + "\" 的编号 " + number);
    return false;
  }
  if (const auto other = fields.find(field); other != fields.end()) {
    problem(whose_en + " has the number " + number + ", which is that of \"" + other->second.name +
                "\"",
            whose_zh + " 使用了属于 \"" + other->second.name + "\" 的编号 " + number);
    return false;
  }
  return true;
}

Status Verifier::check_segments() {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Segments));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    ++report.segments;
    const auto segment = decode_segment(text_of(entry->key), entry->value);
    if (!segment.has_value()) {
      problem("segments: " + segment.error().message().en, "人群：" + segment.error().message().zh);
      rules.emplace(text_of(entry->key), std::nullopt);
    } else {
      rules.emplace(segment->name, segment->expression);
    }
    if (segment.has_value() && segment->list != 0 &&
        may_own(segment->list, "segments: \"" + segment->name + "\"",
                "人群：\"" + segment->name + "\"")) {
      fields.emplace(segment->list, KnownField{0, segment->name});
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

Status Verifier::check_loads() {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Loads));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    ++report.loads;
    if (const auto load = decode_load(text_of(entry->key), entry->value); !load.has_value()) {
      problem("loads: " + load.error().message().en, "导入：" + load.error().message().zh);
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

}  // namespace tagline::storage
