// Transactions of an LmdbEnvironment, and walks over them.
#include "storage/lmdb_environment.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace tagline::storage {

namespace {

MDB_val to_val(Bytes bytes) {
  // LMDB does not write through keys and values it is given; its struct just has no const.
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}

Bytes to_bytes(const MDB_val& val) {
  return {static_cast<const std::byte*>(val.mv_data), val.mv_size};
}

}  // namespace

Result<std::optional<Bytes>> Transaction::get(KeySpace space, Bytes key) const {
  if (!opened(space)) {
    return std::optional<Bytes>();
  }
  MDB_val key_val = to_val(key);
  MDB_val value{};
  const int code = mdb_get(txn_.get(), handle(space), &key_val, &value);
  if (code == MDB_NOTFOUND) {
    return std::optional<Bytes>();
  }
  if (code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_get", name_of(space)));
  }
  return std::optional<Bytes>(to_bytes(value));
}

Result<std::uint64_t> Transaction::entries(KeySpace space) const {
  if (!opened(space)) {
    return std::uint64_t{0};
  }
  MDB_stat stat{};
  if (const int code = mdb_stat(txn_.get(), handle(space), &stat); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_stat", name_of(space)));
  }
  return std::uint64_t{stat.ms_entries};
}

Error WriteTransaction::failed(int code, std::string_view call, std::string_view where) {
  spoilt_ = true;
  map_full_ = map_full_ || code == MDB_MAP_FULL;
  if (code == EIO) {
    // LMDB says EIO when the system wrote only a part of what it was given, which is how a disk
    // that fills up shows first.
    const std::string prefix = std::string(call) + " (" + std::string(where) + ")";
    return {ErrorCode::DiskFull,
            {prefix + ": the file could not be written in full, the disk is full or failing; "
                      "nothing was changed",
             prefix + "：文件未能完整写入，磁盘已满或有故障；数据未作任何改动"},
            {"free some space and try again; if there is enough, check the disk",
             "请腾出空间后重试；若空间充足，请检查磁盘"}};
  }
  return lmdb_error(code, call, where);
}

Status WriteTransaction::write(KeySpace space, Bytes key, Bytes value, unsigned flags) {
  if (!opened(space)) {
    // Handle 0 would be LMDB's own list of free pages.
    return failure(ErrorCode::Internal,
                   {"the key space \"" + std::string(name_of(space)) + "\" was not opened",
                    "键空间 \"" + std::string(name_of(space)) + "\" 未打开"});
  }
  MDB_val key_val = to_val(key);
  MDB_val value_val = to_val(value);
  if (const int code = mdb_put(txn_.get(), handle(space), &key_val, &value_val, flags);
      code != MDB_SUCCESS) {
    return tl::unexpected(failed(code, "mdb_put", name_of(space)));
  }
  changed_ = true;
  ++changes_in_[static_cast<std::size_t>(space)];
  return {};
}

Status WriteTransaction::put(KeySpace space, Bytes key, Bytes value) {
  return write(space, key, value, 0);
}

Status WriteTransaction::append(KeySpace space, Bytes key, Bytes value) {
  return write(space, key, value, MDB_APPEND);
}

Status WriteTransaction::erase(KeySpace space, Bytes key) {
  if (!opened(space)) {
    return {};
  }
  MDB_val key_val = to_val(key);
  const int code = mdb_del(txn_.get(), handle(space), &key_val, nullptr);
  if (code == MDB_NOTFOUND) {
    return {};
  }
  if (code != MDB_SUCCESS) {
    return tl::unexpected(failed(code, "mdb_del", name_of(space)));
  }
  changed_ = true;
  ++changes_in_[static_cast<std::size_t>(space)];
  return {};
}

bool WriteTransaction::changed_beyond(std::initializer_list<KeySpace> spaces) const {
  for (std::size_t i = 0; i < changes_in_.size(); ++i) {
    if (changes_in_[i] != 0 &&
        std::find(spaces.begin(), spaces.end(), static_cast<KeySpace>(i)) == spaces.end()) {
      return true;
    }
  }
  return false;
}

Status WriteTransaction::commit(Sync sync) {
  if (spoilt_) {
    return failure(ErrorCode::Internal, {"a transaction with a failed change was to be committed",
                                         "试图提交一个含有失败改动的事务"});
  }
  // One writer at a time, in this process and all others: the flag is of this commit.
  MDB_env* const env = mdb_txn_env(txn_.get());
  unsigned flags = 0;
  const bool turned = sync == Sync::Late && mdb_env_get_flags(env, &flags) == MDB_SUCCESS &&
                      (flags & MDB_NOMETASYNC) == 0 &&
                      mdb_env_set_flags(env, MDB_NOMETASYNC, 1) == MDB_SUCCESS;
  // The transaction is gone after mdb_txn_commit, whatever it returns.
  const int code = mdb_txn_commit(txn_.release());
  if (turned) {
    mdb_env_set_flags(env, MDB_NOMETASYNC, 0);
  }
  if (code != MDB_SUCCESS) {
    return tl::unexpected(failed(code, "mdb_txn_commit", "write"));
  }
  return {};
}

Result<Cursor> Cursor::open(const Transaction& txn, KeySpace space) {
  MDB_cursor* raw = nullptr;
  if (!txn.opened(space)) {
    return Cursor(raw, space);
  }
  if (const int code = mdb_cursor_open(txn.txn_.get(), txn.handle(space), &raw);
      code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_cursor_open", name_of(space)));
  }
  return Cursor(raw, space);
}

Result<std::optional<Cursor::Entry>> Cursor::move(Bytes key, MDB_cursor_op op) {
  if (cursor_ == nullptr) {
    return std::optional<Entry>();
  }
  MDB_val key_val = to_val(key);
  MDB_val value{};
  const int code = mdb_cursor_get(cursor_.get(), &key_val, &value, op);
  if (code == MDB_NOTFOUND) {
    return std::optional<Entry>();
  }
  if (code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_cursor_get", name_of(space_)));
  }
  return std::optional<Entry>(Entry{to_bytes(key_val), to_bytes(value)});
}

Result<std::optional<Bytes>> Cursor::find(Bytes key) {
  TAGLINE_ASSIGN_OR_RETURN(const auto entry, move(key, MDB_SET));
  return entry ? std::optional<Bytes>(entry->value) : std::nullopt;
}

Result<std::optional<Cursor::Entry>> Cursor::seek(Bytes key) {
  return move(key, MDB_SET_RANGE);
}
Result<std::optional<Cursor::Entry>> Cursor::first() {
  return move({}, MDB_FIRST);
}
Result<std::optional<Cursor::Entry>> Cursor::last() {
  return move({}, MDB_LAST);
}
Result<std::optional<Cursor::Entry>> Cursor::next() {
  return move({}, MDB_NEXT);
}
Result<std::optional<Cursor::Entry>> Cursor::previous() {
  return move({}, MDB_PREV);
}

}  // namespace tagline::storage
