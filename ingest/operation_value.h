// operation_value: what the texts of operations mean, and why one means nothing.
#pragma once

#include "engine/error.h"
#include "engine/layout.h"
#include "storage/change.h"
#include "storage/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::ingest {

/// Why something cannot be done; nothing: it can.
using Reason = std::optional<Text>;
[[nodiscard]] Reason reason(const std::string& en, const std::string& zh);

/// Digits after the point of a number that is new; a later load may bring more only in another tag.
inline constexpr unsigned kNewScale = 2;

/// "yes" and "no" and the other pairs of words of flags; nothing when it is none.
[[nodiscard]] std::optional<bool> truth_of(std::string_view text);
/// The number, or why it is none. `what`: of which tag or part, for the reason.
[[nodiscard]] std::optional<std::int64_t> number_of(const std::string& text, unsigned scale,
                                                    const std::string& what, Reason& why);
/// Whether a declared bound leaves the number out, and why.
[[nodiscard]] Reason bounds_reason(const storage::TagRecord& tag, std::int64_t value);
/// Of a tag's cells.
[[nodiscard]] storage::CellShape cell_shape(engine::TagKind kind);
/// As names of tags and events that are made by hand (server/tag_check.h).
[[nodiscard]] bool can_be_named(const std::string& text);
[[nodiscard]] bool is_number(std::string_view text);

}  // namespace tagline::ingest
