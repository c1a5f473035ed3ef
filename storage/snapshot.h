// Snapshot: one committed state of a database, for the length of one scope (Store::read).
#pragma once

#include "engine/bitmap.h"
#include "engine/source.h"
#include "storage/history.h"
#include "storage/identity.h"
#include "storage/record.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::storage {

/// One day of one user in a series.
struct DayOfUser {
  engine::Day day = 0;
  std::uint64_t count = 0;  ///< at least 1
  std::int64_t amount = 0;  ///< scaled; 0 when the event has no amounts
  friend bool operator==(const DayOfUser&, const DayOfUser&) = default;
};

/// Made only by Store. As an engine::Source it is thread-safe (look-ups of one transaction are
/// serialised inside).
class Snapshot final : public engine::Source {
 public:
  ~Snapshot() override;  ///< aborts when a borrowed fragment is still alive
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  /// Raised by one with every commit; equal versions are equal states.
  [[nodiscard]] std::uint64_t version() const;
  /// The version of the last commit that changed a row any plan made before could read: those of
  /// the catalogue, of new tags and of new lists leave it. One plan is answered alike by two
  /// snapshots of equal data versions, and so is one text as long as it comes to the same plan.
  [[nodiscard]] std::uint64_t data_version() const;
  /// The version of the last commit that changed a tag, an event, a value or a saved segment: those
  /// are the same in snapshots of equal catalogue versions, whoever came, was merged or went.
  [[nodiscard]] std::uint64_t catalogue_version() const;
  /// Drawn at random when the database was made, so it tells databases apart (copies are the same
  /// one). The directory of ids is hashed with it: it is not for outsiders.
  [[nodiscard]] std::uint64_t seed() const;
  [[nodiscard]] const std::string& time_zone() const;
  /// Indexes given out so far; users erased later leave holes.
  [[nodiscard]] std::uint32_t user_limit() const;
  /// Users known now: the cardinality of the population row.
  [[nodiscard]] Result<std::uint64_t> population() const;

  /// All tags, in order of creation; events are not among them.
  [[nodiscard]] Result<std::vector<TagRecord>> tags() const;
  /// The tag or event of a field; nothing for a field that is no tag's.
  [[nodiscard]] Result<std::optional<TagRecord>> tag(engine::FieldId field) const;
  /// All events (kind Event), in order of creation.
  [[nodiscard]] Result<std::vector<TagRecord>> events() const;
  /// Saved segments, by name.
  [[nodiscard]] Result<std::vector<SegmentRecord>> segments() const;
  [[nodiscard]] Result<std::optional<SegmentRecord>> segment(std::string_view name) const;
  /// The rules a segment has had and that are kept, by number; none for a list, and for one that
  /// was last saved by a version of Tagline that did not keep them. One look-up each.
  [[nodiscard]] Result<std::vector<RuleRecord>> rules(std::string_view segment) const;
  /// What static lists were frozen from, by name of the list.
  [[nodiscard]] Result<std::vector<OriginRecord>> origins() const;
  [[nodiscard]] Result<std::optional<OriginRecord>> origin(std::string_view list) const;
  /// What is kept of a segment's past; nothing: nothing is.
  [[nodiscard]] Result<std::optional<HistoryRecord>> history(std::string_view segment) const;
  /// Who was in the segment at that point (an index of history.points). Of those who were merged
  /// since, who that is now; without those who were erased. Cost: who is in it at the newest point
  /// is read, and who came and went at each point since.
  [[nodiscard]] Result<engine::Bitmap> members_at(const HistoryRecord& history,
                                                  std::size_t point) const;
  /// How the values of a tag were spread day by day; nothing: nothing is kept.
  [[nodiscard]] Result<std::optional<SpreadRecord>> spread(engine::FieldId field) const;
  /// Loads of event files, oldest first (those of one second by id).
  [[nodiscard]] Result<std::vector<LoadRecord>> loads() const;
  [[nodiscard]] Result<std::optional<LoadRecord>> find_load(std::string_view id) const;
  /// How far readers of streams have come, by group, topic and partition; of one group, or ("") of
  /// all.
  [[nodiscard]] Result<std::vector<PositionRecord>> positions(std::string_view group) const;
  /// Values of a category or set tag, or keys of an event, in order of arrival.
  [[nodiscard]] Result<std::vector<ValueRecord>> values(engine::FieldId field) const;

  /// Of an id, or of an identity as it is stored (ingest/identity.h). Of one who was merged into
  /// another that other: always a user.
  [[nodiscard]] Result<std::optional<engine::UserIndex>> find_user(
      std::string_view external_id) const;
  [[nodiscard]] Result<std::optional<IdentityRecord>> identity(std::string_view identity) const;
  /// Those linked to the user itself, not to whom was merged into it.
  [[nodiscard]] Result<std::vector<IdentityRecord>> identities_of(engine::UserIndex user) const;
  [[nodiscard]] Result<std::vector<engine::UserIndex>> merged_into(engine::UserIndex user) const;
  /// The newest first, those before number `before` (0: all), at most `most`.
  [[nodiscard]] Result<std::vector<MergeRecord>> merges(std::uint32_t before,
                                                        std::size_t most) const;
  [[nodiscard]] Result<std::optional<MergeRecord>> merge(std::uint32_t number) const;
  /// The merge that a user lost; nothing: none.
  [[nodiscard]] Result<std::optional<std::uint32_t>> merge_of(engine::UserIndex loser) const;
  [[nodiscard]] Result<std::vector<ErasureRecord>> erasures(std::uint32_t before,
                                                            std::size_t most) const;
  /// Another number whenever users were merged, a merge undone or somebody erased: what an id means
  /// is the same in snapshots of equal numbers, but for ids that were added.
  [[nodiscard]] Result<std::uint64_t> people_version() const;
  /// Types that were set, by name.
  [[nodiscard]] Result<std::vector<IdentityTypeRecord>> identity_types() const;
  [[nodiscard]] Result<std::optional<MergeRule>> merge_rule(engine::FieldId field) const;
  /// When a user was last written, seconds since 1970 (UTC); nothing: before times were kept.
  [[nodiscard]] Result<std::optional<std::int64_t>> updated_s(engine::UserIndex user) const;
  /// NotFound when the index was never given out, or the user was erased.
  [[nodiscard]] Result<std::string> external_id(engine::UserIndex user) const;
  /// External ids of `users` in index order, until `fn` returns false. Reads each block of ids
  /// once.
  [[nodiscard]] Status for_each_external_id(
      const engine::Bitmap& users,
      const std::function<bool(engine::UserIndex, std::string_view)>& fn) const;
  /// The same of a list, which is best ascending.
  [[nodiscard]] Status for_each_external_id(
      std::span<const engine::UserIndex> users,
      const std::function<bool(engine::UserIndex, std::string_view)>& fn) const;

  // engine::Source
  [[nodiscard]] engine::ShardId shard_count() const override;
  [[nodiscard]] Result<engine::Fragment> fetch(engine::RowKey row,
                                               engine::ShardId shard) const override;
  [[nodiscard]] Result<std::uint64_t> cardinality(engine::RowKey row) const override;
  [[nodiscard]] Result<unsigned> value_bits(engine::FieldId field) const override;
  /// The fragment's checksum. One look-up.
  [[nodiscard]] Result<std::optional<std::uint64_t>> stamp(engine::RowKey row,
                                                           engine::ShardId shard) const override;
  /// Of categories. Two look-ups.
  [[nodiscard]] Result<engine::RowId> apart_rows(engine::FieldId field) const override;
  /// Two to six look-ups a day found, however many users, shards and bit rows it has. Corrupt when
  /// a row is there that no event can have, or counts or amounts on a day on which nobody did it.
  [[nodiscard]] Result<std::vector<engine::DayRows>> event_days(
      engine::FieldId series, engine::DayWindow window) const override;

  /// Whether `user` is in `row`. One look-up, no copy of a large fragment.
  [[nodiscard]] Result<bool> holds(engine::RowKey row, engine::UserIndex user) const;
  /// Those of `users` (ascending) who are in `row`. One look-up a shard.
  [[nodiscard]] Result<std::vector<engine::UserIndex>> among(
      engine::RowKey row, std::span<const engine::UserIndex> users) const;
  /// The newest day that has any of `series`; nothing when none has. Cost: two seeks. A day whose
  /// last event has been taken back may still be named.
  [[nodiscard]] Result<std::optional<engine::Day>> newest_day(engine::FieldId series) const;
  /// What one user did of `series` (of an event, or of one of its keys), by day, ascending; days
  /// without any are left out. The days of the window's rows (event_days), then for each of them
  /// one look-up, and one a bit row on the user's own days. Corrupt as event_days.
  [[nodiscard]] Result<std::vector<DayOfUser>> event_history(engine::FieldId series,
                                                             engine::UserIndex user,
                                                             engine::DayWindow window) const;
  /// A number or date of one user; nothing when unknown. Reads one bit of each slice.
  [[nodiscard]] Result<std::optional<std::int64_t>> number_of(engine::FieldId field,
                                                              engine::UserIndex user) const;

 private:
  friend class Store;
  friend struct Verifier;
  struct Rep;
  explicit Snapshot(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace tagline::storage
