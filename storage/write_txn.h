// WriteTxn: one atomic change of a database, for the length of one scope (Store::write). It reads
// its own writes. It offers no views: inside a write transaction pages move.
#pragma once

#include "engine/bitmap.h"
#include "engine/layout.h"
#include "engine/result.h"
#include "storage/record.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::storage {

/// Limits of stored names; longer ones are TooLarge.
inline constexpr std::size_t kExternalIdBytesMax = 256;
inline constexpr std::size_t kNameBytesMax = 384;

/// One thread.
class WriteTxn {
 public:
  ~WriteTxn();
  WriteTxn(const WriteTxn&) = delete;
  WriteTxn& operator=(const WriteTxn&) = delete;

  [[nodiscard]] std::uint32_t user_limit() const;
  [[nodiscard]] Result<std::vector<TagRecord>> tags() const;
  [[nodiscard]] Result<std::vector<ValueRecord>> values(engine::FieldId field) const;

  /// Gives a new tag the next field id (returned), or replaces the record of tag.field when that is
  /// not 0.
  [[nodiscard]] Result<engine::FieldId> put_tag(TagRecord tag);
  /// Adds or replaces the records of these rows of a field.
  [[nodiscard]] Status put_values(engine::FieldId field, std::span<const ValueRecord> values);

  /// Gives the ids in order the indexes user_limit(), user_limit()+1, ... and adds them to the
  /// population. REQUIRES: none of them is known yet and no two are equal. Both directions are
  /// written. Fast in bulk.
  [[nodiscard]] Status add_users(std::span<const std::string_view> external_ids);
  [[nodiscard]] Result<std::optional<engine::UserIndex>> find_user(
      std::string_view external_id) const;

  /// A copy of a fragment (numbers within the shard); empty when nobody is there.
  [[nodiscard]] Result<engine::Bitmap> load_fragment(engine::RowKey row,
                                                     engine::ShardId shard) const;
  /// Replaces a fragment; an empty bitmap removes it. `members` is optimised and frozen.
  [[nodiscard]] Status put_fragment(engine::RowKey row, engine::ShardId shard,
                                    engine::Bitmap members);

 private:
  friend class Store;
  struct Rep;
  explicit WriteTxn(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace tagline::storage
