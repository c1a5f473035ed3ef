// What routes of queries have in common.
#pragma once

#include "server/api/route.h"

#include <string>
#include <string_view>

namespace tagline::server {

/// The reply to a question that was not answered. What the question names and the data does not
/// have or cannot answer (a tag, mostly) is 422, as a fault of the expression is: 404 and 400 are
/// kept for paths and for bodies that cannot be read.
[[nodiscard]] HttpReply refused(const Call& call, const Refusal& refusal,
                                std::string_view expression);

/// The parameter "q"; `example` says how it is given.
[[nodiscard]] Result<std::string> expression_parameter(const Call& call,
                                                       const std::string& example);

}  // namespace tagline::server
