// Digest: the fingerprint of a file's bytes, by which a load is known again (XXH3, 128 bits).
#pragma once

#include "engine/result.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tagline::ingest {

/// One thread.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void add(std::span<const char> bytes);
  /// 32 hexadecimal digits: of the bytes so far, a zero byte and `suffix`.
  [[nodiscard]] std::string hex(std::string_view suffix) const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

/// Of a file as it is on disk. NotFound, System.
[[nodiscard]] Result<std::string> digest_of_file(const std::string& path, std::string_view suffix);

}  // namespace tagline::ingest
