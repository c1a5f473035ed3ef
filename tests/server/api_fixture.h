// A small database behind routes, asked without sockets.
#pragma once

#include "server/api/routes.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {

class ApiTest : public testing::Test {
 protected:
  using Json = nlohmann::json;
  using Fields = std::vector<HttpField>;
  static constexpr std::uint64_t kMapBytes = 32U << 20U;

  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    storage::OpenOptions options;
    options.mode = storage::OpenMode::Create;
    options.map_bytes = kMapBytes;
    service_ = Service::open((folder_ / "db").string(), options).value();
    load(
        "id,city,vip,age,spend\n"
        "u1,tier1,yes,20,10.50\n"
        "u2,tier1,no,30,20.00\n"
        "u3,tier2,yes,40,30.25\n"
        "u4,tier2,yes,50,\n"
        "\"u,\"\"5\",tier3,no,60,1.25\n");
    make_routes({});
  }
  void TearDown() override {
    routes_.reset();
    service_.reset();
    std::filesystem::remove_all(folder_);
  }

  void make_routes(const RoutesOptions& options) {
    routes_ = std::make_unique<Routes>(*service_, options, [] { return ServerStatus{}; });
  }
  void load(const std::string& csv) {
    const std::filesystem::path file = folder_ / "rows.csv";
    std::ofstream(file) << csv;
    const auto report = service_->load(std::nullopt, {file.string()}, {});
    if (!report.has_value() || report->rejected != 0) {
      throw std::runtime_error(report.has_value() ? "rows were rejected"
                                                  : report.error().message().en);
    }
  }

  HttpReply ask(const std::string& method, const std::string& target, const std::string& body = {},
                Fields fields = {}) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.fields = std::move(fields);
    if (!body.empty() && !request.field("Content-Type").has_value()) {
      request.fields.push_back({"Content-Type", "application/json"});
    }
    request.id = "r1";
    return routes_->answer(request, budgets_.emplace_back());
  }
  HttpReply query(const std::string& body) { return ask("POST", "/v1/query", body); }

  static Json body_of(const HttpReply& reply) { return Json::parse(reply.body); }
  static std::string field_of(const HttpReply& reply, const std::string& name) {
    std::string value;
    for (const HttpField& field : reply.fields) {
      if (field.name == name) {
        value += (value.empty() ? "" : " | ") + field.value;  // one that stands twice shows
      }
    }
    return value;
  }
  /// A body that comes in pieces, whole.
  static std::string whole(const HttpReply& reply) {
    std::string body;
    for (auto piece = reply.pieces();; piece = reply.pieces()) {
      if (!piece.has_value()) {
        throw std::runtime_error(piece.error().message().en);
      }
      if (piece->empty()) {
        return body;
      }
      body += *piece;
    }
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      ("tagline_api_" + std::to_string(getpid()) + "_" +
       testing::UnitTest::GetInstance()->current_test_info()->name());
  std::deque<engine::Budget> budgets_;  ///< of all requests: replies in pieces look at theirs
  std::unique_ptr<Service> service_;
  std::unique_ptr<Routes> routes_;
};

}  // namespace tagline::server
