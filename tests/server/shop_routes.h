// Routes over a small database in a folder of its own, for tests of what they answer.
#pragma once

#include "server/api/routes.h"

#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tagline::server {

class ShopRoutes {
 public:
  explicit ShopRoutes(const std::string& name, RoutesOptions options = {})
      : folder_(std::filesystem::temp_directory_path() /
                ("tagline_" + name + "_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    storage::OpenOptions create;
    create.mode = storage::OpenMode::Create;
    service_ = Service::open((folder_ / "db").string(), create).value();
    const std::filesystem::path file = folder_ / "users.csv";
    std::ofstream(file) << "id,city,vip,age,spend,interests\n"
                           "u1,tier1,yes,20,10.50,\"music|sport\"\n"
                           "u2,tier1,no,30,0.00,music\n"
                           "u3,tier2,yes,40,99.95,\n"
                           "用户4,tier3,no,50,7.25,sport\n";
    if (!service_->load(std::nullopt, {file.string()}, {}).has_value()) {
      throw std::runtime_error("the test's users were not loaded");
    }
    routes_ = std::make_unique<Routes>(*service_, options, [] {
      ServerStatus now;
      now.started = std::chrono::steady_clock::now();
      return now;
    });
  }
  ~ShopRoutes() {
    routes_.reset();
    service_.reset();
    std::filesystem::remove_all(folder_);
  }
  ShopRoutes(const ShopRoutes&) = delete;
  ShopRoutes& operator=(const ShopRoutes&) = delete;

  [[nodiscard]] Service& service() { return *service_; }
  [[nodiscard]] Routes& routes() { return *routes_; }

  HttpReply ask(const std::string& method, const std::string& target, const std::string& body = {},
                std::vector<HttpField> fields = {{"Content-Type", "application/json"}}) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.fields = std::move(fields);
    request.id = "r1";
    return routes_->answer(request, new_budget());
  }

 private:
  // Tests ask from many threads.
  engine::Budget& new_budget() {
    const std::lock_guard lock(asking_);
    return budgets_.emplace_back();
  }

  std::filesystem::path folder_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Routes> routes_;
  std::mutex asking_;                   ///< guards budgets_
  std::deque<engine::Budget> budgets_;  ///< of all requests: replies in pieces look at theirs
};

}  // namespace tagline::server
