// Near duplicates: tags of which nearly the same is known of nearly the same people.
//
// Compared are the people of flags and of single values, each with those of other tags: a flag may
// say what a value of a category does. Numbers and dates are compared as wholes: who has the very
// same value of both. Who has any value of a category or number at all is not compared: of tags
// that come from one file it is often everybody, and means nothing.
#pragma once

#include "engine/budget.h"
#include "engine/result.h"
#include "storage/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tagline::server {

/// Values of two tags with nearly the same people. A flag, a number and a date have one, called "".
struct AlikeValues {
  std::string value;
  std::string other;
  std::uint64_t both = 0;
  std::uint64_t either = 0;
};

struct AlikeTags {
  std::size_t tag = 0;  ///< the later of the two, as a place among those given
  std::size_t other = 0;
  std::vector<AlikeValues> values;  ///< most alike first
};

struct AlikeOptions {
  double share = 0.95;       ///< the least Jaccard index
  std::uint64_t people = 1;  ///< values of fewer are left out
  std::size_t rows = 0;      ///< of flags and values at most, those of most people; fewer when too
                             ///< many have nearly the same number of people
  const engine::Budget* budget = nullptr;
};

struct Alike {
  std::vector<AlikeTags> pairs;    ///< in order
  std::uint64_t not_compared = 0;  ///< flags and values beyond AlikeOptions::rows
};

[[nodiscard]] Result<Alike> alike_tags(const storage::Snapshot& snapshot,
                                       std::span<const storage::TagRecord> tags,
                                       const AlikeOptions& options);

}  // namespace tagline::server
