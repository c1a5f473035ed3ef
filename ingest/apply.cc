#include "ingest/apply.h"

#include "ingest/linking_batch.h"
#include "ingest/operation_writer.h"
#include "ingest/request_memory.h"
#include "ingest/staged_changes.h"
#include "ingest/staged_write.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace tagline::ingest {
namespace {

/// Errors are those of the database; a batch's own go into its outcome.
Status write_batch(IngestBatch& batch, StagedChanges& staged, OperationWriter& writer) {
  const StagedChanges::Mark before = staged.mark();
  const std::uint64_t tags_before = writer.tags_new();
  const std::size_t values_before = writer.values_new().size();
  IngestReport report;
  for (const Operation& operation : batch.operations) {
    TAGLINE_ASSIGN_OR_RETURN(auto why, writer.write(operation, batch.options));
    if (!why.has_value()) {
      ++report.applied;
      continue;
    }
    if (!batch.options.each) {
      staged.take_back(before);
      batch.outcome = tl::unexpected(batch_at_fault(operation.line, *why));
      return {};
    }
    ++report.refused;
    if (report.first_refused.size() < IngestReport::kRefusedKept) {
      report.first_refused.push_back({operation.line, operation.user, std::move(*why)});
    }
  }
  report.users_new = staged.new_users().size() - before.users;
  report.tags_new = writer.tags_new() - tags_before;
  note_new_values(writer, values_before, report);
  batch.outcome = std::move(report);
  return {};
}

/// The same of a batch whose lines are wholes.
Status write_lines(IngestBatch& batch, StagedChanges& staged, OperationWriter& writer) {
  const StagedChanges::Mark before = staged.mark();
  const std::uint64_t tags_before = writer.tags_new();
  const std::size_t values_before = writer.values_new().size();
  batch.refused_lines.clear();
  IngestReport report;
  const auto& all = batch.operations;
  for (std::size_t i = 0; i < all.size();) {
    const StagedChanges::Mark mark = staged.mark();
    std::size_t end = i;
    while (end < all.size() && all[end].line == all[i].line) {
      ++end;
    }
    for (std::size_t at = i; at < end; ++at) {
      TAGLINE_ASSIGN_OR_RETURN(auto why, writer.write(all[at], batch.options));
      if (why.has_value()) {
        staged.take_back(mark);
        batch.refused_lines.push_back({all[at].line, all[at].user, std::move(*why)});
        break;
      }
    }
    i = end;
  }
  report.refused = batch.refused_lines.size();
  if (report.refused != 0) {
    staged.take_back(before);
  } else {
    report.applied = all.size();
    report.users_new = staged.new_users().size() - before.users;
    report.tags_new = writer.tags_new() - tags_before;
    note_new_values(writer, values_before, report);
  }
  batch.outcome = std::move(report);
  return {};
}

/// Where readers are after this commit.
Status store_positions(std::span<IngestBatch* const> batches, std::int64_t now_s,
                       storage::WriteTxn& txn) {
  for (const IngestBatch* batch : batches) {
    if (!batch->outcome.has_value() || !batch->refused_lines.empty()) {
      continue;
    }
    for (storage::PositionRecord position : batch->positions) {
      position.stored_s = now_s;
      TAGLINE_RETURN_IF_ERROR(txn.put_position(position));
    }
  }
  return {};
}

/// `whole`: whose key it is may stand before it, in a line of its own.
Error key_at_fault(const std::string& whole) {
  const std::string key = whole.substr(whole.rfind('\n') + 1);
  return {ErrorCode::SchemaConflict,
          {"the key \"" + key + "\" was used for another batch; nothing of this one was done",
           "键“" + key + "”已用于另一批操作；本批未写入"},
          {"give every batch a key of its own, and send a batch again as it was",
           "请为每一批使用新的键；重发时请保持内容不变"}};
}

/// Batches with keys: which of them are done already, here or in an earlier commit.
class KeyedBatches {
 public:
  explicit KeyedBatches(RequestMemory& memory) : memory_(memory) {}

  /// Whether the batch need not be written.
  Result<bool> settled(IngestBatch& batch, const storage::WriteTxn& txn) {
    batch.repeated = batch.key_reused = false;
    if (batch.key.key.empty()) {
      return false;
    }
    TAGLINE_RETURN_IF_ERROR(memory_.read(txn));
    if (const auto* known = memory_.find(batch.key.key); known != nullptr) {
      if (known->digest == batch.key.digest) {
        batch.repeated = true;
        TAGLINE_ASSIGN_OR_RETURN(batch.outcome, RequestMemory::report_of(*known, txn));
      } else {
        refuse(batch);
      }
      return true;
    }
    const auto [first, fresh] = new_.try_emplace(batch.key.key, &batch);
    if (!fresh) {
      again_.emplace_back(&batch, first->second);
    }
    return !fresh;
  }

  /// After all are written. `version`: of the state that has them.
  Status remember(std::uint64_t version, std::int64_t now_s, storage::WriteTxn& txn) {
    for (const auto& [key, batch] : new_) {
      if (batch->outcome.has_value()) {
        batch->outcome->version = version;
        TAGLINE_RETURN_IF_ERROR(memory_.remember(batch->key, *batch->outcome, now_s, txn));
      }
    }
    for (const auto& [batch, first] : again_) {
      if (batch->key.digest == first->key.digest) {
        batch->repeated = true;
        batch->outcome = first->outcome;
      } else {
        refuse(*batch);
      }
    }
    return {};
  }

 private:
  static void refuse(IngestBatch& batch) {
    batch.key_reused = true;
    batch.outcome = tl::unexpected(key_at_fault(batch.key.key));
  }

  RequestMemory& memory_;
  std::map<std::string, IngestBatch*> new_;
  std::vector<std::pair<IngestBatch*, IngestBatch*>> again_;  ///< and the first of its key
};

using Written = Applier::Written;

/// What of users there was to write.
Result<Written> write_all(storage::WriteTxn& txn, std::span<IngestBatch* const> batches,
                          Vocabulary& names, RequestMemory& requests, std::int64_t now_s) {
  StagedChanges staged(txn);
  KeyedBatches keyed(requests);
  TAGLINE_ASSIGN_OR_RETURN(auto writer, OperationWriter::make(txn, names, staged, now_s));
  for (IngestBatch* batch : batches) {
    TAGLINE_ASSIGN_OR_RETURN(const bool settled, keyed.settled(*batch, txn));
    if (!settled) {
      TAGLINE_RETURN_IF_ERROR(batch->by_line ? write_lines(*batch, staged, writer)
                                             : write_batch(*batch, staged, writer));
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const bool any, write_staged(staged, names, now_s, txn));
  TAGLINE_RETURN_IF_ERROR(keyed.remember(txn.version() + (any ? 1 : 0), now_s, txn));
  TAGLINE_RETURN_IF_ERROR(store_positions(batches, now_s, txn));
  return any ? Written::Something : Written::Nothing;
}

/// One batch that links.
Result<Written> write_alone(storage::WriteTxn& txn, std::span<IngestBatch* const> batches,
                            Vocabulary& names, RequestMemory& requests, std::int64_t now_s) {
  KeyedBatches keyed(requests);
  IngestBatch& batch = *batches.front();
  TAGLINE_ASSIGN_OR_RETURN(const bool settled, keyed.settled(batch, txn));
  if (settled) {
    return Written::Nothing;
  }
  TAGLINE_ASSIGN_OR_RETURN(const Written wrote, write_linking(batch, names, now_s, txn));
  if (wrote != Written::Refused) {
    TAGLINE_RETURN_IF_ERROR(
        keyed.remember(txn.version() + (wrote == Written::Something ? 1 : 0), now_s, txn));
    TAGLINE_RETURN_IF_ERROR(store_positions(batches, now_s, txn));
  }
  return wrote;
}

}  // namespace

Error batch_at_fault(std::uint64_t at, const Text& why) {
  const std::string line = std::to_string(at);
  return {ErrorCode::BadInput,
          {"line " + line + ": " + why.en, "第 " + line + " 行：" + why.zh},
          Hint({"nothing of the batch was done; correct it, or have each line done on its own with "
                "--each",
                "整批均未写入；请更正，或用 --each 逐行写入"},
               {"nothing of the batch was done; correct it, or have each line done on its own with "
                "each=true",
                "整批均未写入；请更正，或用 each=true 逐行写入"},
               {})};
}

Applier::Applier(storage::Store& store)
    : store_(store), requests_(std::make_unique<RequestMemory>()) {}
Applier::~Applier() = default;

void Applier::apply(std::span<IngestBatch* const> batches, std::int64_t now_s) {
  // A batch that links has a commit of its own, in its place among the others.
  for (std::size_t begin = 0; begin < batches.size();) {
    std::size_t end = begin;
    while (end < batches.size() && !links(*batches[end])) {
      ++end;
    }
    if (end > begin) {
      commit(batches.subspan(begin, end - begin),
             [&](storage::WriteTxn& txn, std::span<IngestBatch* const> some) {
               return write_all(txn, some, names_, *requests_, now_s);
             });
    }
    if (end < batches.size()) {
      commit(batches.subspan(end, 1),
             [&](storage::WriteTxn& txn, std::span<IngestBatch* const> some) {
               return write_alone(txn, some, names_, *requests_, now_s);
             });
      ++end;
    }
    begin = end;
  }
}

void Applier::commit(std::span<IngestBatch* const> batches, const Writer& write) {
  std::uint64_t version = 0;
  Written wrote = Written::Nothing;
  const Status written = store_.write([&](storage::WriteTxn& txn) -> Status {
    // Whatever is left of a transaction that began anew is forgotten with its names.
    if (names_of_ != txn.version()) {
      TAGLINE_RETURN_IF_ERROR(names_.read(txn));
    }
    names_of_.reset();
    TAGLINE_ASSIGN_OR_RETURN(wrote, write(txn, batches));
    version = txn.version();
    unfolded_ = txn.unfolded();
    return wrote == Written::Refused ? Status(failure(ErrorCode::Internal, {"", ""})) : Status();
  });
  if (wrote == Written::Refused) {
    // Rolled back on purpose: the outcome says why.
    requests_->doubt();
    return;
  }
  if (!written.has_value()) {
    requests_->doubt();
    for (IngestBatch* batch : batches) {
      batch->outcome = tl::unexpected(written.error());
    }
    return;
  }
  // The commit has raised the version by one. When somebody else writes next, names are read again.
  const std::uint64_t newest = version + (wrote == Written::Something ? 1 : 0);
  if (wrote == Written::Something) {
    names_of_ = newest;
  }
  for (IngestBatch* batch : batches) {
    if (batch->outcome.has_value() && !batch->repeated) {
      batch->outcome->version = newest;
    }
  }
}

}  // namespace tagline::ingest
