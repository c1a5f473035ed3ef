#include "ingest/row_operations.h"

#include "ingest/day.h"
#include "ingest/event_plan.h"
#include "ingest/field_plan.h"
#include "ingest/identity.h"
#include "ingest/json_reader.h"
#include "ingest/number.h"
#include "ingest/operation_value.h"
#include "ingest/text.h"
#include "storage/time_zone.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tagline::ingest {
namespace {

using engine::TagKind;

constexpr std::int64_t kDaySeconds = 86'400;
// Slots of events (slot_columns).
constexpr std::size_t kUserSlot = 0;
constexpr std::size_t kTimeSlot = 1;

Reason in_column(const std::string& column, const std::string& en, const std::string& zh) {
  return reason("column " + column + ": " + en, "列 " + column + "：" + zh);
}

Reason shape_reason(const std::string& column, CellKind kind) {
  if (kind == CellKind::Object) {
    return in_column(column, "found a nested object, expected a plain value",
                     "发现嵌套对象，应为普通值");
  }
  return kind == CellKind::List
             ? in_column(column, "found a list, expected a plain value", "发现列表，应为普通值")
             : std::nullopt;
}

bool is_among(const std::vector<std::string>& words, std::string_view text) {
  const std::string lower = to_lower_ascii(text);
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return to_lower_ascii(word) == lower; });
}

bool is_missing(const std::vector<std::string>& words, std::string_view text) {
  return text.empty() || std::find(words.begin(), words.end(), text) != words.end();
}

std::string decimal(std::int64_t value, unsigned scale) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  if (digits.size() <= scale) {
    digits.insert(0, scale + 1 - digits.size(), '0');
  }
  if (scale > 0) {
    digits.insert(digits.size() - scale, ".");
  }
  return value < 0 ? "-" + digits : digits;
}

/// As operations write times; nothing beyond the years 1 to 9999.
std::optional<std::string> time_text(std::int64_t seconds, bool timed, bool instant) {
  const std::int64_t day = seconds / kDaySeconds - (seconds % kDaySeconds < 0 ? 1 : 0);
  if (day < engine::kFirstDay || day > engine::kLastDay) {
    return std::nullopt;
  }
  std::string text = day_text(static_cast<std::int32_t>(day));
  if (!timed) {
    return text;
  }
  const std::int64_t of_day = seconds - day * kDaySeconds;
  const auto two = [](std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  text += "T" + two(of_day / 3600) + ":" + two(of_day / 60 % 60) + ":" + two(of_day % 60);
  return instant ? text + "Z" : text;
}

Result<std::map<std::string, std::string, std::less<>>> spellings_of(
    const std::map<std::string, std::vector<std::string>>& values) {
  std::map<std::string, std::string, std::less<>> spellings;
  for (const auto& [value, others] : values) {
    for (const std::string& other : others) {
      TAGLINE_ASSIGN_OR_RETURN(std::string normal, to_nfc(trim(other)));
      spellings.emplace(std::move(normal), value);
    }
  }
  return spellings;
}

Status refuse_what_only_files_have(const Schema& schema) {
  const auto& links = schema.events.has_value() ? schema.events->links : schema.links;
  if (!links.empty()) {
    return failure(ErrorCode::BadSchema,
                   {"links: messages do not link identities", "links：消息不能关联身份"},
                   {"leave \"links\" out, and link with POST /v1/identities/link",
                    "请去掉 \"links\"，改用 POST /v1/identities/link 关联"});
  }
  if (!schema.events.has_value() && schema.id_column.empty()) {
    return failure(ErrorCode::BadSchema, {"id: messages have no row number", "id：消息没有行号"},
                   {"name the key that holds the user's id: \"id\": {\"column\": \"user_id\"}",
                    "请写出用户标识所在的键：\"id\": {\"column\": \"user_id\"}"});
  }
  return {};
}

}  // namespace

Result<RowOperations> RowOperations::make(Schema schema) {
  TAGLINE_RETURN_IF_ERROR(refuse_what_only_files_have(schema));
  schema.format = FileFormat::Ndjson;
  std::erase_if(schema.columns, [](const Column& column) { return column.skip; });
  TAGLINE_RETURN_IF_ERROR(check_schema(schema));
  RowOperations made;
  made.slots_ = key_map(schema);
  made.cells_ = slot_columns(schema).size();
  for (Column& column : schema.columns) {
    TAGLINE_ASSIGN_OR_RETURN(column.tag, to_nfc(trim(column.tag)));
    TAGLINE_ASSIGN_OR_RETURN(auto spellings, spellings_of(column.value_aliases));
    made.spellings_.push_back(std::move(spellings));
  }
  if (schema.events.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(made.format_, TimeFormat::make(schema.events->time_format));
    TAGLINE_ASSIGN_OR_RETURN(schema.events->event.name, to_nfc(trim(schema.events->event.name)));
    TAGLINE_ASSIGN_OR_RETURN(auto keys, spellings_of(schema.events->key_aliases));
    made.spellings_.push_back(std::move(keys));
    for (const auto& [written, texts] : schema.events->names) {
      TAGLINE_ASSIGN_OR_RETURN(std::string normal, to_nfc(trim(written)));
      TAGLINE_ASSIGN_OR_RETURN(made.events_[std::move(normal)], to_nfc(trim(texts.name)));
    }
  }
  made.schema_ = std::move(schema);
  return made;
}

Status RowOperations::add_names(storage::Store& store) const {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  std::vector<storage::TagRecord> records;
  const Status read = store.read([&](const storage::Snapshot& snapshot) -> Status {
    if (!schema_.events.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(const auto plans, plan_fields(schema_, snapshot, now));
      for (const FieldPlan& plan : plans) {
        if (plan.record.field == 0 || plan.record_changed) {
          records.push_back(plan.record);
        }
      }
      return {};
    }
    TAGLINE_ASSIGN_OR_RETURN(auto plans, EventPlans::make(*schema_.events, snapshot, now));
    for (const auto& [written, texts] : schema_.events->names) {
      TAGLINE_RETURN_IF_ERROR(plans.code_of(written).map([](std::uint32_t) {}));
    }
    for (std::uint32_t code = 0; code < plans.size(); ++code) {
      EventPlan& plan = plans.at(code);
      if (schema_.events->amount.has_value()) {
        plan.see_amount(*schema_.events->amount);
      }
      if (!plan.was.has_value() || !(*plan.was == plan.record)) {
        records.push_back(plan.record);
      }
    }
    return {};
  });
  if (!read.has_value() || records.empty()) {
    return read;
  }
  return store.write([&](storage::WriteTxn& txn) -> Status {
    for (storage::TagRecord record : records) {
      record.updated_s = now;
      TAGLINE_RETURN_IF_ERROR(txn.put_tag(std::move(record)).map([](engine::FieldId) {}));
    }
    return {};
  });
}

Result<std::vector<RowOperations::Line>> RowOperations::convert(std::string_view lines) const {
  std::vector<Line> converted;
  JsonReader reader(memory_source(lines));
  Row row;
  Cells cells;
  while (true) {
    TAGLINE_ASSIGN_OR_RETURN(const RowStatus status, reader.next(row));
    if (status == RowStatus::End) {
      return converted;
    }
    Line& line = converted.emplace_back();
    if (status == RowStatus::Bad) {
      line.reason = row.reason;
    } else {
      cells.assign(cells_, Cell{});
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto found = slots_.find(row.keys[i]);
        for (std::size_t at = 0; found != slots_.end() && at < found->second.size(); ++at) {
          cells[found->second[at]] = {row.kinds[i], row.cells[i]};
        }
      }
      TAGLINE_ASSIGN_OR_RETURN(line.reason, read_row(cells, line.operation));
    }
    line.operation.line = row.line;
  }
}

Result<Reason> RowOperations::read_row(const Cells& cells, Operation& into) const {
  if (const Reason why = read_user(cells[kUserSlot], into); why.has_value()) {
    return why;
  }
  if (schema_.events.has_value()) {
    return read_event(cells, into);
  }
  for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
    if (const Reason why = read_column(i, cells[i + 1], into); why.has_value()) {
      return why;
    }
  }
  return Reason();
}

Reason RowOperations::read_user(const Cell& cell, Operation& into) {
  const std::string_view id = trim(cell.text);
  if (cell.kind != CellKind::Text) {
    return reason("the id is missing or no plain value", "缺少用户标识，或它不是普通值");
  }
  into.user = id;
  return id_reason(id);
}

std::string RowOperations::name_of(std::size_t at, std::string_view text) const {
  const auto name = name_of_cell(text);
  if (!name.has_value()) {
    return std::string(text);  // whoever stores it says why it cannot be a name
  }
  const auto other = spellings_[at].find(*name);
  return other == spellings_[at].end() ? *name : other->second;
}

Reason RowOperations::read_set(std::size_t at, const Cell& cell, Operation& into) const {
  const Column& column = schema_.columns[at];
  TagValues given{column.tag, {}, true};
  const bool list = cell.kind == CellKind::List;
  const std::string_view separator =
      list ? std::string_view(&kListEnd, 1) : std::string_view(column.separator);
  std::string_view text = cell.kind == CellKind::Null ? std::string_view() : cell.text;
  while (!text.empty()) {
    const std::size_t end = separator.empty() ? std::string_view::npos : text.find(separator);
    const std::string_view value = trim(text.substr(0, end));
    if (!is_missing(column.missing, value)) {
      given.values.push_back(name_of(at, value));
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
  }
  if (column.update == SetUpdate::Add) {
    if (!given.values.empty()) {
      into.add.push_back(std::move(given));
    }
  } else if (given.values.empty()) {
    into.clear.push_back(column.tag);
  } else {
    into.set.push_back(std::move(given));
  }
  return {};
}

Reason RowOperations::read_column(std::size_t at, const Cell& cell, Operation& into) const {
  const Column& column = schema_.columns[at];
  if (cell.kind == CellKind::Absent) {
    return {};
  }
  if (column.kind == TagKind::Set && cell.kind != CellKind::Object) {
    return read_set(at, cell, into);
  }
  if (const Reason why = shape_reason(column.column, cell.kind); why.has_value()) {
    return why;
  }
  const std::string_view text = trim(cell.text);
  if (cell.kind == CellKind::Null || is_missing(column.missing, text)) {
    into.clear.push_back(column.tag);
    return {};
  }
  const std::string shown = "\"" + excerpt(text) + "\"";
  std::string value(text);
  switch (column.kind) {
    case TagKind::Flag: {
      // JSON's own true and false are yes and no whatever words there are, as for files.
      const bool no = is_among(column.false_words, text);
      const bool yes = is_among(column.true_words, text) || (!no && text == "true");
      if (!yes && !no && text != "false") {
        return in_column(column.column,
                         shown + " is neither a true word nor a false word of this flag",
                         shown + " 既不是该标志的真值词，也不是假值词");
      }
      value = yes ? "true" : "false";
      break;
    }
    case TagKind::Date: {
      const auto day = parse_day(text, *find_date_format(column.date_format));
      if (!day.has_value()) {
        return in_column(column.column,
                         shown + " is not a date of the format " + column.date_format,
                         shown + " 不是格式为 " + column.date_format + " 的日期");
      }
      value = day_text(*day);
      break;
    }
    case TagKind::Category:
      value = name_of(at, text);
      break;
    case TagKind::Number:
    case TagKind::Set:
    case TagKind::Event:
      break;
  }
  into.set.push_back({column.tag, {std::move(value)}, false});
  return {};
}

Result<Reason> RowOperations::read_time(const Cell& cell, DoneEvent& into) const {
  const EventColumns& columns = *schema_.events;
  if (const Reason why = shape_reason(columns.time_column, cell.kind); why.has_value()) {
    return why;
  }
  const std::string_view text = trim(cell.text);
  if (text.empty()) {
    return in_column(columns.time_column, "the time is missing", "缺少时间");
  }
  const auto time = format_->parse(text);
  std::optional<std::string> at;
  if (time.has_value()) {
    std::int64_t seconds = time->seconds;
    bool instant = time->instant;
    if (!instant && time->timed && !columns.time_zone.empty()) {
      const auto offset = parse_offset(columns.time_zone);
      std::int64_t offset_s = offset.value_or(0);
      if (!offset.has_value()) {
        TAGLINE_ASSIGN_OR_RETURN(const auto period,
                                 storage::period_of_clock(seconds, columns.time_zone));
        offset_s = period.offset_s;
      }
      seconds -= offset_s;
      instant = true;
    }
    at = time_text(seconds, time->timed || instant, instant);
  }
  if (!at.has_value()) {
    const std::string shown = "\"" + excerpt(text) + "\"";
    return in_column(columns.time_column,
                     shown + " is not a time of the format " + columns.time_format,
                     shown + " 不是格式为 " + columns.time_format + " 的时间");
  }
  into.at = std::move(*at);
  return Reason();
}

Reason RowOperations::read_amount(const Cell& cell, const Cell* times, DoneEvent& into) const {
  const AmountColumn& amount = *schema_.events->amount;
  if (const Reason why = shape_reason(amount.column, cell.kind); why.has_value()) {
    return why;
  }
  const std::string_view text = trim(cell.text);
  if (is_missing(amount.missing, text)) {
    return {};
  }
  if (times == nullptr) {
    into.amount = text;
    return {};
  }
  if (const Reason why = shape_reason(amount.times, times->kind); why.has_value()) {
    return why;
  }
  const std::string_view factor = trim(times->text);
  if (is_missing(amount.missing, factor)) {
    return {};
  }
  const NumberParse product = parse_product(text, factor, amount.scale);
  if (product.status != NumberStatus::Ok) {
    const std::string shown = "\"" + excerpt(text) + "\" × \"" + excerpt(factor) + "\"";
    const std::string digits = std::to_string(amount.scale);
    return in_column(amount.column,
                     shown + " is no amount with at most " + digits + " digits after the point",
                     shown + " 不是小数不超过 " + digits + " 位的金额");
  }
  into.amount = decimal(product.value, amount.scale);
  return {};
}

Result<Reason> RowOperations::read_event(const Cells& cells, Operation& into) const {
  const EventColumns& columns = *schema_.events;
  DoneEvent done;
  TAGLINE_ASSIGN_OR_RETURN(Reason why, read_time(cells[kTimeSlot], done));
  if (why.has_value()) {
    return why;
  }
  std::size_t slot = kTimeSlot + 1;
  done.event = columns.event.name;
  if (!columns.event_column.empty()) {
    const Cell& cell = cells[slot++];
    why = shape_reason(columns.event_column, cell.kind);
    const auto name = name_of_cell(cell.text);
    done.event = name.value_or(std::string(cell.text));
    if (!why.has_value() && done.event.empty()) {
      why = in_column(columns.event_column, "the event is missing", "缺少行为名称");
    }
    if (const auto renamed = events_.find(done.event); renamed != events_.end()) {
      done.event = renamed->second;
    }
  }
  if (!why.has_value() && !columns.key_column.empty()) {
    const Cell& cell = cells[slot];
    why = shape_reason(columns.key_column, cell.kind);
    const std::string_view text = trim(cell.text);
    done.key = is_missing(columns.key_missing, text) ? std::string() : name_of(0, text);
  }
  slot += columns.key_column.empty() ? 0U : 1U;
  if (columns.amount.has_value()) {
    const bool product = !columns.amount->times.empty();
    if (!why.has_value()) {
      why = read_amount(cells[slot], product ? &cells[slot + 1] : nullptr, done);
    }
    slot += product ? 2U : 1U;
  }
  if (!why.has_value() && !columns.count_column.empty()) {
    why = shape_reason(columns.count_column, cells[slot].kind);
    done.count = trim(cells[slot].text);
    if (!why.has_value() && done.count.empty()) {
      why = in_column(columns.count_column, "the count is missing", "缺少次数");
    }
  }
  into.events.push_back(std::move(done));
  return why;
}

}  // namespace tagline::ingest
