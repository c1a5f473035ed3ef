// Diagnostics: what is wrong with an expression, where, and what to write instead.
#pragma once

#include "engine/error.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

/// Half-open [begin, end), 0-based code points of the text as typed. People and JSON see `begin +
/// 1`.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

enum class Severity : std::uint8_t { Error, Warning };

/// An edit that cures the fault: replace `span` by `insert`.
struct Fix {
  Text title;
  Span span;
  std::string insert;
};

struct SegmentFault;

struct Diagnostic {
  std::string code;  ///< kebab-case, language.md section 3: "unknown-tag", "missing-operator", ...
  Severity severity = Severity::Error;
  Span span;
  Text message;
  Text hint;  ///< may be empty
  /// A day to ask as of, with which the fault would not be: each face says how that is written.
  std::optional<std::chrono::sys_days> as_of{};
  std::vector<Fix> fixes;
  /// segment-broken: what is wrong inside the segment. Shared: many places may name one segment.
  std::shared_ptr<const SegmentFault> inside;
};

/// What is wrong with a saved segment, in its own text.
struct SegmentFault {
  std::string name;
  std::string text;
  /// Spans are of `text`. At most one of them has an `inside` of its own, so that the whole is no
  /// longer than segments are deep.
  std::vector<Diagnostic> errors;
};

/// The card a terminal shows: the line of `text` the diagnostic points into, a caret line under it
/// (full-width carets under East Asian wide characters), then `error: ...` and `hint:  ...` in the
/// language asked for
/// ("错误：", "提示：" in Chinese). A fault inside a segment follows as "in segment @name:" and the
/// cards of its own text. Ends with a line feed.
enum class Language : std::uint8_t { English, Chinese };
[[nodiscard]] std::string card(const Diagnostic& diagnostic, std::string_view text,
                               Language language);

}  // namespace tagline::dsl
