// Verifier: the state of one verify run. Private to storage/.
#pragma once

#include "engine/bitmap.h"
#include "storage/delta.h"
#include "storage/snapshot_rep.h"
#include "storage/verify.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace tagline::storage {

/// Reads raw bytes through cursors of its own and believes none of them. Each check reports every
/// problem it can tell apart and goes on; it fails only when LMDB cannot read.
struct Verifier {
  using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

  [[nodiscard]] static Result<VerifyReport> run(const Snapshot& snapshot, const Progress& progress);

  /// In this order: fragments are judged by whom their field belongs to and with the changes over
  /// them, the tags by nothing.
  [[nodiscard]] Status check_tags();
  [[nodiscard]] Status check_values();
  [[nodiscard]] Status check_segments();
  [[nodiscard]] Status check_rules();
  [[nodiscard]] Status check_origins();
  [[nodiscard]] Status check_histories();
  [[nodiscard]] Status check_spreads();
  [[nodiscard]] Status check_loads();
  [[nodiscard]] Status check_settings();
  [[nodiscard]] Status check_changes();
  [[nodiscard]] Status check_requests();
  [[nodiscard]] Status check_positions();
  [[nodiscard]] Status check_fragments(const Progress& progress);
  [[nodiscard]] Status check_timed_tags();  ///< part of check_settings
  [[nodiscard]] Status check_times();
  [[nodiscard]] Status check_users();
  [[nodiscard]] Status check_identities();
  [[nodiscard]] Status check_merges();

  void problem(const std::string& en, const std::string& zh);
  /// Whether `field` may be a key's series or a static list: given out, and nobody else's yet.
  /// A problem of `whose_*` when not.
  [[nodiscard]] bool may_own(engine::FieldId field, const std::string& whose_en,
                             const std::string& whose_zh);

  /// What a reader sees of a row in a shard, of its fragment's `members`.
  [[nodiscard]] engine::Bitmap with_changes(engine::RowKey row, engine::ShardId shard,
                                            engine::Bitmap members) const;

  struct KnownTag {
    engine::TagKind kind = engine::TagKind::Flag;
    std::string name;
    std::set<engine::RowId> value_rows;
    engine::FieldId times = 0;  ///< TagRecord::times
  };
  /// A field that is no tag's: the series of an event's key, the users of a static list, when
  /// users or their values were written, or who came to a segment and left it.
  struct KnownField {
    engine::FieldId event = 0;  ///< the event whose key it is; 0: a static list
    std::string name;           ///< of the key ("view:beauty") or of the segment
    bool number = false;        ///< says of each user when it, or its value, was written
    bool history = false;       ///< of the segment; its users may have been merged since
  };

  const Transaction& txn;
  const MetaRecord& meta;
  VerifyReport report;
  std::map<engine::FieldId, KnownTag> tags;
  std::map<engine::FieldId, KnownField> fields;
  /// The expression of each segment; "": a list; nothing: it cannot be read.
  std::map<std::string, std::optional<std::string>, std::less<>> rules;
  /// What the records that can be read say.
  std::shared_ptr<const Delta> changes = Delta::nothing(0, std::make_shared<MergedRoom>());
};

}  // namespace tagline::storage
