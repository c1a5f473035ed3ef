// Every sentence the language says to people, in both languages, in one table.
#pragma once

#include <span>
#include <string_view>

namespace tagline::dsl {

/// Keys: "unknown-tag" is the message of that code; "empty-range/date" another message of a code,
/// for other inputs; "unknown-tag+closest" a hint; "+closest" a hint that several codes share;
/// "fix+change" the title of an edit.
///
/// Slots: `{name}` is replaced as it is. `{~name}` in Chinese sets a name off from the sentence:
/// blanks around Latin letters, “” around anything else.
struct TextRow {
  std::string_view key;
  std::string_view en;
  std::string_view zh;
};

[[nodiscard]] std::span<const TextRow> syntax_texts();  ///< of the scan and the grammar
[[nodiscard]] std::span<const TextRow>
check_texts();  ///< of the checker, warnings, shared hints, fixes
/// The row of a key; a row of empty texts when there is none.
[[nodiscard]] const TextRow& text_row(std::string_view key);

/// Every code of an error or warning, in the order of the reference (grammar-docs/errors.md).
[[nodiscard]] std::span<const std::string_view> codes();

}  // namespace tagline::dsl
