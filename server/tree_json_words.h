// The words of JSON trees, and which texts stand in quotes unless a tree says otherwise. Shared by
// the writer (tree_json.cc) and the reader (tree_json_reader.cc).
#pragma once

#include "dsl/functions.h"
#include "dsl/tree.h"
#include "dsl/units.h"

#include <array>
#include <optional>
#include <string_view>

namespace tagline::server {

/// day, week, month, quarter, year, hour, minute, second.
[[nodiscard]] std::string_view unit_word(dsl::Unit unit);
[[nodiscard]] std::optional<dsl::Unit> unit_of(std::string_view word);
/// `>`, `>=`, `<`, `<=`.
[[nodiscard]] std::string_view order_word(dsl::Comparison comparison);
[[nodiscard]] std::optional<dsl::Comparison> order_of(std::string_view word);

/// Can the text stand without quotes as a value (a range, a wildcard, a date are such)? As a name,
/// after @?
[[nodiscard]] bool may_be_bare_value(std::string_view text);
[[nodiscard]] bool may_be_bare_name(std::string_view text);
[[nodiscard]] bool may_be_bare_segment(std::string_view text);
/// Without "quoted" in the JSON: whatever can stand bare does.
[[nodiscard]] inline bool value_is_quoted(std::string_view text) {
  return !may_be_bare_value(text);
}
[[nodiscard]] inline bool name_is_quoted(std::string_view text) {
  return !may_be_bare_name(text);
}
[[nodiscard]] inline bool segment_is_quoted(std::string_view text) {
  return !may_be_bare_segment(text);
}

/// As the checker decides it: `count >= 3` in did(...).
[[nodiscard]] bool is_option(const dsl::Function* function, const dsl::Tree& operand);

}  // namespace tagline::server
