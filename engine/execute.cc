#include "engine/execute.h"

#include "engine/computed_rows.h"
#include "engine/decide.h"
#include "engine/run.h"

namespace tagline::engine {

ExecuteStats& ExecuteStats::operator+=(const ExecuteStats& part) {
  fragments_borrowed += part.fragments_borrowed;
  fragments_copied += part.fragments_copied;
  containers_read += part.containers_read;
  payload_bytes += part.payload_bytes;
  blocks_run += part.blocks_run;
  blocks_skipped += part.blocks_skipped;
  instructions_run += part.instructions_run;
  return *this;
}

Result<std::uint64_t> count(Plan& plan, NodeId root, const Source& source,
                            const ExecuteOptions& options, ExecuteStats* stats) {
  ComputedRows own;
  ComputedRows& rows = options.computed != nullptr ? *options.computed : own;
  TAGLINE_ASSIGN_OR_RETURN(const NodeId decided, decide(plan, root, source, options, rows, stats));
  MemoryShare memory(options.budget);
  memory.set(rows.held_bytes());
  return run_count(plan, decided, ComputedSource(source, rows), options, stats);
}

Result<Bitmap> select(Plan& plan, NodeId root, const Source& source, const ExecuteOptions& options,
                      std::uint64_t limit, ExecuteStats* stats) {
  ComputedRows own;
  ComputedRows& rows = options.computed != nullptr ? *options.computed : own;
  TAGLINE_ASSIGN_OR_RETURN(const NodeId decided, decide(plan, root, source, options, rows, stats));
  MemoryShare memory(options.budget);
  memory.set(rows.held_bytes());
  return run_select(plan, decided, ComputedSource(source, rows), options, limit, stats);
}

Result<std::string> program_text(const Plan& plan, NodeId root, const Source& source,
                                 const RowName& name) {
  Plan copy = plan;
  const NodeId decided = with_sets_as_rows(copy, root);
  TAGLINE_ASSIGN_OR_RETURN(const Program program,
                           compile_for(copy, {&decided, 1}, source, nullptr));
  return print(program, name);
}

}  // namespace tagline::engine
