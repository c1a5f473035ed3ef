// TextSearch: finding things by parts of what they are called and described with, best first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// Looks for words; accents, case and width do not count (dsl/search_key.h), nor do hyphens, blanks
/// and the like within a name ("tier-1" finds tier1).
class TextSearch {
 public:
  /// The words of `typed`; none: everything is found, nothing is better than another.
  explicit TextSearch(std::string_view typed);

  /// One text of a thing. Texts of a lower weight are better places to be found in.
  struct Place {
    std::string_view text;
    unsigned weight = 0;
  };
  /// How good it is found, less is better; nothing when a word is in none of the places.
  [[nodiscard]] std::optional<std::uint64_t> rank(const std::vector<Place>& places) const;
  [[nodiscard]] bool empty() const { return words_.empty(); }

 private:
  std::vector<std::string> words_;
};

}  // namespace tagline::server
