#include "dsl/report.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tagline::dsl {

void Report::error(std::string_view code, Span span, Words words) {
  errors_.push_back({code, span, std::move(words)});
}

void Report::broken(Span span, std::shared_ptr<const SegmentFault> inside, Words words) {
  errors_.push_back({"segment-broken", span, std::move(words), std::move(inside)});
}

void Report::warning(std::string_view code, Span span, Words words) {
  warnings_.push_back({code, span, std::move(words)});
}

std::vector<Diagnostic> Report::worded(std::vector<Finding>& findings, Severity severity,
                                       std::uint32_t limit) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.span.begin < b.span.begin; });
  std::vector<Diagnostic> diagnostics;
  std::set<const SegmentFault*> told;
  for (std::size_t i = 0; i < std::min<std::size_t>(findings.size(), limit); ++i) {
    const Finding& finding = findings[i];
    diagnostics.push_back(compose(finding.code, severity, finding.span, finding.words()));
    if (told.insert(finding.inside.get()).second) {
      diagnostics.back().inside = finding.inside;
    }
  }
  return diagnostics;
}

std::vector<Diagnostic> Report::errors(std::uint32_t limit) {
  return worded(errors_, Severity::Error, limit);
}

std::vector<Diagnostic> Report::warnings(std::uint32_t limit) {
  return worded(warnings_, Severity::Warning, limit);
}

}  // namespace tagline::dsl
