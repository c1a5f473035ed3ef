// Compiled with one FENCE_ macro at a time: without any it must compile, with any it must not.
#include "storage/store.h"

namespace tagline::storage {

// Lengths and copies may leave a snapshot.
Result<std::uint64_t> users_of_a_row(Store& store) {
  return store.read([](const Snapshot& snapshot) -> Result<std::uint64_t> {
    const auto fragment = snapshot.fetch({1, 0}, 0);
    if (!fragment.has_value()) {
      return tl::unexpected(fragment.error());
    }
    return fragment->cardinality();
  });
}

Result<engine::Bitmap> a_copy(Store& store) {
  Result<engine::Bitmap> copied = engine::Bitmap();
  const Status status = store.write([&](WriteTxn& txn) -> Status {
    copied = txn.load_fragment({1, 0}, 0);
    return {};
  });
  return copied;
}

#ifdef FENCE_RETURN_FRAGMENT
Result<engine::Fragment> escapes(Store& store) {
  return store.read([](const Snapshot& snapshot) { return snapshot.fetch({1, 0}, 0); });
}
#endif

#ifdef FENCE_MAKE_SNAPSHOT
Snapshot by_hand() {
  return Snapshot(nullptr);
}
#endif

#ifdef FENCE_COPY_SNAPSHOT
Status kept(Store& store) {
  return store.read([](const Snapshot& snapshot) -> Status {
    const Snapshot mine = snapshot;
    return {};
  });
}
#endif

#ifdef FENCE_WRITE_VIEW
Status views(Store& store) {
  return store.write([](WriteTxn& txn) -> Status {
    const auto fragment = txn.fetch({1, 0}, 0);
    return {};
  });
}
#endif

}  // namespace tagline::storage
