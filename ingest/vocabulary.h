// Vocabulary: tags, events, their values and keys by name, as writers of operations need them; and
// those that they bring.
#pragma once

#include "engine/layout.h"
#include "engine/result.h"
#include "storage/record.h"
#include "storage/write_txn.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tagline::ingest {

/// One thread. Names are those of the catalogue and their other spellings, exactly as written.
class Vocabulary {
 public:
  struct Tag {
    storage::TagRecord record;
    std::unordered_map<std::string, engine::RowId> rows;  ///< by name and other spellings
    engine::RowId next_row = engine::kFirstValueRow;
    bool read = false;  ///< `rows` are
  };

  /// What is in a transaction. Dictionaries are read when first asked for.
  [[nodiscard]] Status read(const storage::WriteTxn& txn);

  /// Null when there is none.
  [[nodiscard]] Tag* tag(std::string_view name) { return find(tags_, name); }
  [[nodiscard]] Tag* event(std::string_view name) { return find(events_, name); }
  /// The row of a value (of an event: the field of the key's series); nothing when it is not there.
  [[nodiscard]] Result<std::optional<engine::RowId>> row(Tag& tag, const std::string& value,
                                                         const storage::WriteTxn& txn);
  /// The same, and a new value where it was not there. REQUIRES: not is_full().
  [[nodiscard]] Result<engine::RowId> row_of(Tag& tag, const std::string& value,
                                             storage::WriteTxn& txn);
  /// Whether there is room for another value.
  [[nodiscard]] static bool is_full(const Tag& tag);
  /// All rows of values.
  [[nodiscard]] Result<std::vector<engine::RowId>> rows(Tag& tag, const storage::WriteTxn& txn);
  /// Adds a tag or event to the catalogue. SchemaConflict when the other kind has the name.
  [[nodiscard]] Result<Tag*> add(storage::TagRecord record, storage::WriteTxn& txn);
  /// Says when these tags and events were last written, of those that say a time more than a minute
  /// before `now_s`.
  [[nodiscard]] Status touch(const std::set<engine::FieldId>& fields, std::int64_t now_s,
                             storage::WriteTxn& txn);
  /// The fields of times of tags that have one (storage::TagRecord::times), by tag.
  [[nodiscard]] const std::map<engine::FieldId, engine::FieldId>& times() const { return times_; }
  /// A tag or event whose name begins as `name` does or differs by case, for hints.
  [[nodiscard]] std::optional<std::string> near(std::string_view name) const;

 private:
  using ByName = std::map<std::string, std::size_t, std::less<>>;
  [[nodiscard]] Tag* find(const ByName& names, std::string_view name);
  void keep(storage::TagRecord record, ByName& names);
  [[nodiscard]] Status read_rows(Tag& tag, const storage::WriteTxn& txn);

  std::deque<Tag> all_;  ///< so that a tag stays where it is
  ByName tags_;
  ByName events_;
  std::map<engine::FieldId, engine::FieldId> times_;
};

}  // namespace tagline::ingest
