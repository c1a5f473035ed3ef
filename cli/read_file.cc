#include "cli/read_file.h"

#include "engine/system_reason.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tagline::cli {
namespace {

/// A schema of 4,096 columns with long value lists is a few MiB; more is surely the wrong file.
constexpr std::size_t kFileBytesMax = std::size_t{64} << 20U;

struct Close {
  void operator()(std::FILE* file) const noexcept {
    if (file != stdin) {
      std::fclose(file);
    }
  }
};

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin
                                                           : std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    const Text reason = system_reason(errno);
    return failure(
        ErrorCode::NotFound,
        {"cannot open " + path + ": " + reason.en, "无法打开 " + path + "：" + reason.zh},
        {"check the path", "请检查路径"});
  }
  std::string text;
  std::array<char, 65536> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    text.append(buffer.data(), got);
    if (text.size() > kFileBytesMax) {
      return failure(ErrorCode::TooLarge, {path + " is larger than 64 MiB", path + " 超过 64 MiB"});
    }
  }
  if (std::ferror(file.get()) != 0) {
    const Text reason = system_reason(errno);
    return failure(ErrorCode::System, {"cannot read " + path + ": " + reason.en,
                                       "无法读取 " + path + "：" + reason.zh});
  }
  return text;
}

}  // namespace tagline::cli
