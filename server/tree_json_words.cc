#include "server/tree_json_words.h"

#include "dsl/literal.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <string>

namespace tagline::server {
namespace {

using dsl::Comparison;
using dsl::Unit;

struct UnitWord {
  std::string_view text;
  Unit unit;
};
constexpr std::array<UnitWord, 8> kUnits = {{{"day", Unit::Day},
                                             {"week", Unit::Week},
                                             {"month", Unit::Month},
                                             {"quarter", Unit::Quarter},
                                             {"year", Unit::Year},
                                             {"hour", Unit::Hour},
                                             {"minute", Unit::Minute},
                                             {"second", Unit::Second}}};

struct OrderWord {
  std::string_view text;
  Comparison comparison;
};
constexpr std::array<OrderWord, 4> kOrders = {{{">", Comparison::Greater},
                                               {">=", Comparison::GreaterEqual},
                                               {"<", Comparison::Less},
                                               {"<=", Comparison::LessEqual}}};

/// One word, which the fold leaves as it is.
[[nodiscard]] bool is_one_word(std::u32string_view points) {
  return !points.empty() && std::all_of(points.begin(), points.end(), [](char32_t point) {
    return dsl::is_word_char(point) && dsl::fold(point) == point;
  });
}

}  // namespace

std::string_view unit_word(Unit unit) {
  return kUnits.at(static_cast<std::size_t>(unit)).text;
}

std::optional<Unit> unit_of(std::string_view word) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const UnitWord& entry) { return entry.text == word; });
  return found == kUnits.end() ? std::nullopt : std::optional(found->unit);
}

std::string_view order_word(Comparison comparison) {
  const auto found = std::find_if(kOrders.begin(), kOrders.end(), [&](const OrderWord& entry) {
    return entry.comparison == comparison;
  });
  return found == kOrders.end() ? std::string_view() : found->text;
}

std::optional<Comparison> order_of(std::string_view word) {
  const auto found = std::find_if(kOrders.begin(), kOrders.end(),
                                  [&](const OrderWord& entry) { return entry.text == word; });
  return found == kOrders.end() ? std::nullopt : std::optional(found->comparison);
}

bool may_be_bare_value(std::string_view text) {
  const std::u32string points = dsl::decode(text);
  if (!is_one_word(points) || dsl::is_keyword(points)) {
    return false;
  }
  // write_value quotes whatever a bare word would be read as besides a plain text; of those, only a
  // period is no word.
  const bool plain = dsl::write_value(text) == text;
  return plain || dsl::is_literal(points) || points.find(U'*') != std::u32string::npos;
}

bool may_be_bare_name(std::string_view text) {
  return dsl::write_name(text) == text;
}

bool may_be_bare_segment(std::string_view text) {
  const std::u32string points = dsl::decode(text);
  return is_one_word(points) && points.find(U'*') == std::u32string::npos;
}

bool is_option(const dsl::Function* function, const dsl::Tree& operand) {
  return function != nullptr && operand.kind == dsl::TreeKind::Term && !operand.name.quoted &&
         operand.comparison != Comparison::None &&
         dsl::find_option(*function, operand.name.text) != nullptr;
}

}  // namespace tagline::server
