#include "server/json_reader.h"

#include "server/scaled_number.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::size_t kShownBytesMax = 60;
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

/// A first pass that builds nothing: finds where a document stops being JSON, or nests too deep.
class JsonScan final : public nlohmann::json_sax<Json> {
 public:
  explicit JsonScan(std::size_t depth_max) : depth_max_(depth_max) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool key(string_t& key) override {
    open_.back().key = key;
    is_twice_ = !open_.back().keys.insert(key).second;
    return !is_twice_;
  }
  bool start_object(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    error_byte_ = position == 0 ? 0 : position - 1;
    return false;
  }
  [[nodiscard]] std::size_t error_byte() const { return error_byte_; }
  /// A key stands twice in one object: the later would silently win.
  [[nodiscard]] bool is_twice() const { return is_twice_; }
  /// Where: "events.time".
  [[nodiscard]] std::string place() const {
    std::string place;
    for (const Level& level : open_) {
      if (level.is_list) {
        place += "[" + std::to_string(level.values - 1) + "]";
      } else {
        place += (place.empty() ? "" : ".") + level.key;
      }
    }
    return place;
  }

 private:
  struct Level {
    bool is_list = false;
    std::size_t values = 0;  ///< of a list, begun
    std::string key;         ///< of an object, the last
    std::unordered_set<std::string> keys;
  };
  bool value() {
    if (!open_.empty()) {
      ++open_.back().values;
    }
    return true;
  }
  bool open(bool is_list) {
    value();
    open_.emplace_back().is_list = is_list;
    return open_.size() <= depth_max_;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const std::size_t depth_max_;
  std::vector<Level> open_;
  bool is_twice_ = false;
  std::size_t error_byte_ = 0;
};

}  // namespace

Text line_and_column(std::string_view text, std::size_t byte) {
  byte = std::min(byte, text.size());
  const std::string_view before = text.substr(0, byte);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const auto column =
      std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start), before.end(),
                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }) +
      1;
  return {"line " + std::to_string(line) + ", column " + std::to_string(column),
          "第 " + std::to_string(line) + " 行第 " + std::to_string(column) + " 列"};
}

std::optional<Json> parse_json(std::string_view text, std::optional<Error>& fault,
                               std::size_t depth_max) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    text.remove_prefix(3);
  }
  JsonScan scan(depth_max);
  if (!Json::sax_parse(text.begin(), text.end(), &scan)) {
    if (scan.is_twice()) {
      const std::string place = scan.place();
      fault = Error(
          ErrorCode::BadSchema,
          {place + ": this key stands twice in one object", place + "：同一个对象里有两个这样的键"},
          {"keep one of them", "只保留一个"});
      return std::nullopt;
    }
    const Text place = line_and_column(text, scan.error_byte());
    fault = Error(ErrorCode::BadSchema,
                  {"this is not JSON: unexpected text at " + place.en,
                   "不是合法的 JSON：" + place.zh + "有误"},
                  {"look for a missing comma, quote or bracket just before that place",
                   "请检查该处之前是否缺少逗号、引号或括号"});
    return std::nullopt;
  }
  return Json::parse(text.begin(), text.end(), nullptr, false);
}

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
  const Text message = found == kNothing
                           ? Text{place + ": this key is missing", place + "：缺少这个键"}
                           : Text{place + ": unexpected " + found, place + "：不应为 " + found};
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
  if (value == nullptr) {
    return;
  }
  if (value->is_string()) {
    into = {value->get<std::string>()};
    return;
  }
  const bool texts =
      value->is_array() &&
      std::all_of(value->begin(), value->end(), [](const Json& item) { return item.is_string(); });
  if (!texts) {
    fail(key, shown(*value), {"a list of texts", "文本列表"});
    return;
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
