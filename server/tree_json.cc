// Writing. tree_json_reader.cc reads.
#include "server/tree_json.h"

#include "dsl/functions.h"
#include "dsl/print.h"
#include "dsl/units.h"
#include "server/json_reader.h"
#include "server/tree_json_words.h"

#include <utility>

namespace tagline::server {
namespace {

using dsl::Comparison;
using dsl::Tree;
using dsl::TreeKind;

[[nodiscard]] Json node_json(const Tree& tree);

[[nodiscard]] Json period_json(const dsl::Period& period) {
  Json json;
  switch (period.kind) {
    case dsl::Period::Kind::Rolling:
      json["last"] = period.length.count;
      json["unit"] = unit_word(period.length.unit);
      break;
    case dsl::Period::Kind::This:
      json["this"] = unit_word(period.length.unit);
      break;
    case dsl::Period::Kind::Previous:
      json["previous"] = unit_word(period.length.unit);
      break;
  }
  return json;
}

[[nodiscard]] Json value_json(const dsl::TermValue& value) {
  if (value.period.has_value()) {
    return period_json(*value.period);
  }
  if (value.word.quoted == value_is_quoted(value.word.text)) {
    return value.word.text;
  }
  Json json;
  json["text"] = value.word.text;
  json["quoted"] = value.word.quoted;
  return json;
}

void add_comparison(Json& json, const Tree& term) {
  if (term.comparison == Comparison::None) {
    return;
  }
  if (term.comparison == Comparison::Is || term.comparison == Comparison::IsNot) {
    Json values = Json::array();
    for (const dsl::TermValue& value : term.values) {
      values.push_back(value_json(value));
    }
    json[term.comparison == Comparison::Is ? "is" : "is_not"] = std::move(values);
    return;
  }
  json["op"] = order_word(term.comparison);
  json["value"] = value_json(term.values.front());
}

[[nodiscard]] Json term_json(const Tree& term) {
  Json json;
  json["tag"] = term.name.text;
  if (term.name.quoted != name_is_quoted(term.name.text)) {
    json["quoted"] = term.name.quoted;
  }
  add_comparison(json, term);
  return json;
}

[[nodiscard]] Json call_json(const Tree& call) {
  const dsl::Function* function = dsl::find_function(call.name.text);
  Json arguments = Json::array();
  Json options = Json::array();
  for (const Tree& operand : call.operands) {
    if (is_option(function, operand)) {
      Json option;
      option["option"] = operand.name.text;
      add_comparison(option, operand);
      options.push_back(std::move(option));
      continue;
    }
    // Options written ahead of this argument keep their place among the arguments.
    for (Json& early : options) {
      arguments.push_back(std::move(early));
    }
    options = Json::array();
    arguments.push_back(node_json(operand));
  }
  Json json;
  json["call"] = call.name.text;
  json["arguments"] = std::move(arguments);
  if (!options.empty()) {
    json["options"] = std::move(options);
  }
  return json;
}

// Recursion is bounded by the brackets of the tree.
[[nodiscard]] Json node_json(const Tree& tree) {
  Json json;
  switch (tree.kind) {
    case TreeKind::And:
    case TreeKind::Or: {
      Json operands = Json::array();
      for (const Tree& operand : tree.operands) {
        operands.push_back(node_json(operand));
      }
      json[tree.kind == TreeKind::And ? "and" : "or"] = std::move(operands);
      break;
    }
    case TreeKind::Not:
      json["not"] = node_json(tree.operands.front());
      break;
    case TreeKind::Everyone:
      json["everyone"] = true;
      break;
    case TreeKind::Segment:
      json["segment"] = tree.name.text;
      if (tree.name.quoted != segment_is_quoted(tree.name.text)) {
        json["quoted"] = tree.name.quoted;
      }
      break;
    case TreeKind::Literal:
      json["literal"] = tree.name.text;
      break;
    case TreeKind::Term:
      return term_json(tree);
    case TreeKind::Call:
      return call_json(tree);
  }
  return json;
}

}  // namespace

std::string tree_json(const Tree& tree) {
  return node_json(tree).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tagline::server
