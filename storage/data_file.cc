// The head pages of LMDB 0.9 (mdb.c, struct MDB_meta), as far as they are looked at:
//   page 0 and page 1 each: 16 bytes page header, then
//   +0 u32 magic 0xBEEFC0DE   +4 u32 data version 1   +16 u64 size of the map   +24 u32 page size
//   +64 u64 root of the free list +112 u64 root of the main tree   +128 u64 transaction number
// The page with the higher transaction number counts. A root of all ones is an empty tree.
// That the file is shorter than its last page number says is no damage: pages freed in the
// transaction that took them are never written. Therefore only the roots are compared with the
// size; they are written last, usually near the end.
#include "storage/data_file.h"

#include "storage/codec.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace tagline::storage {

namespace {

constexpr std::size_t kHeadBytes = 16 + 136;
constexpr std::size_t kMagicAt = 16;
constexpr std::size_t kDataVersionAt = 20;
constexpr std::size_t kMapBytesAt = 16 + 16;
constexpr std::size_t kPageSizeAt = 16 + 24;
constexpr std::size_t kFreeRootAt = 16 + 64;
constexpr std::size_t kMainRootAt = 16 + 112;
constexpr std::size_t kTransactionAt = 16 + 128;

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kDataVersion = 1;
constexpr std::uint32_t kPageSizeMin = 512;
constexpr std::uint32_t kPageSizeMax = 65536;
constexpr std::uint64_t kNoRoot = ~0ULL;

using Head = std::array<std::byte, kHeadBytes>;

/// Closes on the way out.
class File {
 public:
  explicit File(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (file_ >= 0) {
      close(file_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] bool is_open() const { return file_ >= 0; }
  [[nodiscard]] bool read(std::uint64_t at, Head& head) const {
    return pread(file_, head.data(), head.size(), static_cast<off_t>(at)) ==
           static_cast<ssize_t>(head.size());
  }
  [[nodiscard]] std::uint64_t size() const {
    struct stat status {};
    return fstat(file_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

 private:
  int file_;
};

tl::unexpected<Error> foreign(const std::filesystem::path& path, const std::string& en,
                              const std::string& zh) {
  return failure(ErrorCode::WrongFormat,
                 {path.string() + " is not a Tagline database: " + en,
                  path.string() + " 不是 Tagline 数据库：" + zh},
                 {"give the folder of a database, or a new one to create",
                  "请给出数据库所在文件夹，或一个用于新建的文件夹"});
}

tl::unexpected<Error> cut_short(const std::filesystem::path& path, std::uint64_t size) {
  return failure(ErrorCode::Corrupt,
                 {path.string() + " was cut short: its newest state lies behind its " +
                      std::to_string(size) + " bytes",
                  path.string() + " 被截断：最新状态位于其 " + std::to_string(size) + " 字节之外"},
                 {"copy the file again, or restore a backup", "请重新复制该文件，或恢复备份"});
}

bool plausible(const Head& head) {
  const auto page_size = load_little<std::uint32_t>(head, kPageSizeAt);
  return load_little<std::uint32_t>(head, kMagicAt) == kMagic &&
         load_little<std::uint32_t>(head, kDataVersionAt) == kDataVersion &&
         std::has_single_bit(page_size) && page_size >= kPageSizeMin && page_size <= kPageSizeMax;
}

const Head& newer(const Head& first, const Head& second) {
  return load_little<std::uint64_t>(second, kTransactionAt) >
                 load_little<std::uint64_t>(first, kTransactionAt)
             ? second
             : first;
}

bool inside(std::uint64_t root, std::uint64_t page_size, std::uint64_t size) {
  return root == kNoRoot || root < size / page_size;
}

}  // namespace

Result<DataFile> inspect_data_file(const std::filesystem::path& path) {
  const File file(path);
  if (!file.is_open()) {
    if (errno == ENOENT) {
      return DataFile::Absent;
    }
    const std::string what =
        "open (" + path.string() + "): " + std::system_category().message(errno);
    return failure(ErrorCode::System, {what, what});
  }
  if (file.size() == 0) {
    return DataFile::Empty;
  }
  Head first{};
  if (!file.read(0, first)) {
    return foreign(path, "it has only " + std::to_string(file.size()) + " bytes",
                   "它只有 " + std::to_string(file.size()) + " 字节");
  }
  if (!plausible(first)) {
    return foreign(path, "it does not start with a head page of LMDB", "它不以 LMDB 的首页开头");
  }
  const std::uint64_t page_size = load_little<std::uint32_t>(first, kPageSizeAt);
  Head second{};
  if (!file.read(page_size, second)) {
    return cut_short(path, file.size());
  }
  if (!plausible(second) || load_little<std::uint32_t>(second, kPageSizeAt) != page_size) {
    return foreign(path, "its second head page is damaged", "其第二个首页已损坏");
  }
  const Head& newest = newer(first, second);
  // A writer may be at work; it writes pages before heads, so the size is asked for last.
  const std::uint64_t size = file.size();
  if (!inside(load_little<std::uint64_t>(newest, kFreeRootAt), page_size, size) ||
      !inside(load_little<std::uint64_t>(newest, kMainRootAt), page_size, size)) {
    return cut_short(path, size);
  }
  return DataFile::Lmdb;
}

std::optional<std::uint64_t> map_bytes_of(const std::filesystem::path& path) {
  const File file(path);
  Head first{};
  Head second{};
  if (!file.is_open() || !file.read(0, first) || !plausible(first) ||
      !file.read(load_little<std::uint32_t>(first, kPageSizeAt), second) || !plausible(second)) {
    return std::nullopt;
  }
  return load_little<std::uint64_t>(newer(first, second), kMapBytesAt);
}

}  // namespace tagline::storage
