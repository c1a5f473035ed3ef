#include "storage/writer_lock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace tagline::storage {

namespace {

constexpr const char* kLockFile = "writer.lock";
constexpr mode_t kFileMode = 0644;
constexpr std::size_t kSignatureMax = 512;  ///< bytes: the process id and an address

Error system_error(int code, const std::string& call, const std::filesystem::path& path) {
  const bool denied = code == EACCES || code == EPERM || code == EROFS;
  const std::string what =
      call + " (" + path.string() + "): " + std::system_category().message(code);
  return {denied                             ? ErrorCode::ReadOnly
          : code == ENOSPC || code == EDQUOT ? ErrorCode::DiskFull
                                             : ErrorCode::System,
          {what, what},
          denied
              ? Text{"check the owner and permissions of the folder", "请检查文件夹的所有者和权限"}
              : Text{}};
}

/// What the holder has signed with, or nothing: it may not have done so yet.
struct Signature {
  std::string process;  ///< the digits at the start of the file
  std::string url;      ///< the line after that; of a server
};
Signature signature_in(int file) {
  std::array<char, kSignatureMax> buffer{};
  const ssize_t read = pread(file, buffer.data(), buffer.size(), 0);
  const std::string_view text(buffer.data(), read > 0 ? static_cast<std::size_t>(read) : 0);
  Signature signature;
  signature.process = text.substr(0, text.find_first_not_of("0123456789"));
  const std::size_t line = text.find('\n');
  const std::size_t end = line == std::string_view::npos ? line : text.find('\n', line + 1);
  if (end != std::string_view::npos) {
    signature.url = text.substr(line + 1, end - line - 1);
  }
  return signature;
}

/// The holder signs just after it has the lock, so an empty file is read again for a moment. A
/// reader (keep_writers_out) never signs.
constexpr int kHolderReads = 20;
constexpr std::chrono::milliseconds kBetweenReads{5};

/// Takes the lock, or says whose it is (nothing: unknown). An errno otherwise.
struct Attempt {
  bool taken = false;
  Signature holder;
  int error = 0;
};
Attempt attempt_lock(int file, int mode) {
  Attempt attempt;
  for (int read = 0; read < kHolderReads && attempt.holder.process.empty(); ++read) {
    if (read > 0) {
      std::this_thread::sleep_for(kBetweenReads);
    }
    if (flock(file, mode | LOCK_NB) == 0) {
      attempt.taken = true;
      return attempt;
    }
    if (errno != EWOULDBLOCK) {
      attempt.error = errno;
      return attempt;
    }
    attempt.holder = signature_in(file);
  }
  return attempt;
}

/// Saves and small loads are over by then, so that many at once come one after the other.
constexpr std::chrono::milliseconds kPatience{2000};
constexpr std::chrono::milliseconds kFirstPause{5};
constexpr std::chrono::milliseconds kLongestPause{100};

/// Tries again until the others have had time to end.
Attempt patient_lock(int file) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (auto pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    Attempt attempt = attempt_lock(file, LOCK_EX);
    const bool serves = !attempt.holder.url.empty();
    if (attempt.taken || attempt.error != 0 || serves ||
        std::chrono::steady_clock::now() + pause > until) {
      return attempt;
    }
    std::this_thread::sleep_for(pause);
  }
}

/// Without a process id the holder may be a reader too (keep_writers_out).
tl::unexpected<Error> busy(const std::filesystem::path& folder, const Signature& holder) {
  const std::string& process = holder.process;
  const std::string& url = holder.url;
  if (process.empty()) {
    return failure(ErrorCode::Busy,
                   {"another process has the database " + folder.string() + " locked",
                    "另一个进程已锁定数据库 " + folder.string()},
                   {"wait until it has ended", "请等它结束"});
  }
  if (!url.empty()) {
    return failure(ErrorCode::Busy,
                   {"process " + process + " serves the database " + folder.string() + " at " +
                        url + " and is the one that is writing to it",
                    "进程 " + process + " 正在 " + url + " 提供数据库 " + folder.string() +
                        " 的服务，由它写入"},
                   Hint{{"let the server do it: `tagline repl --server " + url +
                             "` has \\save and \\load, and its API is at " + url + "/docs",
                         "请通过该服务器操作：`tagline repl --server " + url +
                             "` 中有 \\save 和 \\load，其接口见 " + url + "/docs"},
                        {},
                        {"leave, and come back with --server " + url + " instead of --db",
                         "请退出，并以 --server " + url + " 代替 --db 重新进入"}});
  }
  return failure(
      ErrorCode::Busy,
      {"process " + process + " is writing to the database " + folder.string(),
       "进程 " + process + " 正在写入数据库 " + folder.string()},
      {"wait until it has ended; reading is possible meanwhile. If it is `tagline serve`, let it "
       "do that: `tagline repl --server URL`, or its HTTP API",
       "请等它结束；在此期间可以读取。如果它是 `tagline serve`，请通过它操作：`tagline repl "
       "--server 地址`，或其 HTTP 接口"});
}

struct OpenFolders {
  std::mutex mutex;  ///< guards the set
  std::set<std::pair<dev_t, ino_t>> ids;
};
OpenFolders& open_folders() {
  static OpenFolders folders;
  return folders;
}

}  // namespace

Result<WriterLock> WriterLock::take(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kLockFile;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (file < 0) {
    return tl::unexpected(system_error(errno, "open", path));
  }
  WriterLock lock(file);
  if (const Attempt attempt = patient_lock(file); !attempt.taken) {
    return attempt.error == 0 ? busy(folder, attempt.holder)
                              : tl::unexpected(system_error(attempt.error, "flock", path));
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  // In this order a file that has a block needs no other: on a full disk there may be none. Without
  // a name the lock holds as well.
  const bool named = pwrite(file, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
  if (!named && errno != ENOSPC && errno != EDQUOT) {
    return tl::unexpected(system_error(errno, "write", path));
  }
  if (ftruncate(file, named ? static_cast<off_t>(pid.size()) : 0) != 0) {
    return tl::unexpected(system_error(errno, "ftruncate", path));
  }
  lock.signed_ = true;
  return lock;
}

void WriterLock::announce(const std::string& url) const {
  const std::string text = std::to_string(getpid()) + "\n" + url + "\n";
  if (signed_ && text.size() <= kSignatureMax) {
    [[maybe_unused]] const auto written = pwrite(file_, text.data(), text.size(), 0);
  }
}

Result<std::optional<WriterLock>> WriterLock::keep_writers_out(
    const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kLockFile;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) {
      return std::optional<WriterLock>();
    }
    return tl::unexpected(system_error(errno, "open", path));
  }
  WriterLock lock(file);
  if (const Attempt attempt = attempt_lock(file, LOCK_SH); !attempt.taken) {
    return attempt.error == 0 ? busy(folder, attempt.holder)
                              : tl::unexpected(system_error(attempt.error, "flock", path));
  }
  return std::optional<WriterLock>(std::move(lock));
}

std::optional<pid_t> WriterLock::holder(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kLockFile;
  const WriterLock lock(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.file_ < 0 || flock(lock.file_, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
    return std::nullopt;
  }
  const std::string digits = signature_in(lock.file_).process;
  pid_t process = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), process);
  return process;
}

WriterLock::~WriterLock() {
  if (file_ < 0) {
    return;
  }
  if (signed_) {
    // Tidiness only: the next holder overwrites it.
    [[maybe_unused]] const int ignored = ftruncate(file_, 0);
  }
  close(file_);
}

Result<OpenFolder> OpenFolder::claim(const std::filesystem::path& folder) {
  struct stat status {};
  if (stat(folder.c_str(), &status) != 0) {
    return tl::unexpected(system_error(errno, "stat", folder));
  }
  const Id id(status.st_dev, status.st_ino);
  OpenFolders& folders = open_folders();
  const std::lock_guard lock(folders.mutex);
  if (!folders.ids.insert(id).second) {
    return failure(ErrorCode::Busy,
                   {"this process has the database " + folder.string() + " open already",
                    "本进程已经打开了数据库 " + folder.string()},
                   {"use the Store that is open: it serves any number of threads",
                    "请使用已打开的 Store，它可供多个线程使用"});
  }
  return OpenFolder(id);
}

OpenFolder::~OpenFolder() {
  if (id_) {
    OpenFolders& folders = open_folders();
    const std::lock_guard lock(folders.mutex);
    folders.ids.erase(*id_);
  }
}

}  // namespace tagline::storage
