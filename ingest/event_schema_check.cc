#include "ingest/day_clock.h"
#include "ingest/event_plan.h"
#include "ingest/limits.h"
#include "ingest/spellings.h"
#include "ingest/text.h"
#include "ingest/time_format.h"
#include "storage/write_txn.h"

#include <string>
#include <vector>

namespace tagline::ingest {
namespace {

tl::unexpected<Error> bad(const std::string& en, const std::string& zh, Text hint = {}) {
  return failure(ErrorCode::BadSchema, {"events: " + en, "events：" + zh}, std::move(hint));
}

Status check_name(const std::string& name) {
  if (trim(name).empty()) {
    return bad("a name is empty", "名称为空");
  }
  TAGLINE_RETURN_IF_ERROR(check_shown(
      name, ErrorCode::BadSchema,
      {"events: the name \"" + excerpt(name) + "\"", "events：名称“" + excerpt(name) + "”"}));
  const auto normal = to_nfc(trim(name));
  if (!normal.has_value() || normal->size() > storage::kNameBytesMax) {
    const std::string limit = std::to_string(storage::kNameBytesMax);
    return bad("the name \"" + excerpt(name) + "\" is longer than " + limit + " bytes",
               "名称 \"" + excerpt(name) + "\" 超过 " + limit + " 字节");
  }
  return {};
}

/// An event's name or other name: it has an address.
Status check_event_name(const std::string& name) {
  TAGLINE_RETURN_IF_ERROR(check_name(name));
  return check_addressable(trim(name), ErrorCode::BadSchema, {"events", "events"});
}

Status check_text(const std::string& text, const std::string& place) {
  return check_shown(text, ErrorCode::BadSchema, {"events: " + place, "events：" + place});
}

Status check_texts(const EventTexts& texts) {
  TAGLINE_RETURN_IF_ERROR(check_event_name(texts.name));
  for (const std::string& alias : texts.aliases) {
    TAGLINE_RETURN_IF_ERROR(check_event_name(alias));
  }
  TAGLINE_RETURN_IF_ERROR(check_text(texts.title.en, texts.name + ", title.en"));
  TAGLINE_RETURN_IF_ERROR(check_text(texts.title.zh, texts.name + ", title.zh-CN"));
  return check_text(texts.description, texts.name + ", description");
}

/// Each spelling names one event, or one key.
Status check_spellings(const EventColumns& columns) {
  Spellings events;
  std::vector<const EventTexts*> all;
  for (const auto& [cell, texts] : columns.names) {
    all.push_back(&texts);
  }
  if (columns.event_column.empty()) {
    all = {&columns.event};
  }
  for (const EventTexts* texts : all) {
    TAGLINE_RETURN_IF_ERROR(check_spelling(events, "events.event", texts->name, texts->name));
  }
  for (const EventTexts* texts : all) {
    for (const std::string& alias : texts->aliases) {
      TAGLINE_RETURN_IF_ERROR(check_spelling(events, "events.event", alias, texts->name));
    }
  }
  return check_spellings_of_values("events.key.values", columns.key_aliases);
}

Status check_names(const EventColumns& columns) {
  if (columns.event_column.empty()) {
    TAGLINE_RETURN_IF_ERROR(check_texts(columns.event));
  }
  for (const auto& [cell, texts] : columns.names) {
    TAGLINE_RETURN_IF_ERROR(check_name(cell));
    TAGLINE_RETURN_IF_ERROR(check_texts(texts));
  }
  for (const auto& [key, aliases] : columns.key_aliases) {
    TAGLINE_RETURN_IF_ERROR(check_name(key));
    for (const std::string& alias : aliases) {
      TAGLINE_RETURN_IF_ERROR(check_name(alias));
    }
  }
  return {};
}

Status check_time(const EventColumns& columns) {
  TAGLINE_ASSIGN_OR_RETURN(const TimeFormat format, TimeFormat::make(columns.time_format));
  if (columns.time_zone.empty()) {
    return {};
  }
  // A zone that does nothing is a misunderstanding, and a day wrong by one is found late.
  if (!format.timed()) {
    return bad("a zone for dates without a time of day; they are taken as they are written",
               "时间只有日期，没有时刻，不能写时区；日期按原样采用",
               {"leave \"zone\" out", "请去掉 \"zone\""});
  }
  if (format.instant()) {
    return bad("a zone for times that say their own offset", "时间本身已带时差，不能再写时区",
               {"leave \"zone\" out", "请去掉 \"zone\""});
  }
  return check_zone(columns.time_zone);
}

}  // namespace

Status check_events(const EventColumns& columns) {
  if (trim(columns.user_column).empty() || trim(columns.time_column).empty()) {
    return bad(
        "the columns of the user and of the time are needed", "必须写明用户列和时间列",
        {R"(name both: "user": "customer_id", "time": {"column": "paid_at", "format": "%F %T"})",
         R"(请写明两者："user": "customer_id"，"time": {"column": "paid_at", "format": "%F %T"})"});
  }
  TAGLINE_RETURN_IF_ERROR(check_names(columns));
  TAGLINE_RETURN_IF_ERROR(check_spellings(columns));
  TAGLINE_RETURN_IF_ERROR(check_time(columns));
  if (columns.amount.has_value()) {
    TAGLINE_RETURN_IF_ERROR(check_text(columns.amount->unit, "amount.unit"));
  }
  if (columns.amount.has_value() && columns.amount->scale > kScaleMax) {
    const std::string limit = std::to_string(kScaleMax);
    return bad("scale " + std::to_string(columns.amount->scale) + " is above " + limit,
               "小数位数 " + std::to_string(columns.amount->scale) + " 超过 " + limit);
  }
  return {};
}

}  // namespace tagline::ingest
