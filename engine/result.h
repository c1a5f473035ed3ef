// Result<T>: a value or an Error. tl::expected has the interface of C++23's std::expected; swap it
// there.
#pragma once

#include "engine/error.h"

#include <tl/expected.hpp>
#include <utility>

namespace tagline {

template <class T>
using Result = tl::expected<T, Error>;

/// A function that yields nothing but may fail.
using Status = Result<void>;

/// `return failure(ErrorCode::NotFound, {"...", "..."});` from a function that returns any Result.
[[nodiscard]] inline tl::unexpected<Error> failure(ErrorCode code, Text message, Text hint = {}) {
  return tl::unexpected<Error>(Error(code, std::move(message), std::move(hint)));
}
[[nodiscard]] inline tl::unexpected<Error> failure(ErrorCode code, Text message, Hint hint) {
  return tl::unexpected<Error>(Error(code, std::move(message), std::move(hint)));
}

}  // namespace tagline

// Statement-shaped (abseil's form): -Wpedantic forbids GNU statement expressions.
#define TAGLINE_CONCAT_INNER(a, b) a##b
#define TAGLINE_CONCAT(a, b) TAGLINE_CONCAT_INNER(a, b)

/// Leaves the function with the error of `expr` (a Status or Result) when there is one.
#define TAGLINE_RETURN_IF_ERROR(expr)                    \
  do {                                                   \
    if (auto status_ = (expr); !status_.has_value()) {   \
      return tl::unexpected(std::move(status_).error()); \
    }                                                    \
  } while (false)

/// `TAGLINE_ASSIGN_OR_RETURN(auto store, Store::open(path));`
#define TAGLINE_ASSIGN_OR_RETURN(lhs, expr) \
  TAGLINE_ASSIGN_OR_RETURN_INNER(TAGLINE_CONCAT(result_, __LINE__), lhs, expr)
#define TAGLINE_ASSIGN_OR_RETURN_INNER(name, lhs, expr) \
  auto name = (expr);                                   \
  if (!name.has_value()) {                              \
    return tl::unexpected(std::move(name).error());     \
  }                                                     \
  lhs = std::move(name).value()
