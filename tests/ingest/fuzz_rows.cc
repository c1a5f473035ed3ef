// Any bytes as a file: inference and the readers of rows end, within their limits, with rows or an
// error.
#include "ingest/csv_reader.h"
#include "ingest/infer.h"
#include "ingest/json_reader.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace tagline::ingest {
namespace {

/// Rows move forward through the file, and none is larger than it.
template <class Reader>
void read_rows(Reader reader, std::string_view bytes) {
  Row row;
  std::uint64_t line = 0;
  for (;;) {
    const auto status = reader.next(row);
    if (!status.has_value() || *status == RowStatus::End) {
      return;
    }
    if (row.line <= line || row.text.size() > bytes.size()) {
      std::abort();
    }
    line = row.line;
  }
}

}  // namespace
}  // namespace tagline::ingest

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tagline::ingest;
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto inferred = infer_sample(bytes, data[0] % 2 == 0, {});
  if (inferred.has_value() && inferred->columns.size() > bytes.size() + 1) {
    std::abort();
  }
  if (data[0] == 'J') {
    read_rows(JsonReader(memory_source(bytes)), bytes);
  } else {
    read_rows(CsvReader(memory_source(bytes), ",;\t|"[data[0] % 4]), bytes);
  }
  return 0;
}
