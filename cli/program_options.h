// Options of the program itself, which may stand before a command.
#pragma once

#include <string_view>

namespace tagline::cli {

/// Whether the word behind it is its value.
[[nodiscard]] constexpr bool takes_next_word(std::string_view option) {
  return option == "--lang" || option == "--width";
}

}  // namespace tagline::cli
