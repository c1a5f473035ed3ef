#include "cli/repl/remote_api.h"

#include <utility>

namespace tagline::cli {

Result<std::unique_ptr<RemoteApi>> RemoteApi::make(const std::string& url, const std::string& key) {
  TAGLINE_ASSIGN_OR_RETURN(auto client, server::HttpClient::make(url, key));
  return std::unique_ptr<RemoteApi>(new RemoteApi(std::move(client)));
}

Result<ApiReply> RemoteApi::send(const ApiRequest& request, const ApiSink& sink) {
  server::ClientRequest asked;
  asked.method = request.method;
  asked.target = request.target;
  asked.body = request.body;
  asked.file = request.file;
  if (!request.body.empty() || !request.file.empty()) {
    asked.fields.push_back({"Content-Type", request.type});
  }
  if (request.only_new) {
    asked.fields.push_back({"If-None-Match", "*"});
  }
  TAGLINE_ASSIGN_OR_RETURN(server::ClientReply reply, client_->send(asked, sink));
  return ApiReply{reply.status, std::move(reply.body)};
}

}  // namespace tagline::cli
