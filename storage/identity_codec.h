// identity_codec: records of identities, merges and erasures, to bytes and back. Decoders take any
// bytes at all and give a record or Corrupt. Private to storage/.
#pragma once

#include "engine/result.h"
#include "storage/codec.h"
#include "storage/identity.h"

#include <cstdint>
#include <string_view>

namespace tagline::storage {

/// Who a user that lost a merge is now.
struct MergedUser {
  engine::UserIndex survivor = 0;
  std::uint32_t merge = 0;  ///< number of the merge
};

/// Without `identity`, which is the key.
void encode(const IdentityRecord& identity, RecordWriter& out);
[[nodiscard]] Result<IdentityRecord> decode_identity(std::string_view identity, Bytes bytes);

void encode(const MergedUser& merged, RecordWriter& out);
[[nodiscard]] Result<MergedUser> decode_merged(Bytes bytes);

/// Without `number`, which is the key.
void encode(const MergeRecord& merge, RecordWriter& out);
[[nodiscard]] Result<MergeRecord> decode_merge(std::uint32_t number, Bytes bytes);

/// Without `number`, which is the key.
void encode(const ErasureRecord& erasure, RecordWriter& out);
[[nodiscard]] Result<ErasureRecord> decode_erasure(std::uint32_t number, Bytes bytes);

/// Without `name`, which is in the key.
void encode(const IdentityTypeRecord& type, RecordWriter& out);
[[nodiscard]] Result<IdentityTypeRecord> decode_identity_type(std::string_view name, Bytes bytes);

}  // namespace tagline::storage
