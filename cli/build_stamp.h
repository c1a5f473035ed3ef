// build_stamp: what this program was made from. In a library of its own, so that a new commit
// compiles one file and links one program again.
#pragma once

#include "server/build.h"

namespace tagline::cli {

[[nodiscard]] server::Build build_stamp();

}  // namespace tagline::cli
