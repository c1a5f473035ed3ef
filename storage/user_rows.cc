#include "storage/user_rows.h"

#include "engine/fragment.h"
#include "storage/codec.h"
#include "storage/fragment_value.h"

#include <utility>

namespace tagline::storage {

Result<UserRows> UserRows::open(const Transaction& txn, engine::UserIndex user) {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Fragments));
  return UserRows(std::move(cursor), user);
}

Result<std::optional<UserRows::Row>> UserRows::seek(engine::FieldId field, std::uint64_t begin,
                                                    std::uint64_t end) {
  if (begin >= end) {
    return std::optional<Row>();
  }
  TAGLINE_ASSIGN_OR_RETURN(
      auto entry, cursor_.seek(make_key<3>(
                      {field, static_cast<engine::RowId>(begin), engine::shard_of(user_)})));
  return settle(field, end, std::move(entry));
}

Result<std::optional<UserRows::Row>> UserRows::go_on(engine::FieldId field, engine::RowId at,
                                                     std::uint64_t next, std::uint64_t end) {
  if (next != std::uint64_t{at} + 1) {
    return seek(field, next, end);
  }
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor_.next());
  return settle(field, end, std::move(entry));
}

Result<std::optional<UserRows::Row>> UserRows::settle(engine::FieldId field, std::uint64_t end,
                                                      std::optional<Cursor::Entry> entry) {
  const engine::ShardId shard = engine::shard_of(user_);
  while (entry.has_value()) {
    const auto parts = parse_key<3>(entry->key);
    if (!parts || (*parts)[0] != field || (*parts)[1] >= end) {
      break;
    }
    if ((*parts)[2] == shard) {
      return std::optional(Row{(*parts)[1], entry->value});
    }
    // Of this row in our shard, or of the first that has any.
    const std::uint64_t row = std::uint64_t{(*parts)[1]} + ((*parts)[2] > shard ? 1U : 0U);
    if (row >= end) {
      break;
    }
    TAGLINE_ASSIGN_OR_RETURN(
        entry, cursor_.seek(make_key<3>({field, static_cast<engine::RowId>(row), shard})));
  }
  return std::optional<Row>();
}

Result<bool> UserRows::holds(Bytes value) const {
  TAGLINE_ASSIGN_OR_RETURN(const FragmentValue fragment, split_fragment(value));
  return engine::Fragment::holds(fragment.payload, engine::within_shard(user_));
}

}  // namespace tagline::storage
