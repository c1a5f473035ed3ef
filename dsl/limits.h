// Limits: how much of everything an expression may hold. No input, however hostile, costs more than
// these allow.
#pragma once

#include <cstdint>

namespace tagline::dsl {

/// Defaults; a caller may set others. Each has an error code of its own (in brackets), whose text
/// gives the limit.
struct Limits {
  /// Code points of the text [too-long]. Several thousand conditions' worth; a list of people
  /// belongs in a segment.
  std::uint32_t code_points = 65'536;
  /// Open brackets at any point [too-deep]. Counted as people see them. Bounds the recursion of the
  /// parser, the printer, the checker, lowering and the destructors: flat AND/OR and cancelled NOTs
  /// make no tree deeper than its brackets. Measured stack at this depth:
  /// grammar-docs/language.en.md, "Limits".
  std::uint32_t depth = 64;
  /// Conditions, function calls and options together [too-many-terms].
  std::uint32_t terms = 1'000;
  /// Values in one list [too-many-values].
  std::uint32_t list_values = 10'000;
  /// Events of one sequence [arity]. ClickHouse's funnels have the same bound.
  std::uint32_t sequence_steps = 32;
  /// Values one wildcard may stand for [too-many-values]: it becomes a union of that many rows.
  std::uint32_t wildcard_values = 10'000;
  /// Values compared with wildcards in one expression [too-many-values]: thousands of wildcards
  /// over a large tag would take minutes. Some tenths of a second's work.
  std::uint64_t wildcard_tests = 2'000'000;
  /// Texts of segments within texts of segments [segment-too-deep]. Bounds the recursion of
  /// lowering and of destructors, together with `depth`.
  std::uint32_t segment_depth = 16;
  /// Bytes of the texts of all segments that one expression reaches, each counted once [too-long].
  /// Sixteen texts of full size; a thousand of the usual one.
  std::uint32_t segment_bytes = 1'048'576;
  /// lookalike(...) in one text [too-many-terms]: each carries every value of every tag.
  std::uint32_t lookalikes = 8;
  /// Errors in one reply, and warnings in one reply; the first by position are kept.
  std::uint32_t errors = 10;
};

}  // namespace tagline::dsl
