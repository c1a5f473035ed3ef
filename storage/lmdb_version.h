// lmdb_version: which LMDB this program runs with.
#pragma once

#include <string>

namespace tagline::storage {

/// "0.9.24", of the library that is loaded.
[[nodiscard]] std::string lmdb_version();

}  // namespace tagline::storage
