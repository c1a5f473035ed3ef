#include "engine/lookalike.h"

#include "engine/below.h"
#include "engine/computed_rows.h"
#include "engine/decide.h"
#include "engine/largest.h"
#include "engine/run.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tagline::engine {
namespace {

constexpr RowKey kSeedRow{kComputedField, kScratchSet};
constexpr RowKey kOutsideRow{kComputedField, kScratchSet - 1};
// The sets of chosen ranges of numbers count down from here.
constexpr RowId kFirstRangeSet = kScratchSet - 2;

struct Sizes {
  std::uint64_t seed = 0;
  std::uint64_t rest = 0;
};

double log_odds(std::uint64_t with, std::uint64_t all) {
  const auto without = static_cast<double>(all - std::min(with, all));
  return std::log((static_cast<double>(with) + 0.5) / (without + 0.5));
}

// Of two yes-or-no facts, from the four counts: sum of p(x, y) ln(p(x, y) / (p(x) p(y))).
double mutual_information(const LookalikeFeature& feature, const Sizes& sizes) {
  const auto all = static_cast<double>(sizes.seed + sizes.rest);
  const auto a = static_cast<double>(feature.in_seed);
  const auto b = static_cast<double>(feature.in_rest);
  const auto seed = static_cast<double>(sizes.seed);
  const auto rest = static_cast<double>(sizes.rest);
  double sum = 0;
  const auto add = [&](double both, double x, double y) {
    if (both > 0) {
      sum += both / all * std::log(both * all / (x * y));
    }
  };
  add(a, a + b, seed);
  add(b, a + b, rest);
  add(seed - a, all - a - b, seed);
  add(rest - b, all - a - b, rest);
  return sum;
}

/// Weighs features against a seed. The seed's row is in the source.
class Weighing {
 public:
  Weighing(const Measured& how, const Sizes& sizes) : how_(how), sizes_(sizes) {}

  Result<std::vector<LookalikeFeature>> features(const std::vector<RowKey>& wanted) {
    for (const RowKey row : wanted) {
      if (row.row == kNumberFeature) {
        TAGLINE_RETURN_IF_ERROR(add_number(row));
      } else {
        TAGLINE_RETURN_IF_ERROR(add({row, std::nullopt, 0, 0, 0, 0}));
      }
    }
    std::stable_sort(features_.begin(), features_.end(),
                     [](const auto& a, const auto& b) { return a.information > b.information; });
    if (features_.size() > kLookalikeFeaturesMax) {
      features_.resize(kLookalikeFeaturesMax);
    }
    return std::move(features_);
  }

 private:
  Status add(LookalikeFeature feature);
  Status add_number(RowKey row);

  const Measured how_;
  const Sizes sizes_;
  std::vector<LookalikeFeature> features_;
};

NodeId node_of(Plan& plan, const LookalikeFeature& feature) {
  return feature.range.has_value()
             ? plan.range(feature.row.field, feature.range->low, feature.range->high)
             : plan.row(feature.row);
}

Status Weighing::add(LookalikeFeature feature) {
  Plan plan;
  const NodeId all = node_of(plan, feature);
  const NodeId in_seed = plan.all_of(std::array{plan.row(kSeedRow), all});
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users,
                           run_count(plan, all, how_.source, how_.options, how_.stats));
  TAGLINE_ASSIGN_OR_RETURN(feature.in_seed,
                           run_count(plan, in_seed, how_.source, how_.options, how_.stats));
  feature.in_rest = users - std::min(users, feature.in_seed);
  const double weight =
      log_odds(feature.in_seed, sizes_.seed) - log_odds(feature.in_rest, sizes_.rest);
  feature.weight = std::llround(weight * kLookalikeWeightScale);
  feature.information = mutual_information(feature, sizes_);
  if (feature.weight != 0 && users != 0) {
    features_.push_back(feature);
  }
  return {};
}

// Cut where 1/8, 2/8, ... of those who have the number are reached. Equal values stay together.
Status Weighing::add_number(RowKey row) {
  const RowKey exists{row.field, kExistsRow};
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t users, how_.source.cardinality(exists));
  TAGLINE_ASSIGN_OR_RETURN(const Measure measure, number_measure(how_, exists, row.field, 1));
  std::int64_t low = measure.low;
  for (std::size_t part = 1; part <= kLookalikeRangesMax && users > 0; ++part) {
    std::int64_t high = measure.high;
    if (part < kLookalikeRangesMax) {
      const std::uint64_t up_to = users / kLookalikeRangesMax * part +
                                  users % kLookalikeRangesMax * part / kLookalikeRangesMax;
      TAGLINE_ASSIGN_OR_RETURN(high, quantile(std::max<std::uint64_t>(up_to, 1), measure));
    }
    if (high >= low) {
      TAGLINE_RETURN_IF_ERROR(add({row, Interval{low, high}, 0, 0, 0, 0}));
    }
    if (high == measure.high) {
      break;  // there may be no number above it
    }
    low = std::max(low, high + 1);
  }
  return {};
}

// Among the users outside: the total of the weights, against one interval.
Program score_program(const std::vector<LookalikeFeature>& features) {
  Program program;
  const auto leaf = [&](RowKey row) {
    program.leaves.push_back(row);
    program.leaf_is_day.push_back(false);
    return static_cast<std::uint32_t>(program.leaves.size() - 1);
  };
  program.operands = {leaf(kOutsideRow)};
  program.required = {0};
  RowId range_set = kFirstRangeSet;
  for (const LookalikeFeature& feature : features) {
    const std::uint32_t id =
        leaf(feature.range.has_value() ? RowKey{kComputedField, range_set--} : feature.row);
    const bool negative = feature.weight < 0;
    const auto size = static_cast<std::uint64_t>(std::abs(feature.weight));
    for (std::uint8_t bit = 0; size >> bit != 0; ++bit) {
      if ((size >> bit & 1U) != 0) {
        program.weighted.push_back({id, bit, negative});
      }
    }
  }
  TotalTest test;
  test.rows.end = static_cast<std::uint32_t>(program.weighted.size());
  test.intervals.resize(1);
  program.totals.push_back(test);
  Instruction outside;
  outside.code = Code::AllOf;
  outside.rows = {0, 1};
  Instruction total;
  total.code = Code::Total;
  total.into = true;
  program.code = {outside, total};
  program.sections = {{0, 2}};
  program.answers = {{0, 0, false}};
  program.registers = 1;
  return program;
}

Measure score_measure(const Measured& how, const std::vector<LookalikeFeature>& features) {
  Measure measure;
  for (const LookalikeFeature& feature : features) {
    (feature.weight < 0 ? measure.low : measure.high) += feature.weight;
  }
  const auto program = [scores = score_program(features)](std::int64_t low, std::int64_t high) {
    Program test = scores;
    test.totals.front().intervals.front() = {low, high};
    return test;
  };
  measure.count = [how, program](std::int64_t low, std::int64_t high) {
    return run_count(program(low, high), how.source, how.options, how.stats);
  };
  measure.select = [how, program](std::int64_t low, std::int64_t high, std::uint64_t limit) {
    return run_select(program(low, high), how.source, how.options, limit, how.stats);
  };
  return measure;
}

Result<std::vector<LookalikeFeature>> weigh(const Node& node, const Measured& how,
                                            std::uint64_t seed) {
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t everyone, how.source.cardinality(kPopulationRow));
  return Weighing(how, {seed, everyone - std::min(everyone, seed)}).features(node.features);
}

}  // namespace

std::vector<std::string_view> methods_of(const Plan& plan, NodeId root) {
  const Below below(plan, root);
  for (const NodeId id : below.ids()) {
    if (plan.at(id).op == Op::Lookalike) {
      return {kLookalikeMethod};
    }
  }
  return {};
}

Result<std::vector<LookalikeFeature>> lookalike_features(Plan& plan, NodeId id,
                                                         const Source& source,
                                                         const ExecuteOptions& options) {
  const Node node = plan.at(id);
  TAGLINE_ASSIGN_OR_RETURN(const Bitmap seed, select(plan, node.operands.front(), source, options));
  ComputedRows rows;
  rows.put(kSeedRow.row, seed);
  const ComputedSource layered(source, rows);
  return weigh(node, {layered, options, nullptr}, seed.cardinality());
}

Result<Bitmap> lookalike(Plan& plan, const Node& node, const Source& source,
                         const ExecuteOptions& options, ExecuteStats* stats) {
  const NodeId operand = node.operands.front();
  const NodeId others = plan.negate(operand);
  TAGLINE_ASSIGN_OR_RETURN(const Bitmap seed,
                           run_select(plan, operand, source, options, kNoLimit, stats));
  if (seed.cardinality() == 0) {
    return Bitmap();  // nobody is like nobody; every score would be an equal one
  }
  TAGLINE_ASSIGN_OR_RETURN(Bitmap outside,
                           run_select(plan, others, source, options, kNoLimit, stats));
  const auto n = static_cast<std::uint64_t>(node.low);
  if (outside.cardinality() <= n) {
    return outside;
  }
  ComputedRows rows;
  const ComputedSource layered(source, rows);
  const Measured how{layered, options, stats};
  rows.put(kSeedRow.row, seed);
  rows.put(kOutsideRow.row, outside);
  TAGLINE_ASSIGN_OR_RETURN(const std::vector<LookalikeFeature> features,
                           weigh(node, how, seed.cardinality()));
  RowId range_set = kFirstRangeSet;
  for (const LookalikeFeature& feature : features) {
    if (feature.range.has_value()) {
      Plan range;
      const NodeId root = node_of(range, feature);
      TAGLINE_ASSIGN_OR_RETURN(const Bitmap users,
                               run_select(range, root, layered, options, kNoLimit, stats));
      rows.put(range_set--, users);
    }
  }
  return largest(n, score_measure(how, features));
}

}  // namespace tagline::engine
