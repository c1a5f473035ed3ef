// SHA-256 (FIPS 180-4), for fingerprints: people may choose expressions, so a fingerprint that
// stands for an answer must not be one that two expressions can be made to share.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tagline::dsl {

using Digest = std::array<std::uint8_t, 32>;

/// Feed it, then ask once.
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
  void block();

  static constexpr std::size_t kBlockBytes = 64;
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, kBlockBytes> pending_{};
  std::size_t pending_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace tagline::dsl
