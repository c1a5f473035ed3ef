#include "server/diagnostic_json.h"

#include "server/day_text.h"
#include "server/utf16.h"

#include <utility>

namespace tagline::server {

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json text_json(const Text& text) {
  return Json{{"en", text.en}, {"zh-CN", text.zh}};
}

dsl::Diagnostic fault_of(const Error& error, Face face) {
  dsl::Diagnostic fault;
  fault.code = std::string(wire_name(error.code()));
  fault.message = error.message();
  fault.hint = error.hint(face);
  return fault;
}

Json fault_json(FaultWords fault, dsl::Language language, Face face) {
  const bool chinese = language == dsl::Language::Chinese;
  const Text& hint = fault.hint.at(face);
  const Text& in_terminal = fault.hint.at(Face::Terminal);
  Json json{{"code", std::move(fault.code)},
            {"detail", chinese ? fault.message.zh : fault.message.en},
            {"message", text_json(fault.message)},
            {"hint", text_json(hint)},
            {"errors", std::move(fault.errors)}};
  if (face == Face::Http && in_terminal != hint) {
    json["terminal_hint"] = text_json(in_terminal);
  }
  return json;
}

Json utf16_json(dsl::Span span, std::string_view text) {
  return Json{{"from", utf16_units_before(text, span.begin)},
              {"to", utf16_units_before(text, span.end)}};
}

namespace {

// Recursion is bounded: faults lie no deeper within each other than segments do.
Json diagnostic_json(const dsl::Diagnostic& diagnostic, std::string_view text) {
  Json fixes = Json::array();
  for (const dsl::Fix& fix : diagnostic.fixes) {
    fixes.push_back({{"title", text_json(fix.title)},
                     {"from", fix.span.begin + 1},
                     {"to", fix.span.end + 1},
                     {"utf16", utf16_json(fix.span, text)},
                     {"insert", fix.insert}});
  }
  Json json = {{"code", diagnostic.code},
               {"severity", diagnostic.severity == dsl::Severity::Error ? "error" : "warning"},
               {"at", diagnostic.span.begin + 1},
               {"length", diagnostic.span.end - diagnostic.span.begin},
               {"utf16", utf16_json(diagnostic.span, text)},
               {"message", text_json(diagnostic.message)},
               {"hint", text_json(diagnostic.hint)},
               {"fixes", std::move(fixes)}};
  if (diagnostic.as_of.has_value()) {
    json["as_of"] = day_text(*diagnostic.as_of);
  }
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

FaultWords fault_of(const std::vector<dsl::Diagnostic>& diagnostics, std::string_view text) {
  FaultWords fault{"internal",
                   {"refused without a reason", "未说明原因即被拒绝"},
                   Text{},
                   diagnostics_json(diagnostics, text)};
  if (!diagnostics.empty()) {
    const dsl::Diagnostic& first = diagnostics.front();
    fault.code = first.code;
    fault.message = first.message;
    fault.hint = first.hint;
  }
  return fault;
}

}  // namespace tagline::server
