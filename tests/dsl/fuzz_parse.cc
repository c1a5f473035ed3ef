// Any bytes: no crash, every span inside the input, messages and cards for all, canonical text that
// parses to itself.
#include "dsl/lower.h"
#include "dsl/unicode.h"
#include "engine/plan.h"
#include "tests/dsl/demo_catalogue.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tagline::dsl;  // NOLINT(google-build-using-namespace): a program of one file

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void check_diagnostics(const std::vector<Diagnostic>& diagnostics, std::string_view text,
                       std::size_t length) {
  for (const Diagnostic& diagnostic : diagnostics) {
    require(diagnostic.span.begin <= diagnostic.span.end && diagnostic.span.end <= length);
    require(!diagnostic.message.en.empty() && !diagnostic.message.zh.empty());
    for (const Fix& fix : diagnostic.fixes) {
      require(fix.span.begin <= fix.span.end && fix.span.end <= length);
    }
    require(!card(diagnostic, text, Language::English).empty());
    require(!card(diagnostic, text, Language::Chinese).empty());
    if (diagnostic.inside != nullptr) {
      const std::string& inner = diagnostic.inside->text;
      check_diagnostics(diagnostic.inside->errors, inner, count_points(inner));
    }
  }
}

void check_against(std::string_view text, const Catalogue& catalogue) {
  const CheckOptions options = demo_options();
  const Checked checked = check(text, catalogue, options);
  const std::size_t length = count_points(text);
  require(checked.ok == checked.errors.empty());
  require(checked.errors.size() <= options.limits.errors);
  check_diagnostics(checked.errors, text, length);
  check_diagnostics(checked.warnings, text, length);
  if (checked.canonical.empty()) {
    return;
  }
  const Checked again = check(checked.canonical, catalogue, options);
  // Canonical text may be longer than what was typed, and then too long.
  const bool too_long = !again.errors.empty() && again.errors.front().code == "too-long";
  require(too_long || (again.canonical == checked.canonical && again.ok == checked.ok));
  if (checked.ok) {
    require(too_long || same_condition(checked.bound, again.bound));
    tagline::engine::Plan plan;
    const auto root = lower(checked.bound, plan);
    require(root < plan.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Catalogue file = demo_catalogue();
  static const Catalogue database = demo_database();
  static const Catalogue store = demo_store();
  const std::string text(data, data + size);
  check_against(text, file);
  check_against(text, database);
  check_against(text, store);
  // Any text may have been saved as a segment, in place of one that others name. All that depends
  // on it is checked, at several times the cost of a text; so for one text in eight.
  if (size % 8 != 0) {
    return 0;
  }
  const Checked defined = check_segment_definition("regulars", text, store, demo_options());
  check_diagnostics(defined.errors, text, count_points(text));
  Catalogue saved = store;
  saved.segments.push_back({"fuzzed", text, 0});
  check_against("@fuzzed AND @level_16", saved);
  return 0;
}
