// roaring_version: which CRoaring this program has.
#pragma once

#include <string>

namespace tagline::engine {

/// "4.6.1", of the headers it was compiled with.
[[nodiscard]] std::string roaring_version();

}  // namespace tagline::engine
