// Markdown as a terminal shows it: the part of it that our own pages use.
#pragma once

#include "cli/console.h"

#include <string>
#include <string_view>

namespace tagline::cli {

/// Without marks: links become their words, ** and ` go.
[[nodiscard]] std::string without_marks(std::string_view line);

/// Paragraphs and lists flow into the window, headings are bold, tables become aligned columns,
/// what stands in fences or four blanks in is code: it stands as it is, indented. Anchors are left
/// out. In a pipe, without a window, lines stay as they are.
[[nodiscard]] std::string markdown_text(std::string_view markdown, const Console& console);

}  // namespace tagline::cli
