// A server's routes over a small database, asked without sockets.
#pragma once

#include "server/api/routes.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {

class RunningRoutes : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    storage::OpenOptions options;
    options.mode = storage::OpenMode::Create;
    service_ = Service::open((folder_ / "db").string(), options).value();
    const std::filesystem::path file = folder_ / "users.csv";
    std::ofstream(file) << "id,city,vip,age\nu1,tier1,yes,20\nu2,tier1,no,30\nu3,tier2,yes,40\n";
    ASSERT_TRUE(service_->load(std::nullopt, {file.string()}, {}).has_value());
    service_->keep_answers(1U << 20U);
    RoutesOptions routes;
    routes.build.version = "1.2.3";
    routes.build.commit = "abc1234";
    routes_ = std::make_unique<Routes>(*service_, routes, [] {
      ServerStatus now;
      now.started = std::chrono::steady_clock::now();
      now.requests = 7;
      now.accepted = 9;
      return now;
    });
  }
  void TearDown() override {
    routes_.reset();
    service_.reset();
    std::filesystem::remove_all(folder_);
  }

  static HttpRequest request_of(const std::string& method, const std::string& target,
                                const std::string& body = {},
                                const std::string& type = "application/json") {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.fields = {{"Content-Type", type}};
    request.id = "r1";
    return request;
  }
  HttpReply ask(const std::string& method, const std::string& target, const std::string& body = {},
                const std::string& type = "application/json") {
    return ask(method, target, body, std::vector<HttpField>{{"Content-Type", type}});
  }
  HttpReply ask(const std::string& method, const std::string& target, const std::string& body,
                std::vector<HttpField> fields) {
    HttpRequest request = request_of(method, target, body);
    request.fields = std::move(fields);
    engine::Budget budget;
    return routes_->answer(request, budget);
  }
  static nlohmann::json body_of(const HttpReply& reply) {
    return nlohmann::json::parse(reply.body);
  }
  static std::string field_of(const HttpReply& reply, const std::string& name) {
    for (const HttpField& field : reply.fields) {
      if (field.name == name) {
        return field.value;
      }
    }
    return {};
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_running_" + std::to_string(getpid()));
  std::unique_ptr<Service> service_;
  std::unique_ptr<Routes> routes_;
};

}  // namespace tagline::server
