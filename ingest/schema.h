// Schema: how the columns of a file become tags. A plain value; server/schema_json.h reads and
// writes it as JSON, ingest/infer.h guesses one from a file, people edit it.
#pragma once

#include "engine/error.h"
#include "engine/layout.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

enum class FileFormat : std::uint8_t { Csv, Ndjson };

/// What a set column of an already known user does to the values it had.
enum class SetUpdate : std::uint8_t {
  Replace,  ///< the row's list is the truth
  Add,      ///< the row's values are added (files with one row a user and value)
};

struct Column {
  std::string
      column;       ///< header name or JSON key; "#3" for the third column of a file without header
  std::string tag;  ///< the tag's name
  bool skip = false;
  Text why;  ///< inference: why this kind, or why skipped
  engine::TagKind kind = engine::TagKind::Category;
  unsigned scale = 0;                    ///< Number
  std::string date_format;               ///< Date: strptime-like, e.g. "%Y-%m-%d"; see ingest/day.h
  std::vector<std::string> true_words;   ///< Flag; compared ASCII-case-insensitively
  std::vector<std::string> false_words;  ///< Flag; a word in neither list is a bad value
  std::string separator;  ///< Set: between values in one cell; empty: the cell is one value
  SetUpdate update = SetUpdate::Replace;
  std::vector<std::string> missing;  ///< words that mean unknown, besides the empty cell
  // Catalogue texts handed to the tag.
  std::vector<std::string> aliases;
  std::map<std::string, std::vector<std::string>> value_aliases;  ///< value -> other spellings
  std::string unit;
  std::optional<std::int64_t> min;  ///< Number: declared bounds, scaled
  std::optional<std::int64_t> max;
  Text title;
  std::string description;
  std::string layer;
  std::string source;
  std::string owner;
};

/// What `--id` and the options say for "the row number is the id".
inline constexpr std::string_view kRowNumber = "#row";

struct Schema {
  FileFormat format = FileFormat::Csv;
  char delimiter = ',';
  bool header = true;
  /// The column that holds the external id; empty: the row number, from 1, counted over all files
  /// of one load.
  std::string id_column;
  std::vector<Column> columns;  ///< without the id column
};

}  // namespace tagline::ingest
