#include "ingest/digest.h"

#include "engine/system_reason.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

// The state as a value: without it every digest would need an allocation that can fail.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

namespace tagline::ingest {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 18U;

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
};

}  // namespace

struct Digest::Rep {
  Rep() { XXH3_128bits_reset(&state); }
  XXH3_state_t state;  ///< aligned to 64 bytes, as new gives it
};

Digest::Digest() : rep_(std::make_unique<Rep>()) {}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::add(std::span<const char> bytes) {
  XXH3_128bits_update(&rep_->state, bytes.data(), bytes.size());
}

std::string Digest::hex(std::string_view suffix) const {
  XXH3_state_t state;
  XXH3_copyState(&state, &rep_->state);
  XXH3_128bits_update(&state, "", 1);
  XXH3_128bits_update(&state, suffix.data(), suffix.size());
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(&state));
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes.digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

Result<std::string> digest_of_file(const std::string& path, std::string_view suffix) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    const Text reason = system_reason(errno);
    return failure(
        errno == ENOENT ? ErrorCode::NotFound : ErrorCode::System,
        {"cannot open " + path + ": " + reason.en, "无法打开 " + path + "：" + reason.zh});
  }
  Digest digest;
  std::vector<char> buffer(kReadBytes);
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    digest.add(std::span(buffer).first(count));
  }
  if (std::ferror(file.get()) != 0) {
    const Text reason = system_reason(errno);
    return failure(ErrorCode::System, {"cannot read " + path + ": " + reason.en,
                                       "无法读取 " + path + "：" + reason.zh});
  }
  return digest.hex(suffix);
}

}  // namespace tagline::ingest
