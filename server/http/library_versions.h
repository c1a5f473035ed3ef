// library_versions: which libraries move this program's bytes.
#pragma once

#include <string>

namespace tagline::server {

/// "1.81.0", of the headers it was compiled with.
[[nodiscard]] std::string boost_version();
/// "3.0.17", of the library that is loaded.
[[nodiscard]] std::string openssl_version();

}  // namespace tagline::server
