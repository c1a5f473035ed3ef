#include "storage/database.h"

#include "engine/system_reason.h"
#include "storage/data_file.h"
#include "storage/time_zone.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace tagline::storage {

namespace {

constexpr std::string_view kMetaKey = "database";

// A new database's ten key spaces and head pages take about 80 KB; below this nothing useful
// fits.
constexpr std::uint64_t kMapBytesMin = 1ULL << 20U;
// LMDB wants multiples of the system's page size, which is 64 KiB at most.
constexpr std::uint64_t kMapBytesStep = 1ULL << 16U;
// What one growth gives at least: every growth runs the transaction again, and address space is
// free (the file only takes what is written).
constexpr std::uint64_t kMapGrowthMin = 1ULL << 30U;
// Half of the 47 bits of address space a process has on x86-64.
constexpr std::uint64_t kMapBytesMax = 1ULL << 46U;
// A file may grow again between our resize and the next attempt; more often than this is no
// accident.
constexpr int kResizeAttempts = 16;

tl::unexpected<Error> no_database(const std::filesystem::path& folder, const std::string& en,
                                  const std::string& zh) {
  return failure(ErrorCode::NotFound,
                 {"there is no database in " + folder.string() + ": " + en,
                  folder.string() + " 中没有数据库：" + zh},
                 {"check the path, or create a database by loading a file into it",
                  "请检查路径，或导入文件以新建数据库"});
}

Error in_folder(const std::filesystem::path& folder, const Error& error) {
  return {error.code(),
          {folder.string() + " is not a Tagline database of this version: " + error.message().en,
           folder.string() + " 不是此版本的 Tagline 数据库：" + error.message().zh},
          error.faced_hint()};
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (!code) {
    return {};
  }
  const bool denied =
      code == std::errc::permission_denied || code == std::errc::read_only_file_system;
  const Text reason = system_reason(code.value());
  return failure(denied ? ErrorCode::ReadOnly : ErrorCode::System,
                 {"mkdir (" + folder.string() + "): " + reason.en,
                  "无法新建目录 " + folder.string() + "：" + reason.zh},
                 {"choose a folder that can be written", "请选择可写的文件夹"});
}

/// The folder is there, and data.mdb in it is what the mode needs.
Result<DataFile> look(const std::filesystem::path& folder, OpenMode mode) {
  std::error_code code;
  const auto status = std::filesystem::status(folder, code);
  if (!std::filesystem::exists(status)) {
    if (mode != OpenMode::Create) {
      return no_database(folder, "the folder does not exist", "文件夹不存在");
    }
    TAGLINE_RETURN_IF_ERROR(make_folder(folder));
  } else if (!std::filesystem::is_directory(status)) {
    return failure(ErrorCode::WrongFormat,
                   {folder.string() + " is a file, expected the folder of a database",
                    folder.string() + " 是一个文件，应为数据库所在的文件夹"},
                   folder.filename() == "data.mdb"
                       ? Text{"name the folder it lies in", "请写它所在的文件夹"}
                       : Text{"name a folder; a file of people or events is loaded into one: "
                              "tagline load --db DIR " +
                                  folder.string(),
                              "请写文件夹；用户或行为的文件可装入其中：tagline load --db 目录 " +
                                  folder.string()});
  }
  TAGLINE_ASSIGN_OR_RETURN(const DataFile file, inspect_data_file(folder / "data.mdb"));
  if (mode != OpenMode::Create && file == DataFile::Absent) {
    return no_database(folder, "it has no data.mdb", "缺少 data.mdb");
  }
  if (mode != OpenMode::Create && file == DataFile::Empty) {
    return no_database(folder, "data.mdb is empty", "data.mdb 为空");
  }
  return file;
}

struct Opened {
  std::optional<WriterLock> lock;
  LmdbEnvironment environment;
};

/// Somebody may still write to it, through another mount of the same disk.
bool mounted_read_only(const std::filesystem::path& folder) {
  struct statvfs status {};
  return statvfs(folder.c_str(), &status) == 0 && (status.f_flag & ST_RDONLY) != 0;
}

/// LMDB registers readers in lock.mdb. Where we may not write that, or it has no room, reading is
/// still safe while nobody writes.
Result<Opened> open_for_reading(const std::filesystem::path& folder, bool make_files) {
  std::error_code unknown;
  const bool registers = make_files || std::filesystem::exists(folder / "lock.mdb", unknown);
  // LMDB itself would go on without registering on a read-only mount, and so without any safety.
  if (registers && !mounted_read_only(folder)) {
    auto environment = LmdbEnvironment::open(folder, Access::Read, 0);
    if (environment.has_value()) {
      return Opened{std::nullopt, std::move(*environment)};
    }
    const ErrorCode code = environment.error().code();
    if (code != ErrorCode::ReadOnly && code != ErrorCode::DiskFull) {
      return tl::unexpected(std::move(environment).error());
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(auto lock, WriterLock::keep_writers_out(folder));
  TAGLINE_ASSIGN_OR_RETURN(auto unlocked, LmdbEnvironment::open(folder, Access::ReadUnlocked, 0));
  return Opened{std::move(lock), std::move(unlocked)};
}

Result<Opened> open_for_writing(const std::filesystem::path& folder, DataFile file,
                                const OpenOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(auto lock, WriterLock::take(folder));
  const std::uint64_t map_bytes = std::clamp(options.map_bytes, kMapBytesMin, kMapBytesMax);
  TAGLINE_ASSIGN_OR_RETURN(
      auto environment,
      LmdbEnvironment::open(folder, Access::Write,
                            file == DataFile::Lmdb
                                ? 0
                                : (map_bytes + kMapBytesStep - 1) / kMapBytesStep * kMapBytesStep));
  return Opened{std::move(lock), std::move(environment)};
}

Status initialise(LmdbEnvironment& environment, const OpenOptions& options) {
  TAGLINE_RETURN_IF_ERROR(check_time_zone(options.time_zone));
  MetaRecord meta;
  meta.created_s = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  meta.time_zone = options.time_zone;
  if (getentropy(&meta.id_seed, sizeof meta.id_seed) != 0) {
    return failure(ErrorCode::System,
                   {"getentropy: no random numbers", "getentropy：无法取得随机数"});
  }
  TAGLINE_RETURN_IF_ERROR(environment.open_key_spaces(LmdbEnvironment::Missing::Create));
  TAGLINE_ASSIGN_OR_RETURN(auto txn, environment.begin_write());
  TAGLINE_RETURN_IF_ERROR(write_meta(txn, meta));
  return txn.commit();
}

/// The zone of `options` for a database that exists and has never been written to.
Status rezone(LmdbEnvironment& environment, const OpenOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(auto txn, environment.begin_write());
  TAGLINE_ASSIGN_OR_RETURN(MetaRecord meta, read_meta(txn));
  if (meta.version != 0 || meta.time_zone == options.time_zone) {
    return {};
  }
  TAGLINE_RETURN_IF_ERROR(check_time_zone(options.time_zone));
  meta.time_zone = options.time_zone;
  TAGLINE_RETURN_IF_ERROR(write_meta(txn, meta));
  return txn.commit();
}

/// Blank: made now, or by a process that was killed before it had written its key spaces or its
/// meta record.
Result<bool> is_blank(LmdbEnvironment& environment) {
  TAGLINE_ASSIGN_OR_RETURN(const bool blank, environment.blank());
  if (blank) {
    return true;
  }
  TAGLINE_RETURN_IF_ERROR(
      environment.open_key_spaces(LmdbEnvironment::Missing::Refuse, kOldestKeySpaces));
  TAGLINE_ASSIGN_OR_RETURN(const auto txn, environment.begin_read());
  if (!txn) {
    return false;
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t records, txn->entries(KeySpace::Meta));
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t tags, txn->entries(KeySpace::Tags));
  return records == 0 && tags == 0;
}

}  // namespace

Result<MetaRecord> read_meta(const Transaction& txn) {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes, txn.get(KeySpace::Meta, bytes_of(kMetaKey)));
  if (!bytes) {
    return failure(ErrorCode::WrongFormat,
                   {"it has no record of its format version", "缺少格式版本记录"});
  }
  return decode_meta(*bytes);
}

Status write_meta(WriteTransaction& txn, const MetaRecord& meta) {
  RecordWriter record;
  encode(meta, record);
  return txn.put(KeySpace::Meta, bytes_of(kMetaKey), record.bytes());
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& folder,
                                                 const OpenOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(const DataFile file, look(folder, options.mode));
  TAGLINE_ASSIGN_OR_RETURN(auto claimed, OpenFolder::claim(folder));
  TAGLINE_ASSIGN_OR_RETURN(Opened opened, options.mode == OpenMode::Read
                                              ? open_for_reading(folder, options.make_files)
                                              : open_for_writing(folder, file, options));
  auto database = std::make_unique<Database>(std::move(claimed), std::move(opened.lock),
                                             std::move(opened.environment));
  const auto blank = is_blank(database->environment);
  if (!blank.has_value()) {
    return tl::unexpected(blank.error().code() == ErrorCode::WrongFormat
                              ? in_folder(folder, blank.error())
                              : blank.error());
  }
  if (*blank) {
    if (options.mode != OpenMode::Create) {
      return no_database(folder, "data.mdb holds nothing", "data.mdb 中没有内容");
    }
    TAGLINE_RETURN_IF_ERROR(initialise(database->environment, options));
  }
  if (const Status opened_all = database->check_format(options.mode != OpenMode::Read);
      !opened_all.has_value()) {
    return tl::unexpected(opened_all.error().code() == ErrorCode::WrongFormat
                              ? in_folder(folder, opened_all.error())
                              : opened_all.error());
  }
  if (options.mode == OpenMode::Create && options.rezone_unused) {
    TAGLINE_RETURN_IF_ERROR(rezone(database->environment, options));
  }
  return database;
}

Status Database::check_format(bool writes) {
  std::uint64_t format = 0;
  {
    TAGLINE_ASSIGN_OR_RETURN(const Reading reading, begin_read());
    TAGLINE_ASSIGN_OR_RETURN(const MetaRecord meta, read_meta(reading.txn));
    format = meta.format;
  }
  if (format < kFormatVersionWithPositions) {
    const std::size_t there = format < kFormatVersionWithRules      ? kKeySpacesOfVersion3
                              : format < kFormatVersionWithChanges  ? kKeySpacesOfVersion5
                              : format < kFormatVersionWithRequests ? kKeySpacesOfVersion6
                                                                    : kKeySpacesOfVersion7;
    TAGLINE_RETURN_IF_ERROR(environment.open_key_spaces(LmdbEnvironment::Missing::Refuse, there));
    // A reader goes without; every commit writes the newest version, so a writer needs them all.
    return writes ? environment.open_key_spaces(LmdbEnvironment::Missing::Create) : Status();
  }
  // Not before: an older version lacks some, and its number says more than a missing key space.
  return environment.open_key_spaces(LmdbEnvironment::Missing::Refuse);
}

Result<Reading> Database::begin_read() {
  for (int attempt = 0; attempt < kResizeAttempts; ++attempt) {
    {
      TransactionGate::Pass pass = gate.enter();
      TAGLINE_ASSIGN_OR_RETURN(auto txn, environment.begin_read());
      if (txn) {
        return Reading{std::move(pass), std::move(*txn)};
      }
    }
    if (gate.inside()) {
      return failure(
          ErrorCode::Busy,
          {"the database has grown while this thread is reading it", "本线程读取期间数据库已增大"},
          {"end the outer read, then try again", "请结束外层读取后再试"});
    }
    Status resized;
    gate.alone([&] { resized = environment.resize(0); });
    TAGLINE_RETURN_IF_ERROR(resized);
  }
  return failure(ErrorCode::Busy, {"the database keeps growing", "数据库仍在不断增大"},
                 {"try again", "请重试"});
}

Status Database::grow() {
  Status grown;
  gate.alone([&] {
    const std::uint64_t now = environment.map_bytes();
    if (now >= kMapBytesMax) {
      grown = failure(ErrorCode::TooLarge, {"the database has reached the limit of 64 TiB",
                                            "数据库已达到 64 TiB 的上限"});
      return;
    }
    grown = environment.resize(std::max(2 * now, now + kMapGrowthMin));
  });
  return grown;
}

}  // namespace tagline::storage
