// fault_point: named steps at which a test lets the process die or the disk fail. Off unless asked
// for; then what users do cannot differ from what was tested.
//
// TAGLINE_FAULT=STEP:WHAT[:N], read once: at the Nth time (the first when it is not said) that STEP
// is reached, WHAT happens: "kill" (SIGKILL), or from then on "disk-full" or "sync-failed" (EIO).
// Private to storage/, but for tests.
#pragma once

#include "engine/result.h"

#include <string_view>

namespace tagline::storage {

/// Steps, in the order of a commit: "change" (a record is put), "fold-row", "fold-erase" (before a
/// record goes), "commit" (before LMDB writes), "committed" (before anybody is told), "sync" (of
/// commits that were acknowledged before). Fine unless a fault was asked for here. Cost: a load.
[[nodiscard]] Status fault_point(std::string_view step);

/// As the variable; empty: none. For tests, while nobody writes.
void set_fault(std::string_view fault);

}  // namespace tagline::storage
