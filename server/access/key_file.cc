#include "server/access/key_file.h"

#include "ingest/text.h"
#include "server/day_text.h"
#include "server/diagnostic_json.h"
#include "server/json_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kFile = "keys.json";
constexpr mode_t kMode = 0600;
constexpr std::size_t kFileBytesMax = std::size_t{16} << 20U;
constexpr std::size_t kKeysMax = 10'000;
constexpr std::size_t kNameCharactersMax = 64;
constexpr std::size_t kHashDigits = 64;

using Keys = std::vector<ApiKey>;

/// A file descriptor that is closed at the end.
class File {
 public:
  File(const std::string& path, int flags)
      : file_(::open(path.c_str(), flags | O_CLOEXEC, kMode)) {}
  ~File() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

tl::unexpected<Error> failed(const char* call, const std::string& path, int code) {
  const bool denied = code == EACCES || code == EPERM || code == EROFS;
  const std::string what =
      std::string(call) + " (" + path + "): " + std::system_category().message(code);
  return failure(denied                             ? ErrorCode::ReadOnly
                 : code == ENOSPC || code == EDQUOT ? ErrorCode::DiskFull
                 : code == ENOENT                   ? ErrorCode::NotFound
                                                    : ErrorCode::System,
                 {what, what},
                 denied ? Text{"check the owner and permissions of the file and its folder",
                               "请检查文件及其目录的所有者和权限"}
                        : Text{});
}

Result<std::string> content_of(int file, const std::string& path) {
  std::string text;
  std::array<char, 65536> bytes{};
  while (true) {
    const ssize_t size = ::read(file, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      return failed("read", path, errno);
    }
    if (size == 0) {
      return text;
    }
    text.append(bytes.data(), static_cast<std::size_t>(size));
    if (text.size() > kFileBytesMax) {
      return failure(ErrorCode::TooLarge, {path + " has more than 16 MiB", path + " 超过 16 MiB"},
                     {"it is no file of keys; move it away", "它不是密钥文件，请将其移走"});
    }
  }
}

ApiKey key_of(const Json& json, const std::string& place, std::optional<Error>& fault) {
  ApiKey key;
  JsonReader reader(json, place, fault);
  std::string role;
  std::string expires;
  std::string rate;
  reader.only({"id", "name", "role", "hash", "made", "expires", "revoked", "rate"});
  reader.read("id", key.id);
  reader.read("name", key.name);
  reader.read("role", role);
  reader.read("hash", key.hash);
  reader.read("made", key.made);
  reader.read("expires", expires);
  reader.read("revoked", key.revoked);
  reader.read("rate", rate);
  if (reader.failed()) {
    return key;
  }
  if (key.id.empty()) {
    reader.fail("id", "nothing", {"the key's id", "密钥编号"});
  }
  if (key.hash.size() != kHashDigits) {
    reader.fail("hash", "\"" + key.hash + "\"", {"64 hexadecimal digits", "64 位十六进制数字"});
  }
  if (const auto known = role_of(role); known.has_value()) {
    key.role = *known;
  } else {
    reader.fail("role", "\"" + role + "\"",
                {"viewer, analyst, operator or admin", "viewer、analyst、operator 或 admin"});
  }
  // A key whose end cannot be read must not live for ever.
  if (reader.has("expires")) {
    key.expires = parse_day(expires);
    if (!key.expires.has_value()) {
      reader.fail("expires", "\"" + expires + "\"", {"a day as 2026-01-31", "日期，如 2026-01-31"});
    }
  }
  if (reader.has("revoked") && key.revoked.empty()) {
    reader.fail("revoked", "\"\"", {"a time", "时间"});
  }
  if (reader.has("rate")) {
    if (const auto read = rate_of(rate); read.has_value()) {
      key.rate = *read;
    } else {
      reader.fail("rate", "\"" + rate + "\"", {"a rate as 10/s", "请求频率，如 10/s"});
    }
  }
  return key;
}

Result<Keys> parse(const std::string& text, const std::string& path) {
  std::optional<Error> fault;
  Keys keys;
  if (const auto json = parse_json(text, fault); !fault.has_value()) {
    JsonReader reader(*json, "", fault);
    reader.only({"keys"});
    const Json* list = reader.array("keys");
    if (list == nullptr) {
      reader.fail("keys", "nothing", {"a list of keys", "密钥列表"});
    }
    for (std::size_t i = 0; list != nullptr && i < list->size() && !fault.has_value(); ++i) {
      keys.push_back(key_of((*list)[i], "keys[" + std::to_string(i) + "]", fault));
    }
  }
  std::set<std::string> ids;
  for (const ApiKey& key : keys) {
    if (!fault.has_value() && !ids.insert(key.id).second) {
      fault = Error(ErrorCode::BadInput,
                    {"the key " + key.id + " stands twice", "密钥 " + key.id + " 出现了两次"});
    }
  }
  if (fault.has_value()) {
    const Text& message = fault->message();
    return failure(ErrorCode::BadInput, {path + ": " + message.en, path + "：" + message.zh},
                   {"put a copy of the file back, or move it away and make new keys with `tagline "
                    "key create`",
                    "请恢复该文件的备份，或将其移走并用 `tagline key create` 重新创建密钥"});
  }
  return keys;
}

std::string text_of_keys(const Keys& keys) {
  Json list = Json::array();
  for (const ApiKey& key : keys) {
    Json json{{"id", key.id},
              {"name", key.name},
              {"role", name_of(key.role)},
              {"hash", key.hash},
              {"made", key.made}};
    if (key.expires.has_value()) {
      json["expires"] = day_text(*key.expires);
    }
    if (!key.revoked.empty()) {
      json["revoked"] = key.revoked;
    }
    if (key.rate.has_value()) {
      json["rate"] = text_of(*key.rate);
    }
    list.push_back(std::move(json));
  }
  return Json{{"keys", std::move(list)}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Status write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t size = ::write(file, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      return failed("write", path, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Status write_keys(const std::string& path, const Keys& keys, int folder) {
  const std::string fresh = path + ".new";
  // One that a kill left behind may be somebody else's, or open to all.
  ::unlink(fresh.c_str());
  const File file(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  if (file.get() < 0) {
    return failed("open", fresh, errno);
  }
  struct stat owner {};
  if (::geteuid() == 0 && ::fstat(folder, &owner) == 0 &&
      ::fchown(file.get(), owner.st_uid, owner.st_gid) != 0) {
    return failed("fchown", fresh, errno);
  }
  Status written = write_all(file.get(), text_of_keys(keys), fresh);
  if (written.has_value() && ::fsync(file.get()) != 0) {
    written = failed("fsync", fresh, errno);
  }
  if (written.has_value() && ::rename(fresh.c_str(), path.c_str()) != 0) {
    written = failed("rename", path, errno);
  }
  if (!written.has_value()) {
    ::unlink(fresh.c_str());
    return written;
  }
  return ::fsync(folder) == 0 ? Status() : Status(failed("fsync", folder_of(path), errno));
}

/// Reads the keys, has them changed, and writes them, while no other process does.
template <class Fn>
auto change(const std::string& path, const Fn& fn) -> decltype(fn(std::declval<Keys&>())) {
  const File folder(folder_of(path), O_RDONLY | O_DIRECTORY);
  if (folder.get() < 0) {
    return failed("open", folder_of(path), errno);
  }
  while (::flock(folder.get(), LOCK_EX) != 0) {
    if (errno != EINTR) {
      return failed("flock", folder_of(path), errno);
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(std::optional<Keys> found, read_keys(path));
  Keys keys = found.has_value() ? std::move(*found) : Keys();
  auto done = fn(keys);
  if (done.has_value()) {
    TAGLINE_RETURN_IF_ERROR(write_keys(path, keys, folder.get()));
  }
  return done;
}

Status check_name(const std::string& name) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const auto characters = static_cast<std::size_t>(std::count_if(name.begin(), name.end(), begins));
  if (name.empty() || characters > kNameCharactersMax) {
    return failure(ErrorCode::BadInput,
                   {"the key's name has to have 1 to 64 characters that print",
                    "密钥名称应为 1 到 64 个可显示字符"},
                   {"name who uses it, e.g. dashboard", "请写使用者的名称，例如 dashboard"});
  }
  return ingest::check_shown(name, ErrorCode::BadInput, {"the key's name", "密钥名称"});
}

Status check_last_day(const std::optional<std::chrono::sys_days>& expires,
                      std::chrono::system_clock::time_point now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  if (!expires.has_value() || *expires >= today) {
    return {};
  }
  const std::string day = day_text(*expires);
  const std::string now_text = day_text(today);
  return failure(
      ErrorCode::BadInput,
      {"a key that expires on " + day + " could not be used: today is " + now_text + " (UTC)",
       "有效期至 " + day + " 的密钥无法使用：今天是 " + now_text + "（UTC）"},
      {"give a day from " + now_text + " on, or none for a key that does not expire",
       "请给出不早于 " + now_text + " 的日期；不写则不过期"});
}

}  // namespace

std::string key_file_of(const std::string& db) {
  return (std::filesystem::path(db) / kFile).string();
}

Result<std::optional<Keys>> read_keys(const std::string& file) {
  // Not to wait for the other end of a pipe.
  const File opened(file, O_RDONLY | O_NONBLOCK);
  if (opened.get() < 0) {
    if (errno == ENOENT) {
      return std::optional<Keys>();
    }
    return failed("open", file, errno);
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::string text, content_of(opened.get(), file));
  TAGLINE_ASSIGN_OR_RETURN(Keys keys, parse(text, file));
  return std::optional(std::move(keys));
}

Result<MadeKey> create_key(const std::string& file, const NewKey& wanted,
                           std::chrono::system_clock::time_point now) {
  TAGLINE_RETURN_IF_ERROR(check_name(wanted.name));
  TAGLINE_RETURN_IF_ERROR(check_last_day(wanted.expires, now));
  return change(file, [&](Keys& keys) -> Result<MadeKey> {
    const bool taken = std::any_of(keys.begin(), keys.end(), [&](const ApiKey& key) {
      return key.name == wanted.name && state_of(key, now) == KeyState::Live;
    });
    if (taken) {
      return failure(
          ErrorCode::InUse,
          {"there is a key named \"" + wanted.name + "\" already",
           "已有名为“" + wanted.name + "”的密钥"},
          {"choose another name, or revoke that key first", "请换一个名称，或先撤销该密钥"});
    }
    if (keys.size() >= kKeysMax) {
      return failure(ErrorCode::TooLarge,
                     {"there are 10000 keys already, revoked ones included",
                      "密钥已达 10000 个（含已撤销的）"},
                     {"take revoked keys out of " + file, "请从 " + file + " 中删去已撤销的密钥"});
    }
    MadeKey made;
    made.text = new_key_text();
    made.key = {std::string(id_of_key(made.text).value_or("")),
                wanted.name,
                wanted.role,
                hash_of_key(made.text),
                time_text(now),
                wanted.expires,
                "",
                wanted.rate};
    keys.push_back(made.key);
    return made;
  });
}

Result<ApiKey> revoke_key(const std::string& file, const std::string& id_or_name,
                          std::chrono::system_clock::time_point now) {
  return change(file, [&](Keys& keys) -> Result<ApiKey> {
    auto found = std::find_if(keys.begin(), keys.end(),
                              [&](const ApiKey& key) { return key.id == id_or_name; });
    if (found == keys.end()) {
      found = std::find_if(keys.begin(), keys.end(), [&](const ApiKey& key) {
        return key.name == id_or_name && key.revoked.empty();
      });
    }
    if (found == keys.end()) {
      return failure(
          ErrorCode::NotFound,
          {"there is no key \"" + id_or_name + "\"", "没有密钥“" + id_or_name + "”"},
          {"`tagline key list` shows ids and names", "`tagline key list` 列出编号和名称"});
    }
    if (found->revoked.empty()) {
      found->revoked = time_text(now);
    }
    return *found;
  });
}

}  // namespace tagline::server
