// doctor: looks at the machine and at a database, and says what to do about what it finds.
#pragma once

#include "server/build.h"
#include "server/doctor/finding.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

/// Of the machine alone without a folder. Changes nothing: no file is made, and the database is
/// opened for reading (which clears slots of readers that were killed, as every opening does).
/// What it does not look at is the data itself: that is storage::verify. REQUIRES: this process
/// does not have the database open. Cost: milliseconds, and the list of free pages.
[[nodiscard]] std::vector<Finding> examine(const std::optional<std::filesystem::path>& folder);

/// Whether nothing is a fault.
[[nodiscard]] bool is_sound(const std::vector<Finding>& findings);

/// {"ok", "fine", "warnings", "faults", "findings": [{"code", "mark": "ok|warning|fault", "name",
/// "found", "expected"?, "hint"?, "figures"}], "build"}; texts as {"en", "zh-CN"}.
[[nodiscard]] std::string doctor_json(const std::vector<Finding>& findings, const Build& build);

}  // namespace tagline::server
