// Queries that are ended while they run, over real sockets: by their client's going away, and by
// DELETE /v1/queries/{id}.
#include "server/api/route.h"
#include "tests/server/loopback.h"
#include "tests/server/running_fixture.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace tagline::server {
namespace {

/// A query that runs until it is stopped: the tests end only if it is.
HttpReply endless(const Call& call) {
  static_cast<void>(call.limit(std::nullopt));
  call.place->asks("vip");
  while (call.budget.check().has_value()) {
    std::this_thread::yield();
  }
  return call.fail(call.budget.check().error());
}

class CancelledQueries : public RunningRoutes {
 protected:
  void SetUp() override {
    RunningRoutes::SetUp();
    routes_->add({"GET", "/v1/endless", {}, Role::Viewer, endless});
    HttpOptions options;
    options.workers = 2;
    options.limits.half_closed_time = std::chrono::milliseconds(10);
    server_ = std::make_unique<Running>(
        options,
        [this](const HttpRequest& request, engine::Budget& budget) {
          return routes_->answer(request, budget);
        },
        [this](const HttpRequest& request) { return routes_->quick(request); });
  }
  void TearDown() override {
    server_.reset();
    RunningRoutes::TearDown();
  }

  std::unique_ptr<Client> client() { return std::make_unique<Client>((*server_)->port()); }
  std::unique_ptr<Client> ask_endless() {
    auto made = client();
    made->send(
        "GET /v1/endless HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\n"
        "Connection: close\r\n\r\n");
    while (ask("GET", "/v1/queries").find("\"mine\"") == std::string::npos) {
      std::this_thread::yield();
    }
    return made;
  }
  std::string ask(const std::string& method, const std::string& target) {
    return client()
        ->send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .read_all();
  }
  bool counted(const std::string& what) {
    return ask("GET", "/metrics").find("\n" + what + "\n") != std::string::npos;
  }
  void wait_for(const std::string& what) {
    while (!counted(what)) {
      std::this_thread::yield();
    }
  }

  std::unique_ptr<Running> server_;
};

constexpr const char* kCancelledOne = "tagline_queries_total{outcome=\"cancelled\"} 1";
constexpr const char* kNoneRuns = "tagline_queries_running 0";

TEST_F(CancelledQueries, ByTheirClientsClosing) {
  auto waiting = ask_endless();
  EXPECT_FALSE(counted(kNoneRuns));
  waiting->close();
  wait_for(kCancelledOne);
  EXPECT_TRUE(counted(kNoneRuns));
}

TEST_F(CancelledQueries, ByTheirClientsReset) {
  auto waiting = ask_endless();
  waiting->reset();
  wait_for(kCancelledOne);
  EXPECT_TRUE(counted(kNoneRuns));
}

TEST_F(CancelledQueries, ByAnOperator) {
  auto waiting = ask_endless();
  EXPECT_NE(ask("DELETE", "/v1/queries/other").find("HTTP/1.1 404 "), std::string::npos);
  EXPECT_FALSE(counted(kNoneRuns));
  EXPECT_NE(ask("DELETE", "/v1/queries/mine").find("HTTP/1.1 200 "), std::string::npos);
  const std::string told = waiting->read_all();
  EXPECT_NE(told.find("HTTP/1.1 409 "), std::string::npos) << told;
  EXPECT_NE(told.find("\"cancelled\""), std::string::npos) << told;
  wait_for(kCancelledOne);
  EXPECT_TRUE(counted(kNoneRuns));
  EXPECT_NE(ask("DELETE", "/v1/queries/mine").find("HTTP/1.1 404 "), std::string::npos);
}

}  // namespace
}  // namespace tagline::server
