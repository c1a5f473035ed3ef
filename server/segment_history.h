// SegmentHistories: what is kept of the past of saved segments, day by day: how many were in them,
// who came and who went.
//
// A point of a history is the segment as it was at one time: by the tags as they were then, and its
// relative dates computed for the point's day. Points are taken once a day for the day that is over
// (server/daily_recorder.h), and whenever somebody asks. What was not taken then cannot be made up
// for: tags know only what they are now. Numbers of a point never change. Who was in it can be told
// as long as the point is kept; those who were merged since are who they are now, and those who
// were erased are gone.
#pragma once

#include "engine/execute.h"
#include "server/segments.h"
#include "storage/history.h"
#include "storage/store.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

struct HistoryRequest {
  std::uint64_t days = 30;  ///< points of the last so many days, today among them
  /// Compare with the newest point of this day, or of the last day before it that has one.
  std::optional<std::chrono::sys_days> since;
};

struct SegmentHistory {
  std::string name;
  std::vector<storage::HistoryPoint> points;   ///< of the days asked for, oldest first
  std::uint64_t kept = 0;                      ///< points there are
  std::optional<std::chrono::sys_days> first;  ///< day of the oldest that is kept
  // Now:
  std::uint64_t count = 0;
  std::uint64_t population = 0;
  std::uint32_t rule = 0;  ///< number of the rule it has; 0: a list, or none was numbered
  std::chrono::sys_days as_of;
  std::string time_zone;  ///< of the database, for people who read times
  struct Since {
    storage::HistoryPoint point;
    std::uint64_t entered = 0;  ///< who are in it now and were not then
    std::uint64_t left = 0;     ///< who were in it then and are not now
    std::uint64_t stayed = 0;
  };
  std::optional<Since> since;
};

/// What one day's recording has done.
struct DayRecorded {
  std::chrono::sys_days day;
  std::uint64_t recorded = 0;
  struct Failure {
    std::string segment;
    Refusal refusal;
  };
  std::vector<Failure> failures;  ///< segments that cannot be computed
};

/// Threads: thread-safe. Borrows the store and the budget of `execute`.
class SegmentHistories {
 public:
  explicit SegmentHistories(storage::Store& store, const engine::ExecuteOptions& execute = {})
      : store_(store), execute_(execute) {}

  /// NotFound: no such segment, or no point of `since` or before; refused when it cannot be
  /// computed now. Cost: selecting it, and with `since` reading what changed since.
  [[nodiscard]] Outcome<SegmentHistory> show(const std::string& name,
                                             const HistoryRequest& request);
  /// Takes a point now. Read before the transaction (server/drafted_write.h).
  [[nodiscard]] Outcome<storage::HistoryPoint> record(const std::string& name);
  /// Takes the point of the day before that of `now`, in the zone of the database, of every segment
  /// that was there then and has none of it yet; drops points of days more than `keep_days` before
  /// that day. Doing it again does nothing. A transaction a segment; one that cannot be computed is
  /// told of and passed over. An error: of the store or the budget.
  [[nodiscard]] Result<DayRecorded> record_day(std::chrono::system_clock::time_point now,
                                               std::uint64_t keep_days);

 private:
  [[nodiscard]] Outcome<storage::HistoryPoint> take(const std::string& name,
                                                    std::optional<std::chrono::sys_days> day,
                                                    std::int64_t taken_s,
                                                    std::optional<std::int64_t> oldest_day);

  storage::Store& store_;
  engine::ExecuteOptions execute_;
};

/// The newest point of that day, or of the last day before it that has one. NotFound.
[[nodiscard]] Result<std::size_t> point_since(const storage::HistoryRecord& history,
                                              std::chrono::sys_days day);

}  // namespace tagline::server
