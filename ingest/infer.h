// infer: a file in, a schema out, with a reason for each choice.
#pragma once

#include "engine/result.h"
#include "ingest/schema.h"
#include "storage/record.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

struct InferOptions {
  std::string id_column;  ///< empty: look for one; "#row": use the row number
  std::vector<storage::TagRecord>
      known_tags;  ///< of the database the file will go to: known kinds win over guesses
  std::size_t sample_rows = 200'000;
  /// Whether the database the file will go to has a user of this id; unset when it has no users. A
  /// column whose values mostly are users is the id however often they repeat, and a file without
  /// ids is not taken for more rows of users that have some.
  std::function<Result<bool>(std::string_view)> is_user;
};

/// Reads at most sample_rows rows of `path` ("-": standard input). BadInput when the file is
/// empty, unreadable as CSV or NDJSON, or has a repeated header. SchemaConflict: the database's
/// users have ids, and the file has no column of ids.
[[nodiscard]] Result<Schema> infer(const std::string& path, const InferOptions& options);

/// The same from the beginning of an input: `sample` is decompressed, `complete` says that it is
/// all of it (otherwise its last line may be cut and is left out).
[[nodiscard]] Result<Schema> infer_sample(std::string_view sample, bool complete,
                                          const InferOptions& options);

}  // namespace tagline::ingest
