#include "dsl/complete_match.h"

#include "dsl/unicode.h"

namespace tagline::dsl {

Typed::Typed(std::string_view typed) : key_(match_key(typed)) {}

std::optional<Match> Typed::match(std::string_view spelling) const {
  if (key_.empty()) {
    return Match::Prefix;
  }
  const std::string key = match_key(spelling);
  const auto at = key.find(key_);
  if (at == std::string::npos) {
    return std::nullopt;
  }
  if (at > 0) {
    return Match::Inside;
  }
  return key.size() == key_.size() ? Match::Exact : Match::Prefix;
}

bool comes_before(const Offer& a, const Offer& b) {
  if (a.deprecated != b.deprecated) {
    return b.deprecated;
  }
  if (a.match != b.match) {
    return a.match < b.match;
  }
  if (a.rank != b.rank) {
    return a.rank < b.rank;
  }
  if (a.by_name && b.by_name) {
    if (a.people != b.people) {
      return a.people.value_or(0) > b.people.value_or(0);
    }
    if (a.spelling != b.spelling) {
      return a.spelling < b.spelling;
    }
  }
  return a.order < b.order;
}

}  // namespace tagline::dsl
