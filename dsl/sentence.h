// sentence: what a bound condition means, as one plain sentence in English and in Chinese, with its
// dates resolved: the guard of people who do not read expressions.
//
//   People whose city is tier1 or tier2 and who did purchase at least 3 times between 2024-05-17
//   and 2024-06-15, but not those who are tagged churn_risk.
//   城市为一线或二线，在 2024-05-17 到 2024-06-15 期间购买至少 3 次，并且没有“流失风险”标签的人。
//
// It says what the condition selects, not how it was written: `age > 17` on whole years is "at
// least 18". People without a value, whom NOT takes in, are named. Groups inside groups stand in
// brackets. Long lists and groups are cut and say so; a segment is spelled out once, not the
// segments inside it.
#pragma once

#include "dsl/bound.h"
#include "dsl/catalogue.h"
#include "engine/error.h"

namespace tagline::dsl {

/// REQUIRES: `bound` came from a check against `catalogue`. A capital and a full stop. Linear in
/// `bound`; recursion is bounded by the brackets of the expression and of one segment.
[[nodiscard]] Text sentence(const Bound& bound, const Catalogue& catalogue);

}  // namespace tagline::dsl
