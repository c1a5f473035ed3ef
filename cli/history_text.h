// What is kept of the past of segments and tags, as people read it.
#pragma once

#include "cli/console.h"
#include "server/segment_history.h"
#include "server/tag_spread.h"

namespace tagline::cli {

/// Points as a table, their curve, and who came and went since the day asked for.
void print(const server::SegmentHistory& history, Console& console);
/// One that was just taken.
void print(const std::string& name, const storage::HistoryPoint& point, Console& console);
/// Days as a table, and what moved most between the last two.
void print(const server::TagDrift& drift, Console& console);

}  // namespace tagline::cli
