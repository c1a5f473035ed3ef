// WriteTxn: one atomic change of a database, for the length of one scope (Store::write). It reads
// its own writes. It offers no views: inside a write transaction pages move.
#pragma once

#include "engine/bitmap.h"
#include "engine/events.h"
#include "engine/layout.h"
#include "engine/result.h"
#include "storage/change.h"
#include "storage/history.h"
#include "storage/identity.h"
#include "storage/record.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::storage {

/// Limits of stored names; longer ones are TooLarge.
inline constexpr std::size_t kExternalIdBytesMax = 256;
inline constexpr std::size_t kNameBytesMax = 384;

inline constexpr std::size_t kRequestKeyBytesMax = 512;

/// Of positions, whose keys they are in together.
inline constexpr std::size_t kGroupBytesMax = 240;
inline constexpr std::size_t kTopicBytesMax = 249;  // as of Kafka

/// The longest time to live of a tag's values: a hundred years of 365 days.
inline constexpr std::int64_t kTtlMax = std::int64_t{100} * 365 * 86'400;

/// What is known of the life of a tag's values (TagRecord::ttl_s, TagRecord::times).
struct TagLife {
  bool track = false;      ///< when each was written
  std::int64_t ttl_s = 0;  ///< needs `track`; 0: they do not expire
};

/// Changes that are not in the fragments yet (storage/delta.h).
struct Unfolded {
  std::uint64_t changes = 0;  ///< of users and cells
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< of memory, about
};

struct PartToFold;

/// How far a fold has come.
struct FoldMark {
  std::uint64_t end = 0;      ///< records before it are folded; 0: not begun
  engine::RowKey cell;        ///< the next to be written: first row of the cell,
  engine::ShardId shard = 0;  ///< shard,
  unsigned block = 0;         ///< block: changes of those before it are folded,
  engine::RowId row = 0;      ///< and row
  bool written = false;       ///< all fragments are; records are being erased
  bool done = false;
  /// The changes of that cell, shard and some of its blocks when their first row was written; null:
  /// none was. Those that came since stay beside the fragments, so that the other rows need not
  /// have them.
  std::shared_ptr<const PartToFold> part;
};

/// One thread.
class WriteTxn {
 public:
  ~WriteTxn();
  WriteTxn(const WriteTxn&) = delete;
  WriteTxn& operator=(const WriteTxn&) = delete;

  /// Of the committed state that this changes.
  [[nodiscard]] std::uint64_t version() const;
  [[nodiscard]] std::uint32_t user_limit() const;
  [[nodiscard]] const std::string& time_zone() const;
  [[nodiscard]] Result<std::vector<TagRecord>> tags() const;
  /// Tags and events, by field, without a copy: good until one of them changes.
  [[nodiscard]] Result<std::span<const TagRecord>> tags_and_events() const;
  [[nodiscard]] Result<std::vector<ValueRecord>> values(engine::FieldId field) const;

  /// Gives a new tag or event the next field id (returned), or replaces the record of tag.field
  /// when that is not 0. SchemaConflict when another tag or event has the name (it says which), and
  /// when the kind, the scale or the having of amounts would change; only an event that had no
  /// amounts may be given some, and their scale with them. `ttl_s` and `times` stay what they are,
  /// whatever the record says: see set_life.
  [[nodiscard]] Result<engine::FieldId> put_tag(TagRecord tag);
  /// From now on it is kept, or no longer, when each user's value of a tag was written; whoever has
  /// one when that begins has had it since `now_s`. From then on writers keep it: with a value
  /// comes its time, and goes with it. NotFound; BadInput: an event, or a time to live that cannot
  /// be. Cost: begun, that of copying the row of those who have the tag thirty times.
  [[nodiscard]] Status set_life(engine::FieldId tag, const TagLife& life, std::int64_t now_s);
  /// All tags of which that is kept, each with the field of their times, which ascends.
  struct TimedTag {
    engine::FieldId times = 0;
    engine::FieldId tag = 0;
    engine::TagKind kind = engine::TagKind::Flag;
  };
  [[nodiscard]] Result<std::vector<TimedTag>> timed_tags() const;
  /// In a shard, of `times` (TagRecord::times, or updated_field): `cleared` have none, then those
  /// of `written` have `now_s`.
  [[nodiscard]] Status put_times(engine::FieldId times, engine::ShardId shard,
                                 const engine::Bitmap& cleared, const engine::Bitmap& written,
                                 std::int64_t now_s);
  /// Adds or replaces the records of these rows of a category, set or event. The row of an event's
  /// key is the field of the key's own series, from `new_field`, and of nothing else.
  [[nodiscard]] Status put_values(engine::FieldId field, std::span<const ValueRecord> values);
  /// All events (kind Event), in order of creation. `tags()` leaves them out; put_tag takes both.
  [[nodiscard]] Result<std::vector<TagRecord>> events() const;
  /// A field of no tag: a key's series, or a static list.
  [[nodiscard]] Result<engine::FieldId> new_field();

  /// Adds or replaces the segment of that name: an expression or a list (from `new_field`), not
  /// both. The rows of a list that it had before go, unless another segment has that list; so does
  /// what that list was made from, and the rules of what is a list now.
  [[nodiscard]] Status put_segment(const SegmentRecord& segment);
  /// NotFound. Its rules go too, the rows of a static list (unless another segment has it) and what
  /// that was made from. Lists that were made from it remember that it is gone.
  [[nodiscard]] Status erase_segment(std::string_view name);
  /// Gives the segment `from` the record `to`, of another name. Its rules and what it was made from
  /// come along, and lists that were made from it know the new name. NotFound; SchemaConflict when
  /// the name is taken.
  [[nodiscard]] Status rename_segment(std::string_view from, const SegmentRecord& to);
  /// The rules a segment has had, by number. A caller that changes a segment's expression puts the
  /// rule too: the last one is its expression, or it has none.
  [[nodiscard]] Result<std::vector<RuleRecord>> rules(std::string_view segment) const;
  /// Adds the rule of the next number, or replaces that of one that is kept; the first may have any
  /// number. Internal otherwise; TooLarge beyond 16,777,215.
  [[nodiscard]] Status put_rule(const std::string& segment, const RuleRecord& rule);
  /// Drops the rules of smaller numbers.
  [[nodiscard]] Status drop_rules_before(std::string_view segment, std::uint32_t number);
  /// Says what a static list was made from. Internal when there is no such list.
  [[nodiscard]] Status put_origin(const OriginRecord& origin);
  [[nodiscard]] Result<std::optional<OriginRecord>> origin(std::string_view list) const;
  [[nodiscard]] Result<std::optional<SegmentRecord>> segment(std::string_view name) const;
  [[nodiscard]] Result<std::vector<SegmentRecord>> segments() const;

  /// What is kept of a segment's past; nothing: nothing is.
  [[nodiscard]] Result<std::optional<HistoryRecord>> history(std::string_view segment) const;
  /// Adds a point: who is in the segment. Given of it are time, day, population, version and rule;
  /// a time that is not after the last point's becomes the second after it. Internal: no such
  /// segment, or a user who was never added. Plans read alike afterwards: the data version stays.
  /// Cost: who was in it before is read, and what changed is written.
  [[nodiscard]] Result<HistoryPoint> add_history(std::string_view segment, HistoryPoint point,
                                                 const engine::Bitmap& members);
  /// Drops the oldest points, so that at most `keep` are left.
  [[nodiscard]] Status drop_history(std::string_view segment, std::size_t keep);
  [[nodiscard]] Result<std::optional<SpreadRecord>> spread(engine::FieldId field) const;
  [[nodiscard]] Status put_spread(const SpreadRecord& spread);

  /// SchemaConflict when the id is known.
  [[nodiscard]] Status put_load(const LoadRecord& load);
  [[nodiscard]] Result<std::optional<LoadRecord>> find_load(std::string_view id) const;

  /// Requests that are remembered have numbers in the order they came; there are gaps only where
  /// the oldest were dropped. The number of the next: one more than the last; 0 when there is none.
  [[nodiscard]] Result<std::uint64_t> next_request() const;
  [[nodiscard]] Result<std::optional<RequestRecord>> request(std::uint64_t number) const;
  /// Oldest first.
  [[nodiscard]] Status each_request(
      const std::function<void(std::uint64_t, RequestRecord)>& fn) const;
  /// Remembers one under the next number. TooLarge: its key. Readers see no other version by it.
  [[nodiscard]] Status put_request(const RequestRecord& request);
  [[nodiscard]] Status erase_request(std::uint64_t number);

  /// Adds or replaces the position of that group, topic and partition. Internal when one of them
  /// cannot be in a key, or `next` is below 0. Readers see no other version by it.
  [[nodiscard]] Status put_position(const PositionRecord& position);

  /// Removes all rows of days before `before` of every event's series (its own and its keys').
  /// Says how many days went, those of each series counted, and how many fragments. Cost: two
  /// look-ups a fragment that goes.
  struct Trimmed {
    std::uint64_t series_days = 0;
    std::uint64_t fragments = 0;
  };
  [[nodiscard]] Result<Trimmed> trim_events(engine::Day before);

  /// Gives the ids in order the indexes user_limit(), user_limit()+1, ... and adds them to the
  /// population. BadInput when one is empty; TooLarge. REQUIRES: none of them is known yet and no
  /// two are equal. Both directions are written. Fast in bulk.
  [[nodiscard]] Status add_users(std::span<const std::string_view> external_ids);
  /// As Snapshot::find_user: of an id, or of an identity as it is stored.
  [[nodiscard]] Result<std::optional<engine::UserIndex>> find_user(
      std::string_view external_id) const;
  /// NotFound when the index was never given out, or the user was erased.
  [[nodiscard]] Result<std::string> external_id(engine::UserIndex user) const;

  // Who is who. What these write together is the caller's matter (ingest/person.h).
  [[nodiscard]] Result<std::optional<IdentityRecord>> identity(std::string_view identity) const;
  /// Those linked to the user itself.
  [[nodiscard]] Result<std::vector<IdentityRecord>> identities_of(engine::UserIndex user) const;
  /// Whether any identity begins so.
  [[nodiscard]] Result<bool> has_identities(std::string_view prefix) const;
  /// Adds it. Internal when it is there, or is a user's id; TooLarge.
  [[nodiscard]] Status put_identity(const IdentityRecord& identity);
  [[nodiscard]] Status erase_identity(std::string_view identity);  ///< NotFound
  [[nodiscard]] Result<engine::UserIndex> survivor_of(engine::UserIndex user) const;
  /// Everybody who was merged into the user, or into one who was.
  [[nodiscard]] Result<std::vector<engine::UserIndex>> merged_into(engine::UserIndex user) const;
  /// The merge that the user lost; nothing: it is a user still.
  [[nodiscard]] Result<std::optional<std::uint32_t>> merge_of(engine::UserIndex loser) const;
  [[nodiscard]] Result<std::optional<MergeRecord>> merge(std::uint32_t number) const;
  [[nodiscard]] Result<std::vector<MergeRecord>> merges(std::uint32_t before,
                                                        std::size_t most) const;
  /// Notes a merge under the next number, which is returned; from then on every id of the loser is
  /// the survivor's, and the loser is not in the population. Cells stay as they are: see change.
  [[nodiscard]] Result<std::uint32_t> put_merge(MergeRecord merge);
  /// The other way round: the loser is a user again, and the record says when and no cells.
  [[nodiscard]] Status undo_merge(std::uint32_t number, std::int64_t now_s);
  /// Takes a user out of the population, its id out of both directions, and its identities and the
  /// merges it had part in away. Its index stays given out. Cells: see change; they are to be
  /// gone, and folded, before the commit.
  struct Erased {
    std::uint64_t identities = 0;
    std::uint64_t merges = 0;
  };
  [[nodiscard]] Result<Erased> erase_user(engine::UserIndex user);
  /// Under the next number, which is returned.
  [[nodiscard]] Result<std::uint32_t> put_erasure(ErasureRecord erasure);

  [[nodiscard]] Result<std::vector<IdentityTypeRecord>> identity_types() const;
  [[nodiscard]] Status put_identity_type(const IdentityTypeRecord& type);
  [[nodiscard]] Status erase_identity_type(std::string_view name);
  /// Nothing: none was set.
  [[nodiscard]] Result<std::optional<MergeRule>> merge_rule(engine::FieldId field) const;
  [[nodiscard]] Status put_merge_rule(engine::FieldId field, MergeRule rule);
  /// A number that says of each user when it was last written, in seconds since 1970 (UTC): a field
  /// of no tag. Made at its first use.
  [[nodiscard]] Result<engine::FieldId> updated_field();
  /// As Snapshot::people_version.
  [[nodiscard]] Result<std::uint64_t> people_version() const;
  /// The seed of hashes of this database.
  [[nodiscard]] std::uint64_t seed() const;

  /// Everything a user has in any tag, event or list, by field and cell. Cost: two look-ups a row
  /// the database has in the user's shard: a thousand tags are some milliseconds.
  [[nodiscard]] Result<std::vector<Change>> cells_of(engine::UserIndex user) const;

  /// What a user has in a cell. Cost: a few look-ups, of a category up to one a value.
  [[nodiscard]] Result<std::optional<std::int64_t>> value_of(engine::FieldId field, CellShape shape,
                                                             engine::RowId cell,
                                                             engine::UserIndex user) const;
  /// Sets what users have from now on, in one record beside the fragments, which stay as they are.
  /// Internal when a user, a field or a value cannot be. What cells say together is the caller's
  /// matter: row 0 of a set is who has any value, an amount needs a count. Cost: about 1 us a
  /// change.
  [[nodiscard]] Status change(std::vector<Change> changes);
  /// Changes beside the fragments.
  [[nodiscard]] Unfolded unfolded() const;
  /// Writes them into the fragments. Cost: that of writing each fragment concerned.
  [[nodiscard]] Status fold();
  /// A step of that, of a transaction each: a caller that goes on from the mark it was given until
  /// it says done has written all changes there were at the first step into the fragments, and
  /// erased their records. Every state between reads as before, so other commits may come between,
  /// and so may the end of the process; a fold that is not gone on with needs no end. From a new
  /// mark when the fold of another came before. Steps alone raise no version. Cost: about `time`,
  /// one fragment's more, and the commit.
  [[nodiscard]] Result<FoldMark> fold_step(const FoldMark& from, std::chrono::microseconds time);

  // Fragments of a field that has changes are folded first, with all others.
  /// A copy of a fragment (numbers within the shard); empty when nobody is there.
  [[nodiscard]] Result<engine::Bitmap> load_fragment(engine::RowKey row,
                                                     engine::ShardId shard) const;
  /// Replaces a fragment; an empty bitmap removes it. `members` is optimised and frozen.
  [[nodiscard]] Status put_fragment(engine::RowKey row, engine::ShardId shard,
                                    engine::Bitmap members);

 private:
  friend class Store;
  struct Rep;
  explicit WriteTxn(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace tagline::storage
