#include "dsl/suggest.h"

#include "dsl/unicode.h"

#include <algorithm>
#include <array>
#include <optional>

namespace tagline::dsl {
namespace {

constexpr std::size_t kTypedMax =
    64;  // code points; nobody mistypes a longer name by a few letters
constexpr std::size_t kSuggestions = 3;         // more is a list, not a suggestion
constexpr std::size_t kCandidatesMax = 50'000;  // compared one by one: some tens of milliseconds
constexpr std::size_t kTiesMax =
    64;  // counting people reads the database; equally near names are few

struct Near {
  Candidate candidate;
  std::size_t rank = 0;
  std::uint64_t people = 0;
};

/// How far a name is: by edits, and before one edit a name that begins like the text (DuckDB
/// compares prefixes too: people stop typing early), the sooner where little is missing. Empty when
/// too far.
[[nodiscard]] std::optional<std::size_t> rank_of(std::u32string_view typed,
                                                 std::u32string_view name) {
  const std::size_t limit = std::max<std::size_t>(1, typed.size() / 3);
  const std::size_t edits = edit_distance(typed, name, limit);
  const bool is_near = edits <= limit && edits < typed.size();
  const std::size_t prefix_least = has_wide_script(encode(typed)) ? 1 : 3;
  if (typed.size() >= prefix_least && name.size() > typed.size() && name.starts_with(typed)) {
    return is_near ? 1 : 2;
  }
  constexpr std::size_t kEdit = 3;
  return is_near ? std::optional(kEdit * edits) : std::nullopt;
}

}  // namespace

std::size_t edit_distance(std::u32string_view a, std::u32string_view b, std::size_t limit) {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > limit) {
    return limit + 1;
  }
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    if (least > limit) {
      return limit + 1;
    }
  }
  return std::min(row[b.size()], limit + 1);
}

std::vector<Candidate> closest(std::string_view typed, const std::vector<Candidate>& candidates,
                               const std::function<std::uint64_t(std::size_t owner)>& people) {
  const std::u32string folded = decode(match_key(typed));
  if (folded.empty() || folded.size() > kTypedMax) {
    return {};
  }
  std::vector<Near> near;
  for (std::size_t i = 0; i < std::min(candidates.size(), kCandidatesMax); ++i) {
    const Candidate& candidate = candidates[i];
    if (candidate.text.size() > 8 * kTypedMax) {
      continue;
    }
    if (const auto rank = rank_of(folded, decode(match_key(candidate.text)))) {
      near.push_back({candidate, *rank, 0});
    }
  }
  const auto by_rank = [](const Near& a, const Near& b) { return a.rank < b.rank; };
  std::stable_sort(near.begin(), near.end(), by_rank);
  std::vector<Near> kept;
  for (const Near& entry : near) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Near& other) {
      return other.candidate.owner == entry.candidate.owner;
    });
    if (!known && kept.size() < kTiesMax) {
      kept.push_back(entry);
    }
  }
  if (kept.size() > 1) {
    for (Near& entry : kept) {
      entry.people = people(entry.candidate.owner);
    }
    std::stable_sort(kept.begin(), kept.end(), [](const Near& a, const Near& b) {
      return a.rank != b.rank ? a.rank < b.rank : a.people > b.people;
    });
  }
  std::vector<Candidate> best;
  for (std::size_t i = 0; i < std::min(kept.size(), kSuggestions); ++i) {
    best.push_back(kept[i].candidate);
  }
  return best;
}

}  // namespace tagline::dsl
