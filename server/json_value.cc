#include "server/json_value.h"

#include "server/json_reader.h"

#include <algorithm>
#include <iterator>

namespace tagline::server {
namespace {

const Json& json_of(const void* value) {
  static const Json kNull;
  return value == nullptr ? kNull : *static_cast<const Json*>(value);
}

}  // namespace

JsonValue JsonValue::parse(std::string_view text) {
  auto document =
      std::make_shared<const Json>(Json::parse(text.begin(), text.end(), nullptr, false));
  const void* value = document->is_discarded() ? nullptr : document.get();
  return {std::move(document), value};
}

bool JsonValue::is_null() const {
  return json_of(value_).is_null();
}

bool JsonValue::is_list() const {
  return json_of(value_).is_array();
}

JsonValue JsonValue::operator[](std::string_view key) const {
  const Json& json = json_of(value_);
  if (!json.is_object()) {
    return {};
  }
  const auto found = json.find(std::string(key));
  return found == json.end() ? JsonValue() : JsonValue(document_, &*found);
}

std::vector<JsonValue> JsonValue::items() const {
  std::vector<JsonValue> items;
  if (const Json& json = json_of(value_); json.is_array()) {
    std::transform(json.begin(), json.end(), std::back_inserter(items),
                   [this](const Json& item) { return JsonValue(document_, &item); });
  }
  return items;
}

std::vector<std::pair<std::string, JsonValue>> JsonValue::members() const {
  std::vector<std::pair<std::string, JsonValue>> members;
  if (const Json& json = json_of(value_); json.is_object()) {
    for (const auto& item : json.items()) {
      members.emplace_back(item.key(), JsonValue(document_, &item.value()));
    }
  }
  return members;
}

std::string JsonValue::text() const {
  const Json& json = json_of(value_);
  if (json.is_string()) {
    return json.get<std::string>();
  }
  return json.is_number() ? json.dump() : std::string();
}

std::optional<std::string> JsonValue::text_if_any() const {
  const Json& json = json_of(value_);
  return json.is_string() || json.is_number() ? std::optional(text()) : std::nullopt;
}

std::uint64_t JsonValue::number() const {
  return number_if_any().value_or(0);
}

std::optional<std::uint64_t> JsonValue::number_if_any() const {
  const Json& json = json_of(value_);
  return json.is_number_unsigned() ? std::optional(json.get<std::uint64_t>()) : std::nullopt;
}

double JsonValue::real() const {
  const Json& json = json_of(value_);
  return json.is_number() ? json.get<double>() : 0.0;
}

bool JsonValue::truth() const {
  const Json& json = json_of(value_);
  return json.is_boolean() && json.get<bool>();
}

Text JsonValue::words() const {
  const JsonValue& self = *this;
  return {self["en"].text(), self["zh-CN"].text()};
}

std::vector<std::string> JsonValue::texts() const {
  std::vector<std::string> texts;
  for (const JsonValue& item : items()) {
    texts.push_back(item.text());
  }
  return texts;
}

std::vector<std::uint64_t> JsonValue::numbers() const {
  std::vector<std::uint64_t> numbers;
  for (const JsonValue& item : items()) {
    numbers.push_back(item.number());
  }
  return numbers;
}

std::string JsonValue::dump() const {
  return json_of(value_).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tagline::server
