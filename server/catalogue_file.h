// Catalogue files: names to check expressions against without a database (`tagline check
// --catalogue FILE`).
//
//   {"tags": {"city": {"type": "category", "also": ["城市"], "values": {"tier1": ["一线"]}},
//             "age": {"type": "int", "min": 0, "max": 120}, "spend": {"type": "decimal", "scale":
//             2}},
//    "events": {"purchase": {"also": ["购买"], "amount": true, "scale": 2, "unit": "元",
//                            "keys": {"beauty": ["美妆"]}}},
//    "segments": {"buyers": "did(purchase)"}}
// Segments may also be a list of names, whose rules are then not known.
// A tag may say "deprecated": true, and "replacement": the name of the tag to use instead.
// Types: flag, category, set, int, decimal (with scale), date.
#pragma once

#include "dsl/catalogue.h"
#include "engine/result.h"

#include <string_view>

namespace tagline::server {

/// Order in the file is kept. BadSchema names the place, what was found and what may stand there.
[[nodiscard]] Result<dsl::Catalogue> catalogue_from_json(std::string_view json);

}  // namespace tagline::server
