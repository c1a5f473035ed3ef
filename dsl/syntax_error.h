// syntax_error: the first fault of scan or parse, in words. Looks around the fault in the text, and
// asks the catalogue what the names near it are.
#pragma once

#include "dsl/check.h"
#include "dsl/diagnostic.h"
#include "dsl/grammar.h"
#include "dsl/names.h"
#include "dsl/scan.h"

namespace tagline::dsl {

struct SyntaxFault {
  const Scanned& scanned;
  const Parsed& parsed;
  Names& names;
  const CheckOptions& options;
};

/// REQUIRES: `fault.parsed.fault` is set.
[[nodiscard]] Diagnostic syntax_error(const SyntaxFault& fault);

}  // namespace tagline::dsl
