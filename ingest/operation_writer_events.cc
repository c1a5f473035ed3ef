// Events of operations: what was done is added to its day.
#include "ingest/operation_value.h"
#include "ingest/operation_writer.h"
#include "ingest/text.h"
#include "storage/time_zone.h"

#include <utility>

namespace tagline::ingest {
namespace {

using engine::Day;
using engine::FieldId;
using engine::RowId;
using engine::TagKind;
using engine::UserIndex;
using storage::CellShape;

constexpr std::int64_t kCountMax = std::int64_t{1} << 32U;
constexpr std::int64_t kAmountMax = (std::int64_t{1} << engine::kAmountBitsMax) - 1;

}  // namespace

Result<std::optional<Day>> OperationWriter::day_of(const std::string& at,
                                                   const IngestOptions& options, Reason& why) {
  if (at.empty()) {
    return std::optional(today_);
  }
  const auto written = format_.parse(at);
  if (!written.has_value()) {
    why = reason("at: \"" + excerpt(at) + "\", expected a time such as 2026-01-31T18:30:00+08:00",
                 "at：“" + excerpt(at) + "”，应为时间，例如 2026-01-31T18:30:00+08:00");
    return std::optional<Day>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const Day day, clock_.day_of(*written));
  std::int64_t instant = written->seconds;
  if (!written->instant) {
    TAGLINE_ASSIGN_OR_RETURN(const auto period,
                             storage::period_of_clock(written->seconds, txn_.time_zone()));
    instant -= period.offset_s;
  }
  if (instant > now_s_ + options.ahead_s) {
    const std::string most = std::to_string(options.ahead_s);
    why = reason("at: \"" + excerpt(at) + "\" is in the future, more than " + most +
                     " s ahead of this machine's clock",
                 "at：“" + excerpt(at) + "”在未来，超前本机时钟 " + most + " 秒以上");
    return std::optional<Day>();
  }
  if (day < engine::kFirstDay || day > engine::kLastDay) {
    why = reason("at: \"" + excerpt(at) + "\" is outside the years 1 to 9999",
                 "at：“" + excerpt(at) + "”不在公元 1 到 9999 年之内");
    return std::optional<Day>();
  }
  return std::optional(day);
}

Result<Vocabulary::Tag*> OperationWriter::event_of(const DoneEvent& given,
                                                   const IngestOptions& options, Reason& why) {
  if (auto* event = names_.event(given.event); event != nullptr) {
    if (!given.amount.empty() && !event->record.has_amount) {
      event->record.has_amount = true;
      event->record.scale = kNewScale;
      TAGLINE_RETURN_IF_ERROR(txn_.put_tag(event->record).map([](FieldId) {}));
    }
    return event;
  }
  const bool possible = can_be_named(given.event);
  if (options.tags == Unknown::Refuse || !possible || names_.tag(given.event) != nullptr) {
    const auto near = names_.near(given.event);
    why = reason(
        "there is no event " + excerpt(given.event) +
            (near ? "; the nearest name is " + *near : std::string()),
        "没有行为 " + excerpt(given.event) + (near ? "；最接近的名称是 " + *near : std::string()));
    return nullptr;
  }
  storage::TagRecord record;
  record.name = given.event;
  record.kind = TagKind::Event;
  record.has_amount = !given.amount.empty();
  record.scale = record.has_amount ? kNewScale : 0;
  record.created_s = now_s_;
  record.updated_s = now_s_;
  ++tags_new_;
  return names_.add(std::move(record), txn_);
}

Result<Reason> OperationWriter::done(const DoneEvent& given, UserIndex user,
                                     const IngestOptions& options) {
  Reason why;
  TAGLINE_ASSIGN_OR_RETURN(const auto day, day_of(given.at, options, why));
  if (!day.has_value()) {
    return why;
  }
  std::int64_t count = 1;
  if (!given.count.empty()) {
    const auto read = number_of(given.count, 0, "count", why);
    if (!read.has_value()) {
      return why;
    }
    count = *read;
  }
  if (count < 1 || count > kCountMax) {
    return reason("count: " + std::to_string(count) + ", expected 1 to 4294967296",
                  "count：" + std::to_string(count) + "，应在 1 到 4294967296 之间");
  }
  // Of an event that has no amounts yet: before it is given some.
  const auto* known = names_.event(given.event);
  if (!given.amount.empty() && (known == nullptr || !known->record.has_amount) &&
      !number_of(given.amount, kNewScale, "amount", why).has_value()) {
    return why;
  }
  TAGLINE_ASSIGN_OR_RETURN(auto* event, event_of(given, options, why));
  if (event == nullptr) {
    return why;
  }
  std::int64_t amount = 0;
  if (!given.amount.empty()) {
    const auto read = number_of(given.amount, event->record.scale, "amount", why);
    if (!read.has_value()) {
      return why;
    }
    amount = *read;
  }
  std::vector<FieldId> series = {event->record.field};
  if (!given.key.empty()) {
    TAGLINE_ASSIGN_OR_RETURN(const auto key, row_of(*event, given.key, options, why));
    if (!key.has_value()) {
      return why;
    }
    series.push_back(*key);
  }
  for (const FieldId each : series) {
    TAGLINE_ASSIGN_OR_RETURN(why, add_day(each, *day, count, amount, user, event->record.name));
    if (why.has_value()) {
      return why;
    }
  }
  return Reason();
}

Result<Reason> OperationWriter::add_day(FieldId series, Day day, std::int64_t count,
                                        std::int64_t amount, UserIndex user,
                                        const std::string& event) {
  const RowId counts = engine::day_row(day, engine::kPresentPart);
  const RowId amounts = engine::day_row(day, engine::kPlusPart);
  TAGLINE_ASSIGN_OR_RETURN(const auto times, staged_.value(series, CellShape::Count, counts, user));
  if (times.value_or(0) > kCountMax - count) {
    return reason(event + ": more than 4294967296 times on one day",
                  event + "：同一天超过 4294967296 次");
  }
  staged_.set({series, CellShape::Count, counts, user, times.value_or(0) + count});
  if (amount == 0) {
    return Reason();
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto before,
                           staged_.value(series, CellShape::Amount, amounts, user));
  std::int64_t sum = 0;
  if (__builtin_add_overflow(before.value_or(0), amount, &sum) || sum > kAmountMax ||
      sum < -kAmountMax) {
    return reason(event + ": the amounts of one day are too large",
                  event + "：同一天的金额合计过大");
  }
  staged_.set({series, CellShape::Amount, amounts, user,
               sum == 0 ? std::nullopt : StagedChanges::Value(sum)});
  return Reason();
}

}  // namespace tagline::ingest
