#include "server/near_duplicates.h"

#include "engine/execute.h"
#include "engine/plan.h"
#include "engine/similar_rows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace tagline::server {
namespace {

using engine::NodeId;
using engine::RowId;
using engine::TagKind;
using storage::Snapshot;
using storage::TagRecord;

using Pairs = std::map<std::pair<std::size_t, std::size_t>, std::vector<AlikeValues>>;

/// A flag, or a value.
struct Candidate {
  engine::RowKey row;
  std::size_t tag = 0;
  std::string value;
  std::uint64_t people = 0;
};

Result<std::vector<Candidate>> candidates_of(const Snapshot& snapshot,
                                             std::span<const TagRecord> tags,
                                             std::uint64_t people) {
  std::vector<Candidate> all;
  const auto add = [&](engine::RowKey row, std::size_t tag, std::string value) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t size, snapshot.cardinality(row));
    if (size >= people) {
      all.push_back({row, tag, std::move(value), size});
    }
    return {};
  };
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (tags[i].kind == TagKind::Flag) {
      TAGLINE_RETURN_IF_ERROR(add({tags[i].field, engine::kFlagRow}, i, ""));
    } else if (tags[i].kind == TagKind::Category || tags[i].kind == TagKind::Set) {
      TAGLINE_ASSIGN_OR_RETURN(const auto values, snapshot.values(tags[i].field));
      for (const storage::ValueRecord& value : values) {
        TAGLINE_RETURN_IF_ERROR(add({tags[i].field, value.row}, i, value.name));
      }
    }
  }
  return all;
}

Status compare_rows(const Snapshot& snapshot, std::span<const TagRecord> tags,
                    const AlikeOptions& options, Pairs& pairs, std::uint64_t& not_compared) {
  TAGLINE_ASSIGN_OR_RETURN(auto all, candidates_of(snapshot, tags, options.people));
  std::stable_sort(all.begin(), all.end(),
                   [](const Candidate& a, const Candidate& b) { return a.people > b.people; });
  std::vector<engine::CandidateRow> rows;
  for (std::size_t i = 0; i < std::min(all.size(), options.rows); ++i) {
    rows.push_back({all[i].row, static_cast<std::uint32_t>(all[i].tag)});
  }
  auto found = engine::similar_rows(rows, snapshot, {options.share, options.budget});
  while (!found.has_value() && found.error().code() == ErrorCode::TooLarge && rows.size() > 1) {
    rows.resize(rows.size() / 2);  // too many of one size: those of most people
    found = engine::similar_rows(rows, snapshot, {options.share, options.budget});
  }
  if (!found.has_value()) {
    return tl::unexpected(std::move(found).error());
  }
  not_compared = all.size() - rows.size();
  for (const engine::SimilarPair& pair : *found) {
    const Candidate* first = &all[pair.a];
    const Candidate* second = &all[pair.b];
    if (first->tag < second->tag) {
      std::swap(first, second);
    }
    pairs[{first->tag, second->tag}].push_back(
        {first->value, second->value, pair.both, pair.either});
  }
  return {};
}

/// A number or date with the sizes of its rows.
struct Number {
  std::size_t tag = 0;
  std::uint64_t people = 0;
  std::vector<std::uint64_t> sizes;  ///< by row, from the sign on
};

Result<std::vector<Number>> numbers_of(const Snapshot& snapshot, std::span<const TagRecord> tags,
                                       std::uint64_t people) {
  std::vector<Number> numbers;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (tags[i].kind != TagKind::Number && tags[i].kind != TagKind::Date) {
      continue;
    }
    Number number;
    number.tag = i;
    TAGLINE_ASSIGN_OR_RETURN(number.people,
                             snapshot.cardinality({tags[i].field, engine::kExistsRow}));
    if (number.people == 0 || number.people < people) {
      continue;
    }
    TAGLINE_ASSIGN_OR_RETURN(const unsigned bits, snapshot.value_bits(tags[i].field));
    for (RowId row = engine::kSignRow; row < engine::kFirstBitRow + bits; ++row) {
      TAGLINE_ASSIGN_OR_RETURN(number.sizes.emplace_back(),
                               snapshot.cardinality({tags[i].field, row}));
    }
    numbers.push_back(std::move(number));
  }
  return numbers;
}

/// Whether so many people can have the same value of both. Who has it is in the same rows of both,
/// so the sizes of a row differ by no more than there are others.
bool may_be_alike(const Number& a, const Number& b, double share) {
  const auto sum = static_cast<double>(a.people + b.people);
  const double least = share / (1 + share) * sum;  // people with the same value
  const double others = static_cast<double>(std::max(a.people, b.people)) - least;
  if (least > static_cast<double>(std::min(a.people, b.people))) {
    return false;
  }
  const auto size = [](const Number& number, std::size_t row) {
    return row < number.sizes.size() ? static_cast<double>(number.sizes[row]) : 0.0;
  };
  for (std::size_t row = 0; row < std::max(a.sizes.size(), b.sizes.size()); ++row) {
    if (std::abs(size(a, row) - size(b, row)) > others) {
      return false;
    }
  }
  return true;
}

/// Users with a value of both, and the same one.
Result<std::uint64_t> count_equal(const Snapshot& snapshot, engine::FieldId a, engine::FieldId b,
                                  std::size_t rows, const engine::Budget* budget) {
  engine::Plan plan;
  std::vector<NodeId> differ;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = engine::kSignRow + static_cast<RowId>(i);
    const NodeId first = plan.row({a, row});
    const NodeId second = plan.row({b, row});
    differ.push_back(plan.difference(first, {&second, 1}));
    differ.push_back(plan.difference(second, {&first, 1}));
  }
  const NodeId both[] = {plan.row({a, engine::kExistsRow}), plan.row({b, engine::kExistsRow})};
  const NodeId equal = plan.difference(plan.all_of(both), differ);
  engine::ExecuteOptions options;
  options.budget = budget;
  return engine::count(plan, equal, snapshot, options);
}

Status compare_numbers(const Snapshot& snapshot, std::span<const TagRecord> tags,
                       const AlikeOptions& options, Pairs& pairs) {
  TAGLINE_ASSIGN_OR_RETURN(const auto numbers, numbers_of(snapshot, tags, options.people));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Number& a = numbers[i];
      const Number& b = numbers[j];
      const TagRecord& tag = tags[a.tag];
      const TagRecord& other = tags[b.tag];
      if (tag.kind != other.kind || tag.scale != other.scale ||
          !may_be_alike(a, b, options.share)) {
        continue;
      }
      TAGLINE_ASSIGN_OR_RETURN(
          const std::uint64_t equal,
          count_equal(snapshot, tag.field, other.field, std::max(a.sizes.size(), b.sizes.size()),
                      options.budget));
      const std::uint64_t either = a.people + b.people - equal;
      if (static_cast<double>(equal) >= options.share * static_cast<double>(either)) {
        pairs[{a.tag, b.tag}].push_back({"", "", equal, either});
      }
    }
  }
  return {};
}

}  // namespace

Result<Alike> alike_tags(const Snapshot& snapshot, std::span<const TagRecord> tags,
                         const AlikeOptions& options) {
  Alike alike;
  Pairs pairs;
  TAGLINE_RETURN_IF_ERROR(compare_rows(snapshot, tags, options, pairs, alike.not_compared));
  TAGLINE_RETURN_IF_ERROR(compare_numbers(snapshot, tags, options, pairs));
  for (auto& [places, values] : pairs) {
    std::stable_sort(values.begin(), values.end(), [](const AlikeValues& a, const AlikeValues& b) {
      return static_cast<double>(a.both) * static_cast<double>(b.either) >
             static_cast<double>(b.both) * static_cast<double>(a.either);
    });
    alike.pairs.push_back({places.first, places.second, std::move(values)});
  }
  return alike;
}

}  // namespace tagline::server
