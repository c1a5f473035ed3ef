// Execution: plan -> program -> answer, one block of 65,536 users at a time.
#pragma once

#include "engine/bitmap.h"
#include "engine/budget.h"
#include "engine/plan.h"
#include "engine/rewrite.h"
#include "engine/source.h"

#include <cstdint>
#include <limits>
#include <string>

namespace tagline::engine {

class ComputedRows;

struct ExecuteOptions {
  bool rewrite = true;  ///< false: run the plan as written (tests compare both)
  RewriteOptions passes{};
  unsigned threads = 0;  ///< 0: as many as the machine has cores; 1: the caller's thread only
  const Budget* budget = nullptr;  ///< null: no limits
  /// Sets decided over all users at once (Op::Top and its like), kept from call to call, for
  /// callers that ask about many nodes of one plan. Null: each call decides its own. Belongs to one
  /// plan and one source; used by one call at a time.
  ComputedRows* computed = nullptr;
};

/// What the run read and did, for explain.
struct ExecuteStats {
  std::uint64_t fragments_borrowed = 0;  ///< read in place
  std::uint64_t fragments_copied = 0;    ///< small ones
  std::uint64_t containers_read = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t blocks_run = 0;
  std::uint64_t blocks_skipped = 0;  ///< settled without running the program
  std::uint64_t instructions_run = 0;

  ExecuteStats& operator+=(const ExecuteStats& part);
};

/// How many users the plan selects. Materialises nothing but a few 8 KB registers a thread; a plan
/// that is one row is answered from stored cardinalities.
[[nodiscard]] Result<std::uint64_t> count(Plan& plan, NodeId root, const Source& source,
                                          const ExecuteOptions& options = {},
                                          ExecuteStats* stats = nullptr);

/// The users themselves. `limit`: the first `limit` by index; stops early.
[[nodiscard]] Result<Bitmap> select(Plan& plan, NodeId root, const Source& source,
                                    const ExecuteOptions& options = {},
                                    std::uint64_t limit = std::numeric_limits<std::uint64_t>::max(),
                                    ExecuteStats* stats = nullptr);

/// The program the plan compiles to, one instruction a line, for explain.
/// What the source says of numbers and days decides what it looks like.
[[nodiscard]] Result<std::string> program_text(const Plan& plan, NodeId root, const Source& source,
                                               const RowName& name = {});

}  // namespace tagline::engine
