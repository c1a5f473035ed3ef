// A batch as JSON text. Field names are part of the interface.
#pragma once

#include "server/service.h"

#include <chrono>
#include <span>
#include <string>

namespace tagline::server {

/// One of a batch: what it is called ("": nothing), itself as typed, and what came of it.
struct BatchItem {
  std::string title;
  std::string expression;
  Outcome<Answer> outcome;
  bool suppressed = false;  ///< the count is not told
};

/// {"answers": [...], "population", "as_of", "time_zone", "version", "elapsed_us"}: one an item, in
/// order: {"ok": true, "title", "expression" (canonical), "count", "warnings", "methods"?} (count
/// null and "suppressed": true where it is not told) or
/// {"ok": false, "title", "expression" (as typed), "errors"}.
[[nodiscard]] std::string batch_json(const BatchStats& batch, std::span<const BatchItem> items,
                                     std::chrono::microseconds elapsed);

}  // namespace tagline::server
