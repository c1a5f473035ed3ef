// NumberColumn: the numbers of a field as a sweep reads them: of the users of an answer, block by
// block, out of the bit slices they are stored in.
#pragma once

#include "engine/fragment.h"
#include "engine/kernels.h"
#include "engine/layout.h"
#include "engine/register.h"
#include "engine/result.h"
#include "engine/shard_runner.h"
#include "engine/source.h"
#include "engine/sparse.h"

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace tagline::engine {

/// Numbers of one sign, by ascending user: what is there is their magnitude.
struct Magnitudes {
  std::span<const std::uint64_t> values;
  std::span<const UserIndex> users;  ///< of each value; empty unless they were asked for
  bool negative = false;
};

/// The number of a magnitude.
[[nodiscard]] constexpr std::int64_t signed_of(std::uint64_t magnitude, bool negative) {
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

/// A total of numbers: at most 2^32 of less than 2^63.
__extension__ using Int128 = __int128;

/// One thread. Its buffers are kept from block to block.
class NumberColumn {
 public:
  /// `bits`: Source::value_bits of the field.
  NumberColumn(FieldId field, unsigned bits);

  /// Fetches the field's rows of a shard: bits + 2 look-ups.
  Status enter(ShardId shard, const Source& source);
  /// Lets go of them.
  void leave();

  /// Calls visit for the numbers of the answer's users, some hundreds at a time; those of one sign
  /// keep the order of users. Users without a number are left out. About 0.4 ns a number with
  /// AVX-512, 3 ns without, for answers of many users; for few, 1 ns a user and slice.
  using Visit = std::function<void(const Magnitudes&)>;
  void each(BlockAnswers& answers, const Register& answer, bool with_users, const Visit& visit) {
    each_within(answers, answer, {}, with_users, visit);
  }
  /// Of those, the numbers in [low, high]. Numbers outside are not taken apart: for few inside, a
  /// pass over the slices, and where only one bound is given, over the highest ones.
  struct Bounds {
    std::int64_t low = std::numeric_limits<std::int64_t>::min();
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
  };
  void each_within(BlockAnswers& answers, const Register& answer, Bounds bounds, bool with_users,
                   const Visit& visit);

  /// Users of the answer whose number is within the bounds, and their total. Adds up slices without
  /// taking numbers apart: about 0.1 us a slice and block.
  struct Total {
    std::uint64_t known = 0;
    Int128 sum = 0;
  };
  [[nodiscard]] Total total_within(BlockAnswers& answers, const Register& answer, Bounds bounds);
  [[nodiscard]] Total total(BlockAnswers& answers, const Register& answer) {
    return total_within(answers, answer, {});
  }

 private:
  [[nodiscard]] const Container* row(std::size_t index) const { return rows_[index].find(block_); }
  const std::uint64_t* flat(const Container& container, std::size_t scratch);
  std::uint64_t* scratch(std::size_t index);
  /// The answer's users who have a number: its own words where everybody has one.
  const std::uint64_t* known_words(BlockAnswers& answers, const Register& answer);
  /// Of those, the ones with the sign and the ones without; null: nobody.
  struct Signs {
    const std::uint64_t* positive = nullptr;
    const std::uint64_t* negative = nullptr;
  };
  Signs part_signs(const std::uint64_t* known);
  void each_member(Members asked, Bounds bounds, bool with_users, const Visit& visit);
  void each_of_sign(Members asked, bool negative, Bounds bounds, bool with_users,
                    const Visit& visit);
  void each_dense(const std::uint64_t* among, bool negative, Bounds bounds, bool with_users,
                  const Visit& visit);
  /// The users of one sign whose numbers are within the bounds.
  struct Narrowed {
    const std::uint64_t* words = nullptr;  ///< null: nobody
    bool all = false;                      ///< all of them
    std::uint32_t users = 0;               ///< unless all
  };
  Narrowed narrow(const std::uint64_t* among, bool negative, Bounds bounds);
  Members listed(const std::uint64_t* words, std::uint32_t users);
  void add_total(const std::uint64_t* among, bool negative, Bounds bounds, Total& total);
  void decode(const std::uint64_t* among, bool negative, bool with_users, const Visit& visit);
  void gather_slices();

  const FieldId field_;
  const unsigned bits_;
  const Kernels& kernels_;
  unsigned block_ = 0;
  std::optional<unsigned> gathered_;  ///< the block `slices_` are of
  UserIndex first_user_ = 0;
  std::vector<Fragment> rows_;  ///< exists, sign, then the bits
  std::vector<std::unique_ptr<Words>> scratch_;
  std::vector<const std::uint64_t*> slices_;
  std::vector<std::uint64_t> values_;
  std::vector<UserIndex> users_;
  std::array<std::vector<std::uint16_t>, 3> members_;
};

}  // namespace tagline::engine
