#include "server/text_search.h"

#include "dsl/search_key.h"

#include <algorithm>

namespace tagline::server {
namespace {

enum Found : unsigned { Whole, Beginning, WordBeginning, Inside, Kinds };

constexpr std::string_view kBreaks = " _-./:";

/// "tier-1", "tier_1" and "tier 1" are "tier1".
std::string unbroken(std::string text) {
  std::erase_if(text, [](char c) { return kBreaks.find(c) != std::string_view::npos; });
  return text;
}

/// How `word` stands in `text`, both folded.
std::optional<unsigned> found_in(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  if (at == 0) {
    return text.size() == word.size() ? Whole : Beginning;
  }
  for (std::size_t next = at; next != std::string_view::npos; next = text.find(word, next + 1)) {
    if (kBreaks.find(text[next - 1]) != std::string_view::npos) {
      return WordBeginning;
    }
  }
  return Inside;
}

}  // namespace

TextSearch::TextSearch(std::string_view typed) {
  const std::string key = dsl::search_key(typed);
  std::size_t at = 0;
  while (at < key.size()) {
    const std::size_t end = std::min(key.find_first_of(" \t\r\n", at), key.size());
    if (end > at) {
      words_.push_back(key.substr(at, end - at));
    }
    at = end + 1;
  }
}

std::optional<std::uint64_t> TextSearch::rank(const std::vector<Place>& places) const {
  if (words_.empty()) {
    return 0;
  }
  std::vector<std::optional<std::uint64_t>> best(words_.size());
  for (const Place& place : places) {
    if (place.text.empty()) {
      continue;
    }
    const std::string key = dsl::search_key(place.text);
    for (std::size_t i = 0; i < words_.size(); ++i) {
      auto found = found_in(key, words_[i]);
      if (!found.has_value() && !unbroken(words_[i]).empty() &&
          unbroken(key).find(unbroken(words_[i])) != std::string::npos) {
        found = Inside;
      }
      const std::uint64_t rank = std::uint64_t{place.weight} * Kinds + found.value_or(0);
      if (found.has_value() && (!best[i].has_value() || rank < *best[i])) {
        best[i] = rank;
      }
    }
  }
  std::uint64_t total = 0;
  for (const auto& rank : best) {
    if (!rank.has_value()) {
      return std::nullopt;
    }
    total += *rank;
  }
  return total;
}

}  // namespace tagline::server
