// What a WriteTxn holds. Private to storage/.
#pragma once

#include "storage/delta.h"
#include "storage/fragment_value.h"
#include "storage/history_codec.h"
#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"
#include "storage/write_txn.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tagline::storage {

/// Names of one dictionary, so that uniqueness costs one look-up a record and not one pass.
using Names = std::unordered_map<std::string, std::uint32_t>;

struct WriteTxn::Rep {
  Rep(WriteTransaction opened, MetaRecord read, std::shared_ptr<const Delta> changes)
      : txn(std::move(opened)),
        meta(std::move(read)),
        delta(std::move(changes)),
        fields_before_(meta.next_field) {}

  /// Read at the first use in a transaction.
  [[nodiscard]] Result<Names*> tag_names();
  /// All tags and events by field, read at the first use and after each change of one.
  [[nodiscard]] Result<const std::vector<TagRecord>*> tag_records();
  /// Null: no tag or event has the field. Good until the next call or the next change of one.
  [[nodiscard]] Result<const TagRecord*> tag_record(engine::FieldId field);
  [[nodiscard]] Result<Names*> value_names(engine::FieldId field);
  /// Writes unless the very same bytes are stored: loading a file twice changes nothing.
  [[nodiscard]] Status put_if_new(KeySpace space, Bytes key, Bytes value);
  /// Writes a fragment, or erases it where there is nothing to write; as put_if_new.
  [[nodiscard]] Status change_fragment(engine::RowKey row, engine::ShardId shard,
                                       std::optional<Bytes> value);
  /// The same where that changes nothing of what a reader sees.
  [[nodiscard]] Status write_fragment(engine::RowKey row, engine::ShardId shard,
                                      std::optional<Bytes> value);
  /// Whether a row was changed that could be read before: not one of a field given out here.
  [[nodiscard]] bool data_changed() const { return data_changed_; }
  void note_data_changed() {
    data_changed_ = true;
    reads_otherwise_ = true;
  }
  /// Whether any row reads otherwise than before: not so after folding alone.
  [[nodiscard]] bool reads_otherwise() const { return reads_otherwise_; }
  /// Writes all changes into the fragments; after it there are none.
  [[nodiscard]] Status fold();
  [[nodiscard]] Result<FoldMark> fold_step(FoldMark mark,
                                           std::chrono::steady_clock::time_point until);
  /// The same if some are of `field`: fragments may only be read and replaced then.
  [[nodiscard]] Status fold_for(engine::FieldId field);
  /// Of the blocks from mark.block on as many as make 32,768 changes or more, so that no step is
  /// long however many there are; null: none is left. Every such part goes over all rows that the
  /// cell has in the shard, and writes those that change.
  [[nodiscard]] Result<std::shared_ptr<const PartToFold>> part_to_fold(
      const FoldMark& mark, const Delta::Cell& cell, const Delta::Part& part) const;
  /// Of mark.part, the rows from mark.row on, one at least, until the time is over: false; mark.row
  /// then is the next.
  [[nodiscard]] Result<bool> fold_part(FoldMark& mark, CellShape shape,
                                       std::chrono::steady_clock::time_point until);
  /// Of the cell and shard of the mark all blocks from mark.block on, until the time is over:
  /// false; mark.part or mark.block then is where to go on.
  [[nodiscard]] Result<bool> fold_blocks(FoldMark& mark, const Delta::Cell& cell,
                                         const Delta::Part& part,
                                         std::chrono::steady_clock::time_point until);
  /// `users` are those of `changed` who are in the row.
  [[nodiscard]] Status fold_row(engine::RowKey row, engine::ShardId shard,
                                const engine::Bitmap& changed,
                                std::span<const std::uint32_t> users);
  [[nodiscard]] Status erase_records(FoldMark& mark, std::chrono::steady_clock::time_point until);
  [[nodiscard]] Status extend_population(engine::UserIndex first, std::uint32_t end);
  /// And notes that people have changed.
  [[nodiscard]] Status set_in_population(engine::UserIndex user, bool in);
  /// Gives out a number. TooLarge when there is none left: kComputedField is never given out.
  [[nodiscard]] Result<engine::FieldId> take_field();
  /// Internal unless `field` was given out by take_field and is not the number of a tag or event.
  /// `what_*` says what it is wanted for.
  [[nodiscard]] Status check_bare_field(engine::FieldId field, const std::string& what_en,
                                        const std::string& what_zh) const;
  /// Whether a value of `tag` may be at its row: not the existence row; of an event's key, a bare
  /// field.
  [[nodiscard]] Status check_value_row(const TagRecord& tag, const ValueRecord& value) const;
  /// Erases the rows of a static list unless a segment has it still. 0: nothing to do.
  [[nodiscard]] Status release_list(engine::FieldId list);
  [[nodiscard]] Status erase_rules(std::string_view segment);
  /// Changes what lists that were made from `source` know of it.
  [[nodiscard]] Status tell_lists_from(std::string_view source,
                                       const std::function<void(OriginRecord&)>& change);
  [[nodiscard]] Status store_origin(const OriginRecord& origin);
  [[nodiscard]] Status store_history(const HistoryRecord& history);
  [[nodiscard]] Status erase_history(std::string_view segment);
  /// Of its first so many points.
  [[nodiscard]] Status erase_history_rows(const HistoryRecord& history, std::size_t points);
  /// Takes a user out of all histories; their numbers stay.
  [[nodiscard]] Status erase_from_histories(engine::UserIndex user);
  [[nodiscard]] Result<engine::Bitmap> history_row(engine::RowKey row, engine::ShardId shard) const;
  [[nodiscard]] Status write_history_row(engine::RowKey row, engine::ShardId shard,
                                         engine::Bitmap members);
  /// Erases the fragments of `field` from `begin` on and before `end`, rows in the range of 0 to
  /// 2^32. `seen` is told of every row a fragment of which goes, once a fragment.
  [[nodiscard]] Status erase_rows(engine::FieldId field, std::uint64_t begin, std::uint64_t end,
                                  const std::function<void(engine::RowId)>& seen);

  WriteTransaction txn;
  MetaRecord meta;
  std::shared_ptr<const Delta> delta;  ///< of what this has written so far; never null
  FragmentEncoder encoder;

 private:
  engine::FieldId fields_before_;  ///< numbers below were given out by earlier commits
  bool data_changed_ = false;
  bool reads_otherwise_ = false;
  std::optional<Names> tag_names_;
  std::vector<TagRecord> tag_records_;
  std::optional<TagRecord> tag_record_;          ///< the last asked for while they are not read
  std::optional<std::uint64_t> tag_records_of_;  ///< changes of tags when they were read
  std::map<engine::FieldId, Names> value_names_;
};

}  // namespace tagline::storage
