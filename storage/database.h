// Database: an open folder as Store, Snapshot and WriteTxn share it. Private to storage/.
#pragma once

#include "engine/result.h"
#include "storage/health.h"
#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"
#include "storage/store.h"
#include "storage/transaction_gate.h"
#include "storage/writer_lock.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace tagline::storage {

/// Ends the transaction before it gives back the pass.
struct Reading {
  TransactionGate::Pass pass;
  ReadTransaction txn;
};

/// The members' order is the order of opening; they close the other way round.
struct Database {
  Database(OpenFolder claimed, std::optional<WriterLock> locked, LmdbEnvironment opened)
      : folder(std::move(claimed)), lock(std::move(locked)), environment(std::move(opened)) {}

  /// Store::open.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& folder,
                                                              const OpenOptions& options);

  /// WrongFormat unless the meta record is of a version we read and every key space of that version
  /// is there; opens them. With `writes`, makes those a version 3 lacks.
  [[nodiscard]] Status check_format(bool writes);
  /// A transaction on the newest state. Follows another process that has made the file grow.
  [[nodiscard]] Result<Reading> begin_read();
  /// Waits until no transaction of this process is open, then at least doubles the map. TooLarge at
  /// the end of the address space.
  [[nodiscard]] Status grow();
  /// Store::health.
  [[nodiscard]] Result<Health> health();

  OpenFolder folder;
  std::optional<WriterLock> lock;
  LmdbEnvironment environment;
  TransactionGate gate;
};

[[nodiscard]] Result<MetaRecord> read_meta(const Transaction& txn);
[[nodiscard]] Status write_meta(WriteTransaction& txn, const MetaRecord& meta);

}  // namespace tagline::storage
