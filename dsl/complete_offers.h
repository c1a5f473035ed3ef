// What there is to offer at a place.
#pragma once

#include "dsl/catalogue.h"
#include "dsl/complete.h"
#include "dsl/complete_match.h"
#include "dsl/complete_place.h"

#include <vector>

namespace tagline::dsl {

/// Unordered. The offers borrow from the catalogue.
[[nodiscard]] std::vector<Offer> offers_at(const Place& place, const Catalogue& catalogue,
                                           const CompleteOptions& options);

/// Values of a tag or an option: periods, dates, lengths, numbers; complete_values.cc.
struct ValueWords {
  std::string text;
  CompletionKind kind = CompletionKind::Snippet;
  Text detail;
};
struct DatePlace {
  std::chrono::sys_days as_of;
  bool chinese = false;
  bool ordered = false;    ///< after >=, where only a day may stand
  std::string_view typed;  ///< so far: what it begins brings in the less usual ways to say it
};
/// Usual ones first.
[[nodiscard]] std::vector<ValueWords> date_words(const DatePlace& place);
[[nodiscard]] std::vector<ValueWords> length_words(bool chinese);
/// Of a number tag, within its bounds. `ordered`: after >=, where only a number may stand.
[[nodiscard]] std::vector<ValueWords> number_words(const Tag& tag, bool ordered);
[[nodiscard]] std::vector<ValueWords> count_words(bool ordered);
[[nodiscard]] std::vector<ValueWords> sum_words(bool ordered);
/// What a call begins with: `2`, `1000`, `10%`.
[[nodiscard]] std::vector<ValueWords> leading_words(FunctionId function);

}  // namespace tagline::dsl
