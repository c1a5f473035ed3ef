#include "ingest/linking_batch.h"

#include "ingest/operation_writer.h"
#include "ingest/person.h"
#include "ingest/staged_changes.h"
#include "ingest/staged_write.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace tagline::ingest {
namespace {

/// One batch under way.
class LinkingWriter {
 public:
  LinkingWriter(IngestBatch& batch, Vocabulary& names, std::int64_t now_s, storage::WriteTxn& txn,
                StagedChanges& staged, OperationWriter& writer, People& people)
      : batch_(batch),
        names_(names),
        now_s_(now_s),
        txn_(txn),
        staged_(staged),
        writer_(writer),
        people_(people) {}

  /// Why it was not done, if it was not.
  Result<std::optional<Text>> write(const Operation& operation) {
    if (operation.link.empty()) {
      return writer_.write(operation, batch_.options);
    }
    TAGLINE_RETURN_IF_ERROR(flush());
    LinkRequest request;
    request.line = operation.line;
    request.user = operation.user;
    request.identities = operation.link;
    request.source = batch_.author;
    // Its other parts first, for a look: a link cannot be taken back.
    const StagedChanges::Mark mark = staged_.mark();
    TAGLINE_ASSIGN_OR_RETURN(auto why, writer_.write(operation, batch_.options));
    if (why.has_value()) {
      return why;
    }
    staged_.take_back(mark);
    const LinkOptions options{batch_.options.users == Unknown::Create};
    TAGLINE_ASSIGN_OR_RETURN(auto linked, people_.link(request, options));
    if (!linked.done.has_value()) {
      return std::optional(std::move(linked.refused));
    }
    report.users_new += linked.done->user_new ? 1U : 0U;
    report.identities_new += linked.done->identities_new;
    report.merges += linked.done->merges.size();
    wrote = wrote || linked.done->user_new || linked.done->identities_new != 0 ||
            !linked.done->merges.empty();
    staged_.restart();
    return writer_.write(operation, batch_.options);
  }

  Status flush() {
    report.users_new += staged_.new_users().size();
    TAGLINE_ASSIGN_OR_RETURN(const bool any, write_staged(staged_, names_, now_s_, txn_));
    wrote = wrote || any;
    staged_.restart();
    return {};
  }

  IngestReport report;
  bool wrote = false;  ///< anything of users

 private:
  IngestBatch& batch_;
  Vocabulary& names_;
  std::int64_t now_s_;
  storage::WriteTxn& txn_;
  StagedChanges& staged_;
  OperationWriter& writer_;
  People& people_;
};

}  // namespace

bool links(const IngestBatch& batch) {
  return std::any_of(batch.operations.begin(), batch.operations.end(),
                     [](const Operation& operation) { return !operation.link.empty(); });
}

Result<Applier::Written> write_linking(IngestBatch& batch, Vocabulary& names, std::int64_t now_s,
                                       storage::WriteTxn& txn) {
  StagedChanges staged(txn);
  TAGLINE_ASSIGN_OR_RETURN(auto writer, OperationWriter::make(txn, names, staged, now_s));
  TAGLINE_ASSIGN_OR_RETURN(auto people, People::open(txn, now_s, batch.author));
  LinkingWriter linking(batch, names, now_s, txn, staged, writer, people);
  IngestReport& report = linking.report;
  batch.refused_lines.clear();
  std::optional<std::uint64_t> skipped;  // the rest of a line that is a whole
  for (const Operation& operation : batch.operations) {
    if (batch.by_line && skipped == operation.line) {
      continue;
    }
    TAGLINE_ASSIGN_OR_RETURN(auto why, linking.write(operation));
    if (!why.has_value()) {
      ++report.applied;
      continue;
    }
    if (batch.by_line) {
      skipped = operation.line;
      batch.refused_lines.push_back({operation.line, operation.user, std::move(*why)});
    } else if (!batch.options.each) {
      batch.outcome = tl::unexpected(batch_at_fault(operation.line, *why));
      return Applier::Written::Refused;
    } else {
      ++report.refused;
      if (report.first_refused.size() < IngestReport::kRefusedKept) {
        report.first_refused.push_back({operation.line, operation.user, std::move(*why)});
      }
    }
  }
  if (!batch.refused_lines.empty()) {
    report = {};
    report.refused = batch.refused_lines.size();
    batch.outcome = report;
    return Applier::Written::Refused;
  }
  TAGLINE_RETURN_IF_ERROR(linking.flush());
  report.tags_new = writer.tags_new();
  note_new_values(writer, 0, report);
  batch.outcome = std::move(report);
  return linking.wrote ? Applier::Written::Something : Applier::Written::Nothing;
}

}  // namespace tagline::ingest
