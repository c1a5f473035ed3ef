// LocalApi: the routes of a server over a database folder, without a socket.
#pragma once

#include "cli/repl/api.h"
#include "engine/budget.h"
#include "server/api/routes.h"
#include "server/service.h"

#include <memory>
#include <mutex>
#include <string>

namespace tagline::cli {

/// It reads beside one writer, so that a session keeps nobody from loading. For a command that
/// writes it becomes that writer, until settle().
class LocalApi final : public Api {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LocalApi>> open(const std::string& folder);
  ~LocalApi() override;

  [[nodiscard]] Result<ApiReply> send(const ApiRequest& request, const ApiSink& sink) override;
  using Api::send;
  void cancel() override;
  void settle() override;
  [[nodiscard]] std::string name() const override;

 private:
  explicit LocalApi(std::string folder) : folder_(std::move(folder)) {}
  [[nodiscard]] Status reopen(storage::OpenMode mode);
  [[nodiscard]] Result<ApiReply> answer(const ApiRequest& request, const ApiSink& sink);
  [[nodiscard]] Result<ApiReply> answer(const server::HttpRequest& request, engine::Budget& budget,
                                        const ApiSink& sink) const;

  const std::string folder_;
  storage::OpenMode mode_ = storage::OpenMode::Read;
  std::unique_ptr<server::Service> service_;
  std::unique_ptr<server::Routes> routes_;
  std::mutex running_mutex_;
  engine::Budget* running_ = nullptr;  ///< of the request being answered
};

}  // namespace tagline::cli
