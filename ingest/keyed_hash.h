// A keyed hash of text, by libsodium.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tagline::ingest {

/// 32 hex digits: BLAKE2b of 16 bytes (J.-P. Aumasson et al., "BLAKE2: simpler, smaller, fast as
/// MD5", 2013), with the seed as its key.
[[nodiscard]] std::string keyed_hash(std::string_view text, std::uint64_t seed);

}  // namespace tagline::ingest
