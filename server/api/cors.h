// Cors: which pages of other origins may ask (Fetch standard, cross-origin resource sharing).
//
// Browsers alone heed it: it keeps no program out, keys do. No cookie and no other credential of
// the browser is ever accepted, so Access-Control-Allow-Credentials is never sent.
#pragma once

#include "server/http/http_message.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// Immutable.
class Cors {
 public:
  /// Exact origins ("https://dash.example.com"), or "*". None: nothing is said.
  explicit Cors(std::vector<std::string> origins);

  [[nodiscard]] bool allows(std::string_view origin) const;
  /// The answer to a browser's question whether a page may ask (OPTIONS with
  /// Access-Control-Request-Method); nothing when the request is none, or there are no origins.
  [[nodiscard]] std::optional<HttpReply> preflight(const HttpRequest& request) const;
  /// Adds what lets the page read the reply, when it may.
  void dress(const HttpRequest& request, HttpReply& reply) const;

 private:
  const std::vector<std::string> origins_;
  const bool any_;
};

/// Scheme, "://", host and perhaps a port, all in lower case and no path; or "*".
[[nodiscard]] bool is_origin(std::string_view text);

}  // namespace tagline::server
