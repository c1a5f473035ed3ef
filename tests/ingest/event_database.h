// A database of events for tests: loads, and its content as a map.
#pragma once

#include "ingest/day.h"
#include "tests/ingest/scratch_folder.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tagline::ingest {

/// Event, key ("" for the event's own series), user, day.
using EventPlace = std::tuple<std::string, std::string, std::string, std::string>;
using Figures = std::pair<std::uint64_t, std::int64_t>;  ///< count, amount
using EventContent = std::map<EventPlace, Figures>;

class EventDatabase : public Database {
 public:
  void reopen() {
    close();
    open();
  }

  [[nodiscard]] std::vector<storage::TagRecord> events() {
    return store()
        .read([](const storage::Snapshot& snapshot) { return snapshot.events(); })
        .value();
  }
  [[nodiscard]] std::uint64_t version() {
    return store()
        .read([](const storage::Snapshot& snapshot) -> Result<std::uint64_t> {
          return snapshot.version();
        })
        .value();
  }
  [[nodiscard]] std::uint32_t user_limit() {
    return store()
        .read([](const storage::Snapshot& snapshot) -> Result<std::uint32_t> {
          return snapshot.user_limit();
        })
        .value();
  }
  [[nodiscard]] EventContent content() {
    EventContent all;
    const Status status = store().read([&](const storage::Snapshot& snapshot) -> Status {
      TAGLINE_ASSIGN_OR_RETURN(const auto events, snapshot.events());
      for (const storage::TagRecord& event : events) {
        TAGLINE_RETURN_IF_ERROR(read_series(snapshot, event.name, "", event.field, all));
        TAGLINE_ASSIGN_OR_RETURN(const auto keys, snapshot.values(event.field));
        for (const storage::ValueRecord& key : keys) {
          TAGLINE_RETURN_IF_ERROR(read_series(snapshot, event.name, key.name, key.row, all));
        }
      }
      return {};
    });
    EXPECT_TRUE(status.has_value()) << (status.has_value() ? "" : status.error().message().en);
    return all;
  }

 private:
  static Status read_series(const storage::Snapshot& snapshot, const std::string& event,
                            const std::string& key, engine::FieldId series, EventContent& all) {
    for (std::uint32_t user = 0; user < snapshot.user_limit(); ++user) {
      TAGLINE_ASSIGN_OR_RETURN(const std::string id, snapshot.external_id(user));
      TAGLINE_ASSIGN_OR_RETURN(const auto days, snapshot.event_history(series, user, {}));
      for (const storage::DayOfUser& day : days) {
        all[{event, key, id, day_text(day.day)}] = {day.count, day.amount};
      }
    }
    return {};
  }
};

/// buy: user u, day t, key k, amount a of two decimals.
inline EventColumns shop_columns() {
  EventColumns columns;
  columns.user_column = "u";
  columns.event.name = "buy";
  columns.key_column = "k";
  columns.time_column = "t";
  columns.time_format = "%Y-%m-%d";
  columns.amount = AmountColumn{"a", "", 2, "", {}};
  return columns;
}
inline Schema events_schema(EventColumns columns) {
  Schema schema;
  schema.events = std::move(columns);
  return schema;
}
inline Schema shop_events() {
  return events_schema(shop_columns());
}
/// Any share of bad rows is fine.
inline LoadOptions all_bad_rows() {
  LoadOptions options;
  options.max_errors_share = 1;
  return options;
}

}  // namespace tagline::ingest
