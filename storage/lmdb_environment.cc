#include "storage/lmdb_environment.h"

#include "engine/system_reason.h"
#include "storage/reader_file.h"

#include <cerrno>
#include <string>
#include <utility>

namespace tagline::storage {

namespace {

// Slots of LMDB's reader table, one a live read transaction of any process. 126 is LMDB's default;
// a server with a pool of threads beside a few command lines stays far below this, and a slot costs
// 64 bytes of lock.mdb.
constexpr unsigned kReaderSlots = 512;
constexpr std::uint64_t kReaderFileBytes = kReaderSlots * 64 + 4096;  // slots, and LMDB's own
constexpr mdb_mode_t kFileMode = 0644;

struct Explained {
  ErrorCode code = ErrorCode::System;
  Text what;
  Text hint;
};

Explained explain(int code) {
  switch (code) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
      return {ErrorCode::Corrupt,
              {"a page of the file is damaged", "文件中有页面已损坏"},
              {"restore a backup", "请恢复备份"}};
    case MDB_INVALID:
      return {
          ErrorCode::WrongFormat, {"data.mdb is not an LMDB file", "data.mdb 不是 LMDB 文件"}, {}};
    case MDB_VERSION_MISMATCH:
      return {ErrorCode::WrongFormat,
              {"data.mdb was written by another version of LMDB, expected 0.9",
               "data.mdb 由其他版本的 LMDB 写入，应为 0.9"},
              {}};
    case MDB_READERS_FULL:
      return {ErrorCode::Busy,
              {"all reader slots are taken", "全部读取位都已占用"},
              {"try again when other queries have ended", "请等其他查询结束后再试"}};
    case MDB_TXN_FULL:
      return {ErrorCode::TooLarge,
              {"the transaction changes more pages than LMDB can keep",
               "该事务改动的页面超过 LMDB 所能容纳的数量"},
              {"load the data in smaller parts", "请分成较小的部分导入"}};
    case MDB_MAP_FULL:
      return {ErrorCode::TooLarge, {"the memory map is full", "内存映射已满"}, {}};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {ErrorCode::DiskFull,
              {"there is no room for the file to grow; nothing was changed",
               "磁盘空间不足，数据未作任何改动"},
              {"free some space and try again", "请腾出空间后重试"}};
    case EACCES:
    case EPERM:
    case EROFS:
      return {ErrorCode::ReadOnly,
              {"the folder or its files may not be written", "没有写入该文件夹或其文件的权限"},
              {"check the owner and permissions of the folder", "请检查文件夹的所有者和权限"}};
    case ENOENT:
      return {ErrorCode::NotFound, {"no such file or folder", "文件或文件夹不存在"}, {}};
    default:
      // LMDB's own codes are negative, and what they say is for who maintains it.
      return {ErrorCode::System,
              code > 0 ? system_reason(code) : Text{mdb_strerror(code), mdb_strerror(code)},
              {}};
  }
}

}  // namespace

std::string_view name_of(KeySpace space) {
  switch (space) {
    case KeySpace::Meta:
      return "meta";
    case KeySpace::Tags:
      return "tags";
    case KeySpace::Values:
      return "values";
    case KeySpace::Fragments:
      return "fragments";
    case KeySpace::Users:
      return "users";
    case KeySpace::Ids:
      return "ids";
    case KeySpace::Segments:
      return "segments";
    case KeySpace::Loads:
      return "loads";
    case KeySpace::Rules:
      return "rules";
    case KeySpace::Origins:
      return "origins";
    case KeySpace::Changes:
      return "changes";
    case KeySpace::Requests:
      return "requests";
    case KeySpace::Identities:
      return "identities";
    case KeySpace::Identified:
      return "identified";
    case KeySpace::Merged:
      return "merged";
    case KeySpace::Merges:
      return "merges";
    case KeySpace::Erasures:
      return "erasures";
    case KeySpace::Settings:
      return "settings";
    case KeySpace::Histories:
      return "histories";
    case KeySpace::Spreads:
      return "spreads";
    case KeySpace::Positions:
      return "positions";
  }
  return "";
}

Error lmdb_error(int code, std::string_view call, std::string_view where) {
  Explained explained = explain(code);
  const std::string prefix = std::string(call) + " (" + std::string(where) + ")";
  return {explained.code,
          {prefix + ": " + explained.what.en, prefix + "：" + explained.what.zh},
          std::move(explained.hint)};
}

Result<LmdbEnvironment> LmdbEnvironment::open(const std::filesystem::path& folder, Access access,
                                              std::uint64_t map_bytes) {
  const std::string where = folder.string();
  MDB_env* raw = nullptr;
  if (const int code = mdb_env_create(&raw); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_env_create", where));
  }
  LmdbEnvironment environment{std::unique_ptr<MDB_env, Close>(raw)};
  if (int code = mdb_env_set_maxdbs(raw, kKeySpaceCount); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_env_set_maxdbs", where));
  }
  if (int code = mdb_env_set_maxreaders(raw, kReaderSlots); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_env_set_maxreaders", where));
  }
  if (map_bytes != 0) {
    if (const int code = mdb_env_set_mapsize(raw, map_bytes); code != MDB_SUCCESS) {
      return tl::unexpected(lmdb_error(code, "mdb_env_set_mapsize", where));
    }
  }
  unsigned flags = MDB_NOTLS;
  if (access != Access::Write) {
    flags |= MDB_RDONLY;
  }
  if (access == Access::ReadUnlocked) {
    flags |= MDB_NOLOCK;
  } else {
    TAGLINE_RETURN_IF_ERROR(reserve_reader_file(folder, kReaderFileBytes));
  }
  if (const int code = mdb_env_open(raw, folder.c_str(), flags, kFileMode); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_env_open", where));
  }
  if (access != Access::ReadUnlocked) {
    int cleared = 0;
    if (const int code = mdb_reader_check(raw, &cleared); code != MDB_SUCCESS) {
      return tl::unexpected(lmdb_error(code, "mdb_reader_check", where));
    }
    environment.registers_ = true;
    environment.readers_cleared_ = static_cast<unsigned>(cleared);
  }
  return environment;
}

Result<MDB_txn*> LmdbEnvironment::begin_alone(unsigned flags) {
  MDB_txn* raw = nullptr;
  int code = mdb_txn_begin(env_.get(), nullptr, flags, &raw);
  if (code == MDB_MAP_RESIZED) {
    // A writer has grown the file since mdb_env_open read its size.
    TAGLINE_RETURN_IF_ERROR(resize(0));
    code = mdb_txn_begin(env_.get(), nullptr, flags, &raw);
  }
  if (code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_txn_begin", "while opening"));
  }
  return raw;
}

Result<bool> LmdbEnvironment::blank() {
  TAGLINE_ASSIGN_OR_RETURN(MDB_txn * raw, begin_alone(MDB_RDONLY));
  MDB_stat stat{};
  MDB_dbi main = 0;
  int code = mdb_dbi_open(raw, nullptr, 0, &main);
  if (code == MDB_SUCCESS) {
    code = mdb_stat(raw, main, &stat);
  }
  mdb_txn_abort(raw);
  if (code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_stat", "main"));
  }
  return stat.ms_entries == 0;
}

Status LmdbEnvironment::open_key_spaces(Missing missing, std::size_t count) {
  TAGLINE_ASSIGN_OR_RETURN(MDB_txn * raw,
                           begin_alone(missing == Missing::Create ? 0U : MDB_RDONLY));
  for (std::size_t i = 0; i < count; ++i) {
    // The views are of literals, so they end with a NUL.
    const std::string_view name = name_of(static_cast<KeySpace>(i));
    const unsigned flags = missing == Missing::Create ? MDB_CREATE : 0U;
    const int code = mdb_dbi_open(raw, name.data(), flags, &spaces_[i]);
    if (code != MDB_SUCCESS) {
      mdb_txn_abort(raw);
      if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE) {
        return failure(ErrorCode::WrongFormat,
                       {"it is an LMDB file without the key space \"" + std::string(name) + "\"",
                        "它是 LMDB 文件，但缺少键空间 \"" + std::string(name) + "\""});
      }
      return tl::unexpected(lmdb_error(code, "mdb_dbi_open", name));
    }
  }
  // Handles outlive the transaction only when it is committed, also one that read.
  if (const int code = mdb_txn_commit(raw); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_txn_commit", "key spaces"));
  }
  return {};
}

Result<std::optional<ReadTransaction>> LmdbEnvironment::begin_read() const {
  if (unmapped_) {
    return tl::unexpected(lmdb_error(ENOMEM, "mdb_env_set_mapsize", "an earlier growth failed"));
  }
  MDB_txn* raw = nullptr;
  int code = mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, &raw);
  if (code == MDB_READERS_FULL) {
    int cleared = 0;
    if (mdb_reader_check(env_.get(), &cleared) == MDB_SUCCESS && cleared > 0) {
      code = mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, &raw);
    }
  }
  if (code == MDB_MAP_RESIZED) {
    return std::optional<ReadTransaction>();
  }
  if (code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_txn_begin", "read"));
  }
  return std::optional<ReadTransaction>(ReadTransaction(raw, spaces_));
}

Result<WriteTransaction> LmdbEnvironment::begin_write() const {
  if (unmapped_) {
    return tl::unexpected(lmdb_error(ENOMEM, "mdb_env_set_mapsize", "an earlier growth failed"));
  }
  MDB_txn* raw = nullptr;
  if (const int code = mdb_txn_begin(env_.get(), nullptr, 0, &raw); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_txn_begin", "write"));
  }
  return WriteTransaction(raw, spaces_);
}

Status LmdbEnvironment::copy_to(int file) const {
  if (const int code = mdb_env_copyfd2(env_.get(), file, MDB_CP_COMPACT); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_env_copyfd2", "backup"));
  }
  return {};
}

Status LmdbEnvironment::sync_late() {
  if (const int code = mdb_env_set_flags(env_.get(), MDB_NOMETASYNC, 1); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_env_set_flags", "MDB_NOMETASYNC"));
  }
  return {};
}

Status LmdbEnvironment::sync() const {
  if (const int code = mdb_env_sync(env_.get(), 1); code != MDB_SUCCESS) {
    return tl::unexpected(lmdb_error(code, "mdb_env_sync", "data.mdb"));
  }
  return {};
}

Status LmdbEnvironment::resize(std::uint64_t map_bytes) {
  if (const int code = mdb_env_set_mapsize(env_.get(), map_bytes); code != MDB_SUCCESS) {
    unmapped_ = true;
    return tl::unexpected(
        lmdb_error(code, "mdb_env_set_mapsize", std::to_string(map_bytes) + " bytes"));
  }
  return {};
}

std::uint64_t LmdbEnvironment::map_bytes() const {
  MDB_envinfo info{};
  mdb_env_info(env_.get(), &info);
  return info.me_mapsize;
}

std::uint64_t LmdbEnvironment::used_bytes() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env_.get(), &info);
  mdb_env_stat(env_.get(), &stat);
  return (std::uint64_t{info.me_last_pgno} + 1) * stat.ms_psize;
}

std::optional<std::uint64_t> LmdbEnvironment::last_commit() const {
  if (unmapped_) {
    return std::nullopt;
  }
  MDB_envinfo info{};
  mdb_env_info(env_.get(), &info);
  return info.me_last_txnid;
}

}  // namespace tagline::storage
