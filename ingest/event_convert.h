// EventConverter: rows of event files to staged events, without their users.
#pragma once

#include "engine/result.h"
#include "ingest/day_clock.h"
#include "ingest/event_plan.h"
#include "ingest/row_batch.h"
#include "ingest/schema.h"
#include "ingest/staged_event.h"
#include "ingest/time_format.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::ingest {

/// One thread.
class EventConverter {
 public:
  /// REQUIRES: check_events succeeded for the plans' columns, and the plans live as long as this.
  [[nodiscard]] static Result<EventConverter> make(EventPlans& plans,
                                                   const std::string& database_zone);

  /// The event of a row, its user left 0; or, with a reason in `bad`, why there is none. Errors:
  /// EventPlans::code_of; System (time zone rules).
  [[nodiscard]] Result<StagedEvent> convert(const RowBatch& batch, std::size_t row,
                                            std::optional<Text>& bad);

 private:
  /// Slots of the columns that there are (column_map.h, slot_columns).
  struct Slots {
    std::optional<std::size_t> event;
    std::optional<std::size_t> key;
    std::optional<std::size_t> amount;
    std::optional<std::size_t> times;
    std::optional<std::size_t> count;
  };
  EventConverter(EventPlans& plans, TimeFormat format, DayClock clock);

  [[nodiscard]] Result<engine::Day> day_of(const RowBatch& batch, const Cell& cell,
                                           std::optional<Text>& bad);
  [[nodiscard]] Result<std::uint32_t> event_of(const RowBatch& batch, std::size_t row,
                                               std::optional<Text>& bad);
  [[nodiscard]] Result<std::uint32_t> key_of(const RowBatch& batch, const Cell& cell,
                                             EventPlan& plan, std::optional<Text>& bad) const;
  [[nodiscard]] std::optional<std::int64_t> amount_of(const RowBatch& batch, std::size_t row,
                                                      const EventPlan& plan,
                                                      std::optional<Text>& bad) const;
  [[nodiscard]] std::uint32_t count_of(const RowBatch& batch, const Cell& cell,
                                       std::optional<Text>& bad) const;

  EventPlans& plans_;
  TimeFormat format_;
  DayClock clock_;
  Slots slots_;
};

}  // namespace tagline::ingest
