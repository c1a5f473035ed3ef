#include "ingest/event_plan.h"

#include "ingest/limits.h"
#include "ingest/spellings.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

#include <algorithm>

namespace tagline::ingest {
namespace {

using engine::TagKind;

/// Spellings of event names remembered; names are few, their spellings in a hostile file need not
/// be.
constexpr std::uint32_t kSpellingsMax = 10'000;

tl::unexpected<Error> name_taken(const std::string& name) {
  return failure(
      ErrorCode::SchemaConflict,
      {"the database has a tag named " + excerpt(name) + ", so no event can have that name",
       "数据库中已有名为 " + excerpt(name) + " 的标签，行为不能再用这个名称"},
      {"give the event another name in the schema (\"event\": {\"name\": ...}, \"names\" or "
       "\"also\")",
       "请在模式中给该行为另起名称（\"event\": {\"name\": ...}、\"names\" 或 \"also\"）"});
}

tl::unexpected<Error> alias_taken(const std::string& alias, const std::string& event) {
  const bool itself = alias == event;
  const std::string name = excerpt(alias);
  return failure(
      ErrorCode::SchemaConflict,
      {"\"also\": " + name +
           (itself ? " is an event of the database itself"
                   : " is a name of the event " + excerpt(event) + " already"),
       "\"also\"：" + name +
           (itself ? " 本身就是数据库中的一种行为" : " 已是行为 " + excerpt(event) + " 的名称")},
      {"take it out of \"also\", or use another name", "请从 \"also\" 中去掉，或改用其他名称"});
}

/// A spelling that the schema gives to one key and the database has for another.
Status check_keys(const EventColumns& columns, const std::string& event,
                  const std::vector<storage::ValueRecord>& known) {
  Spellings spellings;
  for (const storage::ValueRecord& key : known) {
    TAGLINE_RETURN_IF_ERROR(check_spelling(spellings, event, key.name, key.name));
    for (const std::string& alias : key.aliases) {
      // Of one key or of two: what is stored stays as it is.
      TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const auto other, spellings.give(alias, key.name));
    }
  }
  for (const auto& [key, aliases] : columns.key_aliases) {
    for (const std::string& alias : aliases) {
      TAGLINE_ASSIGN_OR_RETURN(const auto other, spellings.give(alias, key));
      if (other.has_value()) {
        const std::string name = excerpt(trim(alias));
        return failure(ErrorCode::SchemaConflict,
                       {"events.key.values: " + name + " is a key " + excerpt(*other) + " of " +
                            event + " in the database, not " + excerpt(trim(key)),
                        "events.key.values：在数据库中，" + name + " 属于 " + event + " 的 " +
                            excerpt(*other) + "，而不是 " + excerpt(trim(key))},
                       {"take the spelling out of the schema, or load into a new database",
                        "请从模式中去掉该写法，或装入新的数据库"});
      }
    }
  }
  return {};
}

tl::unexpected<Error> scale_conflict(const std::string& name, unsigned has, unsigned wants) {
  const std::string stored = std::to_string(has);
  const std::string stated = std::to_string(wants);
  return failure(ErrorCode::SchemaConflict,
                 {"the amounts of the event " + name + " have " + stored +
                      " decimals in the database, " + stated + " in the schema",
                  "行为 " + name + " 的金额在数据库中保留 " + stored + " 位小数，而模式写的是 " +
                      stated + " 位"},
                 {"write \"scale\": " + stored + "; cells with more decimals are then bad rows",
                  "请写 \"scale\": " + stored + "；小数位数更多的单元格将视为坏行"});
}

void put_text(std::string& to, const std::string& from) {
  if (!from.empty()) {
    to = from;
  }
}

/// What the schema says over what the catalogue says. Silence leaves things as they are.
Status put_texts(storage::TagRecord& record, const EventTexts& texts) {
  for (const std::string& alias : texts.aliases) {
    TAGLINE_ASSIGN_OR_RETURN(std::string normal, to_nfc(trim(alias)));
    if (normal != record.name &&
        std::find(record.aliases.begin(), record.aliases.end(), normal) == record.aliases.end()) {
      record.aliases.push_back(std::move(normal));
    }
  }
  put_text(record.title.en, texts.title.en);
  put_text(record.title.zh, texts.title.zh);
  put_text(record.description, texts.description);
  return {};
}

}  // namespace

void EventPlan::see_amount(const AmountColumn& amount) {
  if (!record.has_amount) {
    record.has_amount = true;
    record.scale = scale;
  }
  put_text(record.unit, amount.unit);
}

Status EventPlans::read_catalogue(const storage::Snapshot& snapshot) {
  TAGLINE_ASSIGN_OR_RETURN(known_, snapshot.events());
  for (const storage::TagRecord& event : known_) {
    for (const std::string& alias : event.aliases) {
      names_by_alias_.emplace(alias, event.name);
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto tags, snapshot.tags());
  for (const storage::TagRecord& tag : tags) {
    tags_.insert(tag.name);
    tags_.insert(tag.aliases.begin(), tag.aliases.end());
  }
  return {};
}

Status EventPlans::read_names() {
  std::vector<const EventTexts*> all;
  if (columns_.event_column.empty()) {
    all.push_back(&columns_.event);
  }
  for (const auto& [cell, texts] : columns_.names) {
    TAGLINE_ASSIGN_OR_RETURN(const std::string written, to_nfc(trim(cell)));
    TAGLINE_ASSIGN_OR_RETURN(renames_[written], to_nfc(trim(texts.name)));
    all.push_back(&texts);
  }
  for (const EventTexts* texts : all) {
    TAGLINE_ASSIGN_OR_RETURN(const std::string written, to_nfc(trim(texts->name)));
    const std::string name = our_name(written);
    texts_[name].push_back(texts);
    for (const std::string& alias : texts->aliases) {
      TAGLINE_ASSIGN_OR_RETURN(std::string normal, to_nfc(trim(alias)));
      if (tags_.find(normal) != tags_.end()) {
        return name_taken(normal);
      }
      const bool of_itself = normal == name;
      const auto [entry, added] = names_by_alias_.emplace(normal, name);
      if (!of_itself && (known_event(normal) != nullptr || entry->second != name)) {
        return alias_taken(normal, known_event(normal) != nullptr ? normal : entry->second);
      }
    }
  }
  return {};
}

const storage::TagRecord* EventPlans::known_event(const std::string& name) const {
  const auto found = std::find_if(known_.begin(), known_.end(),
                                  [&](const auto& event) { return event.name == name; });
  return found == known_.end() ? nullptr : &*found;
}

std::string EventPlans::our_name(const std::string& name) const {
  const auto alias = names_by_alias_.find(name);
  return alias == names_by_alias_.end() || known_event(name) != nullptr ? name : alias->second;
}

Result<EventPlans> EventPlans::make(const EventColumns& columns, const storage::Snapshot& snapshot,
                                    std::int64_t now_s) {
  EventPlans made(columns);
  made.snapshot_ = &snapshot;
  made.now_s_ = now_s;
  made.key_column_.kind = TagKind::Category;
  made.key_column_.missing = columns.key_missing;
  made.key_column_.value_aliases = columns.key_aliases;
  TAGLINE_RETURN_IF_ERROR(made.read_catalogue(snapshot));
  TAGLINE_RETURN_IF_ERROR(made.read_names());
  if (columns.event_column.empty()) {
    TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const std::uint32_t first,
                             made.code_of(columns.event.name));
  }
  return made;
}

Result<std::uint32_t> EventPlans::code_of(std::string_view cell) {
  if (const std::uint32_t index = cells_.find(cell); index != TextTable::kNone) {
    return cell_codes_[index];
  }
  auto name = name_of_cell(cell);
  if (!name.has_value()) {
    return kRefused;
  }
  if (name->empty()) {
    return kBlank;
  }
  if (const auto renamed = renames_.find(*name); renamed != renames_.end()) {
    *name = renamed->second;
  }
  *name = our_name(*name);
  if (name->size() > storage::kNameBytesMax) {
    return kRefused;
  }
  const auto found = codes_.find(*name);
  std::uint32_t code = found == codes_.end() ? kRefused : found->second;
  if (found == codes_.end()) {
    // One that an older program made stays what it is.
    if (!check_addressable(*name, ErrorCode::BadInput, {}).has_value() &&
        known_event(*name) == nullptr) {
      return kRefused;
    }
    TAGLINE_ASSIGN_OR_RETURN(code, add(*name));
  }
  if (cells_.size() < kSpellingsMax && cells_.add(cell).inserted) {
    cell_codes_.push_back(code);
  }
  return code;
}

Result<std::uint32_t> EventPlans::add(const std::string& name) {
  if (plans_.size() >= kEventsMax) {
    const std::string limit = std::to_string(kEventsMax);
    return failure(ErrorCode::TooLarge,
                   {"column " + columns_.event_column + " names more than " + limit + " events",
                    "列 " + columns_.event_column + " 中的行为超过 " + limit + " 种"},
                   {"choose the column that says what was done, and use the other as \"key\"",
                    "请选择表示做了什么的列，把另一列用作 \"key\""});
  }
  if (tags_.find(name) != tags_.end()) {
    return name_taken(name);
  }
  const storage::TagRecord* known = known_event(name);
  storage::TagRecord record;
  std::vector<storage::ValueRecord> keys;
  if (known != nullptr) {
    record = *known;
    TAGLINE_ASSIGN_OR_RETURN(keys, snapshot_->values(record.field));
    TAGLINE_RETURN_IF_ERROR(check_keys(columns_, name, keys));
  } else {
    record.name = name;
    record.kind = TagKind::Event;
    record.created_s = now_s_;
  }
  if (columns_.amount.has_value() && record.has_amount && columns_.amount->scale > record.scale) {
    return scale_conflict(name, record.scale, columns_.amount->scale);
  }
  if (const auto texts = texts_.find(name); texts != texts_.end()) {
    for (const EventTexts* one : texts->second) {
      TAGLINE_RETURN_IF_ERROR(put_texts(record, *one));
    }
  }
  EventPlan& plan = plans_.emplace_back(key_column_, std::move(keys));
  plan.scale =
      record.has_amount || !columns_.amount.has_value() ? record.scale : columns_.amount->scale;
  if (record.field != 0) {
    plan.was = *known;
  }
  plan.record = std::move(record);
  const auto code = static_cast<std::uint32_t>(plans_.size() - 1);
  codes_.emplace(name, code);
  return code;
}

}  // namespace tagline::ingest
