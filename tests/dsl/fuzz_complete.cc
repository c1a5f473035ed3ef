// Any bytes with a cursor (the first `|` marks it; without one it is at the end): whatever is
// offered fits its place, nothing that is offered is unknown there, and checking the text that
// comes of it keeps its promises.
#include "dsl/check.h"
#include "dsl/complete.h"
#include "dsl/grammar.h"
#include "dsl/scan.h"
#include "dsl/unicode.h"
#include "tests/dsl/demo_catalogue.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace tagline::dsl;  // NOLINT(google-build-using-namespace): a program of one file

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

/// The text up to `end` reads without a fault: what complete.h promises of a candidate.
void require_fits(std::string_view text, std::size_t end, const Limits& limits) {
  const Scanned scanned = scan(text, limits);
  const auto fault = scanned.fault.has_value() ? scanned.fault : parse(scanned, limits).fault;
  require(!fault.has_value() || fault->code == "unclosed-paren" || fault->span.begin >= end);
}

/// No error says that the name put in is none.
void require_known(std::string_view text, Span inserted, const Catalogue& catalogue) {
  const Checked checked = check(text, catalogue, demo_options());
  require(checked.ok == checked.errors.empty());
  for (const Diagnostic& error : checked.errors) {
    const bool within = error.span.begin >= inserted.begin && error.span.end <= inserted.end &&
                        error.span.begin < error.span.end;
    require(!within || !error.code.starts_with("unknown-"));
  }
}

void complete_in(std::string_view text, std::uint32_t cursor, const Catalogue& catalogue) {
  CompleteOptions options;
  options.as_of = demo_options().as_of;
  const Completions found = complete(text, cursor, catalogue, options);
  const std::u32string points = decode(text);
  require(found.replace.begin <= found.replace.end && found.replace.end <= points.size());
  require(found.replace.begin <= std::min<std::size_t>(cursor, points.size()));
  require(found.candidates.size() <= options.candidates_max);
  const std::string head = encode(points.substr(0, found.replace.begin));
  const std::string tail = encode(points.substr(found.replace.end));
  std::set<CompletionKind> tried;
  for (const Completion& candidate : found.candidates) {
    require(!candidate.insert.empty() && !candidate.label.empty());
    if (!tried.insert(candidate.kind).second) {
      continue;  // one of a kind: hundreds of texts a second instead of dozens
    }
    const auto end =
        static_cast<std::uint32_t>(found.replace.begin + count_points(candidate.insert));
    // With what stands behind it, and as it is typed when nothing does.
    const std::string whole = head + candidate.insert + tail;
    require_fits(whole, end, options.limits);
    require_fits(head + candidate.insert, end, options.limits);
    require_known(whole, {found.replace.begin, end}, catalogue);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Catalogue store = demo_store();
  const std::string_view marked(reinterpret_cast<const char*>(data), size);
  const std::size_t mark = marked.find('|');
  const std::string_view before = marked.substr(0, mark);
  std::string text(before);
  if (mark != std::string_view::npos) {
    text += marked.substr(mark + 1);
  }
  const auto cursor = static_cast<std::uint32_t>(count_points(before));
  complete_in(text, cursor, store);
  return 0;
}
