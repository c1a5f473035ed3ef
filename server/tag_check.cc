#include "server/tag_check.h"

#include "ingest/text.h"
#include "server/duration_text.h"
#include "server/schema_json.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <map>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;
using storage::TagRecord;
using storage::ValueRecord;

Text part_of(const Text& what, const std::string& part) {
  return {what.en + ", " + part, what.zh + "，" + part};
}

Status check_text(const std::optional<std::string>& given, const Text& what, const char* part) {
  return given.has_value() ? ingest::check_shown(*given, ErrorCode::BadInput, part_of(what, part))
                           : Status();
}

Status check_texts(const TagEdit& edit, const Text& what) {
  TAGLINE_RETURN_IF_ERROR(check_text(edit.title_en, what, "title.en"));
  TAGLINE_RETURN_IF_ERROR(check_text(edit.title_zh, what, "title.zh-CN"));
  TAGLINE_RETURN_IF_ERROR(check_text(edit.description, what, "description"));
  TAGLINE_RETURN_IF_ERROR(check_text(edit.layer, what, "layer"));
  TAGLINE_RETURN_IF_ERROR(check_text(edit.source, what, "source"));
  TAGLINE_RETURN_IF_ERROR(check_text(edit.owner, what, "owner"));
  return check_text(edit.unit, what, "unit");
}

Status check_value_titles(const ValueEdit& edit, const Text& what) {
  TAGLINE_RETURN_IF_ERROR(check_text(edit.title_en, what, "title.en"));
  return check_text(edit.title_zh, what, "title.zh-CN");
}

Result<std::vector<std::string>> normal_spellings(const std::vector<std::string>& names,
                                                  const std::string& own, const Text& what) {
  std::vector<std::string> normal;
  for (const std::string& name : names) {
    TAGLINE_ASSIGN_OR_RETURN(std::string spelling, normal_spelling(name, what));
    if (spelling != own && std::find(normal.begin(), normal.end(), spelling) == normal.end()) {
      normal.push_back(std::move(spelling));
    }
  }
  return normal;
}

bool spells(const std::string& name, const std::vector<std::string>& aliases,
            const std::string& spelling) {
  return name == spelling || std::find(aliases.begin(), aliases.end(), spelling) != aliases.end();
}

tl::unexpected<Error> taken(const std::string& spelling, const Text& by) {
  return failure(
      ErrorCode::SchemaConflict,
      {"\"" + spelling + "\" already means " + by.en, "“" + spelling + "”已表示" + by.zh},
      {"choose another spelling, or take it off there first", "请换一种写法，或先从原处移除"});
}

template <class T>
void set(const std::optional<T>& given, T& field) {
  if (given.has_value()) {
    field = *given;
  }
}

}  // namespace

Result<std::string> normal_spelling(const std::string& name, const Text& what) {
  const auto refused = [&](const std::string& en, const std::string& zh) {
    return failure(ErrorCode::BadInput, {what.en + ": " + en, what.zh + "：" + zh},
                   {"use letters, digits, Chinese characters and single blanks between words",
                    "请用文字、数字和词间空格"});
  };
  TAGLINE_RETURN_IF_ERROR(ingest::check_shown(ingest::trim(name), ErrorCode::BadInput,
                                              {what.en + ", name", what.zh + "，名称"}));
  TAGLINE_ASSIGN_OR_RETURN(std::string normal, ingest::to_nfc(ingest::trim(name)));
  if (normal.empty()) {
    return refused("the name is empty", "名称为空");
  }
  if (normal.size() > storage::kNameBytesMax) {
    const std::string most = std::to_string(storage::kNameBytesMax);
    return refused(
        "the name has " + std::to_string(normal.size()) + " bytes, expected at most " + most,
        "名称长 " + std::to_string(normal.size()) + " 字节，最多 " + most + " 字节");
  }
  return normal;
}

Status apply(const TagEdit& edit, TagRecord& record) {
  const Text what{"tag " + record.name, "标签 " + record.name};
  const bool bounds = edit.min.has_value() || edit.max.has_value() || edit.no_min || edit.no_max;
  if (bounds && record.kind != TagKind::Number) {
    return failure(ErrorCode::BadInput,
                   {what.en + " is a " + std::string(kind_name(record.kind)) +
                        ", expected a number beside min and max",
                    what.zh + " 的类型为 " + std::string(kind_name(record.kind)) +
                        "，只有 number 才有 min 和 max"},
                   {"leave them out", "请去掉它们"});
  }
  TAGLINE_RETURN_IF_ERROR(check_texts(edit, what));
  set(edit.title_en, record.title.en);
  set(edit.title_zh, record.title.zh);
  set(edit.description, record.description);
  set(edit.layer, record.layer);
  set(edit.source, record.source);
  set(edit.owner, record.owner);
  set(edit.unit, record.unit);
  set(edit.deprecated, record.deprecated);
  record.min = edit.min.has_value() ? edit.min : record.min;
  record.max = edit.max.has_value() ? edit.max : record.max;
  record.min = edit.no_min ? std::nullopt : record.min;
  record.max = edit.no_max ? std::nullopt : record.max;
  record.replacement = record.deprecated ? record.replacement : 0;
  if (record.min.has_value() && record.max.has_value() && *record.min > *record.max) {
    return failure(ErrorCode::BadInput,
                   {what.en + ": min is above max", what.zh + "：min 大于 max"},
                   {"give a min that is not above max", "请使 min 不大于 max"});
  }
  if (edit.aliases.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(record.aliases, normal_spellings(*edit.aliases, record.name, what));
    for (const std::string& alias : record.aliases) {
      TAGLINE_RETURN_IF_ERROR(ingest::check_addressable(alias, ErrorCode::BadInput, what));
    }
  }
  return {};
}

Result<std::optional<storage::TagLife>> changed_life(const TagEdit& edit,
                                                     const storage::TagRecord& record) {
  if (!edit.ttl_s.has_value() && !edit.track.has_value()) {
    return std::optional<storage::TagLife>();
  }
  constexpr std::int64_t kLeast = 60;  // values go within seconds of their time, not at once
  const std::int64_t ttl = edit.ttl_s.value_or(record.ttl_s);
  if (ttl != 0 && (ttl < kLeast || ttl > storage::kTtlMax)) {
    return failure(ErrorCode::BadInput,
                   {record.name + ": values cannot live " + duration_text(ttl),
                    record.name + "：取值有效期不能为 " + duration_text(ttl)},
                   {"give a time to live from 60s to 36500d, such as 30d",
                    "请给出 60s 到 36500d 的有效期，例如 30d"});
  }
  const bool track = edit.track.value_or(record.times != 0 || ttl != 0);
  if (!track && ttl != 0) {
    return failure(
        ErrorCode::BadInput,
        {record.name + ": values live " + duration_text(ttl) +
             " from when they were written, which is then kept",
         record.name + "：取值自写入起 " + duration_text(ttl) + " 内有效，因此必须记录写入时间"},
        {"take the time to live away, too", "请同时取消有效期"});
  }
  return std::optional(storage::TagLife{track, ttl});
}

Status check_replacement(const TagRecord& record, const TagRecord& other) {
  const Text what{"tag " + record.name, "标签 " + record.name};
  if (!record.deprecated) {
    return failure(
        ErrorCode::BadInput,
        {what.en + " is in use, expected a deprecated tag beside replacement",
         what.zh + " 仍在使用，只有已弃用的标签才有 replacement"},
        {"mark it as deprecated with the same edit", "请在同一次修改中将其标记为已弃用"});
  }
  if (other.field == record.field || other.deprecated) {
    return failure(ErrorCode::BadInput,
                   {other.name + " cannot replace " + what.en + ": it is " +
                        (other.field == record.field ? "the same tag" : "deprecated itself"),
                    other.name + " 不能替代" + what.zh +
                        (other.field == record.field ? "：它就是该标签" : "：它自己也已弃用")},
                   {"name a tag that is in use", "请给出仍在使用的标签"});
  }
  return {};
}

Result<std::vector<ValueRecord>> changed_values(const TagEdit& edit, const TagRecord& record,
                                                std::span<const ValueRecord> values) {
  std::vector<ValueRecord> changed;
  for (const ValueEdit& each : edit.values) {
    const Text what{record.name + ":" + each.value, record.name + ":" + each.value};
    TAGLINE_ASSIGN_OR_RETURN(const std::string name, normal_spelling(each.value, what));
    const auto found = std::find_if(values.begin(), values.end(),
                                    [&](const ValueRecord& value) { return value.name == name; });
    if (found == values.end()) {
      return failure(ErrorCode::NotFound,
                     {"tag " + record.name + " has no value " + name,
                      "标签 " + record.name + " 没有取值 " + name},
                     {"values come with the data; their names are matched exactly",
                      "取值随数据导入产生；名称须完全一致"});
    }
    ValueRecord value = *found;
    TAGLINE_RETURN_IF_ERROR(check_value_titles(each, what));
    set(each.title_en, value.title.en);
    set(each.title_zh, value.title.zh);
    if (each.aliases.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(value.aliases, normal_spellings(*each.aliases, value.name, what));
    }
    changed.push_back(std::move(value));
  }
  return changed;
}

Status check_spellings(const TagRecord& record, const TagRecord& before,
                       std::span<const TagRecord> others) {
  std::vector<std::string> fresh = record.aliases;
  fresh.push_back(record.name);
  std::erase_if(fresh, [&](const std::string& spelling) {
    return spells(before.name, before.aliases, spelling);
  });
  for (const TagRecord& other : others) {
    for (const std::string& spelling : fresh) {
      if (other.field != record.field && spells(other.name, other.aliases, spelling)) {
        const bool event = other.kind == TagKind::Event;
        return taken(spelling, {(event ? "the event " : "the tag ") + other.name,
                                (event ? "行为 " : "标签 ") + other.name});
      }
    }
  }
  return {};
}

Status check_value_spellings(const TagRecord& record, std::span<const ValueRecord> values,
                             std::span<const ValueRecord> changed) {
  std::map<std::string_view, const ValueRecord*> owners;
  const auto give = [&](const std::string& spelling, const ValueRecord& value) -> Status {
    const auto [found, fresh] = owners.emplace(spelling, &value);
    if (!fresh && found->second->row != value.row) {
      const std::string name = record.name + ":" + found->second->name;
      return taken(spelling, {name, " " + name});
    }
    return {};
  };
  const auto is_changed = [&](const ValueRecord& value) {
    return std::any_of(changed.begin(), changed.end(),
                       [&](const ValueRecord& each) { return each.row == value.row; });
  };
  for (const ValueRecord& value : values) {
    if (is_changed(value)) {
      continue;
    }
    owners.emplace(value.name, &value);
    for (const std::string& alias : value.aliases) {
      owners.emplace(alias, &value);
    }
  }
  for (const ValueRecord& value : changed) {
    TAGLINE_RETURN_IF_ERROR(give(value.name, value));
    for (const std::string& alias : value.aliases) {
      TAGLINE_RETURN_IF_ERROR(give(alias, value));
    }
  }
  return {};
}

}  // namespace tagline::server
