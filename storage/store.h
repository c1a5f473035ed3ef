// Store: a database folder. Readers see one committed state through a scoped Snapshot; a writer
// changes it in one atomic transaction. The rest of storage/ is behind these two.
#pragma once

#include "engine/result.h"
#include "storage/health.h"
#include "storage/snapshot.h"
#include "storage/verify.h"
#include "storage/write_txn.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace tagline::storage {

enum class OpenMode : std::uint8_t {
  Read,    ///< must exist; any number of processes at once, also beside one writer
  Write,   ///< must exist; one process at a time
  Create,  ///< as Write, made when it is not there
};

struct OpenOptions {
  OpenMode mode = OpenMode::Read;
  std::string time_zone =
      "Asia/Shanghai";  ///< IANA zone of a database made now; fixed for its life
  /// Read: lock.mdb is made where it is not there. Without, nothing is added to the folder; where
  /// readers cannot be registered, writers are kept out while it is read.
  bool make_files = true;
  /// Gives the zone to a database nothing was ever written to as well: what a first load that
  /// failed leaves behind must not decide for the next. Create only.
  bool rezone_unused = false;
  /// 0: a commit is on the disk when it is acknowledged. Else at most so long after it: the end of
  /// the process loses nothing, that of the machine may undo the newest commit (LateSync). Write
  /// and Create.
  std::chrono::milliseconds sync_interval{0};
  std::uint64_t map_bytes =
      64ULL << 20U;  ///< first size of the memory map of a new database; it grows by itself
};

/// Threads: thread-safe. One Store a folder in a process (a second open of the same folder is
/// Busy).
class Store {
 public:
  /// Busy: another process writes to this folder (the message names its process id) and mode is
  /// Write or Create. NotFound: no database there. WrongFormat: not one of ours, or another format
  /// version. ReadOnly, DiskFull, System. Cost: milliseconds, whatever the size.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::filesystem::path& folder,
                                                           const OpenOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Runs `fn(const Snapshot&)` on the newest committed state and gives back what it returns, a
  /// Result or Status. What borrows from the snapshot must be gone when fn returns: fragments are
  /// counted, and a survivor aborts. May be called inside read or write (which sees what was
  /// committed). fn must not wait for another thread's read or write: that one may be waiting for
  /// the map to grow, which waits for fn.
  template <class Fn>
  [[nodiscard]] auto read(Fn&& fn) -> std::invoke_result_t<Fn, const Snapshot&> {
    using R = std::invoke_result_t<Fn, const Snapshot&>;
    static_assert(!std::is_same_v<R, Result<engine::Fragment>>,
                  "a fragment may not leave the snapshot it borrows from");
    auto snapshot = begin_read();
    if (!snapshot.has_value()) {
      return tl::unexpected(std::move(snapshot).error());
    }
    return std::forward<Fn>(fn)(static_cast<const Snapshot&>(**snapshot));
  }

  /// Runs `fn` in a write transaction and commits when it returns success; otherwise nothing
  /// changed. When the map fills up it is at least doubled and `fn` RUNS AGAIN from the start, so
  /// fn must compute the same from the same state. One writer at a time; readers go on. DiskFull
  /// leaves everything as it was. No commit, and no new version, when fn changed nothing. ReadOnly:
  /// opened for reading. Internal: called inside read or write, or fn hid a failed change.
  [[nodiscard]] Status write(const std::function<Status(WriteTxn&)>& fn);

  /// The version of the newest committed state, also when another process wrote it. Never waits and
  /// begins no transaction; nothing when it cannot be told so: read then, which lets the next call
  /// know. Cost: some 0.1 us.
  [[nodiscard]] std::optional<std::uint64_t> newest_version() const;

  /// Reads everything (verify.h), also where reading would fail: records of changes that are
  /// damaged are reported.
  [[nodiscard]] Result<VerifyReport> verify(
      const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

  /// Writes the newest committed state to an open file, as a data.mdb of its own, compacted. Reads
  /// and writes go on meanwhile, but a write that needs a larger map waits. DiskFull, System.
  [[nodiscard]] Status copy_to(int file);

  /// How it is. Cost: the list of free pages is read.
  [[nodiscard]] Result<Health> health();
  /// Of a store that writes: others who want to write here are told to ask this server.
  void announce(const std::string& url);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::uint64_t map_bytes() const;   ///< current size of the memory map
  [[nodiscard]] std::uint64_t file_bytes() const;  ///< bytes of the database file in use

 private:
  class Environment;
  Store(std::filesystem::path folder, std::unique_ptr<Environment> environment);
  enum class Changes : std::uint8_t { Read, Leave };
  [[nodiscard]] Result<std::unique_ptr<Snapshot>> begin_read(Changes changes = Changes::Read);

  std::filesystem::path folder_;
  std::unique_ptr<Environment> environment_;
};

}  // namespace tagline::storage
