// A request and a reply as routes see them: no sockets, no third-party type, so that routes can be
// tested and fuzzed as a function.
#pragma once

#include "engine/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {

class TemporaryFile;

/// Names of header fields compare without regard to case.
struct HttpField {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method;             ///< as sent: "GET"
  std::string target;             ///< as sent: "/v1/count?q=vip"
  std::vector<HttpField> fields;  ///< in order
  std::string body;
  std::shared_ptr<TemporaryFile> file =
      nullptr;       ///< instead of `body`: a large one (HttpAdmission)
  std::string peer;  ///< address and port of the client
  std::string id;    ///< of this request, in replies and logs
  /// When its last byte came; nothing: it was not sent to a server.
  std::optional<std::chrono::steady_clock::time_point> arrived = std::nullopt;

  /// The first field of that name.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
  /// All fields of that name as one list with commas (RFC 9110, 5.3).
  [[nodiscard]] std::string list(std::string_view name) const;
};

/// A piece of a streamed body goes to the client; false when it has gone away.
using BodySink = std::function<bool(std::string_view)>;

struct HttpReply {
  unsigned status = 200;
  std::uint32_t route = 0;        ///< what made it, a place in Routes::names() from 1; 0: no route
  std::string key;                ///< name of the key the caller showed, for logs; empty: none
  std::vector<HttpField> fields;  ///< besides those of the connection
  std::string body;
  /// Instead of `body`: writes it piece by piece (chunked), on the thread of the query. What it
  /// needs it owns or shares. What it throws ends the connection before the body.
  std::function<void(const BodySink&)> stream;
  /// Instead of `body`: the next piece of it, "" after the last (chunked). Called on a worker, by
  /// one at a time, when the client has taken the piece before: a slow client keeps no worker
  /// waiting. All of it must be with the client by the budget's deadline. After an error, the
  /// deadline or a cancelled budget the connection ends and the body does not, so that no client
  /// takes what it has for the whole. The request's budget outlives it; all else it needs it owns
  /// or shares.
  std::function<Result<std::string>()> pieces;
  /// Instead of `body`: what is in it goes out, and no worker waits for a slow client.
  std::shared_ptr<const TemporaryFile> file = nullptr;
  /// Instead of all the above but route, key and fields: begins what makes the reply, and returns;
  /// the reply is given to `then` once, on another thread or at once, and what is here is added to
  /// it (completed()). So nobody waits for what takes no processor: a commit.
  std::function<void(std::function<void(HttpReply)> then)> later = nullptr;

  void set(std::string name, std::string value) {
    fields.push_back({std::move(name), std::move(value)});
  }
};

/// The reply that HttpReply::later has given, with what was known before.
[[nodiscard]] HttpReply completed(HttpReply reply, const HttpReply& before);

/// The parts of a target: "/v1/tags/age%2F?values=9" is {"v1", "tags", "age/"} and {"values": "9"}.
struct Target {
  std::vector<std::string> path;
  std::vector<std::pair<std::string, std::string>> query;  ///< in order; "+" is a space
};
/// Nothing when an escape is broken ("%2", "%zz"), what is escaped is not UTF-8, or it does not
/// begin with a slash.
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

}  // namespace tagline::server
