// apply: operations into a database, many callers' in one commit. What is acknowledged is on disk,
// and in every answer from then on.
#pragma once

#include "engine/result.h"
#include "ingest/operation.h"
#include "ingest/vocabulary.h"
#include "storage/record.h"
#include "storage/store.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tagline::ingest {

/// What to do with names that the database does not know.
enum class Unknown : std::uint8_t { Refuse, Create };

struct IngestOptions {
  /// An operation that cannot be done is left out and reported; else nothing of the batch is done.
  bool each = false;
  Unknown users = Unknown::Create;
  Unknown tags = Unknown::Refuse;  ///< and events. A new tag's kind follows from how it is written
  Unknown values = Unknown::Create;  ///< and keys
  /// Events later than this far behind `now_s` are refused: a clock is wrong.
  std::int64_t ahead_s = 600;
};

/// One operation that was not done.
struct RefusedOperation {
  std::uint64_t line = 0;
  std::string user;
  Text reason;
};

/// A value of a tag, or a key of an event, that was not there.
struct NewValue {
  std::string tag;
  std::string value;
};

struct IngestReport {
  static constexpr std::size_t kRefusedKept = 100;
  static constexpr std::size_t kNewKept = 20;

  std::uint64_t applied = 0;
  std::uint64_t refused = 0;
  std::vector<RefusedOperation> first_refused;  ///< at most kRefusedKept
  std::uint64_t users_new = 0;
  std::uint64_t tags_new = 0;  ///< and events
  std::uint64_t identities_new = 0;
  std::uint64_t merges = 0;                  ///< of users who were found to be one person
  std::uint64_t values_new = 0;              ///< and keys: perhaps misspelt ones
  std::vector<NewValue> first_new_values{};  ///< at most kNewKept
  std::uint64_t version = 0;                 ///< of the state that has it
};

/// By which a batch is known again when it is sent again.
struct BatchKey {
  std::string key;     ///< the caller's; empty: none
  std::string digest;  ///< of all that says what is to be done
};

/// What one caller wants done, and what became of it.
struct IngestBatch {
  std::vector<Operation> operations;
  IngestOptions options;
  BatchKey key;
  std::string author;  ///< whose it is, for the journal of merges
  /// Operations of one line (`Operation::line`) are done together or not at all. As long as some
  /// cannot be done nothing of the batch is, and `refused_lines` has all of them, so that the
  /// caller can bring the batch again without them. `options.each` is not looked at.
  bool by_line = false;
  std::vector<RefusedOperation> refused_lines;  ///< of each line the first reason
  /// Stored in the commit of what the batch does; not when nothing of it is done.
  std::vector<storage::PositionRecord> positions;
  bool repeated = false;    ///< it was done before: `outcome` is what was told then
  bool key_reused = false;  ///< another batch was done under its key: nothing of this one is
  /// After Applier::apply: a report, or why nothing was done: BadInput with the first operation
  /// that could not be, or what hindered the commit.
  Result<IngestReport> outcome;
};

/// Why a batch that is done whole or not at all is not: its first operation that cannot be done.
[[nodiscard]] Error batch_at_fault(std::uint64_t line, const Text& why);

class RequestMemory;

/// Remembers names from one call to the next. One thread at a time.
class Applier {
 public:
  explicit Applier(storage::Store& store);
  ~Applier();
  Applier(const Applier&) = delete;
  Applier& operator=(const Applier&) = delete;

  /// Does all batches in one commit, in order; each sees those before it. One that links identities
  /// has a commit of its own in its place. A batch at fault holds up no other. One with a key that
  /// was done before (RequestMemory) is told the same again; keys are remembered in the commit of
  /// what they are of. `now_s`: seconds since 1970, UTC. Cost: a commit (a sync of the disk), and
  /// some microseconds a value; a set that is replaced, and removing, a look-up a value the tag
  /// has.
  void apply(std::span<IngestBatch* const> batches, std::int64_t now_s);
  /// Changes beside the fragments after the last apply.
  [[nodiscard]] const storage::Unfolded& unfolded() const { return unfolded_; }

  /// What a transaction has done: nothing of users, something, or it is to be rolled back.
  enum class Written : std::uint8_t { Nothing, Something, Refused };

 private:
  using Writer = std::function<Result<Written>(storage::WriteTxn&, std::span<IngestBatch* const>)>;
  void commit(std::span<IngestBatch* const> batches, const Writer& write);

  storage::Store& store_;
  Vocabulary names_;
  std::unique_ptr<RequestMemory> requests_;
  storage::Unfolded unfolded_;
  std::optional<std::uint64_t> names_of_;  ///< the version names_ are of
};

}  // namespace tagline::ingest
