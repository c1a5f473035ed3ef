// ETag: answers that a client has already are not made again.
#pragma once

#include "server/answer_mark.h"
#include "server/api/route.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace tagline::server {

/// Sets ETag and how long the reply may be kept: by its client alone, and looked at again each
/// time. Weak: what is equal is the answer, not the time it took or how it is compressed.
void set_etag(HttpReply& reply, const AnswerState& state, std::string_view question);

/// A 304 where If-None-Match names the answer that would be given now; nothing is run for it, nor
/// is the expression read: who has its answer was given it. `*` names none.
[[nodiscard]] std::optional<HttpReply> not_modified(const Call& call,
                                                    std::optional<std::chrono::sys_days> as_of,
                                                    std::string_view question);

}  // namespace tagline::server
