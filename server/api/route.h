// Route: one method at one path of the API, and the function that answers it. Included by
// server/api/*.cc only.
//
// A group of routes is a function that gives a list of them (server/api/route_groups.h), one file a
// noun. grammar-docs/http.md describes the paths.
#pragma once

#include "engine/budget.h"
#include "engine/error.h"
#include "server/api/problem.h"
#include "server/api/role.h"
#include "server/api/routes.h"
#include "server/http/http_message.h"
#include "server/json_reader.h"
#include "server/service.h"
#include "server/tag_fields.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

[[nodiscard]] std::int64_t seconds_since_1970();  ///< UTC

/// What every route may use. Outlives all calls.
struct Api {
  Service& service;
  const RoutesOptions& options;
  const std::function<ServerStatus()>& status;
  /// Of count and query, for who wants to know what is still asked about.
  std::shared_ptr<AskedExpressions> asked =
      std::make_shared<AskedExpressions>(seconds_since_1970());
};

/// One request on its way through a route.
struct Call {
  const Api& api;
  const HttpRequest& request;
  const Target& target;
  engine::Budget& budget;
  std::vector<std::string> variables;  ///< of the path, in order

  /// The parameter of the address, or null. Only those the route names can be there, each once.
  [[nodiscard]] const std::string* parameter(std::string_view name) const;
  [[nodiscard]] HttpReply fail(const Error& error) const { return problem(request, error); }

  /// Sets the budget of a query: at most the server's time, and its memory.
  void limit(std::optional<std::uint64_t> timeout_ms) const;
  /// A request for the service with the server's threads and this call's budget.
  [[nodiscard]] QueryRequest query(std::string expression,
                                   std::optional<std::chrono::sys_days> as_of) const;
};

struct Route {
  std::string_view method;  ///< GET serves HEAD too
  std::string_view path;    ///< "/v1/tags/{tag}": a part in braces stands for any one part
  std::vector<std::string_view> parameters;
  Role role = Role::Viewer;  ///< who may call it
  HttpReply (*answer)(const Call&) = nullptr;
};

[[nodiscard]] HttpReply json_reply(std::string body);
[[nodiscard]] Error bad_input(std::string en, std::string zh, Text hint);

/// A day as "2026-01-31"; "" is none.
[[nodiscard]] Result<std::optional<std::chrono::sys_days>> day_of(const std::string& text);
/// A whole number of 0 or more, digits only.
[[nodiscard]] Result<std::uint64_t> number_of(std::string_view name, std::string_view text);
/// As number_of, of a parameter that may be missing.
[[nodiscard]] Result<std::optional<std::uint64_t>> number_parameter(const Call& call,
                                                                    std::string_view name);
[[nodiscard]] Result<std::optional<std::chrono::sys_days>> day_parameter(const Call& call,
                                                                         std::string_view name);

/// The media type of the body, in lower case and without parameters: "application/json".
[[nodiscard]] std::string media_type(const HttpRequest& request);

/// Reads the body as one JSON object: `read` takes from it what it knows (JsonReader::only says
/// what that is). A reply when the body is not said to be JSON (415), is none, or `read` found a
/// fault (400).
using BodyReader = std::function<void(JsonReader&)>;
[[nodiscard]] std::optional<HttpReply> read_body(const Call& call, const BodyReader& read);
/// Fails when the key is missing.
void require(JsonReader& reader, const char* key, const Text& expected);
/// A whole number of 0 or more of a body.
void read_number(JsonReader& reader, const char* key, std::optional<std::uint64_t>& into);
/// A day of a body.
void read_day(JsonReader& reader, const char* key, std::optional<std::chrono::sys_days>& into);

}  // namespace tagline::server
