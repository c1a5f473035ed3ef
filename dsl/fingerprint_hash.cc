#include "dsl/fingerprint_hash.h"

#include <sodium/crypto_hash_sha256.h>

namespace tagline::dsl {

static_assert(std::tuple_size_v<Digest> == crypto_hash_sha256_BYTES);

void FingerprintHash::bytes(const std::uint8_t* data, std::size_t size) {
  fed_.insert(fed_.end(), data, data + size);
}

void FingerprintHash::number(std::uint64_t value) {
  for (unsigned byte = 0; byte < sizeof value; ++byte) {
    fed_.push_back(static_cast<std::uint8_t>(value >> (8 * byte)));
  }
}

void FingerprintHash::text(std::string_view text) {
  number(std::uint64_t{text.size()});
  fed_.insert(fed_.end(), text.begin(), text.end());
}

Digest FingerprintHash::finish() && {
  Digest digest{};
  crypto_hash_sha256(digest.data(), fed_.data(), fed_.size());
  return digest;
}

}  // namespace tagline::dsl
