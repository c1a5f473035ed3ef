#include "server/tree_json_guard.h"

#include "server/json_reader.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tagline::server {
namespace {

/// No node has more keys than a term: tag, quoted, op, value.
constexpr std::size_t kKeysMax = 8;

/// Stops where a document is no JSON, nests too deep, or gives a key twice.
class Guard final : public nlohmann::json_sax<Json> {
 public:
  enum class Found : std::uint8_t { Nothing, NotJson, TooDeep, TwiceTheKey, TooManyKeys };

  explicit Guard(std::uint64_t levels_max) : levels_max_(levels_max) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t& key) override {
    std::vector<std::string>& keys = open_.back();
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
      name_ = key;
      return stop(Found::TwiceTheKey);
    }
    keys.push_back(key);
    return keys.size() <= kKeysMax || stop(Found::TooManyKeys);
  }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    byte_ = position == 0 ? 0 : position - 1;
    return stop(Found::NotJson);
  }

  [[nodiscard]] Found found() const { return found_; }
  [[nodiscard]] std::size_t byte() const { return byte_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  bool stop(Found found) {
    found_ = found;
    return false;
  }
  bool open() {
    open_.emplace_back();
    return open_.size() <= levels_max_ || stop(Found::TooDeep);
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::uint64_t levels_max_;
  std::vector<std::vector<std::string>> open_;
  Found found_ = Found::Nothing;
  std::size_t byte_ = 0;
  std::string name_;
};

[[nodiscard]] Error refusal(const Guard& guard, std::string_view json, std::uint64_t levels_max) {
  const std::string most = std::to_string(levels_max);
  switch (guard.found()) {
    case Guard::Found::TooDeep:
      return {
          ErrorCode::TooLarge,
          {"document: nested more than " + most + " levels", "document：嵌套超过 " + most + " 层"},
          {"save parts of it as segments", "可以把其中一部分另存为人群"}};
    case Guard::Found::TwiceTheKey:
      return {ErrorCode::BadInput,
              {"document: the key \"" + guard.name() + "\" stands twice in one object",
               "document：同一个对象里有两个“" + guard.name() + "”"},
              {"keep one of them", "只保留一个"}};
    case Guard::Found::TooManyKeys:
      return {ErrorCode::BadInput,
              {"document: an object has more keys than any condition has",
               "document：某个对象的键过多，不是一个条件"},
              {"write one condition an object", "每个对象只写一个条件"}};
    case Guard::Found::Nothing:
    case Guard::Found::NotJson:
      break;
  }
  const Text place = line_and_column(json, guard.byte());
  return {
      ErrorCode::BadInput,
      {"this is not JSON: unexpected text at " + place.en, "不是合法的 JSON：" + place.zh + "有误"},
      {"look for a missing comma, quote or bracket just before that place",
       "请检查该处之前是否缺少逗号、引号或括号"}};
}

}  // namespace

std::optional<Error> refuse_document(std::string_view json, std::uint64_t levels_max) {
  Guard guard(levels_max);
  if (Json::sax_parse(json.begin(), json.end(), &guard)) {
    return std::nullopt;
  }
  return refusal(guard, json, levels_max);
}

}  // namespace tagline::server
