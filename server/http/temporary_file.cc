#include "server/http/temporary_file.h"

#include "engine/system_reason.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace tagline::server {
namespace {

constexpr const char* kPrefix = "temporary-";
constexpr unsigned kMibBits = 20;

tl::unexpected<Error> failed(const std::filesystem::path& path, int number) {
  const std::string where = path.string();
  if (number == ENOSPC || number == EDQUOT) {
    return failure(ErrorCode::DiskFull, {"the disk is full: " + where, "磁盘已满：" + where},
                   {"make room on it; nothing was changed", "请腾出磁盘空间；数据没有任何改变"});
  }
  const Text cause = system_reason(number);
  return failure(ErrorCode::System,
                 {"cannot use " + where + ": " + cause.en, "无法使用 " + where + "：" + cause.zh});
}

}  // namespace

bool DiskRoom::take(std::uint64_t bytes) {
  std::uint64_t taken = taken_;
  do {
    if (bytes > bytes_max_ || taken > bytes_max_ - bytes) {
      return false;
    }
  } while (!taken_.compare_exchange_weak(taken, taken + bytes));
  return true;
}

Result<std::shared_ptr<TemporaryFile>> TemporaryFile::make(const std::filesystem::path& folder,
                                                           std::shared_ptr<DiskRoom> room) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) {
    return failed(folder, problem.value());
  }
  std::string path = (folder / (std::string(kPrefix) + "XXXXXX")).string();
  const int file = ::mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) {
    return failed(folder, errno);
  }
  return std::shared_ptr<TemporaryFile>(new TemporaryFile(path, file, std::move(room)));
}

TemporaryFile::~TemporaryFile() {
  ::close(file_);
  ::unlink(path_.c_str());
  if (room_ != nullptr) {
    room_->give_back(taken_);
  }
}

Status TemporaryFile::append(std::string_view bytes) {
  if (room_ != nullptr) {
    if (!room_->take(bytes.size())) {
      const std::string most = std::to_string(room_->bytes_max() >> kMibBits);
      return failure(ErrorCode::Busy,
                     {"bodies that were sent and wait their turn take all of the " + most +
                          " MiB of disk that they may have",
                      "已送达并等待处理的请求内容占满了允许的 " + most + " MiB 磁盘空间"},
                     {"send it again when some of them are done", "请在其中一些处理完后重新发送"});
    }
    taken_ += bytes.size();
  }
  while (!bytes.empty()) {
    const ::ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return failed(path_, errno);
    }
    bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return {};
}

Status TemporaryFile::sync() {
  return ::fsync(file_) == 0 ? Status() : failed(path_, errno);
}

Result<std::size_t> TemporaryFile::read(std::uint64_t offset, std::span<char> into) const {
  std::size_t all = 0;
  while (all < into.size()) {
    const ::ssize_t some =
        ::pread(file_, into.data() + all, into.size() - all, static_cast<::off_t>(offset + all));
    if (some == 0) {
      break;
    }
    if (some < 0 && errno != EINTR) {
      return failed(path_, errno);
    }
    all += some < 0 ? 0 : static_cast<std::size_t>(some);
  }
  return all;
}

Result<std::uint64_t> TemporaryFile::size() const {
  struct stat facts {};
  if (::fstat(file_, &facts) != 0) {
    return failed(path_, errno);
  }
  return static_cast<std::uint64_t>(facts.st_size);
}

void TemporaryFile::remove_left_behind(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::directory_iterator files(folder, ignored);
  while (!ignored && files != std::filesystem::directory_iterator()) {
    const std::filesystem::path path = files->path();
    files.increment(ignored);
    if (path.filename().string().rfind(kPrefix, 0) == 0) {
      std::error_code never_mind;
      std::filesystem::remove_all(path, never_mind);
    }
  }
}

}  // namespace tagline::server
