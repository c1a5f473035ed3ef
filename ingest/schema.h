// Schema: how the columns of a file become tags, or its rows events. A plain value;
// server/schema_json.h reads and writes it as JSON, ingest/infer.h guesses one from a file, people
// edit it.
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
  /// Values of the tag expire so many seconds after they were written; 0: never. Nothing: as it is.
  std::optional<std::int64_t> ttl_s;
  /// Whether it is kept when each value was written. Nothing: as it is, or as `ttl_s` needs it.
  std::optional<bool> track;
};

/// What `--id` and the options say for "the row number is the id".
inline constexpr std::string_view kRowNumber = "#row";

/// A column whose cells name the row's user by identities (ingest/identity.h); blank: none.
struct LinkColumn {
  std::string column;
  std::string type;  ///< of identities: "phone"
  friend bool operator==(const LinkColumn&, const LinkColumn&) = default;
};

/// Catalogue texts of an event.
struct EventTexts {
  std::string name;                  ///< ours
  std::vector<std::string> aliases;  ///< other names, in any script
  Text title;
  std::string description;
  friend bool operator==(const EventTexts&, const EventTexts&) = default;
};

/// The amount of a row: the cell, or the product of two (price and quantity), exactly.
struct AmountColumn {
  std::string column;
  std::string times;  ///< the column it is multiplied by; empty: none
  unsigned scale = 0;
  std::string unit;
  std::vector<std::string> missing;  ///< words that mean no amount, besides the empty cell
  friend bool operator==(const AmountColumn&, const AmountColumn&) = default;
};

/// How rows become events: somebody did something some time, perhaps to something, perhaps for an
/// amount. Columns are named as Column::column is.
struct EventColumns {
  std::string user_column;
  /// The event every row is, when `event_column` is empty.
  EventTexts event;
  /// The column that names the event of each row. A name in `names` becomes the event given there;
  /// any other is the event of that name.
  std::string event_column;
  std::map<std::string, EventTexts> names;
  std::string key_column;  ///< what it was done to; empty: nothing. A blank cell: no key
  std::vector<std::string> key_missing;
  std::map<std::string, std::vector<std::string>> key_aliases;  ///< key -> other spellings
  std::string time_column;
  std::string time_format;  ///< see ingest/time_format.h
  /// The zone the times are in: an IANA name or an offset such as "+08:00"; empty: the database's.
  std::string time_zone;
  std::optional<AmountColumn> amount;
  std::string count_column;  ///< for how many events the row stands; empty: one
  std::vector<LinkColumn> links;
  friend bool operator==(const EventColumns&, const EventColumns&) = default;
};

/// Schema::delimiter of files whose cells are separated by runs of blanks.
inline constexpr char kBlanksDelimiter = ' ';

struct Schema {
  FileFormat format = FileFormat::Csv;
  char delimiter = ',';  ///< or kBlanksDelimiter
  bool header = true;
  /// The column that holds the external id; empty: the row number, from 1, counted over all files
  /// of one load.
  std::string id_column;
  std::vector<Column> columns;  ///< without the id column
  std::vector<LinkColumn> links;
  /// The rows are events: `id_column` and `columns` are empty.
  std::optional<EventColumns> events;
};

}  // namespace tagline::ingest
