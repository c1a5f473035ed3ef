// Events as people read them.
#pragma once

#include "cli/console.h"
#include "server/service.h"

namespace tagline::cli {

/// One line an event, with its days and keys.
void print(const server::EventList& list, Console& console);

}  // namespace tagline::cli
