// RemoteApi: a server somewhere, over http or https.
#pragma once

#include "cli/repl/api.h"
#include "dsl/diagnostic.h"
#include "server/http/http_client.h"

#include <memory>
#include <string>

namespace tagline::cli {

class RemoteApi final : public Api {
 public:
  /// No connection is made yet.
  [[nodiscard]] static Result<std::unique_ptr<RemoteApi>> make(const std::string& url,
                                                               const std::string& key);

  [[nodiscard]] Result<ApiReply> send(const ApiRequest& request, const ApiSink& sink) override;
  using Api::send;
  void cancel() override { client_->cancel(); }
  [[nodiscard]] std::string name() const override { return client_->host(); }

 private:
  explicit RemoteApi(std::unique_ptr<server::HttpClient> client) : client_(std::move(client)) {}
  std::unique_ptr<server::HttpClient> client_;
};

}  // namespace tagline::cli
