// JsonReader: rows of an NDJSON file, one JSON object a line, by simdjson.
#pragma once

#include "engine/result.h"
#include "ingest/input.h"
#include "ingest/row.h"

#include <memory>

namespace tagline::ingest {

/// One thread.
class JsonReader {
 public:
  explicit JsonReader(ByteSource source);
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;

  /// The next line that is not blank. Row::keys, cells and kinds are filled in the order of the
  /// object. Numbers keep their exact digits. A line is Bad when it is not one JSON object in
  /// UTF-8, is longer than kRowBytesMax or holds a NUL.
  [[nodiscard]] Result<RowStatus> next(Row& row);

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace tagline::ingest
