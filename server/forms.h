// Forms: one expression in all the ways it can be written down.
#pragma once

#include "dsl/catalogue.h"
#include "dsl/check.h"
#include "dsl/complete.h"
#include "dsl/diagnostic.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::server {

struct Forms {
  std::string canonical;
  Text display;             ///< as readers of each language would have written it
  Text sentence;            ///< what it selects, in words, dates resolved
  std::string fingerprint;  ///< 32 hexadecimal digits
  std::string tree;         ///< JSON
};

/// REQUIRES: checked.ok, against this catalogue.
[[nodiscard]] Forms forms_of(const dsl::Checked& checked, const dsl::Catalogue& catalogue);

/// {"ok": true, "canonical", "warnings", "display", "sentence", "fingerprint", "tree"}, or as
/// checked_json when it is not ok. `text` is the expression as typed.
[[nodiscard]] std::string forms_json(const dsl::Checked& checked, const dsl::Catalogue& catalogue,
                                     std::string_view text);

/// forms_json, whether it is ok or not, with "expression" (`text`) and, when it is, "formatted": as
/// readers of `language` would have written it; canonical when none is given.
[[nodiscard]] std::string formatted_json(const dsl::Checked& checked,
                                         const dsl::Catalogue& catalogue, std::string_view text,
                                         std::optional<dsl::Language> language);

/// {"ok": true, "canonical", "as_of", "sentence", "warnings"}, or as checked_json when it is not
/// ok. `as_of`: the day it was checked for.
[[nodiscard]] std::string sentence_json(const dsl::Checked& checked,
                                        const dsl::Catalogue& catalogue, std::string_view text,
                                        std::chrono::sys_days as_of);

/// {"from": 1, "to": 3, "utf16": {"from": 0, "to": 2}, "candidates": [{"insert", "kind", "label",
/// "detail"?, "people"?, "deprecated"?}]}: what a candidate replaces in `text`. `from` and `to`
/// count code points from 1, those of "utf16" UTF-16 units from 0; `to` is behind the last.
[[nodiscard]] std::string completions_json(const dsl::Completions& completions,
                                           std::string_view text);

}  // namespace tagline::server
