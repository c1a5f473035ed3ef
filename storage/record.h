// What the catalogue keeps about tags and their values. Plain values; storage/FORMAT.md says how
// they are written.
#pragma once

#include "engine/error.h"
#include "engine/layout.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::storage {

struct TagRecord {
  engine::FieldId field = 0;  ///< never reused
  std::string name;           ///< NFC; unique by exact spelling
  engine::TagKind kind = engine::TagKind::Flag;
  unsigned scale = 0;               ///< Number: digits after the point
  std::optional<std::int64_t> min;  ///< Number: declared bounds, scaled
  std::optional<std::int64_t> max;
  std::string unit;
  Text title;
  std::string description;
  std::string layer;   ///< path, e.g. "behaviour/activity"
  std::string source;  ///< first, second or third party, or a stream
  std::string owner;
  std::vector<std::string> aliases;
  std::int64_t created_s = 0;  ///< seconds since 1970, UTC
  std::int64_t updated_s = 0;  ///< last load that wrote this tag
  bool deprecated = false;
  friend bool operator==(const TagRecord&, const TagRecord&) = default;
};

struct ValueRecord {
  engine::RowId row = 0;  ///< kFirstValueRow + order of arrival; never reused
  std::string name;       ///< NFC; unique within the tag by exact spelling
  std::vector<std::string> aliases;
  Text title;
  friend bool operator==(const ValueRecord&, const ValueRecord&) = default;
};

}  // namespace tagline::storage
