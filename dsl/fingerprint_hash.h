// SHA-256 (FIPS 180-4, from libsodium), for fingerprints: people may choose expressions, so a
// fingerprint that stands for an answer must not be one that two expressions can be made to share.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tagline::dsl {

using Digest = std::array<std::uint8_t, 32>;

/// Feed it, then ask once. Keeps what it is fed: a node of an expression, at most its limit.
class FingerprintHash {
 public:
  void bytes(const std::uint8_t* data, std::size_t size);
  /// Numbers are fed as eight bytes, texts with their length ahead, so that no two sequences of
  /// calls feed the same bytes.
  void number(std::uint64_t value);
  void number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void text(std::string_view text);
  void digest(const Digest& digest) { bytes(digest.data(), digest.size()); }

  [[nodiscard]] Digest finish() &&;

 private:
  std::vector<std::uint8_t> fed_;
};

}  // namespace tagline::dsl
