#include "ingest/event_convert.h"

#include "ingest/convert.h"
#include "ingest/limits.h"
#include "ingest/number.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tagline::ingest {
namespace {

constexpr std::size_t kUserSlot = 0;
constexpr std::size_t kTimeSlot = 1;
/// Amounts of one row and counts of one row, as those of a user and day.
constexpr std::int64_t kAmountMax = (std::int64_t{1} << engine::kAmountBitsMax) - 1;
constexpr std::int64_t kCountMax = std::numeric_limits<std::uint32_t>::max();

std::string quoted(std::string_view text) {
  return "\"" + excerpt(text) + "\"";
}

Text in_column(const std::string& column, const std::string& en, const std::string& zh) {
  return {"column " + column + ": " + en, "列 " + column + "：" + zh};
}

/// Lists and objects are no values of any column of events.
std::optional<Text> shape_reason(const std::string& column, const Cell& cell) {
  if (cell.kind != CellKind::List && cell.kind != CellKind::Object) {
    return std::nullopt;
  }
  return in_column(column, "found a list or an object, expected a plain value",
                   "发现列表或对象，应为普通值");
}

bool is_missing(const std::vector<std::string>& words, std::string_view text) {
  return text.empty() || std::find(words.begin(), words.end(), text) != words.end();
}

Text amount_reason(const AmountColumn& amount, const std::string& shown, NumberStatus status,
                   unsigned scale) {
  switch (status) {
    case NumberStatus::TooManyDecimals: {
      const std::string digits = std::to_string(scale);
      return in_column(amount.column, shown + " has more than " + digits + " decimals",
                       shown + " 的小数超过 " + digits + " 位");
    }
    case NumberStatus::TooLarge:
    case NumberStatus::Ok:
      return in_column(amount.column,
                       shown + " is too large: an amount is below 2^53 of its smallest unit",
                       shown + " 数值过大：金额须小于 2^53 个最小单位");
    case NumberStatus::NotANumber:
      break;
  }
  return in_column(amount.column, shown + " is not a number, expected one such as -12.50",
                   shown + " 不是数值，应类似 -12.50");
}

}  // namespace

EventConverter::EventConverter(EventPlans& plans, TimeFormat format, DayClock clock)
    : plans_(plans), format_(std::move(format)), clock_(std::move(clock)) {
  const EventColumns& columns = plans.columns();
  const AmountColumn amount = columns.amount.value_or(AmountColumn{});
  std::size_t next = kTimeSlot + 1;
  for (const auto& [column, slot] :
       {std::pair(&columns.event_column, &slots_.event),
        std::pair(&columns.key_column, &slots_.key), std::pair(&amount.column, &slots_.amount),
        std::pair(&amount.times, &slots_.times), std::pair(&columns.count_column, &slots_.count)}) {
    if (!column->empty()) {
      *slot = next++;
    }
  }
}

Result<EventConverter> EventConverter::make(EventPlans& plans, const std::string& database_zone) {
  TAGLINE_ASSIGN_OR_RETURN(TimeFormat format, TimeFormat::make(plans.columns().time_format));
  return EventConverter(plans, std::move(format),
                        DayClock(plans.columns().time_zone, database_zone));
}

Result<engine::Day> EventConverter::day_of(const RowBatch& batch, const Cell& cell,
                                           std::optional<Text>& bad) {
  const EventColumns& columns = plans_.columns();
  if (bad = shape_reason(columns.time_column, cell); bad.has_value()) {
    return 0;
  }
  const std::string_view text = trim(batch.text(cell));
  if (text.empty()) {
    bad = in_column(columns.time_column, "the time is missing", "缺少时间");
    return 0;
  }
  const auto time = format_.parse(text);
  engine::Day day = engine::kFirstDay - 1;
  if (time.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(day, clock_.day_of(*time));
  }
  if (day < engine::kFirstDay || day > engine::kLastDay) {
    const std::string shown = quoted(text);
    bad = in_column(columns.time_column,
                    shown + " is not a time of the format " + columns.time_format,
                    shown + " 不是格式为 " + columns.time_format + " 的时间");
  }
  return day;
}

Result<std::uint32_t> EventConverter::event_of(const RowBatch& batch, std::size_t row,
                                               std::optional<Text>& bad) {
  if (!slots_.event.has_value()) {
    return 0U;
  }
  const std::string& column = plans_.columns().event_column;
  const Cell& cell = batch.cell(row, *slots_.event);
  if (bad = shape_reason(column, cell); bad.has_value()) {
    return 0U;
  }
  const std::string_view text = batch.text(cell);
  TAGLINE_ASSIGN_OR_RETURN(const std::uint32_t code, plans_.code_of(text));
  if (code == EventPlans::kBlank) {
    bad = in_column(column, "the event is missing", "缺少行为名称");
  } else if (code == EventPlans::kRefused) {
    const std::string limit = std::to_string(storage::kNameBytesMax);
    bad = in_column(column,
                    quoted(text) + " cannot name an event: names have at most " + limit + " bytes",
                    quoted(text) + " 不能作为行为名称：名称最多 " + limit + " 字节");
  }
  return code;
}

Result<std::uint32_t> EventConverter::key_of(const RowBatch& batch, const Cell& cell,
                                             EventPlan& plan, std::optional<Text>& bad) const {
  const std::string& column = plans_.columns().key_column;
  if (bad = shape_reason(column, cell); bad.has_value()) {
    return kNoKey;
  }
  const std::string_view text = batch.text(cell);
  const std::uint32_t code = plan.key_names.code_of(text);
  if (plan.key_names.full()) {
    const std::string limit = std::to_string(kValuesMax);
    return failure(
        ErrorCode::TooLarge,
        {"column " + column + " has more than " + limit + " different keys",
         "列 " + column + " 的不同键超过 " + limit + " 个"},
        {"leave \"key\" out: the column looks like an identifier", "请去掉 \"key\"：该列像是编号"});
  }
  if (code == Dictionary::kRefused) {
    const std::string limit = std::to_string(storage::kNameBytesMax);
    bad =
        in_column(column, quoted(text) + " cannot be a key: names have at most " + limit + " bytes",
                  quoted(text) + " 不能作为键：名称最多 " + limit + " 字节");
  }
  return code == Dictionary::kUnknown || code == Dictionary::kRefused ? kNoKey : code;
}

std::optional<std::int64_t> EventConverter::amount_of(const RowBatch& batch, std::size_t row,
                                                      const EventPlan& plan,
                                                      std::optional<Text>& bad) const {
  const AmountColumn& amount = *plans_.columns().amount;
  const Cell& cell = batch.cell(row, *slots_.amount);
  if (bad = shape_reason(amount.column, cell); bad.has_value()) {
    return std::nullopt;
  }
  const std::string_view text = trim(batch.text(cell));
  std::string shown = quoted(text);
  NumberParse parse;
  if (slots_.times.has_value()) {
    const Cell& factor = batch.cell(row, *slots_.times);
    if (bad = shape_reason(amount.times, factor); bad.has_value()) {
      return std::nullopt;
    }
    const std::string_view times = trim(batch.text(factor));
    if (is_missing(amount.missing, text) || is_missing(amount.missing, times)) {
      return std::nullopt;
    }
    parse = parse_product(text, times, plan.scale);
    shown += " × " + quoted(times);
  } else if (is_missing(amount.missing, text)) {
    return std::nullopt;
  } else {
    parse = parse_number(text, plan.scale);
  }
  if (parse.status != NumberStatus::Ok || parse.value > kAmountMax || parse.value < -kAmountMax) {
    bad = amount_reason(amount, shown, parse.status, plan.scale);
  }
  return parse.value;
}

std::uint32_t EventConverter::count_of(const RowBatch& batch, const Cell& cell,
                                       std::optional<Text>& bad) const {
  const std::string& column = plans_.columns().count_column;
  if (bad = shape_reason(column, cell); bad.has_value()) {
    return 0;
  }
  const std::string_view text = trim(batch.text(cell));
  const NumberParse parse = parse_number(text, 0);
  if (parse.status != NumberStatus::Ok || parse.value < 1 || parse.value > kCountMax) {
    const std::string limit = std::to_string(kCountMax);
    bad = in_column(column, quoted(text) + " is not a whole number from 1 to " + limit,
                    quoted(text) + " 不是 1 到 " + limit + " 的整数");
    return 0;
  }
  return static_cast<std::uint32_t>(parse.value);
}

Result<StagedEvent> EventConverter::convert(const RowBatch& batch, std::size_t row,
                                            std::optional<Text>& bad) {
  StagedEvent staged;
  bad = id_reason(batch, batch.cell(row, kUserSlot));
  if (bad.has_value()) {
    return staged;
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::Day day, day_of(batch, batch.cell(row, kTimeSlot), bad));
  if (bad.has_value()) {
    return staged;
  }
  // Numbers before names, so that rows refused for a number leave no names behind; but the scale of
  // an amount is its event's.
  if (slots_.count.has_value()) {
    staged.count = count_of(batch, batch.cell(row, *slots_.count), bad);
    if (bad.has_value()) {
      return staged;
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::uint32_t event, event_of(batch, row, bad));
  if (bad.has_value()) {
    return staged;
  }
  EventPlan& plan = plans_.at(event);
  std::optional<std::int64_t> amount;
  if (slots_.amount.has_value()) {
    amount = amount_of(batch, row, plan, bad);
    if (bad.has_value()) {
      return staged;
    }
  }
  if (slots_.key.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(staged.key, key_of(batch, batch.cell(row, *slots_.key), plan, bad));
    if (bad.has_value()) {
      return staged;
    }
  }
  if (amount.has_value()) {
    plan.see_amount(*plans_.columns().amount);
    staged.amount = *amount;
  }
  staged.place = StagedEvent::place_of(event, day);
  return staged;
}

}  // namespace tagline::ingest
