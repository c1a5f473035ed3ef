// Problem: what went wrong with a request, as RFC 9457 problem details with the fields Tagline's
// other faces have. Included by server/*.cc only.
#pragma once

#include "engine/error.h"
#include "server/http/http_message.h"
#include "server/json_reader.h"
#include "server/service.h"

#include <string_view>
#include <vector>

namespace tagline::server {

/// The status of a failure: 4xx where the request or the data is at fault, 5xx where we are.
[[nodiscard]] unsigned http_status(ErrorCode code);

/// {"type", "title", "status", "detail", "code", "message": {"en", "zh-CN"}, "hint", "errors",
/// "request_id"}: title and detail are in the request's language (Accept-Language), the rest in
/// both. "errors" are the diagnostics of an expression, as `check` gives them; else it is empty.
[[nodiscard]] HttpReply problem(const HttpRequest& request, const Error& error);
[[nodiscard]] HttpReply problem(const HttpRequest& request, unsigned status, const Error& error);
/// Under a code that only replies have.
[[nodiscard]] HttpReply problem(const HttpRequest& request, unsigned status, std::string_view code,
                                const Error& error);
/// Of an expression that is at fault: 422, code and message of the first diagnostic. Of an edit of
/// what has changed meanwhile: 412, code "changed".
[[nodiscard]] HttpReply problem(const HttpRequest& request, const Refusal& refusal,
                                std::string_view expression);

/// Whether Chinese comes before English in the request's Accept-Language.
[[nodiscard]] bool wants_chinese(const HttpRequest& request);

}  // namespace tagline::server
