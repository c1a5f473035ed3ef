// Api: what the terminal asks, a database folder or a server: requests of the HTTP API and their
// replies, so that both answer in the same words (grammar-docs/http.md).
#pragma once

#include "engine/result.h"

#include <functional>
#include <string>
#include <string_view>

namespace tagline::cli {

struct ApiRequest {
  std::string method = "GET";
  std::string target;                     ///< "/v1/tags?q=city"
  std::string body;                       ///< JSON, unless the type says otherwise
  std::string type = "application/json";  ///< of the body or the file
  std::string file;                       ///< path: sent instead of a body
  bool only_new = false;                  ///< refused (412) where what it would make is there
};

struct ApiReply {
  unsigned status = 0;
  std::string body;
};

/// The body of a reply as it comes; false stops it.
using ApiSink = std::function<bool(std::string_view)>;

class Api {
 public:
  Api() = default;
  virtual ~Api() = default;
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// Any status is a reply; an error is that there was none (System, Cancelled). With a sink the
  /// body of a reply of status 200 goes there. One thread at a time.
  [[nodiscard]] virtual Result<ApiReply> send(const ApiRequest& request, const ApiSink& sink) = 0;
  [[nodiscard]] Result<ApiReply> send(const ApiRequest& request) { return send(request, {}); }
  /// Ends the request that is being sent, if any; from any thread.
  virtual void cancel() = 0;
  /// The command that sent requests is over: what was opened for writing is given back.
  virtual void settle() {}
  /// For the prompt: "shop", "db.example.com".
  [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace tagline::cli
