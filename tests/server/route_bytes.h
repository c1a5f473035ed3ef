// Bytes as a request, and what must hold of any reply: for the fuzzer and the test with seeded
// mutations.
#pragma once

#include "tests/server/shop_routes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tagline::server {

/// "METHOD TARGET", lines of "Name: value", an empty line, the body.
inline HttpRequest request_of(std::string_view bytes) {
  HttpRequest request;
  const auto line = [&bytes] {
    const std::size_t end = bytes.find('\n');
    const std::string_view found = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    return found;
  };
  const std::string_view first = line();
  const std::size_t space = first.find(' ');
  request.method = std::string(first.substr(0, space));
  request.target = space == std::string_view::npos ? "" : std::string(first.substr(space + 1));
  for (std::string_view field = line(); !field.empty(); field = line()) {
    const std::size_t colon = field.find(": ");
    if (colon != std::string_view::npos) {
      request.fields.push_back(
          {std::string(field.substr(0, colon)), std::string(field.substr(colon + 2))});
    }
  }
  request.body = std::string(bytes);
  request.id = "r";
  return request;
}

/// What is wrong with the reply; "" when nothing is. Well-formed JSON where it says so, a problem
/// in full where it refuses.
inline std::string fault_of_reply(const HttpReply& reply) {
  std::string type;
  for (const HttpField& field : reply.fields) {
    type = field.name == "Content-Type" ? field.value : type;
    for (const char c : field.name + field.value) {
      if (c == '\r' || c == '\n' || c == '\0') {
        return "a line end in the field " + field.name;
      }
    }
  }
  std::string body = reply.body;
  if (reply.stream) {
    reply.stream([&body](std::string_view piece) {
      body += piece;
      return body.size() < (std::size_t{1} << 24U);
    });
  }
  while (reply.pieces && body.size() < (std::size_t{1} << 24U)) {
    const auto piece = reply.pieces();
    if (!piece.has_value()) {
      return {};  // it breaks off, and says so to the client by that
    }
    if (piece->empty()) {
      break;
    }
    body += *piece;
  }
  if (reply.status < 200 || reply.status > 599) {
    return "status " + std::to_string(reply.status);
  }
  if (reply.status >= 500 && reply.status != 501 && reply.status != 503 && reply.status != 504 &&
      reply.status != 507) {
    return "status " + std::to_string(reply.status) + ": " + body;
  }
  if (reply.status >= 400) {
    if (type != "application/problem+json") {
      return "refused as " + type;
    }
    const auto problem = nlohmann::json::parse(body, nullptr, false);
    if (!problem.is_object() || problem.value("status", 0U) != reply.status ||
        problem.value("code", "").empty() || problem["message"].value("en", "").empty() ||
        problem["message"].value("zh-CN", "").empty() || problem.value("request_id", "").empty()) {
      return "no whole problem: " + body;
    }
  } else if (type == "application/json" && !nlohmann::json::accept(body)) {
    return "no JSON: " + body;
  }
  return {};
}

/// Asks, and gives back what is wrong with the answer.
inline std::string fault_of_bytes(Routes& routes, std::string_view bytes) {
  engine::Budget budget;
  const HttpRequest request = request_of(bytes);
  // Minutes of work for one input teach a fuzzer nothing.
  budget.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  return fault_of_reply(routes.answer(request, budget));
}

}  // namespace tagline::server
