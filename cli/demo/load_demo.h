// load_demo: a population into a database, through the loads that anybody's files go through.
#pragma once

#include "cli/demo/population.h"
#include "engine/result.h"
#include "server/service.h"

#include <atomic>
#include <cstdint>
#include <functional>

namespace tagline::cli::demo {

struct DemoProgress {
  std::uint64_t done = 0;  ///< of `whole`; a step is about the same work
  std::uint64_t whole = 0;
  std::uint64_t users = 0;   ///< whose tags are made
  std::uint64_t events = 0;  ///< rows of them
};

struct DemoReport {
  std::uint64_t users = 0;
  std::uint64_t events = 0;  ///< what the rows stand for
  std::uint64_t tags = 0;
  std::uint64_t event_names = 0;
  std::uint64_t segments = 0;
};

/// Loads users and events some hundred thousand people at a time, so that memory is bounded
/// whatever the size; then gives values their titles, deprecates the tag that is no longer used,
/// and saves the segments. `cancelled` may be set from any thread: then it ends with Cancelled.
/// REQUIRES: nothing was written to the database. After an error it holds a part.
[[nodiscard]] server::Outcome<DemoReport> load_demo(
    server::Service& service, const Population& population,
    const std::function<void(const DemoProgress&)>& progress, const std::atomic<bool>& cancelled);

}  // namespace tagline::cli::demo
