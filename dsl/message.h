// Messages: rows of the text table with their slots filled.
#pragma once

#include "dsl/diagnostic.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

struct Slot {
  std::string_view name;
  Text value;
};
[[nodiscard]] Slot slot(std::string_view name, std::string_view both);
[[nodiscard]] Slot slot(std::string_view name, std::string_view en, std::string_view zh);
/// Joined with ", " in English, 、 in Chinese.
[[nodiscard]] Slot slot(std::string_view name, const std::vector<std::string>& list);

/// What to say: keys of dsl/text_table.h and what goes into their slots.
struct Wording {
  std::string message;  ///< empty: the code itself
  std::string hint;     ///< empty: none
  std::vector<Slot> slots;
  std::vector<Fix> fixes;
  std::optional<std::chrono::sys_days> as_of{};  ///< Diagnostic::as_of
};

[[nodiscard]] Text fill(std::string_view key, const std::vector<Slot>& slots);
[[nodiscard]] Diagnostic compose(std::string_view code, Severity severity, Span span,
                                 const Wording& wording);
/// "change to {text}", replacing `span`.
[[nodiscard]] Fix change_to(Span span, std::string_view text);
[[nodiscard]] Fix insert_at(std::uint32_t at, std::string_view text);
[[nodiscard]] Fix remove(Span span);

}  // namespace tagline::dsl
