// Highlight: what each part of an input is, for colours while it is typed.
#pragma once

#include "dsl/diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tagline::cli {

enum class Part : std::uint8_t {
  Tag,  ///< also a flag, an event or an option: the name of something
  Value,
  Operator,
  Function,
  Segment,
  Comment,
  Command,
  Fault,
};

struct HighlightedPart {
  std::size_t begin = 0;  ///< bytes, half open
  std::size_t end = 0;
  Part part = Part::Tag;
};

/// Any text; what is left out has no colour. By its form alone: whether names are there is what the
/// faults say (code points), which lie over all else.
[[nodiscard]] std::vector<HighlightedPart> highlight(std::string_view text,
                                                     std::span<const dsl::Span> faults);

}  // namespace tagline::cli
