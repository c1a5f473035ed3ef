// load: files into a database, all or nothing.
#pragma once

#include "engine/events.h"
#include "engine/result.h"
#include "ingest/infer.h"
#include "ingest/input.h"
#include "ingest/row_links.h"
#include "ingest/schema.h"
#include "storage/store.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tagline::ingest {

struct Progress {
  std::uint64_t rows = 0;
  std::uint64_t bytes_read = 0;   ///< of the files as they are on disk
  std::uint64_t bytes_total = 0;  ///< 0: unknown (a pipe, a file that grows meanwhile)
  /// Reading is done, the transaction is being written. Told when that begins, and from within the
  /// transaction when all is in it and only the commit is left: whoever reads then, even here, gets
  /// the state before the load.
  bool committing = false;
};

struct LoadOptions {
  double max_errors_share =
      0.01;                  ///< more bad rows than this share of all rows: nothing is committed
  std::string rejects_path;  ///< bad rows as CSV (file, line, reason, row); empty: not written
  std::string schema_path;   ///< where the schema was read from, so that rejects_path spares it
  std::string id_column;     ///< as InferOptions::id_column; over what a given schema says
  std::string load_id;       ///< events: of the one file, instead of its digest
  /// What the one file is called in messages, rejects and load records; empty: its path.
  std::string shown_name;
  /// The one file is not opened: its bytes come from here, asked for on a thread of the load's own.
  /// Its path is only a name then. May be empty.
  ByteSource source;
  /// Set from any thread: the load ends with Cancelled and nothing is changed, unless it is being
  /// written already. May be null.
  const std::atomic<bool>* cancelled = nullptr;
  /// When users and their values are said to be written, seconds since 1970 (UTC); nothing: as the
  /// clock says when the load begins.
  std::optional<std::int64_t> now_s;
  std::function<void(const Schema&)>
      on_schema;  ///< the schema used, once, before the first row is read
  std::function<void(const Progress&)>
      progress;  ///< about ten times a second, from the calling thread
};

/// One row that was not loaded.
struct Reject {
  std::string file;
  std::uint64_t line = 0;  ///< physical line the row starts on, from 1
  Text reason;
};

/// A file of events that was added before, in this or an earlier load.
struct SkippedFile {
  std::string file;
  storage::LoadRecord added;
};

struct LoadReport {
  std::uint64_t rows = 0;  ///< read, rejects included
  std::uint64_t rejected = 0;
  std::vector<Reject> first_rejects;  ///< at most 10
  std::uint64_t users_new = 0;
  std::uint64_t users_known = 0;  ///< users the files mention that were there before
  std::uint64_t tags_new = 0;
  // Of files of events; all figures of a load leave the skipped files out.
  bool of_events = false;
  std::uint64_t events = 0;               ///< added: rows, or what they stand for
  std::uint64_t event_names_new = 0;      ///< events that nobody had done before
  std::uint64_t keys_new = 0;             ///< and keys of any event
  std::optional<engine::DayWindow> days;  ///< the first and the last day of events
  std::string event;                      ///< the event all rows were; empty: a column says
  std::vector<SkippedFile> skipped;
  std::uint64_t fragments_written = 0;
  LinkCounts links;
  double seconds = 0;
  double commit_seconds = 0;  ///< part of `seconds`
};

/// Users. Reads the files in order ("-" is standard input; gzip, xz and zstd are recognised by
/// content) and commits all rows in one transaction, or none: after an error, a kill or too many
/// rejects the database is as it was. Upsert by id: for each column of the schema the row is the
/// truth, so a blank cell makes the value unknown (an absent NDJSON key leaves it alone, null makes
/// it unknown); the last row of a user wins. Loading the same files twice changes nothing. Without
/// a schema it is inferred from the first file, with the database's tags as known tags; all files
/// share it. Columns are found by header name, so their order may differ between files, and columns
/// the schema does not name are ignored; a column the schema names and a file lacks is BadSchema.
/// rejects_path names one of the files: BadInput, before it is opened. SchemaConflict: a column's
/// kind or scale contradicts the tag the database has. TooManyRejects. BadInput. DiskFull.
///
/// Events (schema->events): what the rows say is added to what users did before, each file once: a
/// file's id is the digest of its bytes as they are on disk and of the event it is read as, so that
/// the same file under a corrected schema is still the same. A file whose id is known is left out
/// and listed in the report; when all are, nothing is written. Unknown users become users.
/// BadInput: a load id for several files. TooLarge: the amounts of a user and day pass 2^53, the
/// counts 2^32. Memory: 24 bytes an event until the commit, twice that while the buffer grows.
[[nodiscard]] Result<LoadReport> load(storage::Store& store, const std::optional<Schema>& schema,
                                      const std::vector<std::string>& files,
                                      const LoadOptions& options);

}  // namespace tagline::ingest
