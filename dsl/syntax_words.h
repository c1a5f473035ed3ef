// Wordings of the faults that need a closer look at the text around them.
#pragma once

#include "dsl/message.h"
#include "dsl/surroundings.h"
#include "dsl/syntax_error.h"

#include <optional>
#include <string>

namespace tagline::dsl {

[[nodiscard]] Wording words_for_bad_char(const Scanned& scanned, Span fault);
[[nodiscard]] Wording words_for_unclosed_quote(const Scanned& scanned, Span fault);
[[nodiscard]] Wording words_for_missing_value(const SyntaxFault& context, Span fault);
[[nodiscard]] Wording words_for_missing_operator(const SyntaxFault& context, Span fault);
/// What two things with nothing between them were, if they were meant as one.
[[nodiscard]] std::optional<Wording> words_for_one_thing(const SyntaxFault& context, Span fault);
/// Of two conditions side by side: one of the words was meant as AND, OR or NOT.
[[nodiscard]] std::optional<Wording> words_for_misspelt_operator(const SyntaxFault& context,
                                                                 Span fault);
[[nodiscard]] Wording words_for_unexpected(const SyntaxFault& context, Span fault);
[[nodiscard]] Wording words_for_literal(const SyntaxFault& context, Span fault);

/// `city:` of `city:(tier1, ` and `age >` of `age > `: name and operator of the value that was
/// expected at `at`.
[[nodiscard]] std::optional<Span> head_of_value(const Surroundings& around, std::uint32_t at);
/// The comparison that ends before `at`, as typed.
[[nodiscard]] std::string operator_before(const Surroundings& around, std::uint32_t at);
[[nodiscard]] bool is_comparison_char(char32_t point);

}  // namespace tagline::dsl
