#include "ingest/input.h"

#include "engine/system_reason.h"
#include "ingest/digest.h"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tagline::ingest {
namespace {

/// Bytes a read call asks the system for: large enough that calls do not count, small enough for a
/// cache.
constexpr std::size_t kReadBytes = std::size_t{1} << 18U;

struct FreeArchive {
  void operator()(archive* reader) const noexcept { archive_read_free(reader); }
};

class Descriptor {
 public:
  Descriptor(int number, bool owned) : number_(number), owned_(owned) {}
  ~Descriptor() {
    if (owned_) {
      ::close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
  bool owned_;
};

tl::unexpected<Error> cannot_open(const std::string& path, int cause) {
  const Text reason = system_reason(cause);
  if (cause == ENOENT || cause == ENOTDIR) {
    return failure(ErrorCode::NotFound, {"there is no file " + path, "没有文件 " + path},
                   {"check the path; \"-\" reads standard input", "请检查路径；“-” 表示标准输入"});
  }
  return failure(ErrorCode::System,
                 {"cannot open " + path + ": " + reason.en, "无法打开 " + path + "：" + reason.zh});
}

}  // namespace

ByteSource memory_source(std::string_view bytes) {
  return [bytes](std::span<char> out) mutable -> Result<std::size_t> {
    const std::size_t count = std::min(out.size(), bytes.size());
    std::copy_n(bytes.data(), count, out.data());
    bytes.remove_prefix(count);
    return count;
  };
}

struct Input::Rep {
  Rep(std::string path, int number, bool owned)
      : name(std::move(path)), file(number, owned), buffer(kReadBytes) {}

  static la_ssize_t on_read(archive* reader, void* self, const void** bytes);
  [[nodiscard]] Status start();
  [[nodiscard]] Result<std::size_t> decompress(std::span<char> out);
  [[nodiscard]] ::ssize_t read_file();
  [[nodiscard]] tl::unexpected<Error> read_failure() const;

  std::string name;
  Descriptor file;
  ByteSource source;  ///< instead of the file
  std::vector<char> buffer;
  std::unique_ptr<archive, FreeArchive> reader;
  Digest digest;
  std::atomic<std::uint64_t> consumed{0};
  std::uint64_t total = 0;
  int system_error = 0;
  std::optional<Error> source_error;
  bool ended = false;
  std::vector<char> prefix;
  std::size_t prefix_read = 0;
};

/// The next bytes of the file into `buffer`; negative after an error was set.
::ssize_t Input::Rep::read_file() {
  if (source) {
    const auto size = source(buffer);
    if (!size.has_value()) {
      source_error = size.error();
      return -1;
    }
    consumed += *size;
    digest.add(std::span(buffer).first(*size));
    return static_cast<::ssize_t>(*size);
  }
  for (;;) {
    const ::ssize_t count = ::read(file.number(), buffer.data(), buffer.size());
    if (count >= 0) {
      const auto size = static_cast<std::size_t>(count);
      consumed += size;
      digest.add(std::span(buffer).first(size));
      return count;
    }
    if (errno != EINTR) {
      system_error = errno;
      return count;
    }
  }
}

la_ssize_t Input::Rep::on_read(archive* reader, void* self, const void** bytes) {
  auto& rep = *static_cast<Rep*>(self);
  const ::ssize_t count = rep.read_file();
  if (count < 0) {
    archive_set_error(reader, rep.system_error, "read failed");
    return ARCHIVE_FATAL;
  }
  *bytes = rep.buffer.data();
  return count;
}

tl::unexpected<Error> Input::Rep::read_failure() const {
  if (source_error.has_value()) {
    return tl::unexpected(*source_error);
  }
  if (system_error != 0) {
    const Text reason = system_reason(system_error);
    return failure(ErrorCode::System, {"cannot read " + name + ": " + reason.en,
                                       "无法读取 " + name + "：" + reason.zh});
  }
  const char* text = archive_error_string(reader.get());
  // The library's words are English.
  const Text reason = text == nullptr ? Text{"unknown reason", "原因不明"} : Text{text, text};
  return failure(
      ErrorCode::BadInput,
      {name + " cannot be decompressed: " + reason.en + "; its content is damaged or cut short",
       name + " 无法解压：" + reason.zh + "；内容已损坏或不完整"},
      {"fetch or compress the file again, and test it with gzip -t, xz -t or zstd -t",
       "请重新传输或压缩该文件，并用 gzip -t、xz -t 或 zstd -t 检查"});
}

Status Input::Rep::start() {
  reader.reset(archive_read_new());
  if (reader == nullptr) {
    return failure(ErrorCode::System, {"libarchive: out of memory", "libarchive：内存不足"});
  }
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_read_support_format_empty(reader.get());
  if (archive_read_open(reader.get(), this, nullptr, on_read, nullptr) != ARCHIVE_OK) {
    return read_failure();
  }
  archive_entry* entry = nullptr;
  const int got = archive_read_next_header(reader.get(), &entry);
  if (got == ARCHIVE_EOF) {
    ended = true;
  } else if (got < ARCHIVE_WARN) {
    return read_failure();
  }
  return {};
}

Result<std::size_t> Input::Rep::decompress(std::span<char> out) {
  if (ended || out.empty()) {
    return std::size_t{0};
  }
  const la_ssize_t count = archive_read_data(reader.get(), out.data(), out.size());
  if (count < 0) {
    return read_failure();
  }
  ended = count == 0;
  return static_cast<std::size_t>(count);
}

Input::Input(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
Input::~Input() = default;

Result<std::unique_ptr<Input>> Input::open(const std::string& path, const std::string& shown_name) {
  const bool standard = path == "-";
  const int number = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) {
    return cannot_open(path, errno);
  }
  const std::string& name = shown_name.empty() ? path : shown_name;
  auto rep = std::make_unique<Rep>(standard ? "standard input" : name, number, !standard);
  struct stat facts {};
  if (::fstat(number, &facts) != 0) {
    return cannot_open(path, errno);
  }
  if (S_ISDIR(facts.st_mode)) {
    return failure(ErrorCode::BadInput,
                   {path + " is a folder, expected a file", path + " 是文件夹，应为文件"},
                   {"name the files in it", "请写出其中的文件"});
  }
  if (S_ISREG(facts.st_mode)) {
    rep->total = static_cast<std::uint64_t>(facts.st_size);
  }
  TAGLINE_RETURN_IF_ERROR(rep->start());
  return std::unique_ptr<Input>(new Input(std::move(rep)));
}

Result<std::unique_ptr<Input>> Input::over(ByteSource source, const std::string& name) {
  auto rep = std::make_unique<Rep>(name, -1, false);
  rep->source = std::move(source);
  TAGLINE_RETURN_IF_ERROR(rep->start());
  return std::unique_ptr<Input>(new Input(std::move(rep)));
}

Result<std::size_t> Input::read(std::span<char> out) {
  if (rep_->prefix_read < rep_->prefix.size()) {
    const std::size_t count = std::min(out.size(), rep_->prefix.size() - rep_->prefix_read);
    std::copy_n(rep_->prefix.data() + rep_->prefix_read, count, out.data());
    rep_->prefix_read += count;
    if (rep_->prefix_read == rep_->prefix.size()) {
      rep_->prefix = std::vector<char>();
      rep_->prefix_read = 0;
    }
    return count;
  }
  return rep_->decompress(out);
}

Result<std::string_view> Input::peek(std::size_t bytes_max) {
  std::vector<char>& prefix = rep_->prefix;
  while (prefix.size() < bytes_max) {
    const std::size_t before = prefix.size();
    prefix.resize(std::min(bytes_max, before + kReadBytes));
    auto count = rep_->decompress(std::span(prefix).subspan(before));
    prefix.resize(before + count.value_or(0));
    if (!count.has_value()) {
      return tl::unexpected(std::move(count).error());
    }
    if (*count == 0) {
      break;
    }
  }
  return std::string_view(prefix.data(), prefix.size());
}

Result<std::string> Input::digest(std::string_view suffix) {
  for (::ssize_t count = 1; count != 0;) {
    count = rep_->read_file();
    if (count < 0) {
      return rep_->read_failure();
    }
  }
  return rep_->digest.hex(suffix);
}

bool Input::peeked_all() const {
  return rep_->ended;
}
std::uint64_t Input::bytes_consumed() const {
  return rep_->consumed;
}
std::uint64_t Input::bytes_total() const {
  return rep_->total;
}
const std::string& Input::name() const {
  return rep_->name;
}

}  // namespace tagline::ingest
