// StagedEvent: one row of an event file on its way into day rows. 24 bytes, since a load keeps all
// of its events until it commits.
#pragma once

#include "engine/events.h"
#include "engine/layout.h"

#include <cstdint>

namespace tagline::ingest {

/// Bits of a day counted from engine::kFirstDay.
inline constexpr unsigned kDayBits = 22;
static_assert(engine::kLastDay - engine::kFirstDay < 1 << kDayBits);

inline constexpr std::uint32_t kNoKey = 0xFFFF'FFFFU;

struct StagedEvent {
  std::uint32_t place = 0;  ///< code of the event (EventPlans), then the day
  engine::UserIndex user = 0;
  std::uint32_t key = kNoKey;  ///< code within the event's keys
  std::uint32_t count = 1;
  std::int64_t amount = 0;  ///< scaled

  [[nodiscard]] static std::uint32_t place_of(std::uint32_t event, engine::Day day) {
    return event << kDayBits | static_cast<std::uint32_t>(day - engine::kFirstDay);
  }
  [[nodiscard]] std::uint32_t event() const { return place >> kDayBits; }
  [[nodiscard]] engine::Day day() const {
    return static_cast<engine::Day>(place & ((1U << kDayBits) - 1)) + engine::kFirstDay;
  }
};
static_assert(sizeof(StagedEvent) == 24);

}  // namespace tagline::ingest
