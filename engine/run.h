// Run: a plan without sets still to be decided, or a program, over the shards of a source, on one
// thread or several. What engine/execute.h does once those sets are known.
#pragma once

#include "engine/bitmap_builder.h"
#include "engine/execute.h"
#include "engine/program.h"
#include "engine/shard_runner.h"

#include <cstdint>
#include <limits>
#include <span>

namespace tagline::engine {

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// Asks the source what the plan does not say. Its errors are the answer. `budget` may be null.
[[nodiscard]] Result<Program> compile_for(const Plan& plan, std::span<const NodeId> roots,
                                          const Source& source, const Budget* budget,
                                          Answers answers = Answers::InTurn);

[[nodiscard]] Result<std::uint64_t> run_count(Plan& plan, NodeId root, const Source& source,
                                              const ExecuteOptions& options, ExecuteStats* stats);
[[nodiscard]] Result<Bitmap> run_select(Plan& plan, NodeId root, const Source& source,
                                        const ExecuteOptions& options, std::uint64_t limit,
                                        ExecuteStats* stats);

/// Adds a block's users, of the first answer; when there are more than `limit`, only the first ones
/// need be added. Returns how many there are.
std::uint64_t add_block(BitmapBuilder& users, BlockAnswers& answers, std::uint64_t limit);

[[nodiscard]] Result<std::uint64_t> run_count(const Program& program, const Source& source,
                                              const ExecuteOptions& options, ExecuteStats* stats);
[[nodiscard]] Result<Bitmap> run_select(const Program& program, const Source& source,
                                        const ExecuteOptions& options, std::uint64_t limit,
                                        ExecuteStats* stats);

}  // namespace tagline::engine
