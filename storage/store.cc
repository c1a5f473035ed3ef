#include "storage/store.h"

#include "storage/database.h"
#include "storage/delta_log.h"
#include "storage/fault_point.h"
#include "storage/late_sync.h"
#include "storage/snapshot_rep.h"
#include "storage/write_txn_rep.h"

#include <mutex>
#include <optional>
#include <utility>

namespace tagline::storage {

class Store::Environment {
 public:
  Environment(std::unique_ptr<Database> opened, OpenMode mode)
      : database(std::move(opened)), writable(mode != OpenMode::Read) {}

  std::unique_ptr<Database> database;
  const bool writable;
  /// The newest state that was read.
  struct Seen {
    std::uint64_t commit = 0;
    std::uint64_t version = 0;
  };
  DeltaLog deltas;
  std::mutex seeing;  ///< guards `seen`
  std::optional<Seen> seen;
  std::mutex writing;              ///< held for the whole of a write: one at a time
  std::unique_ptr<LateSync> late;  ///< null: every commit is synced
};

Store::Store(std::filesystem::path folder, std::unique_ptr<Environment> environment)
    : folder_(std::move(folder)), environment_(std::move(environment)) {}

Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& folder,
                                           const OpenOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(auto database, Database::open(folder, options));
  auto environment = std::make_unique<Environment>(std::move(database), options.mode);
  if (options.mode != OpenMode::Read && options.sync_interval.count() > 0) {
    TAGLINE_RETURN_IF_ERROR(environment->database->environment.sync_late());
    environment->late = std::make_unique<LateSync>(*environment->database, options.sync_interval);
  }
  return std::unique_ptr<Store>(new Store(folder, std::move(environment)));
}

Result<std::unique_ptr<Snapshot>> Store::begin_read(Changes changes) {
  TAGLINE_ASSIGN_OR_RETURN(Reading reading, environment_->database->begin_read());
  TAGLINE_ASSIGN_OR_RETURN(auto meta, read_meta(reading.txn));
  {
    const std::uint64_t commit = reading.txn.commit();
    const std::lock_guard lock(environment_->seeing);
    if (!environment_->seen.has_value() || environment_->seen->commit < commit) {
      environment_->seen = Environment::Seen{commit, meta.version};
    }
  }
  std::shared_ptr<const Delta> delta;
  if (changes == Changes::Read) {
    TAGLINE_ASSIGN_OR_RETURN(delta, environment_->deltas.of(reading.txn, meta));
  } else {
    delta = Delta::nothing(meta.changes_next, std::make_shared<MergedRoom>());
  }
  TAGLINE_ASSIGN_OR_RETURN(auto cursor, Cursor::open(reading.txn, KeySpace::Fragments));
  return std::unique_ptr<Snapshot>(new Snapshot(std::make_unique<Snapshot::Rep>(
      std::move(reading), std::move(meta), std::move(delta), std::move(cursor))));
}

Status Store::write(const std::function<Status(WriteTxn&)>& fn) {
  Database& database = *environment_->database;
  if (!environment_->writable) {
    return failure(ErrorCode::ReadOnly,
                   {"the database " + folder_.string() + " was opened for reading",
                    "数据库 " + folder_.string() + " 以只读方式打开"},
                   {"open it for writing", "请以可写方式打开"});
  }
  // It would wait for itself: for the one writer, or for the map to be free of transactions.
  if (database.gate.inside()) {
    return failure(ErrorCode::Internal,
                   {"write was called inside read or write", "在 read 或 write 内部调用了 write"});
  }
  const std::lock_guard lock(environment_->writing);
  if (environment_->late != nullptr) {
    TAGLINE_RETURN_IF_ERROR(environment_->late->health());
  }
  for (;;) {
    bool map_full = false;
    {
      const TransactionGate::Pass pass = database.gate.enter();
      TAGLINE_ASSIGN_OR_RETURN(auto begun, database.environment.begin_write());
      TAGLINE_ASSIGN_OR_RETURN(auto meta, read_meta(begun));
      TAGLINE_ASSIGN_OR_RETURN(auto delta, environment_->deltas.of(begun, meta));
      WriteTxn txn(
          std::make_unique<WriteTxn::Rep>(std::move(begun), std::move(meta), std::move(delta)));
      WriteTxn::Rep& rep = *txn.rep_;
      Status status = fn(txn);
      if (status.has_value() && rep.txn.changed()) {
        const bool beyond_rows =
            rep.txn.changed_beyond({KeySpace::Meta, KeySpace::Fragments, KeySpace::Changes,
                                    KeySpace::Requests, KeySpace::Identities, KeySpace::Identified,
                                    KeySpace::Histories, KeySpace::Spreads, KeySpace::Positions});
        const bool beside_plans = rep.txn.changed_in(KeySpace::Identities) ||
                                  rep.txn.changed_in(KeySpace::Histories) ||
                                  rep.txn.changed_in(KeySpace::Spreads);
        if (beyond_rows || beside_plans || rep.reads_otherwise()) {
          ++rep.meta.version;
        }
        if (rep.txn.changed_in(KeySpace::Tags) || rep.txn.changed_in(KeySpace::Values) ||
            rep.txn.changed_in(KeySpace::Segments)) {
          rep.meta.catalogue_version = rep.meta.version;
        }
        if (rep.data_changed()) {
          rep.meta.data_version = rep.meta.version;
        }
        // Folding changes no answer: if the machine's end undoes a step, the records it erased are
        // there again. A sync less keeps the writers that wait for it half as long. Settings, which
        // are beside the meta record, are no folding.
        const bool only_folds = !rep.reads_otherwise() &&
                                !rep.txn.changed_beyond({KeySpace::Fragments, KeySpace::Changes});
        status = write_meta(rep.txn, rep.meta);
        if (status.has_value()) {
          status = fault_point("commit");
        }
        if (status.has_value()) {
          status = rep.txn.commit(only_folds ? WriteTransaction::Sync::Late
                                             : WriteTransaction::Sync::Now);
        }
        if (status.has_value()) {
          if (environment_->late != nullptr) {
            environment_->late->note();
          }
          environment_->deltas.publish(rep.delta);
          status = fault_point("committed");
        }
      }
      map_full = rep.txn.map_full();
      if (!map_full) {
        return status;
      }
    }
    TAGLINE_RETURN_IF_ERROR(database.grow());
  }
}

std::optional<std::uint64_t> Store::newest_version() const {
  Database& database = *environment_->database;
  const auto pass = database.gate.try_enter();
  const auto commit = pass.has_value() ? database.environment.last_commit() : std::nullopt;
  const std::lock_guard lock(environment_->seeing);
  const auto& seen = environment_->seen;
  return commit.has_value() && seen.has_value() && seen->commit == *commit
             ? std::optional(seen->version)
             : std::nullopt;
}

Result<VerifyReport> Store::verify(
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  TAGLINE_ASSIGN_OR_RETURN(const auto snapshot, begin_read(Changes::Leave));
  return storage::verify(*snapshot, progress);
}

Status Store::copy_to(int file) {
  Database& database = *environment_->database;
  // As any reader: the map must be that of the newest state.
  TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const Reading reading, database.begin_read());
  return database.environment.copy_to(file);
}

void Store::announce(const std::string& url) {
  if (const auto& lock = environment_->database->lock; lock.has_value()) {
    lock->announce(url);
  }
}

Result<Health> Store::health() {
  return environment_->database->health();
}

std::uint64_t Store::map_bytes() const {
  Database& database = *environment_->database;
  const TransactionGate::Pass pass = database.gate.enter();
  return database.environment.map_bytes();
}

std::uint64_t Store::file_bytes() const {
  Database& database = *environment_->database;
  const TransactionGate::Pass pass = database.gate.enter();
  return database.environment.used_bytes();
}

}  // namespace tagline::storage
