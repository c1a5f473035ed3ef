// Answers beyond counts as JSON text: numbers, ranks, concentration, breakdowns, tables, overlaps.
// Field names are part of the interface. Every one has the fields of answer_json beside its own.
// Values that are decimals are text, exactly as stored, so that no double touches them.
#pragma once

#include "server/breakdown.h"
#include "server/numbers.h"
#include "server/overlaps.h"

#include <string>
#include <string_view>

namespace tagline::server {

/// + "number": {"tag", "unit"?, "known", "sum"?, "mean"?, "deviation"?, "min"?, "max"?,
/// "quantiles": [{"share", "value"}]}; shares are 0 to 1.
[[nodiscard]] std::string number_json(const NumberAnswer& answer, std::string_view text);
/// + "tag", "unit"?, "people": [{"id", "value"}]
[[nodiscard]] std::string ranked_json(const RankedAnswer& answer, std::string_view text);
/// + "pareto": {"tag", "unit"?, "share", "known", "total"?, "people", "held"?, "threshold"?,
/// "segment"?}
[[nodiscard]] std::string pareto_json(const ParetoAnswer& answer, std::string_view text);
/// + "tags": [{"tag", "kind", "unit"?, "known", "known_population", "rows": [{"value", "name",
/// "count", "population"}]}], or "mean" and "mean_population" instead of rows
[[nodiscard]] std::string breakdown_json(const BreakdownAnswer& answer, std::string_view text);
/// + "rows" and "columns" (as one of "tags" above), "counts": [[...]] row by row
[[nodiscard]] std::string cross_json(const CrossAnswer& answer, std::string_view text);
/// {"segments": [{"expression", "count"}], "overlaps": [[...]], "regions"?: [{"in": [places],
/// "count"}], "population", "as_of", "time_zone", "version", "elapsed_us"}
[[nodiscard]] std::string overlap_json(const OverlapAnswer& answer, const OverlapRequest& request);

}  // namespace tagline::server
