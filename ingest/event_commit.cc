// The staged events are in the order of (event, day, user), which is the order of the rows of each
// event's own series. The keys of an event are a stable counting sort away: within a key the order
// of days and users stays.

#include "ingest/event_commit.h"

#include "ingest/day.h"
#include "ingest/lay_over.h"
#include "ingest/renumbered_users.h"
#include "ingest/series_writer.h"
#include "ingest/text.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace tagline::ingest {
namespace {

using engine::Day;
using engine::FieldId;

tl::unexpected<Error> changed_meanwhile() {
  return failure(ErrorCode::Busy,
                 {"the database changed while the files were read; nothing was loaded",
                  "读取文件期间数据库发生了变化；未载入任何数据"},
                 {"load again", "请重新载入"});
}

/// Events of one event of the plans: indexes [begin, end) of EventChange::events, and those that
/// have a key, key by key.
struct EventRange {
  std::uint32_t event = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<std::uint32_t> by_key;
  std::vector<std::size_t> key_ends;  ///< in by_key, of each key code
};

EventRange range_of(const EventChange& change, std::size_t begin, std::size_t end) {
  EventRange range{change.events[begin].event(), begin, end, {}, {}};
  const std::size_t keys = change.plans.at(range.event).key_names.names().size();
  std::vector<std::size_t> next(keys + 1);
  for (std::size_t i = begin; i < end; ++i) {
    if (change.events[i].key != kNoKey) {
      ++next[change.events[i].key + 1];
    }
  }
  std::partial_sum(next.begin(), next.end(), next.begin());
  range.by_key.resize(next.back());
  for (std::size_t i = begin; i < end; ++i) {
    if (change.events[i].key != kNoKey) {
      range.by_key[next[change.events[i].key]++] = static_cast<std::uint32_t>(i - begin);
    }
  }
  range.key_ends.assign(next.begin(), next.end() - 1);
  return range;
}

/// Events are read in the order of events; which of a load's events there are.
std::vector<EventRange> ranges_of(const EventChange& change) {
  std::vector<EventRange> ranges;
  for (std::size_t begin = 0; begin < change.events.size();) {
    const std::uint32_t event = change.events[begin].event();
    const auto end = std::partition_point(
        change.events.begin() + static_cast<std::ptrdiff_t>(begin), change.events.end(),
        [&](const StagedEvent& staged) { return staged.event() <= event; });
    const auto end_at = static_cast<std::size_t>(end - change.events.begin());
    ranges.push_back(range_of(change, begin, end_at));
    begin = end_at;
  }
  return ranges;
}

/// Writes one event. May run several times with the same outcome: it changes nothing but the
/// transaction.
class EventWriter {
 public:
  EventWriter(storage::Store& store, storage::WriteTxn& txn, const EventChange& change,
              const EventRange& range, EventsCommitted& done)
      : store_(store),
        txn_(txn),
        change_(change),
        range_(range),
        plan_(change.plans.at(range.event)),
        done_(done) {}

  [[nodiscard]] Status run() {
    TAGLINE_RETURN_IF_ERROR(put_record());
    TAGLINE_RETURN_IF_ERROR(put_keys());
    const auto event_at = [this](std::size_t i) -> const StagedEvent& {
      return change_.events[range_.begin + i];
    };
    TAGLINE_RETURN_IF_ERROR(
        put_series(field_, plan_.record.field != 0, range_.end - range_.begin, event_at));
    std::size_t begin = 0;
    for (std::size_t key = 0; key < range_.key_ends.size(); ++key) {
      const std::size_t first = std::exchange(begin, range_.key_ends[key]);
      const auto keyed_at = [this, first](std::size_t i) -> const StagedEvent& {
        return change_.events[range_.begin + range_.by_key[first + i]];
      };
      TAGLINE_RETURN_IF_ERROR(
          put_series(key_fields_[key], known_keys_[key], begin - first, keyed_at));
    }
    return {};
  }

 private:
  [[nodiscard]] Status put_record() {
    storage::TagRecord record = plan_.record;
    if (plan_.was.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(const auto events, txn_.events());
      const auto now = std::find_if(events.begin(), events.end(),
                                    [&](const auto& event) { return event.field == record.field; });
      if (now != events.end()) {
        record = lay_over(*now, *plan_.was, plan_.record);
      }
      TAGLINE_ASSIGN_OR_RETURN(keys_now_, txn_.values(record.field));
    }
    record.updated_s = change_.now_s;
    done_.events_new += record.field == 0 ? 1 : 0;
    TAGLINE_ASSIGN_OR_RETURN(field_, txn_.put_tag(std::move(record)));
    return {};
  }

  /// Gives series to the keys that the load's events have, in order of their codes.
  [[nodiscard]] Status put_keys() {
    const std::vector<std::string>& names = plan_.key_names.names();
    std::vector<storage::ValueRecord> changed;
    key_fields_.resize(names.size());
    known_keys_.resize(names.size());
    for (std::size_t code = 0; code < names.size(); ++code) {
      const bool known = code < plan_.keys.size();
      const bool used = range_.key_ends[code] > (code == 0 ? 0 : range_.key_ends[code - 1]);
      if (!known && !used) {
        continue;
      }
      storage::ValueRecord record = known ? keys_now_[code] : brought(names[code]);
      known_keys_[code] = record.row != 0;
      if (record.row == 0) {
        TAGLINE_ASSIGN_OR_RETURN(record.row, txn_.new_field());
        ++done_.keys_new;
      }
      key_fields_[code] = record.row;
      TAGLINE_ASSIGN_OR_RETURN(const bool aliases, add_aliases(record));
      if (!known_keys_[code] || aliases) {
        changed.push_back(std::move(record));
      }
    }
    return changed.empty() ? Status() : txn_.put_values(field_, changed);
  }

  /// The key of this name as others have made it since the plans were made; else a new one.
  [[nodiscard]] storage::ValueRecord brought(const std::string& name) const {
    const auto found = std::find_if(keys_now_.begin(), keys_now_.end(),
                                    [&](const auto& key) { return key.name == name; });
    return found == keys_now_.end() ? storage::ValueRecord{0, name, {}, {}} : *found;
  }

  [[nodiscard]] Result<bool> add_aliases(storage::ValueRecord& record) const {
    bool changed = false;
    for (const auto& [key, aliases] : change_.plans.columns().key_aliases) {
      TAGLINE_ASSIGN_OR_RETURN(const std::string name, to_nfc(trim(key)));
      for (std::size_t i = 0; name == record.name && i < aliases.size(); ++i) {
        TAGLINE_ASSIGN_OR_RETURN(std::string normal, to_nfc(trim(aliases[i])));
        if (normal != name && std::find(record.aliases.begin(), record.aliases.end(), normal) ==
                                  record.aliases.end()) {
          record.aliases.push_back(std::move(normal));
          changed = true;
        }
      }
    }
    return changed;
  }

  /// `at(0 .. count-1)`: events by day, then user.
  template <class At>
  [[nodiscard]] Status put_series(FieldId series, bool known, std::size_t count, At at) {
    if (count == 0) {
      return {};
    }
    std::map<Day, engine::DayRows> stored;
    if (known) {
      const engine::DayWindow window{at(0).day(), at(count - 1).day()};
      TAGLINE_ASSIGN_OR_RETURN(const auto days, store_.read([&](const storage::Snapshot& snapshot) {
        return snapshot.event_days(series, window);
      }));
      for (const engine::DayRows& rows : days) {
        stored.emplace(rows.day, rows);
      }
    }
    SeriesWriter writer(txn_, series);
    for (std::size_t i = 0; i < count;) {
      const Day day = at(i).day();
      DayByShard added;
      for (; i < count && at(i).day() == day; ++i) {
        TAGLINE_RETURN_IF_ERROR(add_event(at(i), added));
      }
      const auto rows = stored.find(day);
      TAGLINE_ASSIGN_OR_RETURN(const auto overflow,
                               writer.add(day, std::move(added), rows != stored.end(),
                                          rows == stored.end() ? engine::DayRows{} : rows->second));
      if (overflow.has_value()) {
        return overflow_failure(*overflow, day);
      }
    }
    done_.fragments_written += writer.fragments_written();
    return {};
  }

  [[nodiscard]] Status add_event(const StagedEvent& event, DayByShard& added) const {
    DayUsers& shard = added[engine::shard_of(event.user)];
    const std::uint32_t user = engine::within_shard(event.user);
    if (shard.users.empty() || shard.users.back() != user) {
      shard.users.push_back(user);
      shard.counts.push_back(event.count);
      shard.amounts.push_back(event.amount);
      return {};
    }
    shard.counts.back() += event.count;
    // Each is below 2^53: a thousand of them before the sum could pass 63 bits.
    if (__builtin_add_overflow(shard.amounts.back(), event.amount, &shard.amounts.back())) {
      return overflow_failure({event.user, true}, event.day());
    }
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> overflow_failure(Overflow overflow, Day day) const {
    std::string user;
    if (overflow.user >= change_.first_new) {
      user = change_.new_ids[overflow.user - change_.first_new];
    } else {
      user = store_
                 .read([&](const storage::Snapshot& snapshot) {
                   return snapshot.external_id(overflow.user);
                 })
                 .value_or("#" + std::to_string(overflow.user));
    }
    const std::string& event = plan_.record.name;
    const std::string date = day_text(day);
    const Text what = overflow.of_amount
                          ? Text{"the amounts of " + event +
                                     " add up to 2^53 or more of their "
                                     "smallest unit",
                                 event + " 的金额合计达到 2^53 个最小单位"}
                          : Text{"the counts of " + event + " add up to more than 2^32",
                                 event + " 的次数合计超过 2^32"};
    return failure(
        ErrorCode::TooLarge,
        {"user " + excerpt(user) + " on " + date + ": " + what.en + "; nothing was loaded",
         "用户 " + excerpt(user) + " 在 " + date + "：" + what.zh + "；未载入任何数据"},
        overflow.of_amount ? Text{"correct the file, or give the amounts a smaller \"scale\"",
                                  "请修正文件，或减小金额的 \"scale\""}
                           : Text{"correct the file; \"count\" must be the column of how many "
                                  "events a row stands for",
                                  "请修正文件；\"count\" 应为表示该行代表几次行为的列"});
  }

  storage::Store& store_;
  storage::WriteTxn& txn_;
  const EventChange& change_;
  const EventRange& range_;
  const EventPlan& plan_;
  EventsCommitted& done_;
  FieldId field_ = 0;
  std::vector<FieldId> key_fields_;             ///< of each key code
  std::vector<bool> known_keys_;                ///< the same: it was there before the load
  std::vector<storage::ValueRecord> keys_now_;  ///< those the event has already
};

/// Whether what the files say still means what it meant when the plans were made.
Status check_unchanged(const storage::WriteTxn& txn, const EventChange& change) {
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t people, txn.people_version());
  if (people != change.people_version) {
    return changed_meanwhile();
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto events, txn.events());
  for (std::uint32_t code = 0; code < change.plans.size(); ++code) {
    const EventPlan& plan = change.plans.at(code);
    const auto event = std::find_if(events.begin(), events.end(), [&](const auto& known) {
      return known.name == plan.record.name;
    });
    if ((event == events.end() ? 0 : event->field) != plan.record.field) {
      return changed_meanwhile();
    }
    if (plan.record.field != 0) {
      TAGLINE_ASSIGN_OR_RETURN(const auto keys, txn.values(plan.record.field));
      // Keys that were added since are other spellings of none that the files have.
      const auto added =
          keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), plan.keys.size()));
      if (!read_alike({keys.begin(), added}, plan.keys) ||
          std::any_of(added, keys.end(), [](const auto& key) { return !key.aliases.empty(); })) {
        return changed_meanwhile();
      }
    }
  }
  for (const storage::LoadRecord& load : change.loads) {
    TAGLINE_ASSIGN_OR_RETURN(const auto known, txn.find_load(load.id));
    if (known.has_value()) {
      return changed_meanwhile();
    }
  }
  return {};
}

Status write_load(storage::Store& store, storage::WriteTxn& txn, const EventChange& change,
                  const std::vector<EventRange>& ranges, EventsCommitted& done) {
  if (!change.new_ids.empty()) {
    TAGLINE_RETURN_IF_ERROR(txn.add_users(change.new_ids));
  }
  done.users_new = change.new_ids.size();
  for (const EventRange& range : ranges) {
    TAGLINE_RETURN_IF_ERROR(EventWriter(store, txn, change, range, done).run());
  }
  for (const storage::LoadRecord& load : change.loads) {
    TAGLINE_RETURN_IF_ERROR(txn.put_load(load));
  }
  TAGLINE_ASSIGN_OR_RETURN(done.links, change.links.write(txn, change.now_s, "load"));
  if (change.on_written) {
    change.on_written();
  }
  return {};
}

}  // namespace

Result<EventsCommitted> commit_events(storage::Store& store, const EventChange& change) {
  const std::vector<EventRange> ranges = ranges_of(change);
  EventsCommitted done;
  const auto write = [&](storage::WriteTxn& txn) -> Status {
    done = EventsCommitted{};
    TAGLINE_RETURN_IF_ERROR(check_unchanged(txn, change));
    if (change.new_ids.empty() || txn.user_limit() == change.first_new) {
      return write_load(store, txn, change, ranges, done);
    }
    TAGLINE_ASSIGN_OR_RETURN(const RenumberedUsers users, renumbered_users(txn, change.new_ids));
    std::vector<StagedEvent> events = change.events;
    for (StagedEvent& event : events) {
      if (event.user >= change.first_new) {
        event.user = users.to[event.user - change.first_new];
      }
    }
    std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) {
      return a.place != b.place ? a.place < b.place : a.user < b.user;
    });
    RowLinks links = change.links;
    links.renumber(change.first_new, users.to);
    const EventChange now{change.plans,          events, users.new_ids, txn.user_limit(),
                          change.people_version, links,  change.loads,  change.now_s,
                          change.on_written};
    return write_load(store, txn, now, ranges_of(now), done);
  };
  TAGLINE_RETURN_IF_ERROR(store.write(write));
  return done;
}

}  // namespace tagline::ingest
