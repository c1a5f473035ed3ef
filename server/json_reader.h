// JsonReader: walks a JSON document that people wrote, and remembers the first fault with its
// place, so that a reader of schemas or catalogues is a straight list of what it expects.
#pragma once

#include "engine/error.h"
#include "server/json.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// Nested deeper than any schema or catalogue.
inline constexpr std::size_t kJsonDepthMax = 32;

/// One object of the document. Included by server/*.cc only.
class JsonReader {
 public:
  /// `place` is "" for the document, "columns[3]" below it. `fault` is shared by all readers of one
  /// document.
  JsonReader(const Json& object, std::string place, std::optional<Error>& fault);

  /// Faults when the object has a key that is not among `known`.
  void only(std::initializer_list<std::string_view> known);

  [[nodiscard]] bool has(const char* key) const;
  [[nodiscard]] bool is_null(const char* key) const;  ///< there, and null
  void read(const char* key, std::string& into);
  void read(const char* key, bool& into);
  void read(const char* key, unsigned& into, unsigned max);
  void read(const char* key,
            std::vector<std::string>& into);  ///< a string alone counts as a list of one
  /// As Text, where only the languages that are given are set.
  void read(const char* key, std::optional<std::string>& en, std::optional<std::string>& zh);
  void read(const char* key, Text& into);  ///< {"en": .., "zh-CN": ..} or a string for both
  /// As above, but a string alone is none.
  void read_list(const char* key, std::vector<std::string>& into);
  /// A whole number of 0 or more, and no string of one.
  void read_whole(const char* key, std::optional<std::uint64_t>& into);
  /// A JSON number or a string of one, exactly, times 10^scale.
  void read_scaled(const char* key, unsigned scale, std::optional<std::int64_t>& into);
  /// As read_scaled, but a string is none.
  void read_number(const char* key, unsigned scale, std::optional<std::int64_t>& into);
  /// The member, when it is there and an object (or an array); faults when it is something else.
  [[nodiscard]] const Json* object(const char* key);
  [[nodiscard]] const Json* array(const char* key);

  /// A reader of the i-th element of the list `key`; its faults are this one's.
  [[nodiscard]] JsonReader element(const char* key, std::size_t i, const Json& element);

  void fail(std::string_view key, const std::string& found, const Text& expected);
  [[nodiscard]] std::string place_of(std::string_view key) const;
  [[nodiscard]] bool failed() const { return fault_.has_value(); }

 private:
  [[nodiscard]] const Json* find(const char* key) const;

  const Json& object_;
  std::string place_;
  std::optional<Error>& fault_;
};

/// What a document may have, so that its tree is not many times its text.
struct JsonBounds {
  std::size_t depth = kJsonDepthMax;
  std::size_t values = std::numeric_limits<std::size_t>::max();  ///< texts, numbers, lists ...
};

/// Parses text; BadSchema with line and column when it is not JSON, and with the place when a key
/// stands twice in one object, or it is nested too deep; TooLarge when it has too many values. All
/// that before a tree is built. Unknown keys are the readers' business.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text, std::optional<Error>& fault,
                                             const JsonBounds& bounds = {});

/// "line 3, column 7" of a byte offset.
[[nodiscard]] Text line_and_column(std::string_view text, std::size_t byte);

}  // namespace tagline::server
