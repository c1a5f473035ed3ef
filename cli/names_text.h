// Names of tags, values and events as readers of a language see them.
#pragma once

#include "dsl/diagnostic.h"
#include "engine/layout.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

/// The name of the language first, the others in brackets: "city (城市)", in Chinese "城市 (city)".
[[nodiscard]] std::string names_text(const std::string& name,
                                     const std::vector<std::string>& aliases,
                                     dsl::Language language);

/// Of a text in both languages, "English · 中文", the part in the language; else all of it.
[[nodiscard]] std::string_view part_in(std::string_view text, dsl::Language language);

/// "number", "数值".
[[nodiscard]] std::string kind_text(engine::TagKind kind, dsl::Language language);

}  // namespace tagline::cli
