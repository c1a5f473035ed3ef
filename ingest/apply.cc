#include "ingest/apply.h"

#include "ingest/operation_writer.h"
#include "ingest/staged_changes.h"

#include <set>
#include <string_view>
#include <utility>

namespace tagline::ingest {
namespace {

/// The first operation of a batch that is done whole or not at all, and why it cannot be.
Error batch_at_fault(const Operation& operation, const Text& why) {
  const std::string line = std::to_string(operation.line);
  return {ErrorCode::BadInput,
          {"line " + line + ": " + why.en, "第 " + line + " 行：" + why.zh},
          {"nothing of the batch was done; correct it, or have each line done on its own",
           "整批均未写入；请更正，或改为逐行写入"}};
}

/// Errors are those of the database; a batch's own go into its outcome.
Status write_batch(IngestBatch& batch, StagedChanges& staged, OperationWriter& writer) {
  const StagedChanges::Mark before = staged.mark();
  const std::uint64_t tags_before = writer.tags_new();
  IngestReport report;
  for (const Operation& operation : batch.operations) {
    TAGLINE_ASSIGN_OR_RETURN(auto why, writer.write(operation, batch.options));
    if (!why.has_value()) {
      ++report.applied;
      continue;
    }
    if (!batch.options.each) {
      staged.take_back(before);
      batch.outcome = tl::unexpected(batch_at_fault(operation, *why));
      return {};
    }
    ++report.refused;
    if (report.first_refused.size() < IngestReport::kRefusedKept) {
      report.first_refused.push_back({operation.line, operation.user, std::move(*why)});
    }
  }
  report.users_new = staged.new_users().size() - before.users;
  report.tags_new = writer.tags_new() - tags_before;
  batch.outcome = std::move(report);
  return {};
}

/// When tags of these users were last written (person.h).
Status note_times(storage::WriteTxn& txn, std::vector<storage::Change>& changes,
                  std::int64_t now_s) {
  std::set<engine::UserIndex> users;
  for (const storage::Change& change : changes) {
    const bool event =
        change.shape == storage::CellShape::Count || change.shape == storage::CellShape::Amount;
    if (!event) {
      users.insert(change.user);
    }
  }
  if (users.empty()) {
    return {};
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::FieldId updated, txn.updated_field());
  for (const engine::UserIndex user : users) {
    changes.push_back({updated, storage::CellShape::Number, 0, user, now_s});
  }
  return {};
}

/// Whether there was anything to write of users.
Result<bool> write_all(storage::WriteTxn& txn, std::span<IngestBatch* const> batches,
                       Vocabulary& names, std::int64_t now_s) {
  StagedChanges staged(txn);
  TAGLINE_ASSIGN_OR_RETURN(auto writer, OperationWriter::make(txn, names, staged, now_s));
  for (IngestBatch* batch : batches) {
    TAGLINE_RETURN_IF_ERROR(write_batch(*batch, staged, writer));
  }
  const std::vector<std::string_view> ids(staged.new_users().begin(), staged.new_users().end());
  TAGLINE_RETURN_IF_ERROR(txn.add_users(ids));
  std::vector<storage::Change> changes = staged.changes();
  std::set<engine::FieldId> fields;
  for (const storage::Change& change : changes) {
    fields.insert(change.field);
  }
  TAGLINE_RETURN_IF_ERROR(names.touch(fields, now_s, txn));
  TAGLINE_RETURN_IF_ERROR(note_times(txn, changes, now_s));
  const bool any = !ids.empty() || !changes.empty();
  TAGLINE_RETURN_IF_ERROR(txn.change(std::move(changes)));
  return any;
}

}  // namespace

void Applier::apply(std::span<IngestBatch* const> batches, std::int64_t now_s) {
  std::uint64_t version = 0;
  bool wrote = false;
  const Status written = store_.write([&](storage::WriteTxn& txn) -> Status {
    // Whatever is left of a transaction that began anew is forgotten with its names.
    if (names_of_ != txn.version()) {
      TAGLINE_RETURN_IF_ERROR(names_.read(txn));
    }
    names_of_.reset();
    TAGLINE_ASSIGN_OR_RETURN(wrote, write_all(txn, batches, names_, now_s));
    version = txn.version();
    unfolded_ = txn.unfolded();
    unfolded_records_ = txn.unfolded_records();
    return {};
  });
  if (!written.has_value()) {
    for (IngestBatch* batch : batches) {
      batch->outcome = tl::unexpected(written.error());
    }
    return;
  }
  // The commit has raised the version by one. When somebody else writes next, names are read again.
  const std::uint64_t newest = version + (wrote ? 1 : 0);
  if (wrote) {
    names_of_ = newest;
  }
  for (IngestBatch* batch : batches) {
    if (batch->outcome.has_value()) {
      batch->outcome->version = newest;
    }
  }
}

Status Applier::fold() {
  names_of_.reset();
  return store_.write([&](storage::WriteTxn& txn) -> Status {
    TAGLINE_RETURN_IF_ERROR(txn.fold());
    unfolded_ = txn.unfolded();
    unfolded_records_ = txn.unfolded_records();
    return {};
  });
}

}  // namespace tagline::ingest
