// A tree as one line of text: (and [vip] (not [city:tier1])). For cases.
#pragma once

#include "dsl/print.h"
#include "dsl/tree.h"

#include <string>

namespace tagline::dsl {

[[nodiscard]] inline std::string tree_text(const Tree& tree) {
  std::string head;
  switch (tree.kind) {
    case TreeKind::And:
      head = "and";
      break;
    case TreeKind::Or:
      head = "or";
      break;
    case TreeKind::Not:
      head = "not";
      break;
    case TreeKind::Call:
      head = tree.name.text;
      break;
    case TreeKind::Everyone:
    case TreeKind::Segment:
    case TreeKind::Term:
    case TreeKind::Literal:
      return "[" + print(tree) + "]";
  }
  for (const Tree& operand : tree.operands) {
    head += " " + tree_text(operand);
  }
  return "(" + head + ")";
}

}  // namespace tagline::dsl
