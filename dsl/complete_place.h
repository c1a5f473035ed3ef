// The place of the cursor: what the grammar expects there, and what stands around it.
#pragma once

#include "dsl/diagnostic.h"
#include "dsl/functions.h"
#include "dsl/limits.h"
#include "dsl/tree.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

enum class PlaceKind : std::uint8_t {
  None,
  Condition,
  Argument,  ///< of `call`
  Value,     ///< of the term `name`
  Segment,   ///< after @
  After,     ///< something complete ends here, inside of what `bracket` says
};

enum class BracketKind : std::uint8_t { None, Group, List, Call };

/// The innermost call that is open, and what has been written in it before the cursor.
struct OpenCall {
  const Function* function = nullptr;  ///< null: no function is called so
  std::size_t positional = 0;          ///< complete arguments ahead that are no options
  std::vector<OptionId> used;          ///< options ahead
  std::string first;                   ///< the name the first argument begins with
  std::optional<OptionId> bare;        ///< an option whose comparison is still missing ends here
  bool in_option = false;              ///< the cursor is in an option, or right after one
  bool in_literal = false;             ///< ... or a number
};

struct Place {
  PlaceKind kind = PlaceKind::None;
  Span replace;
  std::string typed;     ///< the part of the word before the cursor, folded; without its quote
  bool chinese = false;  ///< names and words are offered in Chinese
  BracketKind bracket = BracketKind::None;
  std::optional<OpenCall> call;  ///< when the innermost bracket, lists of values aside, is a call's

  std::string name;  ///< Value: whose; After: the bare name that ends here, if one does
  Comparison comparison = Comparison::None;  ///< Value
  bool is_option = false;                    ///< Value: `name` is an option of `call`
  std::vector<std::string> listed;           ///< Value: values ahead in the same list

  bool blank_before = false;  ///< or the beginning
  bool blank_after = false;
  char32_t next = 0;  ///< folded, the first character behind `replace` that is not blank; 0: none
};

/// Any bytes. O(length).
[[nodiscard]] Place find_place(std::string_view text, std::uint32_t cursor, const Limits& limits);

}  // namespace tagline::dsl
