// Any bytes as a schema: refused with words, or a schema that is the same after being written and
// read. Whatever a schema says, checking it ends with an answer.
#include "ingest/column_map.h"
#include "ingest/field_plan.h"
#include "server/schema_json.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace tagline;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void require_words(const Error& error) {
  require(!error.message().en.empty() && !error.message().zh.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto schema = server::schema_from_json(bytes);
  if (!schema.has_value()) {
    require(schema.error().code() == ErrorCode::BadSchema);
    require_words(schema.error());
    return 0;
  }
  const std::string json = server::schema_to_json(*schema);
  const auto again = server::schema_from_json(json);
  require(again.has_value());
  require(again->events == schema->events);
  require(server::schema_to_json(*again) == json);
  if (const Status checked = ingest::check_schema(*schema); !checked.has_value()) {
    require_words(checked.error());
    return 0;
  }
  // What load asks of it before it reads the first row.
  require(!ingest::slot_columns(*schema).empty() || schema->id_column.empty());
  static_cast<void>(ingest::key_map(*schema));
  if (const auto needed = ingest::columns_needed(*schema); !needed.has_value()) {
    require_words(needed.error());
  }
  return 0;
}
