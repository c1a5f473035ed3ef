// KeptCatalogue: the names of the newest state of the data, read once and lent to every request.
#pragma once

#include "dsl/catalogue.h"
#include "engine/result.h"
#include "storage/snapshot.h"

#include <cstdint>
#include <memory>
#include <mutex>

namespace tagline::server {

/// Of one database. Thread-safe.
class KeptCatalogue {
 public:
  using Shared = std::shared_ptr<const dsl::Catalogue>;

  /// The catalogue of the snapshot, without `people` (people_of() counts for it): it owns all it
  /// holds and may outlive the snapshot. Cost: nothing when it is of the catalogue version that is
  /// kept; else as names_in(), and it takes the place of an older one. Two requests that come at
  /// once upon a new version may read it twice.
  [[nodiscard]] Result<Shared> of(const storage::Snapshot& snapshot);

 private:
  std::mutex mutex_;  // guards everything below
  Shared catalogue_;
  std::uint64_t version_ = 0;
};

}  // namespace tagline::server
