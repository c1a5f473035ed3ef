#include "server/segment_history.h"

#include "server/as_of.h"
#include "server/day_text.h"
#include "server/drafted_write.h"
#include "server/segment_members.h"
#include "server/segment_names.h"
#include "storage/time_zone.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

using std::chrono::sys_days;
using storage::HistoryPoint;
using storage::HistoryRecord;
using storage::Snapshot;

sys_days day_of(const HistoryPoint& point) {
  return sys_days(std::chrono::days(point.day));
}

std::int64_t number_of(sys_days day) {
  return day.time_since_epoch().count();
}

Outcome<SegmentHistory::Since> compare(const Snapshot& snapshot, const HistoryRecord& history,
                                       sys_days day, const engine::Bitmap& now) {
  TAGLINE_ASSIGN_OR_RETURN(const std::size_t at, point_since(history, day));
  TAGLINE_ASSIGN_OR_RETURN(engine::Bitmap then, snapshot.members_at(history, at));
  SegmentHistory::Since since;
  since.point = history.points[at];
  engine::Bitmap both = now.clone();
  both.intersect(then);
  since.stayed = both.cardinality();
  since.entered = now.cardinality() - since.stayed;
  since.left = then.cardinality() - since.stayed;
  return since;
}

}  // namespace

Result<std::size_t> point_since(const HistoryRecord& history, sys_days day) {
  for (std::size_t i = history.points.size(); i-- > 0;) {
    if (day_of(history.points[i]) <= day) {
      return i;
    }
  }
  const std::string name = segment_reference(history.segment);
  const std::string asked = day_text(day);
  if (history.points.empty()) {
    return failure(
        ErrorCode::NotFound, {"nothing is kept of the past of " + name, name + " 尚无历史记录"},
        {"a running server takes a point every night; \"tagline segment record\" takes one "
         "now",
         "运行中的服务器每晚记录一次；也可用 \"tagline segment record\" 立即记录"});
  }
  const std::string first = day_text(day_of(history.points.front()));
  return failure(ErrorCode::NotFound,
                 {"nothing is kept of " + name + " on " + asked + " or before",
                  name + " 在 " + asked + " 及之前没有历史记录"},
                 {"the oldest that is kept is of " + first, "现存最早的记录是 " + first});
}

Outcome<SegmentHistory> SegmentHistories::show(const std::string& name,
                                               const HistoryRequest& request) {
  SegmentHistory shown;
  std::optional<Refusal> refusal;
  TAGLINE_RETURN_IF_ERROR(store_.read([&](const Snapshot& snapshot) -> Status {
    shown = {};
    auto members = segment_members(snapshot, name, std::nullopt, {}, execute_);
    if (!members.has_value()) {
      refusal = std::move(members).error();
      return {};
    }
    shown.name = members->origin.source;
    shown.count = members->users.cardinality();
    shown.population = members->origin.population;
    shown.rule = members->origin.rule;
    shown.as_of = sys_days(std::chrono::days(members->origin.as_of));
    shown.time_zone = snapshot.time_zone();
    TAGLINE_ASSIGN_OR_RETURN(auto history, snapshot.history(shown.name));
    if (!history) {
      history.emplace().segment = shown.name;
    }
    shown.kept = history->points.size();
    if (shown.kept != 0) {
      shown.first = day_of(history->points.front());
    }
    const std::int64_t before = members->origin.as_of - static_cast<std::int64_t>(request.days);
    std::copy_if(history->points.begin(), history->points.end(), std::back_inserter(shown.points),
                 [&](const HistoryPoint& point) { return point.day > before; });
    if (request.since.has_value()) {
      auto since = compare(snapshot, *history, *request.since, members->users);
      if (!since.has_value()) {
        refusal = std::move(since).error();
        return {};
      }
      shown.since = *since;
    }
    return {};
  }));
  if (refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  return shown;
}

Outcome<HistoryPoint> SegmentHistories::take(const std::string& name, std::optional<sys_days> day,
                                             std::int64_t taken_s,
                                             std::optional<std::int64_t> oldest_day) {
  HistoryPoint point;
  SegmentMembers members;
  std::optional<Refusal> refusal;
  const auto read = [&](const Snapshot& snapshot) -> Result<bool> {
    auto found = segment_members(snapshot, name, day, {}, execute_);
    if (!found.has_value()) {
      refusal = std::move(found).error();
      return false;
    }
    refusal.reset();
    members = std::move(*found);
    return true;
  };
  const auto write = [&](storage::WriteTxn& txn) -> Status {
    HistoryPoint fresh;
    fresh.taken_s = taken_s;
    fresh.day = members.origin.as_of;
    fresh.population = members.origin.population;
    fresh.version = members.origin.data_version;
    fresh.rule = members.origin.rule;
    TAGLINE_ASSIGN_OR_RETURN(point, txn.add_history(members.origin.source, fresh, members.users));
    if (!oldest_day.has_value()) {
      return {};
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto history, txn.history(members.origin.source));
    std::size_t keep = 0;
    if (history.has_value()) {
      for (const HistoryPoint& each : history->points) {
        keep += each.day >= *oldest_day ? 1U : 0U;
      }
    }
    return txn.drop_history(members.origin.source, keep);
  };
  TAGLINE_RETURN_IF_ERROR(write_drafted(store_, read, write));
  if (refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  return point;
}

Outcome<HistoryPoint> SegmentHistories::record(const std::string& name) {
  return take(name, std::nullopt, now_s(), std::nullopt);
}

Result<DayRecorded> SegmentHistories::record_day(std::chrono::system_clock::time_point now,
                                                 std::uint64_t keep_days) {
  DayRecorded done;
  const std::int64_t clock_s =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  std::vector<std::string> waiting;
  TAGLINE_RETURN_IF_ERROR(store_.read([&](const Snapshot& snapshot) -> Status {
    waiting.clear();
    TAGLINE_ASSIGN_OR_RETURN(const sys_days today, storage::day_in_zone(now, snapshot.time_zone()));
    done.day = today - std::chrono::days(1);
    TAGLINE_ASSIGN_OR_RETURN(const auto segments, snapshot.segments());
    for (const storage::SegmentRecord& segment : segments) {
      const std::chrono::sys_seconds created{std::chrono::seconds(segment.created_s)};
      TAGLINE_ASSIGN_OR_RETURN(const sys_days born,
                               storage::day_in_zone(created, snapshot.time_zone()));
      TAGLINE_ASSIGN_OR_RETURN(const auto history, snapshot.history(segment.name));
      bool taken = false;
      if (history) {
        for (const HistoryPoint& point : history->points) {
          // One that somebody took on the day itself is not of the whole day.
          const std::chrono::sys_seconds at{std::chrono::seconds(point.taken_s)};
          TAGLINE_ASSIGN_OR_RETURN(const sys_days taken_on,
                                   storage::day_in_zone(at, snapshot.time_zone()));
          taken = taken || (day_of(point) == done.day && taken_on >= today);
        }
      }
      if (!taken && born < today) {
        waiting.push_back(segment.name);
      }
    }
    return {};
  }));
  const std::int64_t oldest = number_of(done.day) - static_cast<std::int64_t>(keep_days);
  for (const std::string& name : waiting) {
    auto point = take(name, done.day, clock_s, oldest);
    if (point.has_value()) {
      ++done.recorded;
      continue;
    }
    const auto& error = point.error().error;
    const bool of_segment = !error.has_value() || error->code() == ErrorCode::NotFound;
    if (!of_segment) {
      return tl::unexpected(*error);
    }
    done.failures.push_back({name, std::move(point).error()});
  }
  return done;
}

}  // namespace tagline::server
