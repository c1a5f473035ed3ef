// QueryBody: what POST /v1/query is asked, read strictly.
#pragma once

#include "server/api/route.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// One of many expressions.
struct TitledExpression {
  std::string title;  ///< what the client calls it; "": nothing
  std::string expression;
};

/// Fields that are not there have these values.
struct QueryBody {
  std::string want = "count";
  std::string expression;
  std::vector<TitledExpression> expressions;
  std::optional<std::chrono::sys_days> as_of;
  std::optional<std::uint64_t> timeout_ms;
  bool explain = false;
  std::optional<std::uint64_t> limit;
  std::optional<std::uint64_t> n;
  std::optional<std::string> cursor;
  std::vector<std::string> ids;
  std::string tag;
  std::optional<std::string> detail;
  std::optional<std::int64_t> share;  ///< millionths
  std::string rows;
  std::string columns;
  std::vector<std::string> tags;
  bool regions = false;
};

/// A field that a want cannot do without, and what it is, in words.
struct NeededField {
  std::string_view name;
  std::string_view what;  ///< "a number: e.g. \"spend\""
  std::string_view what_zh;
};

/// One thing that can be asked for.
struct Want {
  std::string_view name;
  Role role = Role::Viewer;
  std::vector<NeededField> needs;
  std::vector<std::string_view> takes;  ///< besides those, as_of and timeout_ms
  HttpReply (*answer)(const Call&, const QueryBody&) = nullptr;
  bool keeps_floor = false;  ///< as Route::keeps_floor
};

/// Reads the body, and finds what it wants among `wants`. `count` of many expressions is another
/// want than of one; both have that name. A reply when the body is at fault: a field that is
/// unknown, one the want does not take, a missing one, or a value that cannot be.
[[nodiscard]] tl::expected<const Want*, HttpReply> read_query(const Call& call,
                                                              std::span<const Want> wants,
                                                              QueryBody& body);

}  // namespace tagline::server
