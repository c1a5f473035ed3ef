// TemporaryFile: bytes that are too many to be held in memory, in a file that goes when nobody
// needs it any more.
#pragma once

#include "engine/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace tagline::server {

/// One thread at a time, but for reading, and path().
class TemporaryFile {
 public:
  /// In the folder, which is made when it is not there. Only this user can read it. DiskFull,
  /// System.
  [[nodiscard]] static Result<std::shared_ptr<TemporaryFile>> make(
      const std::filesystem::path& folder);
  /// Removes it.
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  /// DiskFull, System.
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
  TemporaryFile(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}
  std::filesystem::path path_;
  int file_;
};

}  // namespace tagline::server
