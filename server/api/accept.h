// Accept: which of several media types a client would have.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace tagline::server {

/// The place in `offered` of the type that an Accept field (RFC 9110, 12.5.1) weighs most; of equal
/// ones the first. The closest range decides the weight of a type, so that "text/csv;q=0, */*" is
/// all but CSV. Parameters but q are not looked at. Without the field (""), the first. Nothing when
/// none is acceptable.
[[nodiscard]] std::optional<std::size_t> accepted(std::string_view field,
                                                  std::span<const std::string_view> offered);

}  // namespace tagline::server
