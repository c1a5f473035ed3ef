#include "server/segment_graph.h"

#include "dsl/check.h"
#include "dsl/names.h"
#include "dsl/print.h"
#include "server/text_slice.h"

#include <algorithm>
#include <limits>
#include <set>

namespace tagline::server {
namespace {

/// The tree of a rule. Only the form is wanted, so it is checked against an empty catalogue.
dsl::Tree tree_of(std::string_view expression) {
  const dsl::Catalogue nothing;
  return dsl::check(expression, nothing, dsl::CheckOptions{}).tree;
}

// Recursion is bounded by the brackets of the text.
void collect(const dsl::Tree& tree, std::vector<const dsl::Tree*>& nodes) {
  if (tree.kind == dsl::TreeKind::Segment) {
    nodes.push_back(&tree);
  }
  for (const dsl::Tree& operand : tree.operands) {
    collect(operand, nodes);
  }
}

}  // namespace

SegmentGraph::SegmentGraph(const dsl::Catalogue& catalogue) {
  dsl::Names names(catalogue);
  for (const dsl::Segment& segment : catalogue.segments) {
    if (!segment.expression.has_value()) {
      continue;
    }
    const dsl::Tree tree = tree_of(*segment.expression);
    std::set<std::string> used;
    for (const std::string& name : dsl::segments_in(tree)) {
      if (const dsl::Segment* found = names.segment(name)) {
        used.insert(found->name);
      }
    }
    uses_[segment.name].assign(used.begin(), used.end());
  }
}

std::vector<std::string> SegmentGraph::uses(const std::string& name) const {
  const auto found = uses_.find(name);
  return found == uses_.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> SegmentGraph::used_by(const std::string& name) const {
  std::vector<std::string> users;
  for (const auto& [user, used] : uses_) {
    if (std::binary_search(used.begin(), used.end(), name)) {
      users.push_back(user);
    }
  }
  return users;
}

std::vector<std::string> SegmentGraph::all_users_of(const std::string& name) const {
  std::vector<std::string> found;
  std::set<std::string> seen{name};
  const auto add_users = [&](const std::string& of) {
    for (std::string& user : used_by(of)) {
      if (seen.insert(user).second) {
        found.push_back(std::move(user));
      }
    }
  };
  add_users(name);
  for (std::size_t at = 0; at < found.size(); ++at) {
    const std::string next = found[at];
    add_users(next);
  }
  return found;
}

std::string renamed_in(std::string_view expression, const dsl::Catalogue& catalogue,
                       const std::string& from, const std::string& to) {
  dsl::Names names(catalogue);
  const dsl::Tree tree = tree_of(expression);
  std::string text;
  std::uint32_t done = 0;
  std::vector<const dsl::Tree*> nodes;
  collect(tree, nodes);
  for (const dsl::Tree* node : nodes) {
    const dsl::Segment* found = names.segment(node->name.text);
    if (found == nullptr || found->name != from) {
      continue;
    }
    text += slice(expression, {done, node->span.begin}) + "@" + dsl::write_name(to);
    done = node->span.end;
  }
  return text + slice(expression, {done, std::numeric_limits<std::uint32_t>::max()});
}

}  // namespace tagline::server
