// Why the system refused, in words of both languages.
#pragma once

#include "engine/error.h"

namespace tagline {

/// Of an errno. What is rare has the system's own words, in English, in both.
[[nodiscard]] Text system_reason(int number);

}  // namespace tagline
