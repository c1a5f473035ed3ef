#include "storage/row_cursors.h"

#include "storage/codec.h"

#include <functional>

namespace tagline::storage {

Result<std::optional<Bytes>> RowCursors::find(engine::RowKey row, engine::ShardId shard) {
  std::optional<Cursor>& place = places_[(std::hash<engine::RowKey>{}(row) >> 32U) % kPlaces];
  if (!place.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(place, Cursor::open(*txn_, KeySpace::Fragments));
  }
  return place->find(make_key<3>({row.field, row.row, shard}));
}

}  // namespace tagline::storage
