#include "ingest/keyed_hash.h"

#include <array>
#include <cstring>
#include <sodium.h>

namespace tagline::ingest {

std::string keyed_hash(std::string_view text, std::uint64_t seed) {
  std::array<unsigned char, crypto_generichash_KEYBYTES_MIN> key{};
  std::memcpy(key.data(), &seed, sizeof seed);
  std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), key.data(), key.size());
  std::array<char, 2 * hash.size() + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

}  // namespace tagline::ingest
