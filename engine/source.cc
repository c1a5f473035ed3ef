#include "engine/source.h"

namespace tagline::engine {

Result<unsigned> Source::value_bits(FieldId field) const {
  for (unsigned bits = kValueBitsMax; bits > 0; --bits) {
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users,
                             cardinality({field, kFirstBitRow + bits - 1}));
    if (users > 0) {
      return bits;
    }
  }
  return 0U;
}

Result<std::optional<std::uint64_t>> Source::stamp(RowKey, ShardId) const {
  return std::optional<std::uint64_t>();
}

Result<RowId> Source::apart_rows(FieldId) const {
  return RowId{0};
}

Result<std::vector<DayRows>> Source::event_days(FieldId, DayWindow) const {
  return std::vector<DayRows>();
}

}  // namespace tagline::engine
