#include "server/forms.h"

#include "dsl/display.h"
#include "dsl/fingerprint.h"
#include "dsl/sentence.h"
#include "server/answer_json.h"
#include "server/day_text.h"
#include "server/diagnostic_json.h"
#include "server/tree_json.h"

#include <utility>

namespace tagline::server {

Forms forms_of(const dsl::Checked& checked, const dsl::Catalogue& catalogue) {
  Forms forms;
  forms.canonical = checked.canonical;
  forms.display = {dsl::display(checked.tree, catalogue, dsl::Language::English),
                   dsl::display(checked.tree, catalogue, dsl::Language::Chinese)};
  forms.sentence = dsl::sentence(checked.bound, catalogue);
  forms.fingerprint = dsl::fingerprint(checked.bound);
  forms.tree = tree_json(checked.tree);
  return forms;
}

namespace {

// REQUIRES: checked.ok
Json forms_fields(const Forms& forms, const dsl::Checked& checked, std::string_view text) {
  return Json{{"ok", true},
              {"canonical", forms.canonical},
              {"warnings", diagnostics_json(checked.warnings, text)},
              {"display", text_json(forms.display)},
              {"sentence", text_json(forms.sentence)},
              {"fingerprint", forms.fingerprint},
              {"tree", Json::parse(forms.tree, nullptr, false)}};
}

}  // namespace

std::string forms_json(const dsl::Checked& checked, const dsl::Catalogue& catalogue,
                       std::string_view text) {
  return checked.ok ? dump(forms_fields(forms_of(checked, catalogue), checked, text))
                    : checked_json(checked, text);
}

std::string formatted_json(const dsl::Checked& checked, const dsl::Catalogue& catalogue,
                           std::string_view text, std::optional<dsl::Language> language) {
  if (!checked.ok) {
    return dump(Json{
        {"ok", false}, {"expression", text}, {"errors", diagnostics_json(checked.errors, text)}});
  }
  const Forms forms = forms_of(checked, catalogue);
  Json json = forms_fields(forms, checked, text);
  json["expression"] = text;
  json["formatted"] = !language.has_value()                 ? forms.canonical
                      : *language == dsl::Language::Chinese ? forms.display.zh
                                                            : forms.display.en;
  return dump(json);
}

std::string sentence_json(const dsl::Checked& checked, const dsl::Catalogue& catalogue,
                          std::string_view text, std::chrono::sys_days as_of) {
  if (!checked.ok) {
    return checked_json(checked, text);
  }
  return dump(Json{{"ok", true},
                   {"canonical", checked.canonical},
                   {"as_of", day_text(as_of)},
                   {"sentence", text_json(dsl::sentence(checked.bound, catalogue))},
                   {"warnings", diagnostics_json(checked.warnings, text)}});
}

std::string completions_json(const dsl::Completions& completions, std::string_view text) {
  Json candidates = Json::array();
  for (const dsl::Completion& candidate : completions.candidates) {
    Json json = {{"insert", candidate.insert},
                 {"kind", std::string(dsl::wire_name(candidate.kind))},
                 {"label", candidate.label}};
    if (!candidate.detail.empty()) {
      json["detail"] = text_json(candidate.detail);
    }
    if (candidate.people.has_value()) {
      json["people"] = *candidate.people;
    }
    if (candidate.deprecated) {
      json["deprecated"] = true;
    }
    candidates.push_back(std::move(json));
  }
  return dump(Json{{"from", completions.replace.begin + 1},
                   {"to", completions.replace.end + 1},
                   {"utf16", utf16_json(completions.replace, text)},
                   {"candidates", std::move(candidates)}});
}

}  // namespace tagline::server
