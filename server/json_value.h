// JsonValue: replies of the HTTP API as their readers see them, without the JSON library.
#pragma once

#include "engine/error.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {

/// One value of a document, which it keeps alive. Cheap to copy. A reader says what it expects:
/// what is not there, or of another type, reads as nothing, empty or 0.
class JsonValue {
 public:
  JsonValue() = default;  ///< null
  /// Null when it is not JSON.
  [[nodiscard]] static JsonValue parse(std::string_view text);

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_list() const;
  [[nodiscard]] JsonValue operator[](std::string_view key) const;
  /// Of a list; empty for all else.
  [[nodiscard]] std::vector<JsonValue> items() const;
  /// Of an object, in order.
  [[nodiscard]] std::vector<std::pair<std::string, JsonValue>> members() const;

  /// A text; a number as it is written.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::optional<std::string> text_if_any() const;
  /// A whole number of 0 or more.
  [[nodiscard]] std::uint64_t number() const;
  [[nodiscard]] std::optional<std::uint64_t> number_if_any() const;
  [[nodiscard]] double real() const;
  [[nodiscard]] bool truth() const;
  /// {"en", "zh-CN"}.
  [[nodiscard]] Text words() const;
  [[nodiscard]] std::vector<std::string> texts() const;
  [[nodiscard]] std::vector<std::uint64_t> numbers() const;
  /// As JSON again, on one line.
  [[nodiscard]] std::string dump() const;

 private:
  JsonValue(std::shared_ptr<const void> document, const void* value)
      : document_(std::move(document)), value_(value) {}
  std::shared_ptr<const void> document_;
  const void* value_ = nullptr;
};

}  // namespace tagline::server
