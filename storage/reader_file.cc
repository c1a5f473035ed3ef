#include "storage/reader_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace tagline::storage {
namespace {

constexpr mode_t kFileMode = 0644;          // as LMDB makes it
constexpr std::uint64_t kBlockBytes = 512;  // of st_blocks, on every file system

}  // namespace

Status reserve_reader_file(const std::filesystem::path& folder, std::uint64_t bytes) {
  const std::filesystem::path path = folder / "lock.mdb";
  struct stat facts {};
  const bool there = ::stat(path.c_str(), &facts) == 0;
  const std::uint64_t size = there ? static_cast<std::uint64_t>(facts.st_size) : 0;
  if (size >= bytes && static_cast<std::uint64_t>(facts.st_blocks) * kBlockBytes >= size) {
    return {};
  }
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  int code = file < 0 ? errno : 0;
  if (file >= 0) {
    code = ::posix_fallocate(file, 0, static_cast<off_t>(std::max(size, bytes)));
    ::close(file);
  }
  if (code != ENOSPC && code != EDQUOT) {
    return {};  // LMDB meets the same, and says it
  }
  return failure(ErrorCode::DiskFull,
                 {"the disk of " + folder.string() + " is full: no room for lock.mdb",
                  folder.string() + " 所在磁盘已满，无法写入 lock.mdb"},
                 {"free some space and try again", "请腾出空间后重试"});
}

}  // namespace tagline::storage
