// Budget: what a query may use, and how it is stopped.
#pragma once

#include "engine/result.h"

#include <atomic>
#include <chrono>
#include <limits>
#include <optional>

namespace tagline::engine {

/// Checked between blocks by every thread of a query. `cancelled` may be set from any thread.
struct Budget {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  std::atomic<bool> cancelled{false};

  /// Cancelled or DeadlineExceeded when the query must stop.
  [[nodiscard]] Status check() const;
};

}  // namespace tagline::engine
