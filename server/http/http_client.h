// HttpClient: asks one server, over http or https, one request after the other.
#pragma once

#include "engine/result.h"
#include "server/http/http_message.h"

#include <memory>
#include <string>
#include <string_view>

namespace tagline::server {

struct ClientRequest {
  std::string method;
  std::string target;
  std::vector<HttpField> fields;  ///< besides Host, the key, and those of the body's length
  std::string body;
  std::string file;  ///< path: sent instead of a body, from the disk
};

struct ClientReply {
  unsigned status = 0;
  std::vector<HttpField> fields;
  std::string body;
};

/// One thread, but for cancel(). The connection is kept from request to request.
class HttpClient {
 public:
  /// "http://host[:port]" or "https://...", nothing behind it; BadInput for all else. A key that is
  /// not "" is sent as a bearer token. No connection is made yet. Certificates are checked against
  /// those the system trusts (SSL_CERT_FILE names others).
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> make(std::string_view url,
                                                                std::string key);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any status is a reply. With a sink the body of status 200 goes there, piece by piece, until it
  /// says false. System: the server cannot be reached, or broke off. Cancelled. NotFound: the file.
  /// No limit of time but that of the connection (10 s).
  [[nodiscard]] Result<ClientReply> send(const ClientRequest& request, const BodySink& sink = {});
  /// Breaks off what is being sent, or nothing; from any thread. The server takes it that the
  /// client is gone, and ends the query.
  void cancel();
  /// "127.0.0.1:8080".
  [[nodiscard]] const std::string& host() const;

 private:
  struct State;
  explicit HttpClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tagline::server
