// expiry: values of tags that have a time to live go when it is over, as changes like any other
// write. What has expired is decided on the very state that is changed, so a value that was written
// anew in the meantime stays, and a run that ends in the middle leaves nothing to repair: the next
// goes on.
#pragma once

#include "engine/result.h"
#include "storage/store.h"

#include <cstddef>
#include <cstdint>

namespace tagline::ingest {

/// One transaction of a run.
struct ExpiryStep {
  std::uint64_t values = 0;  ///< of a user and tag
  bool more = false;         ///< there may be others that have expired
  storage::Unfolded unfolded;
};

/// Takes away at most `most` values that are `ttl_s` old at `now_s` or older (seconds since 1970,
/// UTC). No commit where there are none. When a tag was last written (TagRecord::updated_s), and a
/// user, stays: nobody has said anything. Cost: a range over the times of each tag with a time to
/// live until `most` are found, and some microseconds a value; of a set a look-up a value it has.
[[nodiscard]] Result<ExpiryStep> expire_some(storage::Store& store, std::int64_t now_s,
                                             std::size_t most);

}  // namespace tagline::ingest
