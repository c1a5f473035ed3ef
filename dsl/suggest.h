// suggest: the names nearest to one that is not there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

/// A spelling of something that could stand there. Several candidates may share an owner (a name
/// and its aliases).
struct Candidate {
  std::string_view text;
  std::size_t owner = 0;
};

/// Restricted Damerau-Levenshtein distance (insert, delete, replace, swap two neighbours); gives up
/// with `limit + 1`.
[[nodiscard]] std::size_t edit_distance(std::u32string_view a, std::u32string_view b,
                                        std::size_t limit);

/// At most three candidates, nearest first, one an owner: within max(1, length / 3) edits of the
/// folded text (rustc's bound), or beginning with it. Equally near ones are ordered by `people`
/// (most first; called for those only), then as given. Texts of more than 64 code points have no
/// near names.
[[nodiscard]] std::vector<Candidate> closest(
    std::string_view typed, const std::vector<Candidate>& candidates,
    const std::function<std::uint64_t(std::size_t owner)>& people);

}  // namespace tagline::dsl
