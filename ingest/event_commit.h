// commit_events: staged events into the database, in one transaction.
//
// Base and new add up: for each series, day and shard that the load touches, the counts and amounts
// that the load's users have there are read back from the rows, added to, and written again. Other
// rows are not read; rows that stay as they are are not written.
#pragma once

#include "engine/result.h"
#include "ingest/event_plan.h"
#include "ingest/row_links.h"
#include "ingest/staged_event.h"
#include "storage/record.h"
#include "storage/store.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace tagline::ingest {

struct EventChange {
  const EventPlans& plans;
  const std::vector<StagedEvent>& events;  ///< by place, then user
  const std::vector<std::string_view>& new_ids;
  std::uint32_t first_new = 0;
  std::uint64_t people_version = 0;  ///< as Change::people_version
  const RowLinks& links;
  const std::vector<storage::LoadRecord>& loads;
  std::int64_t now_s = 0;
  std::function<void()> on_written;  ///< as Change::on_written
};

struct EventsCommitted {
  std::uint64_t events_new = 0;  ///< events nobody had done
  std::uint64_t keys_new = 0;
  std::uint64_t users_new = 0;
  std::uint64_t fragments_written = 0;
  LinkCounts links;
};

/// TooLarge when counts or amounts of a user and day leave their bounds (engine/events.h): the
/// message names the user, the event and the day. Users and keys that others have brought
/// since the plans were made stay as they are numbered: the load's own get other numbers then. Busy
/// when others have made the load's new events, other spellings of its keys, or known one of its
/// files, and when people were merged or erased. Cost: O(events) and the touched fragments; 4 bytes
/// an event for keys; where there are new users on both sides, the events once more, sorted.
[[nodiscard]] Result<EventsCommitted> commit_events(storage::Store& store,
                                                    const EventChange& change);

}  // namespace tagline::ingest
