// What LMDB tells of an environment: pages, the list of free ones, the table of readers.
#include "storage/lmdb_environment.h"

#include <cstring>
#include <sstream>
#include <string>

namespace tagline::storage {
namespace {

/// LMDB's own database of free pages, a record a commit: how many, then which.
constexpr MDB_dbi kFreeList = 0;

Result<std::uint64_t> free_pages(MDB_txn* txn) {
  MDB_cursor* cursor = nullptr;
  if (const int code = mdb_cursor_open(txn, kFreeList, &cursor); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_cursor_open", "free list"));
  }
  std::uint64_t pages = 0;
  MDB_val key{};
  MDB_val value{};
  int code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
  while (code == MDB_SUCCESS) {
    std::size_t listed = 0;
    if (value.mv_size >= sizeof listed) {
      std::memcpy(&listed, value.mv_data, sizeof listed);
    }
    pages += listed;
    code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  mdb_cursor_close(cursor);
  if (code != MDB_NOTFOUND) {
    return tl::unexpected(lmdb_error(code, "mdb_cursor_get", "free list"));
  }
  return pages;
}

/// LMDB has no other way to tell of its readers: a line each, "PID THREAD COMMIT", COMMIT being "-"
/// where no transaction is open; and a heading.
int add_line(const char* line, void* text) {
  *static_cast<std::string*>(text) += line;
  return 0;
}

void count_readers(const std::string& lines, std::uint64_t newest, LmdbFigures& figures) {
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::uint64_t process = 0;
    std::string thread;
    std::uint64_t commit = 0;
    if (fields >> process >> thread >> commit) {
      ++figures.readers;
      const std::uint64_t behind = newest > commit ? newest - commit : 0;
      figures.commits_held = behind > figures.commits_held ? behind : figures.commits_held;
    }
  }
}

}  // namespace

Result<LmdbFigures> LmdbEnvironment::figures() const {
  LmdbFigures figures;
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env_.get(), &info);
  mdb_env_stat(env_.get(), &stat);
  figures.page_bytes = stat.ms_psize;
  figures.pages = std::uint64_t{info.me_last_pgno} + 1;
  if (registers_) {
    figures.reader_slots = info.me_maxreaders;
    std::string lines;
    if (const int code = mdb_reader_list(env_.get(), add_line, &lines); code < 0) {
      return tl::unexpected(lmdb_error(code, "mdb_reader_list", "lock.mdb"));
    }
    count_readers(lines, info.me_last_txnid, figures);
  }
  // After the readers were counted: this is one.
  TAGLINE_ASSIGN_OR_RETURN(const auto reading, begin_read());
  if (!reading.has_value()) {
    return failure(ErrorCode::Busy, {"the database has just grown", "数据库刚刚增大"},
                   {"try again", "请重试"});
  }
  TAGLINE_ASSIGN_OR_RETURN(figures.pages_free, free_pages(reading->txn_.get()));
  return figures;
}

}  // namespace tagline::storage
