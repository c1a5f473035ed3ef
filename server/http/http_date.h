// The Date field of replies.
#pragma once

#include <string>

namespace tagline::server {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate of RFC 9110, 5.6.7), of now. Written once a second
/// and thread; good until the thread asks again.
[[nodiscard]] const std::string& http_date_now();

}  // namespace tagline::server
