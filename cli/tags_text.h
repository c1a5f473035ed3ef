// Tags with their values and counts as people read them.
#pragma once

#include "cli/console.h"
#include "server/service.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace tagline::cli {

/// What of a catalogue is shown, where it is not all of it.
struct TagsShown {
  std::size_t values_max = 0;  ///< of each tag, at most
  /// How many values each tag has, when the catalogue does not hold them all; then 0 shows none and
  /// says nothing of more.
  std::span<const std::uint64_t> values_total = {};
  std::uint64_t tags_total = 0;  ///< of which the catalogue holds some; 0: all
  bool found = false;            ///< those that words were found in
};
void print(const server::Catalog& catalog, const TagsShown& shown, Console& console);

/// How long values of a tag live and how old they are, in lines below it; nothing where neither is
/// known.
void print_life(const server::TagSummary& tag, Console& console);

}  // namespace tagline::cli
