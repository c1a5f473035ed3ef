// fingerprint: a key under which the answer to a condition may be kept. Conditions written
// differently that are bound to the same rows, numbers and days have the same one.
//
// Reads as the same:  other spellings and languages; the order of AND, OR, at_least and lists;
//                     repeats under AND and OR; brackets; double NOT; at_least(1, ..) and OR,
//                     at_least(all, ..) and AND; did(x) and did(x, count >= 1); a period and its
//                     dates; `!=` of nothing that exists and "has a value"; @name and the text the
//                     segment is saved under.
// Tells apart:        everything else, also what only arithmetic on sets would show to be equal
//                     (x AND (y OR z), De Morgan, two ranges that meet). The cost is a missed hit.
// Knows nothing of:   the data. Field and row ids are those of one database, and an answer is of
//                     one version of it; a cache keys on database, version and fingerprint.
#pragma once

#include "dsl/bound.h"

#include <string>

namespace tagline::dsl {

/// 32 hexadecimal digits: 128 bits of SHA-256, the same on every machine. Changes between releases
/// only together with kFingerprintVersion. No recursion, and every rule of a segment is read once a
/// group that holds it, however often and deep segments name each other.
[[nodiscard]] std::string fingerprint(const Bound& bound);

inline constexpr unsigned kFingerprintVersion = 1;

}  // namespace tagline::dsl
