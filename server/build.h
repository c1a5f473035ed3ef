// Build: what a program was made from and with what, so that a report of a fault can say it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

struct Build {
  std::string version;   ///< "0.1.0"
  std::string commit;    ///< short; "-dirty" behind it when files had been changed; "": no clone
  std::string date;      ///< "2026-01-31" (UTC), of the commit or SOURCE_DATE_EPOCH; "": unknown
  std::string type;      ///< "Release"; "Debug, address;undefined" with sanitizers
  std::string compiler;  ///< "GNU 12.2.0"
};

struct Library {
  std::string name;
  std::string version;
};
/// Those an answer or a file depends on.
[[nodiscard]] std::vector<Library> libraries();

/// Sets of kernels (engine/kernels.h), plainest first.
struct KernelSets {
  std::vector<std::string_view> compiled;   ///< this program has them
  std::vector<std::string_view> available;  ///< and this processor can run them
  std::string_view in_use;
};
[[nodiscard]] KernelSets kernel_sets();

struct FormatVersions {
  std::uint64_t written = 0;
  std::uint64_t oldest_read = 0;
};
[[nodiscard]] FormatVersions format_versions();

/// {"version", "commit"?, "date"?, "type", "compiler", "format": {"written", "oldest_read"},
/// "kernels": {"in_use", "available", "compiled"}, "libraries": {NAME: VERSION}}
[[nodiscard]] std::string build_json(const Build& build);

}  // namespace tagline::server
