#include "server/http/library_versions.h"

#include <openssl/crypto.h>

#include <boost/version.hpp>

namespace tagline::server {

std::string boost_version() {
  constexpr int kMajor = BOOST_VERSION / 100'000;
  constexpr int kMinor = BOOST_VERSION / 100 % 1'000;
  constexpr int kPatch = BOOST_VERSION % 100;
  return std::to_string(kMajor) + "." + std::to_string(kMinor) + "." + std::to_string(kPatch);
}

std::string openssl_version() {
  return OpenSSL_version(OPENSSL_VERSION_STRING);
}

}  // namespace tagline::server
