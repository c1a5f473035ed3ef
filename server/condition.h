// condition: the expression that a row of a breakdown is the answer to, so that a reader of a chart
// can go on from one of its bars.
#pragma once

#include "dsl/catalogue.h"

#include <string>
#include <string_view>

namespace tagline::server {

/// "city:tier1", "vip", "NOT vip", "age:30..39", in canonical form, with catalogue names. `row` is
/// BreakdownRow::value of a breakdown by the tag: a value's name, yes or no, or a stretch.
[[nodiscard]] std::string condition(const dsl::Tag& tag, std::string_view row);

}  // namespace tagline::server
