// Files built into the program (cmake/Embed.cmake): the reference, the tour, what the demo is.
#pragma once

#include <span>
#include <string_view>

namespace tagline::cli {

struct EmbeddedFile {
  std::string_view name;  ///< without folder
  std::string_view text;
};
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

/// The text of the file of this name; "" when there is none.
[[nodiscard]] inline std::string_view embedded_file(std::string_view name) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name == name) {
      return file.text;
    }
  }
  return {};
}

}  // namespace tagline::cli
