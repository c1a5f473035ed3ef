// The text of a JSON document: what is wrong with it, before a tree is built.
#include "server/json_reader.h"

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <utility>

namespace tagline::server {
namespace {

/// A first pass that builds nothing: finds where a document stops being JSON, or nests too deep.
class JsonScan final : public nlohmann::json_sax<Json> {
 public:
  explicit JsonScan(const JsonBounds& bounds) : bounds_(bounds) {}

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
                   const nlohmann::detail::exception& problem) override {
    error_byte_ = position == 0 ? 0 : position - 1;
    const std::string_view words = problem.what();
    const auto says = [words](std::string_view part) {
      return words.find(part) != std::string_view::npos;
    };
    fault_ = problem.id == kNumberOverflow   ? Fault::Number
             : says("surrogate U+")          ? Fault::Surrogate
             : says("ill-formed UTF-8 byte") ? Fault::Utf8
             : says("control character U+")  ? Fault::Control
                                             : Fault::Other;
    return false;
  }
  [[nodiscard]] std::size_t error_byte() const { return error_byte_; }
  /// What stands there.
  enum class Fault : std::uint8_t { Other, Number, Surrogate, Utf8, Control };
  [[nodiscard]] Fault fault() const { return fault_; }
  /// A key stands twice in one object: the later would silently win.
  [[nodiscard]] bool is_twice() const { return is_twice_; }
  [[nodiscard]] bool is_too_deep() const { return open_.size() > bounds_.depth; }
  [[nodiscard]] bool has_too_many() const { return values_ > bounds_.values; }
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
    return ++values_ <= bounds_.values;
  }
  bool open(bool is_list) {
    if (!value()) {
      return false;
    }
    open_.emplace_back().is_list = is_list;
    return !is_too_deep();
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  static constexpr int kNumberOverflow = 406;  // of the parser's errors
  const JsonBounds bounds_;
  Fault fault_ = Fault::Other;
  std::size_t values_ = 0;
  std::vector<Level> open_;
  bool is_twice_ = false;
  std::size_t error_byte_ = 0;
};

Error fault_of(JsonScan::Fault fault, const Text& place) {
  const Text at{" at " + place.en, place.zh + "："};
  switch (fault) {
    case JsonScan::Fault::Number:
      return {ErrorCode::BadSchema,
              {"a number is too large" + at.en, at.zh + "数字过大"},
              {"numbers go up to about 1.8e308", "数字最大约为 1.8e308"}};
    case JsonScan::Fault::Surrogate:
      return {ErrorCode::BadSchema,
              {"half a surrogate pair" + at.en, at.zh + "代理对不完整"},
              {"write the character itself, or both halves: \\ud83d\\ude00",
               "请直接写该字符，或写全两半：\\ud83d\\ude00"}};
    case JsonScan::Fault::Utf8:
      return {ErrorCode::BadSchema,
              {"this is not UTF-8" + at.en, at.zh + "不是合法的 UTF-8"},
              {"send the text as UTF-8", "请以 UTF-8 编码发送"}};
    case JsonScan::Fault::Control:
      return {ErrorCode::BadSchema,
              {"a control character stands in a text" + at.en, at.zh + "文本中有控制字符"},
              {"write it as \\n, \\t or \\u and four hex digits",
               "请写成 \\n、\\t 或 \\u 加四位十六进制数"}};
    case JsonScan::Fault::Other:
      break;
  }
  return {ErrorCode::BadSchema,
          {"this is not JSON: unexpected text" + at.en, "不是合法的 JSON：" + place.zh + "有误"},
          {"look for a missing comma, quote or bracket just before that place",
           "请检查该处之前是否缺少逗号、引号或括号"}};
}

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
                               const JsonBounds& bounds) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    text.remove_prefix(3);
  }
  JsonScan scan(bounds);
  if (!Json::sax_parse(text.begin(), text.end(), &scan)) {
    if (scan.is_twice()) {
      const std::string place = scan.place();
      fault = Error(
          ErrorCode::BadSchema,
          {place + ": this key stands twice in one object", place + "：同一个对象里有两个这样的键"},
          {"keep one of them", "只保留一个"});
      return std::nullopt;
    }
    if (scan.is_too_deep()) {
      const std::string most = std::to_string(bounds.depth);
      fault = Error(
          ErrorCode::BadSchema,
          {"brackets are nested deeper than " + most + " levels", "括号嵌套超过 " + most + " 层"},
          {"nothing that is asked for here is nested so deep", "此处的任何内容都不会嵌套这么深"});
      return std::nullopt;
    }
    if (scan.has_too_many()) {
      const std::string most = std::to_string(bounds.values);
      fault =
          Error(ErrorCode::TooLarge,
                {"the document holds more than " + most + " values", "内容超过 " + most + " 个值"},
                {"send it in parts", "请分几次发送"});
      return std::nullopt;
    }
    if (scan.fault() == JsonScan::Fault::Number ||
        (scan.fault() != JsonScan::Fault::Other && scan.error_byte() < text.size())) {
      fault = fault_of(scan.fault(), line_and_column(text, scan.error_byte()));
      return std::nullopt;
    }
    if (scan.error_byte() >= text.size()) {
      const Text end = line_and_column(text, text.size());
      fault =
          Error(ErrorCode::BadSchema,
                text.empty() ? Text{"this is not JSON: it is empty", "不是合法的 JSON：内容为空"}
                             : Text{"this is not JSON: it ends too soon, at " + end.en,
                                    "不是合法的 JSON：内容在" + end.zh + "处提前结束"},
                {"a quote or a bracket is not closed, or something was cut off",
                 "可能缺少引号或括号，或内容被截断"});
      return std::nullopt;
    }
    fault = fault_of(JsonScan::Fault::Other, line_and_column(text, scan.error_byte()));
    return std::nullopt;
  }
  return Json::parse(text.begin(), text.end(), nullptr, false);
}

}  // namespace tagline::server
