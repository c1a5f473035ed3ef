// A segment expression as JSON, for visual builders: dsl::Tree to and from JSON, without loss. The
// shapes, with examples: grammar-docs/json-tree.md.
#pragma once

#include "dsl/limits.h"
#include "dsl/tree.h"
#include "engine/result.h"

#include <string>
#include <string_view>

namespace tagline::server {

/// One line. REQUIRES: `tree` came from parse or from tree_from_json.
[[nodiscard]] std::string tree_json(const dsl::Tree& tree);

/// The tree a text would have given: groups are flat, NOT NOT is gone, spans are empty and no
/// brackets are noted. print(tree) parses to the same tree again, but for quotes that a text does
/// not need ("quoted": true of a plain word): the canonical text leaves them out.
///
/// BadInput names the place ("and[1].value"), what was found and what may stand there; names are
/// not looked up (that is dsl::check of the printed text). The limits are those of text, nesting
/// counted as the brackets the text would need, each with TooLarge. Any bytes at all may come in:
/// nesting and keys are counted before a document is built.
[[nodiscard]] Result<dsl::Tree> tree_from_json(std::string_view json,
                                               const dsl::Limits& limits = {});

}  // namespace tagline::server
