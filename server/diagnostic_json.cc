#include "server/diagnostic_json.h"

#include "dsl/unicode.h"

namespace tagline::server {

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json text_json(const Text& text) {
  return Json{{"en", text.en}, {"zh-CN", text.zh}};
}

namespace {

/// UTF-16 units before a code point of `text`, for JavaScript editors. A byte that is not UTF-8 is
/// a code point of its own, and one unit, as it is for the scan.
std::size_t utf16_offset(std::string_view text, std::uint32_t code_point) {
  std::size_t units = 0;
  std::size_t at = 0;
  for (std::uint32_t point = 0; point < code_point && at < text.size(); ++point) {
    const dsl::Decoded next = dsl::decode_at(text, at);
    units += next.valid && next.point > 0xFFFF ? 2 : 1;
    at += next.bytes;
  }
  return units;
}

// Recursion is bounded: faults lie no deeper within each other than segments do.
Json diagnostic_json(const dsl::Diagnostic& diagnostic, std::string_view text) {
  Json fixes = Json::array();
  for (const dsl::Fix& fix : diagnostic.fixes) {
    fixes.push_back({{"title", text_json(fix.title)},
                     {"from", fix.span.begin + 1},
                     {"to", fix.span.end + 1},
                     {"insert", fix.insert}});
  }
  Json json = {{"code", diagnostic.code},
               {"severity", diagnostic.severity == dsl::Severity::Error ? "error" : "warning"},
               {"at", diagnostic.span.begin + 1},
               {"length", diagnostic.span.end - diagnostic.span.begin},
               {"utf16",
                {{"from", utf16_offset(text, diagnostic.span.begin)},
                 {"to", utf16_offset(text, diagnostic.span.end)}}},
               {"message", text_json(diagnostic.message)},
               {"hint", text_json(diagnostic.hint)},
               {"fixes", std::move(fixes)}};
  if (diagnostic.inside != nullptr) {
    json["segment"] = {
        {"name", diagnostic.inside->name},
        {"expression", diagnostic.inside->text},
        {"errors", diagnostics_json(diagnostic.inside->errors, diagnostic.inside->text)}};
  }
  return json;
}

}  // namespace

Json diagnostics_json(const std::vector<dsl::Diagnostic>& diagnostics, std::string_view text) {
  Json list = Json::array();
  for (const dsl::Diagnostic& diagnostic : diagnostics) {
    list.push_back(diagnostic_json(diagnostic, text));
  }
  return list;
}

}  // namespace tagline::server
