// JsonBody: the body of a request, field by field.
#pragma once

#include "server/answer_json.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

class JsonBody {
 public:
  JsonBody& text(std::string_view key, std::string_view value) {
    return raw(key, server::quoted_json(value));
  }
  JsonBody& texts(std::string_view key, const std::vector<std::string>& values) {
    std::string list;
    for (const std::string& value : values) {
      list += (list.empty() ? "" : ",") + server::quoted_json(value);
    }
    return raw(key, "[" + list + "]");
  }
  JsonBody& number(std::string_view key, std::uint64_t value) {
    return raw(key, std::to_string(value));
  }
  JsonBody& truth(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  /// What is JSON already.
  JsonBody& raw(std::string_view key, std::string_view json) {
    fields_ += fields_.empty() ? "" : ",";
    fields_ += server::quoted_json(key);
    fields_ += ':';
    fields_ += json;
    return *this;
  }
  [[nodiscard]] std::string json() const { return "{" + fields_ + "}"; }

 private:
  std::string fields_;
};

}  // namespace tagline::cli
