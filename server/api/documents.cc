#include "server/api/documents.h"

#include "server/diagnostic_json.h"
#include "server/json_reader.h"

#include <algorithm>

namespace tagline::server {
namespace {

std::string_view embedded(std::string_view name) {
  const auto files = embedded_files();
  const auto found = std::find_if(files.begin(), files.end(),
                                  [name](const EmbeddedFile& each) { return each.name == name; });
  return found == files.end() ? std::string_view() : found->text;
}

// Two fragments may describe methods of one path.
void merge(Json& into, const Json& from) {
  for (const auto& [key, value] : from.items()) {
    if (into.contains(key) && into[key].is_object() && value.is_object()) {
      merge(into[key], value);
    } else {
      into[key] = value;
    }
  }
}

std::string merged() {
  constexpr std::string_view kCommon = "common.json";
  // Last, so that they stand behind what they are examples of.
  constexpr std::string_view kExamples = "examples.json";
  Json document = Json::parse(embedded(kCommon));
  for (const EmbeddedFile& file : embedded_files()) {
    const bool fragment = file.name != kCommon && file.name != kExamples && file.name.size() > 5 &&
                          file.name.substr(file.name.size() - 5) == ".json";
    if (fragment) {
      merge(document, Json::parse(file.text));
    }
  }
  merge(document, Json::parse(embedded(kExamples)));
  return dump(document) + "\n";
}

}  // namespace

const std::string& openapi_document() {
  static const std::string kDocument = merged();
  return kDocument;
}

std::string_view docs_page() {
  return embedded("docs.html");
}

}  // namespace tagline::server
