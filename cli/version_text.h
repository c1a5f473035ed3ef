// version_text: what `tagline --version` prints.
#pragma once

#include "dsl/diagnostic.h"
#include "server/build.h"

#include <string>

namespace tagline::cli {

/// "tagline 0.1.0 (COMMIT, DATE)" as the first line in every language, for scripts; then the build,
/// the format of databases, kernels and libraries, a line each.
[[nodiscard]] std::string version_text(const server::Build& build, dsl::Language language);

}  // namespace tagline::cli
