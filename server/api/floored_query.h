// Replies to callers with a privacy floor. They have no ETag: they depend on who asks, and on what
// was asked before.
#pragma once

#include "server/api/query_body.h"
#include "server/api/route.h"

#include <string>
#include <vector>

namespace tagline::server {

/// As of want "count": "count" is null and "suppressed" true where it is not told. HEAD checks the
/// expression and counts nobody.
[[nodiscard]] HttpReply floored_count(const Call& call, const std::string& expression);
/// The same of many.
[[nodiscard]] HttpReply floored_batch(const Call& call,
                                      const std::vector<TitledExpression>& expressions);

}  // namespace tagline::server
