// writer_lock: who may open a database folder, between processes and within this one.
#pragma once

#include "engine/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>

namespace tagline::storage {

/// The exclusive (a writer) or shared (a reader that cannot register with LMDB) lock of
/// `writer.lock`. It is an flock, so the kernel releases it when the process ends, however it ends;
/// the file stays and means nothing by itself.
class WriterLock {
 public:
  /// Makes the file when it is not there and writes our process id into it. Waits up to two seconds
  /// for another that has it, but not for a server, which will have it for long. Busy names the
  /// process that has it and, of a server, its address.
  [[nodiscard]] static Result<WriterLock> take(const std::filesystem::path& folder);
  /// Keeps writers out while this reader lives. Nothing when there is no file to lock. Busy when
  /// there is a writer.
  [[nodiscard]] static Result<std::optional<WriterLock>> keep_writers_out(
      const std::filesystem::path& folder);

  /// The process that has the exclusive lock; 0 when it has not signed. Nothing when nobody has it,
  /// or it cannot be told. Waits for nobody; a writer that begins now is not kept out for longer
  /// than it waits for a holder's name.
  [[nodiscard]] static std::optional<pid_t> holder(const std::filesystem::path& folder);

  /// Others who want the lock are told to ask there: the address of a server. Nothing where the
  /// file cannot hold it: the lock holds as well.
  void announce(const std::string& url) const;

  ~WriterLock();
  WriterLock(WriterLock&& other) noexcept
      : file_(std::exchange(other.file_, -1)), signed_(std::exchange(other.signed_, false)) {}
  WriterLock& operator=(WriterLock&&) = delete;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  explicit WriterLock(int file) : file_(file) {}
  int file_;
  bool signed_ = false;  ///< our process id is in the file
};

/// A folder this process has open. LMDB must not open one file twice in a process.
class OpenFolder {
 public:
  /// Busy when this process has it open already. REQUIRES: the folder exists.
  [[nodiscard]] static Result<OpenFolder> claim(const std::filesystem::path& folder);

  ~OpenFolder();
  OpenFolder(OpenFolder&& other) noexcept : id_(std::exchange(other.id_, std::nullopt)) {}
  OpenFolder& operator=(OpenFolder&&) = delete;
  OpenFolder(const OpenFolder&) = delete;
  OpenFolder& operator=(const OpenFolder&) = delete;

 private:
  using Id = std::pair<dev_t, ino_t>;  ///< the same folder whatever path led to it
  explicit OpenFolder(Id id) : id_(id) {}
  std::optional<Id> id_;
};

}  // namespace tagline::storage
