// operation_json: operations as JSON lines, or as a list of the same objects, and what became of
// them. grammar-docs/ingest.md describes the form.
#pragma once

#include "ingest/apply.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

struct ReadOperations {
  std::vector<ingest::Operation> operations;
  std::uint64_t bad = 0;                            ///< lines that are no operation
  std::vector<ingest::RefusedOperation> first_bad;  ///< of them, at most those a report keeps
};

/// Of NDJSON, one object a line; blank lines are none. `first_line`: the number of its first.
[[nodiscard]] ReadOperations operations_from_lines(std::string_view text,
                                                   std::uint64_t first_line = 1);
/// Of a JSON list of objects; their numbers count as lines. BadInput when it is no list.
[[nodiscard]] Result<ReadOperations> operations_from_list(std::string_view text);

/// A batch of what was read. BadInput when some lines are bad and the batch is done whole or not at
/// all.
[[nodiscard]] Result<ingest::IngestBatch> batch_of(ReadOperations& read,
                                                   const ingest::IngestOptions& options);
/// The report with the lines that were bad from the start.
[[nodiscard]] ingest::IngestReport with_bad(ingest::IngestReport report,
                                            const ReadOperations& read);
[[nodiscard]] std::string ingest_json(const ingest::IngestReport& report);

}  // namespace tagline::server
