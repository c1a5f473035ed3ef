// What a run of the program printed, as it is kept beside the tests.
#pragma once

#include "tests/cli/program.h"

#include <string>

namespace tagline::tests {

/// `text` with what differs from run to run masked: times, days of edits, revisions.
[[nodiscard]] std::string steady(std::string text);
/// Both streams, made steady, and the exit status.
[[nodiscard]] std::string record(const Outcome& run);

}  // namespace tagline::tests
