// Bytes -> Fragment and Bitmap. Whatever the bytes, they are Corrupt, or plans run over them
// without touching anything outside; and what a validated Bitmap holds, the fragment of the same
// bytes selects.
#include "engine/execute.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

namespace {

using namespace tagline;
using namespace tagline::engine;

// Rows of field 1 are the bytes; the population and the rows of field 2 are sound.
class Bytes final : public Source {
 public:
  explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}
  ShardId shard_count() const override { return 1; }
  Result<Fragment> fetch(RowKey row, ShardId) const override {
    if (row == kPopulationRow) {
      return Fragment::freeze(Bitmap::range(0, kShardUsers - 1234));
    }
    return row.field == 1 ? Fragment::copy(bytes_)
                          : Fragment::freeze(Bitmap::range(row.row * 100, 90'000));
  }
  Result<std::uint64_t> cardinality(RowKey row) const override { return row.row * 1000; }
  Result<unsigned> value_bits(FieldId) const override { return 4; }

 private:
  std::span<const std::byte> bytes_;
};

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void run_plans(const Source& source) {
  Plan plan;
  const NodeId row = plan.row({1, 1});
  const NodeId sound = plan.row({2, 1});
  const std::array both{row, sound};
  const std::array three{row, sound, plan.range(1, -3, 9)};
  const std::array roots{
      row,
      plan.negate(row),
      plan.all_of(both),
      plan.any_of(both),
      plan.difference(sound, std::array{row}),
      plan.difference(row, std::array{sound}),
      plan.range(1, -3, 9),
      plan.range(2, 0, 5),
      plan.all_of(three),
      plan.at_least(2, three),
      plan.all_of(std::array{row, plan.any_of(three), plan.negate(plan.at_least(2, three))})};
  ExecuteOptions options;
  options.threads = 1;
  options.rewrite = false;
  for (const NodeId root : roots) {
    require(count(plan, root, source, options).has_value());
    require(select(plan, root, source, options).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  const Result<Fragment> fragment = Fragment::copy(bytes);
  const Result<Bitmap> bitmap = Bitmap::read_frozen(bytes);
  static_cast<void>(Bitmap::from_portable(bytes));
  if (fragment.has_value()) {
    const Bytes source(bytes);
    run_plans(source);
    if (bitmap.has_value()) {
      Plan plan;
      const NodeId row = plan.row({1, 1});
      require(select(plan, row, source).value() == *bitmap);
      require(fragment->cardinality() == bitmap->cardinality());
    }
  } else if (bitmap.has_value()) {
    // Only what is no fragment may be refused here: users beyond the shard.
    require(!bitmap->empty() && *bitmap->max() >= kShardUsers);
  }
  return 0;
}
