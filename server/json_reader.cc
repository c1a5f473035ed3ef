#include "server/json_reader.h"

#include "server/scaled_number.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::size_t kShownBytesMax = 60;
/// Of what a message says beside what was found.
constexpr std::size_t kExpectedBytesMax = 80;
/// What readers say they found where there is nothing.
constexpr std::string_view kNothing = "nothing";

/// What was found, short enough for a message.
std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kShownBytesMax) {
    std::size_t cut = kShownBytesMax;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
      --cut;
    }
    text.resize(cut);
    text += "...";
  }
  return text;
}

}  // namespace

JsonReader::JsonReader(const Json& object, std::string place, std::optional<Error>& fault)
    : object_(object), place_(std::move(place)), fault_(fault) {
  if (!object_.is_object()) {
    fail("", shown(object_), {"an object {...}", "对象 {...}"});
  }
}

std::string JsonReader::place_of(std::string_view key) const {
  if (key.empty()) {
    return place_.empty() ? "document" : place_;
  }
  return place_.empty() ? std::string(key) : place_ + "." + std::string(key);
}

void JsonReader::fail(std::string_view key, const std::string& found, const Text& expected) {
  if (fault_.has_value()) {
    return;
  }
  const std::string place = place_of(key);
  Text message{place + ": this key is missing", place + "：缺少这个键"};
  if (found != kNothing) {
    message = {place + ": unexpected " + found, place + "：不应为 " + found};
    if (expected.en.size() <= kExpectedBytesMax) {  // else in the hint alone
      message.en += ", expected " + expected.en;
      message.zh += "，应为" + expected.zh;
    }
  }
  fault_ =
      Error(ErrorCode::BadSchema, message, {"expected " + expected.en, "此处应为" + expected.zh});
}

void JsonReader::only(std::initializer_list<std::string_view> known) {
  if (!object_.is_object() || fault_.has_value()) {
    return;
  }
  for (const auto& item : object_.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) {
      continue;
    }
    std::string list;
    for (const std::string_view name : known) {
      list += (list.empty() ? "" : ", ") + std::string(name);
    }
    fail(item.key(), "key", {"one of " + list, "以下之一：" + list});
    return;
  }
}

const Json* JsonReader::find(const char* key) const {
  if (!object_.is_object()) {
    return nullptr;
  }
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

bool JsonReader::has(const char* key) const {
  return find(key) != nullptr;
}

bool JsonReader::is_null(const char* key) const {
  const auto found = object_.find(key);
  return found != object_.end() && found->is_null();
}

void JsonReader::read(const char* key, std::string& into) {
  if (const Json* value = find(key)) {
    if (value->is_string()) {
      into = value->get_ref<const std::string&>();
    } else {
      fail(key, shown(*value), {"a text in quotes", "带引号的文本"});
    }
  }
}

void JsonReader::read(const char* key, bool& into) {
  if (const Json* value = find(key)) {
    if (value->is_boolean()) {
      into = value->get<bool>();
    } else {
      fail(key, shown(*value), {"true or false", " true 或 false"});
    }
  }
}

void JsonReader::read(const char* key, unsigned& into, unsigned max) {
  if (const Json* value = find(key)) {
    if (value->is_number_unsigned() && value->get<std::uint64_t>() <= max) {
      into = value->get<unsigned>();
    } else {
      const std::string bound = std::to_string(max);
      fail(key, shown(*value), {"a whole number from 0 to " + bound, " 0 到 " + bound + " 的整数"});
    }
  }
}

void JsonReader::read(const char* key, std::vector<std::string>& into) {
  const Json* value = find(key);
  if (value != nullptr && value->is_string()) {
    into = {value->get<std::string>()};
    return;
  }
  read_list(key, into);
}

void JsonReader::read_list(const char* key, std::vector<std::string>& into) {
  const Json* value = find(key);
  if (value == nullptr) {
    return;
  }
  const auto is_text = [](const Json& item) { return item.is_string(); };
  if (!value->is_array()) {
    return fail(key, shown(*value), {"a list of texts, e.g. [\"a\"]", "文本列表，例如 [\"a\"]"});
  }
  if (const auto other = std::find_if_not(value->begin(), value->end(), is_text);
      other != value->end()) {
    const std::string place = std::string(key) + "[" + std::to_string(other - value->begin()) + "]";
    return fail(place, shown(*other), {"a text in quotes", "带引号的文本"});
  }
  into.clear();
  for (const Json& item : *value) {
    into.push_back(item.get<std::string>());
  }
}

void JsonReader::read(const char* key, std::optional<std::string>& en,
                      std::optional<std::string>& zh) {
  Text text;
  read(key, text);
  const Json* value = find(key);
  if (value == nullptr || failed()) {
    return;
  }
  if (value->is_string() || value->contains("en")) {
    en = std::move(text.en);
  }
  if (value->is_string() || value->contains("zh-CN")) {
    zh = std::move(text.zh);
  }
}

void JsonReader::read(const char* key, Text& into) {
  const Json* value = find(key);
  if (value == nullptr) {
    return;
  }
  if (value->is_string()) {
    into = {value->get<std::string>(), value->get<std::string>()};
    return;
  }
  JsonReader inner(*value, place_of(key), fault_);
  inner.only({"en", "zh-CN"});
  inner.read("en", into.en);
  inner.read("zh-CN", into.zh);
}

void JsonReader::read_scaled(const char* key, unsigned scale, std::optional<std::int64_t>& into) {
  const Json* value = find(key);
  if (value == nullptr) {
    return;
  }
  const std::string text = value->is_string()   ? value->get<std::string>()
                           : value->is_number() ? value->dump()
                                                : "";
  into = scaled(text, scale);
  if (!into.has_value()) {
    const std::string digits = std::to_string(scale);
    fail(key, shown(*value),
         {"a number with at most " + digits + " digits after the point",
          "小数不超过 " + digits + " 位的数字"});
  }
}

void JsonReader::read_number(const char* key, unsigned scale, std::optional<std::int64_t>& into) {
  const Json* value = find(key);
  if (value != nullptr && !value->is_number()) {
    return fail(key, shown(*value), {"a number, without quotes", "不带引号的数字"});
  }
  read_scaled(key, scale, into);
}

void JsonReader::read_whole(const char* key, std::optional<std::uint64_t>& into) {
  const Json* value = find(key);
  if (value == nullptr) {
    return;
  }
  if (value->is_number_unsigned()) {
    into = value->get<std::uint64_t>();
  } else {
    fail(key, shown(*value),
         value->is_string()
             ? Text{"a whole number of 0 or more, without quotes", "不带引号的非负整数"}
             : Text{"a whole number of 0 or more", "非负整数"});
  }
}

JsonReader JsonReader::element(const char* key, std::size_t i, const Json& element) {
  return {element, place_of(key) + "[" + std::to_string(i) + "]", fault_};
}

const Json* JsonReader::object(const char* key) {
  const Json* value = find(key);
  if (value != nullptr && !value->is_object()) {
    fail(key, shown(*value), {"an object {...}", "对象 {...}"});
    return nullptr;
  }
  return value;
}

const Json* JsonReader::array(const char* key) {
  const Json* value = find(key);
  if (value != nullptr && !value->is_array()) {
    fail(key, shown(*value), {"a list [...]", "列表 [...]"});
    return nullptr;
  }
  return value;
}

}  // namespace tagline::server
