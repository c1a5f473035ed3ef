// How well a spelling answers to what was typed, and the order that follows.
#pragma once

#include "dsl/complete.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::dsl {

enum class Match : std::uint8_t { Exact, Prefix, Inside, Near };

/// In any ASCII case and width; nothing typed is the beginning of everything.
class Typed {
 public:
  explicit Typed(std::string_view typed);
  [[nodiscard]] std::optional<Match> match(std::string_view spelling) const;
  [[nodiscard]] bool empty() const { return key_.empty(); }

 private:
  std::string key_;
};

/// Something that may be offered: small, for there may be a million of them. What will be inserted
/// is written out for the best only.
struct Offer {
  Match match = Match::Prefix;
  std::uint8_t rank = 0;  ///< of its kind, at this place
  CompletionKind kind = CompletionKind::Snippet;
  std::optional<std::uint64_t> people;
  bool by_name = false;       ///< ordered by spelling, not as offered
  std::uint32_t order = 0;    ///< as offered
  std::string_view spelling;  ///< of a name: the one to insert
  std::string_view other;     ///< its other spelling, to show; may be empty
  std::string text;           ///< of anything else: what to insert, as it is
  std::string label;          ///< ... what to show; empty: `text`
  Text detail;
  char operator_after = '\0';  ///< of a name: ':' when a value has to follow
  bool deprecated = false;     ///< offered after all others
};

[[nodiscard]] bool comes_before(const Offer& a, const Offer& b);

}  // namespace tagline::dsl
