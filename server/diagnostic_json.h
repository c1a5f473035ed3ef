// Pieces of JSON that several answers share. Included by server/*.cc only.
#pragma once

#include "dsl/diagnostic.h"
#include "engine/error.h"
#include "server/json_reader.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// Never throws: bytes that are not UTF-8 (possible in what users typed) become U+FFFD.
[[nodiscard]] std::string dump(const Json& json);
/// {"en", "zh-CN"}
[[nodiscard]] Json text_json(const Text& text);
/// An error as a diagnostic, which has no place in the text; its hint as that face says it.
[[nodiscard]] dsl::Diagnostic fault_of(const Error& error, Face face);
/// {"from", "to"}: a place in `text` in UTF-16 units from 0, for JavaScript; `to` is behind it.
[[nodiscard]] Json utf16_json(dsl::Span span, std::string_view text);
/// What went wrong, as every face tells it: the members "code", "detail" (the message in the
/// reader's language), "message", "hint" and "errors" of problem details (RFC 9457), and
/// "terminal_hint" where the terminal says it in other words than HTTP.
struct FaultWords {
  std::string code;
  Text message;
  Hint hint;
  Json errors;  ///< diagnostics_json
};
/// Of an expression: code, message and hint of the first of them.
[[nodiscard]] FaultWords fault_of(const std::vector<dsl::Diagnostic>& diagnostics,
                                  std::string_view text);
[[nodiscard]] Json fault_json(FaultWords fault, dsl::Language language, Face face);
/// Faults and warnings of `text`, in order.
[[nodiscard]] Json diagnostics_json(const std::vector<dsl::Diagnostic>& diagnostics,
                                    std::string_view text);

}  // namespace tagline::server
