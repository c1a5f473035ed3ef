// LMDB locks bytes of lock.mdb (mdb.c, mdb_env_setup_locks and mdb_reader_pid): byte 0 shared by
// everybody who has the file open, and the byte whose offset is its process id by everybody who has
// begun to read. The kernel says who is in the way of a lock that one only asks about.
#include "storage/holders.h"

#include "storage/writer_lock.h"

#include <fcntl.h>
#include <unistd.h>

namespace tagline::storage {
namespace {

/// The first lock of others from byte `begin` on, `length` bytes of them (0: all); nothing when
/// there is none.
std::optional<struct flock> lock_in(int file, off_t begin, off_t length) {
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  wanted.l_start = begin;
  wanted.l_len = length;
  if (fcntl(file, F_GETLK, &wanted) != 0 || wanted.l_type == F_UNLCK) {
    return std::nullopt;
  }
  return wanted;
}

}  // namespace

Holders holders_of(const std::filesystem::path& folder) {
  Holders holders;
  const int file = ::open((folder / "lock.mdb").c_str(), O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    holders.open = lock_in(file, 0, 1).has_value();
    for (off_t from = 1;;) {
      const auto lock = lock_in(file, from, 0);
      // One that begins before is not a reader's, and would be found for ever.
      if (!lock.has_value() || lock->l_start < from) {
        break;
      }
      holders.readers.push_back(static_cast<pid_t>(lock->l_start));
      from = lock->l_start + 1;
    }
    ::close(file);
  }
  if (const auto writer = WriterLock::holder(folder); writer.has_value()) {
    holders.open = true;
    holders.written = true;
    if (*writer != 0) {
      holders.written_by = *writer;
    }
  }
  return holders;
}

}  // namespace tagline::storage
