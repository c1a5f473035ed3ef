#include "server/access/api_key.h"

#include "server/day_text.h"

#include <array>
#include <cstdio>
#include <sodium/core.h>
#include <sodium/crypto_generichash.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <stdexcept>

namespace tagline::server {
namespace {

constexpr std::string_view kPrefix = "tgl_";
constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kIdDigits = 2 * kIdBytes;
constexpr std::size_t kTextSize = kPrefix.size() + kIdDigits + 1 + 2 * kSecretBytes;
constexpr std::size_t kHashBytes = crypto_generichash_BYTES;

template <std::size_t size>
std::string hex_of(const std::array<unsigned char, size>& bytes) {
  std::array<char, 2 * size + 1> digits{};
  sodium_bin2hex(digits.data(), digits.size(), bytes.data(), bytes.size());
  return digits.data();
}

template <std::size_t size>
std::string random_hex() {
  std::array<unsigned char, size> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return hex_of(bytes);
}

}  // namespace

KeyState state_of(const ApiKey& key, std::chrono::system_clock::time_point now) {
  if (!key.revoked.empty()) {
    return KeyState::Revoked;
  }
  if (key.expires.has_value() && std::chrono::floor<std::chrono::days>(now) > *key.expires) {
    return KeyState::Expired;
  }
  return KeyState::Live;
}

std::string new_key_text() {
  if (sodium_init() < 0) {
    throw std::runtime_error("libsodium found no random numbers");
  }
  return std::string(kPrefix) + random_hex<kIdBytes>() + "_" + random_hex<kSecretBytes>();
}

std::optional<std::string_view> id_of_key(std::string_view text) {
  if (text.size() != kTextSize || text.substr(0, kPrefix.size()) != kPrefix ||
      text[kPrefix.size() + kIdDigits] != '_') {
    return std::nullopt;
  }
  return text.substr(kPrefix.size(), kIdDigits);
}

std::string hash_of_key(std::string_view text) {
  std::array<unsigned char, kHashBytes> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  return hex_of(hash);
}

bool is_key(std::string_view text, const ApiKey& key) {
  const std::string hash = hash_of_key(text);
  return hash.size() == key.hash.size() &&
         sodium_memcmp(hash.data(), key.hash.data(), hash.size()) == 0;
}

std::string time_text(std::chrono::system_clock::time_point time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "T%02d:%02d:%02dZ",
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return day_text(day) + text.data();
}

}  // namespace tagline::server
