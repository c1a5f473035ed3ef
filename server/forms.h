// Forms: one expression in all the ways it can be written down.
#pragma once

#include "dsl/catalogue.h"
#include "dsl/check.h"
#include "dsl/complete.h"

#include <string>

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

/// {"from": 1, "to": 3, "candidates": [{"insert", "kind", "label", "detail"?, "people"?}]}; `from`
/// and `to` count code points from 1, `to` is behind the last.
[[nodiscard]] std::string completions_json(const dsl::Completions& completions);

}  // namespace tagline::server
