// Catalogue: what names may stand in an expression. A plain value that the caller fills from a
// database or from a catalogue file; the language neither reads nor stores it.
#pragma once

#include "engine/layout.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

/// A value of a category or set tag, or a key of an event.
struct Value {
  std::string name;                  ///< as stored, NFC
  std::vector<std::string> aliases;  ///< other spellings, any script
  engine::RowId row = 0;             ///< its row in the tag's field
  /// What people read of it, in any language: no spelling, but what somebody may have meant.
  std::vector<std::string> titles{};
};

struct Tag {
  std::string name;
  std::vector<std::string> aliases;
  engine::TagKind kind = engine::TagKind::Flag;
  engine::FieldId field = 0;
  unsigned scale = 0;               ///< Number: digits after the point
  std::optional<std::int64_t> min;  ///< Number: declared bounds, scaled
  std::optional<std::int64_t> max;
  std::string unit;           ///< Number: 元, years, ...
  std::vector<Value> values;  ///< Category, Set; in the order in which they are listed to people
  bool deprecated = false;    ///< not to be used any more
  std::string replacement;    ///< name of the tag to use instead; empty: none is named
};

struct Event {
  std::string name;
  std::vector<std::string> aliases;
  bool has_amount = false;
  unsigned scale = 0;         ///< of amounts: digits after the point
  std::string unit;           ///< of amounts: 元, ...
  engine::FieldId field = 0;  ///< the series of everything it counts
  std::vector<Value> keys;    ///< Value::row is the field of the key's own series
};

/// A saved segment: a rule (its text, checked where it is used) or a static list of users.
struct Segment {
  std::string name;
  std::optional<std::string> expression;  ///< rule
  engine::FieldId list = 0;               ///< static list: its field; row kFlagRow
};

/// How many users a row holds; nothing when that cannot be told.
using PeopleOf = std::function<std::optional<std::uint64_t>(engine::RowKey)>;

/// The newest day with any of a series; nothing when there is none, or that cannot be told.
using NewestOf = std::function<std::optional<std::chrono::sys_days>(engine::FieldId series)>;

struct Catalogue {
  std::vector<Tag> tags;
  std::vector<Event> events;
  std::vector<Segment> segments;

  /// How many users a row holds (engine::kPopulationRow: everyone), for "(182,340 people)" in hints
  /// and for ranking suggestions; empty when the catalogue came from a file. May be called only
  /// while the snapshot it reads lives. A catalogue that is to outlive its snapshot has none; then
  /// CheckOptions and CompleteOptions do.
  PeopleOf people;

  /// False for a catalogue file: expressions are checked, but there is nothing to run them on.
  bool runnable = true;
};

}  // namespace tagline::dsl
