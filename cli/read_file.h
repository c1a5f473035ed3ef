// Small files the user names: schemas, catalogues, batches of expressions.
#pragma once

#include "engine/result.h"

#include <string>

namespace tagline::cli {

/// The whole file, "-" being standard input. NotFound; TooLarge above 64 MiB; System.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

}  // namespace tagline::cli
