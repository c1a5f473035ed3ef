// Rows fetched by readers of answers, for the statistics of a run.
#pragma once

#include "engine/execute.h"
#include "engine/source.h"

namespace tagline::engine {

/// Source::fetch, counted.
[[nodiscard]] inline Result<Fragment> fetch_counted(const Source& source, RowKey row, ShardId shard,
                                                    ExecuteStats& stats) {
  Result<Fragment> fragment = source.fetch(row, shard);
  if (fragment.has_value() && fragment->payload_bytes() != 0) {
    ++(fragment->borrowed() ? stats.fragments_borrowed : stats.fragments_copied);
    stats.containers_read += fragment->containers().size();
    stats.payload_bytes += fragment->payload_bytes();
  }
  return fragment;
}

}  // namespace tagline::engine
