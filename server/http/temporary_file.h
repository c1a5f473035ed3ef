// TemporaryFile: bytes that are too many to be held in memory, in a file that goes when nobody
// needs it any more.
#pragma once

#include "engine/result.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace tagline::server {

/// How many bytes the files that share it may have together. Thread-safe.
class DiskRoom {
 public:
  explicit DiskRoom(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}
  /// False, and nothing is taken, when there are not so many left.
  [[nodiscard]] bool take(std::uint64_t bytes);
  void give_back(std::uint64_t bytes) { taken_ -= bytes; }
  [[nodiscard]] std::uint64_t bytes_max() const { return bytes_max_; }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

 private:
  const std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> taken_{0};
};

/// One thread at a time, but for reading, and path().
class TemporaryFile {
 public:
  /// In the folder, which is made when it is not there. Only this user can read it. What is
  /// appended takes part of the room, if there is one, until the file goes. DiskFull, System.
  [[nodiscard]] static Result<std::shared_ptr<TemporaryFile>> make(
      const std::filesystem::path& folder, std::shared_ptr<DiskRoom> room = nullptr);
  /// Removes it.
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  /// Busy (the room is taken), DiskFull, System.
  [[nodiscard]] Status append(std::string_view bytes);
  /// What was appended survives a crash of the system. DiskFull, System.
  [[nodiscard]] Status sync();
  /// From `offset` on; fewer only at the end. System.
  [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const;
  /// As it is on disk now, whoever wrote it. System.
  [[nodiscard]] Result<std::uint64_t> size() const;
  /// For what writes to a file itself.
  [[nodiscard]] int descriptor() const { return file_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Removes files of processes that were killed from the folder. REQUIRES: nobody else uses it.
  static void remove_left_behind(const std::filesystem::path& folder);

 private:
  TemporaryFile(std::filesystem::path path, int file, std::shared_ptr<DiskRoom> room)
      : path_(std::move(path)), file_(file), room_(std::move(room)) {}
  std::filesystem::path path_;
  int file_;
  std::shared_ptr<DiskRoom> room_;
  std::uint64_t taken_ = 0;  ///< of the room
};

}  // namespace tagline::server
