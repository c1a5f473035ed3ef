// Report: what the checker has found so far.
#pragma once

#include "dsl/diagnostic.h"
#include "dsl/message.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace tagline::dsl {

/// Findings are worded only when they are shown: a list of ten thousand unknown values costs ten
/// searches for near names, not ten thousand.
class Report {
 public:
  using Words = std::function<Wording()>;

  /// REQUIRES: what `words` refers to lives until errors() or warnings() has run; `code` is a
  /// literal.
  void error(std::string_view code, Span span, Words words);
  /// segment-broken, with what is wrong inside. Shown in full where it stands first; elsewhere in
  /// one line.
  void broken(Span span, std::shared_ptr<const SegmentFault> inside, Words words);
  void warning(std::string_view code, Span span, Words words);
  [[nodiscard]] bool has_errors() const { return !errors_.empty(); }

  /// The first `limit` by position; what stands at one place stays in the order found.
  [[nodiscard]] std::vector<Diagnostic> errors(std::uint32_t limit);
  [[nodiscard]] std::vector<Diagnostic> warnings(std::uint32_t limit);

 private:
  struct Finding {
    std::string_view code;
    Span span;
    Words words;
    std::shared_ptr<const SegmentFault> inside{};
  };
  [[nodiscard]] static std::vector<Diagnostic> worded(std::vector<Finding>& findings,
                                                      Severity severity, std::uint32_t limit);

  std::vector<Finding> errors_;
  std::vector<Finding> warnings_;
};

}  // namespace tagline::dsl
