// SavedSchemas: schemas kept by name beside a database, so that loads can name them.
#pragma once

#include "engine/result.h"
#include "ingest/schema.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {

/// A file each, NAME.json, as `tagline load --schema` reads it. Thread-safe: files are replaced
/// whole.
class SavedSchemas {
 public:
  explicit SavedSchemas(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// BadInput when it is no name: 1 to 64 letters, digits, "-" and "_".
  [[nodiscard]] static Status check_name(std::string_view name);
  /// Whether it is new. BadInput, BadSchema, DiskFull, System.
  [[nodiscard]] Result<bool> put(std::string_view name, const ingest::Schema& schema) const;
  /// NotFound, BadInput; BadSchema when the file was changed by others.
  [[nodiscard]] Result<ingest::Schema> get(std::string_view name) const;
  /// NotFound, BadInput, System.
  [[nodiscard]] Status remove(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;  ///< sorted

 private:
  [[nodiscard]] std::filesystem::path path_of(std::string_view name) const;
  std::filesystem::path folder_;
};

}  // namespace tagline::server
