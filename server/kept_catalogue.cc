#include "server/kept_catalogue.h"

#include "server/vocabulary.h"

#include <utility>

namespace tagline::server {

Result<KeptCatalogue::Shared> KeptCatalogue::of(const storage::Snapshot& snapshot) {
  const std::uint64_t version = snapshot.catalogue_version();
  {
    const std::lock_guard lock(mutex_);
    if (catalogue_ != nullptr && version_ == version) {
      return catalogue_;
    }
  }
  // Not under the lock: those of the version that is kept need not wait.
  TAGLINE_ASSIGN_OR_RETURN(dsl::Catalogue names, names_in(snapshot));
  auto shared = std::make_shared<const dsl::Catalogue>(std::move(names));
  Shared old;  // freed after the lock is: it may hold a hundred thousand values
  const std::lock_guard lock(mutex_);
  if (catalogue_ == nullptr || version_ < version) {
    old = std::exchange(catalogue_, shared);
    version_ = version;
  }
  return shared;
}

}  // namespace tagline::server
