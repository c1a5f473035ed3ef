// Where the names of an expression come from: a database, or a catalogue file.
#pragma once

#include "cli/console.h"
#include "dsl/catalogue.h"
#include "dsl/check.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace tagline::cli {

/// Lends `fn` the catalogue, and the day that `today` means and the counts of people to check with.
/// Exactly one of `db` and `file` is given; else kUsage. Returns what `fn` returns, or the status
/// of what failed, which has been said.
[[nodiscard]] int with_names(
    const std::string& db, const std::string& file, std::optional<std::chrono::sys_days> as_of,
    Console& console,
    const std::function<int(const dsl::Catalogue&, const dsl::CheckOptions&)>& fn);

}  // namespace tagline::cli
