// Most values of a category, taken together: those who have any, without the others.
//
//   v1 OR ... OR vk = known \ (v(k+1) OR ... OR vn)     where no user has two of v1 .. vn, and
//   those
//                                                       who have any are `known` (row 0)
//
// Read are the rows that are left out and one more, instead of the many.
#include "engine/rewrite_passes.h"

#include <algorithm>
#include <map>

namespace tagline::engine {
namespace {

/// An or of fewer rows costs less than it would take to look.
constexpr std::size_t kManyRows = 8;
/// Fields with more rows are left alone: what is left out has to be listed.
constexpr RowId kFieldRowsMax = 1U << 17U;

/// `taken` ascends.
NodeId known_without(Plan& plan, FieldId field, RowId rows, const std::vector<RowId>& taken) {
  std::vector<NodeId> rest;
  for (RowId row = kFirstValueRow; row < kFirstValueRow + rows; ++row) {
    if (!std::binary_search(taken.begin(), taken.end(), row)) {
      rest.push_back(plan.row({field, row}));
    }
  }
  const NodeId known = plan.row({field, kExistsRow});
  return rest.empty() ? known : plan.difference(known, rest);
}

NodeId complement_or(Plan& plan, Node node, const Source& source) {
  std::map<FieldId, std::vector<RowId>> taken;
  for (const NodeId id : node.operands) {
    const Node& operand = plan.at(id);
    if (operand.op == Op::Row && operand.row.row >= kFirstValueRow) {
      taken[operand.row.field].push_back(operand.row.row);
    }
  }
  for (auto& [field, some] : taken) {
    std::sort(some.begin(), some.end());
    some.erase(std::unique(some.begin(), some.end()), some.end());
    if (some.size() < kManyRows || some.size() > kFieldRowsMax) {
      continue;
    }
    // What cannot be told now is found out when the rows are read.
    const RowId rows = source.apart_rows(field).value_or(0);
    const bool most = rows <= kFieldRowsMax && some.size() * 2 > rows && some.size() <= rows &&
                      some.back() < kFirstValueRow + rows;
    if (!most) {
      continue;
    }
    std::erase_if(node.operands, [&, of = field](NodeId id) {
      const Node& operand = plan.at(id);
      return operand.op == Op::Row && operand.row.field == of && operand.row.row >= kFirstValueRow;
    });
    node.operands.push_back(known_without(plan, field, rows, some));
  }
  return plan.any_of(node.operands);
}

}  // namespace

NodeId complement(Plan& plan, NodeId root, const Source* source, const Budget* budget) {
  if (source == nullptr || !plan.has(Op::Or)) {
    return root;
  }
  const auto is_or = [](Op op) { return op == Op::Or; };
  return rewrite_nodes(plan, root, budget, is_or, [source](Plan& into, Node node) {
    return node.operands.size() >= kManyRows ? complement_or(into, std::move(node), *source)
                                             : into.add(std::move(node));
  });
}

}  // namespace tagline::engine
