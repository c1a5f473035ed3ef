// Surroundings: what stands around a fault in a text that did not parse.
#pragma once

#include "dsl/scan.h"

#include <optional>
#include <string>
#include <string_view>

namespace tagline::dsl {

/// Positions are those of the scanned text; a scan that stopped early has no text beyond its fault.
class Surroundings {
 public:
  explicit Surroundings(const Scanned& scanned) : typed_(scanned.typed), text_(scanned.text) {}

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }
  [[nodiscard]] char32_t at(std::uint32_t position) const {
    return position < text_.size() ? text_[position] : 0;
  }
  /// As typed, on one line: breaks and comments are a blank. Cut to what is there.
  [[nodiscard]] std::string typed(Span span) const;
  [[nodiscard]] std::u32string_view folded(Span span) const;

  [[nodiscard]] std::uint32_t skip_blanks(std::uint32_t from) const;
  /// The end of the last character before `from` that is not blank; 0 when there is none.
  [[nodiscard]] std::uint32_t back_over_blanks(std::uint32_t from) const;
  /// The word that begins at `from`, or ends at `to`; empty span when none does.
  [[nodiscard]] Span word_from(std::uint32_t from) const;
  [[nodiscard]] Span word_to(std::uint32_t to) const;
  /// A condition as far as eyes see it: up to the next blank, `,` or unopened `)`, brackets and
  /// quotes kept whole. `NOT x` and `! x` are kept whole too.
  [[nodiscard]] Span condition_from(std::uint32_t from) const;
  /// The bracket that encloses `at`, searching back; empty when there is none.
  [[nodiscard]] std::optional<std::uint32_t> enclosing_bracket(std::uint32_t at) const;

 private:
  [[nodiscard]] std::uint32_t past_group(std::uint32_t from) const;

  const std::u32string& typed_;
  const std::u32string& text_;
};

}  // namespace tagline::dsl
