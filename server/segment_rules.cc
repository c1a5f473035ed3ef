#include "server/segment_rules.h"

#include "server/segment_graph.h"
#include "server/segment_names.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

/// How many of the rules, oldest first, are beyond what is kept.
std::size_t too_many(const std::vector<storage::RuleRecord>& rules) {
  std::size_t kept = 0;
  std::size_t bytes = 0;
  for (auto rule = rules.rbegin(); rule != rules.rend() && kept < kRulesMax; ++rule, ++kept) {
    bytes += rule->expression.size();
    if (kept > 0 && bytes > kRuleBytesMax) {
      break;
    }
  }
  return rules.size() - kept;
}

}  // namespace

Result<NumberedRule> put_next_rule(storage::WriteTxn& txn, const std::string& segment,
                                   const storage::SegmentRecord& before, storage::RuleRecord rule) {
  TAGLINE_ASSIGN_OR_RETURN(auto rules, txn.rules(segment));
  if (rules.empty() && !before.name.empty()) {
    rules = rules_with_current({}, before);
    TAGLINE_RETURN_IF_ERROR(txn.put_rule(segment, rules.front()));
  }
  if (!rules.empty() && rules.back().expression == rule.expression) {
    return NumberedRule{rules.back().number, 0};
  }
  rule.number = rules.empty() ? 1 : rules.back().number + 1;
  TAGLINE_RETURN_IF_ERROR(txn.put_rule(segment, rule));
  rules.push_back(std::move(rule));
  NumberedRule numbered{rules.back().number, 0};
  if (const std::size_t dropped = too_many(rules); dropped > 0) {
    numbered.dropped = static_cast<std::uint32_t>(dropped);
    TAGLINE_RETURN_IF_ERROR(txn.drop_rules_before(segment, rules[dropped].number));
  }
  return numbered;
}

std::int64_t change_s(const storage::SegmentRecord& before) {
  return std::max(now_s(), before.updated_s + 1);
}

Result<std::vector<std::string>> rename_in_rules(storage::WriteTxn& txn,
                                                 const dsl::Catalogue& catalogue,
                                                 const std::string& from, const std::string& to) {
  std::vector<std::string> rewritten;
  TAGLINE_ASSIGN_OR_RETURN(auto records, txn.segments());
  for (storage::SegmentRecord& record : records) {
    TAGLINE_ASSIGN_OR_RETURN(auto rules, txn.rules(record.name));
    for (storage::RuleRecord& rule : rules) {
      std::string renamed = renamed_in(rule.expression, catalogue, from, to);
      if (renamed != rule.expression) {
        rule.expression = std::move(renamed);
        TAGLINE_RETURN_IF_ERROR(txn.put_rule(record.name, rule));
      }
    }
    std::string renamed = renamed_in(record.expression, catalogue, from, to);
    if (renamed != record.expression) {
      record.expression = std::move(renamed);
      record.updated_s = change_s(record);
      TAGLINE_RETURN_IF_ERROR(txn.put_segment(record));
      rewritten.push_back(record.name);
    }
  }
  return rewritten;
}

}  // namespace tagline::server
