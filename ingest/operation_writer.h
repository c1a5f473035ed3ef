// OperationWriter: one operation after the other into staged changes; of one that cannot be done,
// nothing, and the reason.
#pragma once

#include "ingest/apply.h"
#include "ingest/day_clock.h"
#include "ingest/staged_changes.h"
#include "ingest/time_format.h"
#include "ingest/vocabulary.h"
#include "storage/write_txn.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::ingest {

/// One thread, within one transaction.
class OperationWriter {
 public:
  /// System: time zone rules.
  [[nodiscard]] static Result<OperationWriter> make(storage::WriteTxn& txn, Vocabulary& names,
                                                    StagedChanges& staged, std::int64_t now_s);

  /// Nothing when it is done; else why not, and then nothing of it is staged (a name that it
  /// brought may stay in the catalogue). Errors: the database cannot be read or written.
  [[nodiscard]] Result<std::optional<Text>> write(const Operation& operation,
                                                  const IngestOptions& options);
  [[nodiscard]] std::uint64_t tags_new() const { return tags_new_; }
  [[nodiscard]] const std::vector<NewValue>& values_new() const { return values_new_; }

 private:
  using Reason = std::optional<Text>;
  OperationWriter(storage::WriteTxn& txn, Vocabulary& names, StagedChanges& staged,
                  std::int64_t now_s, TimeFormat format, engine::Day last_day);

  [[nodiscard]] Result<Reason> write_all(const Operation& operation, const IngestOptions& options);
  /// The tag; or null, and a reason in `reason`. A new one is of the kind its values are written
  /// in.
  [[nodiscard]] Result<Vocabulary::Tag*> tag_of(const TagValues& given, bool list,
                                                const IngestOptions& options, Reason& reason,
                                                bool adds = false);
  [[nodiscard]] Result<Reason> clear(Vocabulary::Tag& tag, engine::UserIndex user);
  [[nodiscard]] Result<Reason> set(Vocabulary::Tag& tag, const TagValues& given,
                                   engine::UserIndex user, const IngestOptions& options);
  [[nodiscard]] Result<Reason> add(Vocabulary::Tag& tag, const TagValues& given,
                                   engine::UserIndex user, const IngestOptions& options);
  [[nodiscard]] Result<Reason> remove(Vocabulary::Tag& tag, const TagValues& given,
                                      engine::UserIndex user);
  [[nodiscard]] Result<Reason> done(const DoneEvent& given, engine::UserIndex user,
                                    const IngestOptions& options);
  [[nodiscard]] Result<Vocabulary::Tag*> event_of(const DoneEvent& given,
                                                  const IngestOptions& options, Reason& reason);
  [[nodiscard]] Result<Reason> add_day(engine::FieldId series, engine::Day day, std::int64_t count,
                                       std::int64_t amount, engine::UserIndex user,
                                       const std::string& event);
  [[nodiscard]] Result<std::optional<engine::RowId>> row_of(Vocabulary::Tag& tag,
                                                            const std::string& value,
                                                            const IngestOptions& options,
                                                            Reason& reason);
  [[nodiscard]] Result<std::optional<engine::Day>> day_of(const std::string& at,
                                                          const IngestOptions& options,
                                                          Reason& reason);
  [[nodiscard]] Status stage_any(Vocabulary::Tag& tag, engine::UserIndex user);

  storage::WriteTxn& txn_;
  Vocabulary& names_;
  StagedChanges& staged_;
  std::int64_t now_s_;
  TimeFormat format_;
  DayClock clock_;
  engine::Day today_;
  std::uint64_t tags_new_ = 0;
  std::vector<NewValue> values_new_;
};

/// Values that were made from number `from` on, into a report.
void note_new_values(const OperationWriter& writer, std::size_t from, IngestReport& report);

}  // namespace tagline::ingest
