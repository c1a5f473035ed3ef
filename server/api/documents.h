// Documents: what the server says of its own interface, built into the program.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tagline::server {

struct EmbeddedFile {
  std::string_view name;  ///< without folder
  std::string_view text;
};
/// Of server/api/openapi/ and the page that shows them (cmake/Embed.cmake).
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

/// The OpenAPI 3.1 document: openapi/common.json with the paths and schemas of the other fragments.
/// Cost: parses them all at the first call; later a copy.
[[nodiscard]] const std::string& openapi_document();

/// The page that shows it, HTML that asks for nothing but /openapi.json.
[[nodiscard]] std::string_view docs_page();

}  // namespace tagline::server
