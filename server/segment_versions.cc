// Segments: the rules a segment has had, and how two of them differ in people.
#include "dsl/check.h"
#include "dsl/lower.h"
#include "server/as_of.h"
#include "server/segment_names.h"
#include "server/segments.h"
#include "server/vocabulary.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tagline::server {
namespace {

using storage::RuleRecord;
using storage::SegmentRecord;
using storage::Snapshot;

/// A segment and what its rules are judged by.
struct History {
  dsl::Catalogue catalogue;
  dsl::CheckOptions options;
  SegmentRecord record;
  std::vector<RuleRecord> rules;
};

Result<History> history_of(const Snapshot& snapshot, const std::string& name,
                           std::optional<std::chrono::sys_days> as_of) {
  History history;
  TAGLINE_ASSIGN_OR_RETURN(history.catalogue, vocabulary_of(snapshot));
  TAGLINE_ASSIGN_OR_RETURN(history.options.as_of, as_of_day(as_of, snapshot));
  TAGLINE_ASSIGN_OR_RETURN(const std::string stored, stored_segment_name(history.catalogue, name));
  TAGLINE_ASSIGN_OR_RETURN(const auto record, snapshot.segment(stored));
  history.record = record.value();
  TAGLINE_ASSIGN_OR_RETURN(auto rules, snapshot.rules(stored));
  history.rules = rules_with_current(std::move(rules), history.record);
  return history;
}

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The expression of one side of a comparison. `name` becomes what it is called.
Result<std::string> side_of(const History& history, std::string& name) {
  const std::string reference = segment_reference(history.record.name);
  if (name.empty() && history.record.list != 0) {
    name = reference;
  } else if (name.empty()) {
    name = std::to_string(history.rules.back().number);
  }
  if (name.front() == '@') {
    return name;
  }
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (!is_number(name)) {
    return failure(ErrorCode::BadInput,
                   {"\"" + name + "\" is neither a version nor a segment",
                    "“" + name + "”既不是版本号也不是人群"},
                   {"give the number of a version, such as 2, or a segment, such as @buyers",
                    "请给出版本号，如 2；或人群，如 @buyers"});
  }
  const std::uint32_t oldest = history.rules.empty() ? 0 : history.rules.front().number;
  const std::uint32_t newest = history.rules.empty() ? 0 : history.rules.back().number;
  const Text kept{"it has " + std::to_string(oldest) + " to " + std::to_string(newest),
                  "它有版本 " + std::to_string(oldest) + " 到 " + std::to_string(newest)};
  if (fault == std::errc() && number != 0 && number < oldest) {
    return failure(
        ErrorCode::NotKept,
        {"version " + name + " of " + reference +
             " is no longer kept: of old versions the newest 1,000 are, and 4 MiB of them",
         reference + " 的版本 " + name + " 已不再保留：只保留最新的 1,000 个版本，且不超过 4 MiB"},
        kept);
  }
  if (fault != std::errc() || number == 0 || number > newest) {
    return failure(
        ErrorCode::NotFound,
        {reference + " has no version " + name, reference + " 没有版本 " + name},
        history.rules.empty()
            ? Text{"it is a list of ids, which has no versions; compare it as " + reference,
                   "它是静态名单，没有版本；请以 " + reference + " 比较"}
            : kept);
  }
  return history.rules[number - oldest].expression;
}

/// One side, in a plan that has both.
struct Side {
  engine::NodeId root = 0;
  std::string canonical;
};

Outcome<Side> understood(const History& history, std::string& name, engine::Plan& plan) {
  TAGLINE_ASSIGN_OR_RETURN(const std::string text, side_of(history, name));
  dsl::Checked checked = dsl::check(text, history.catalogue, history.options);
  if (!checked.ok) {
    Refusal refusal(std::move(checked.errors));
    refusal.text = text;
    return tl::unexpected(std::move(refusal));
  }
  return Side{dsl::lower(checked.bound, plan), std::move(checked.canonical)};
}

/// `text` as the language prints it, when it is not too long for it.
std::string printed(const std::string& text, const History& history) {
  const dsl::Checked checked = dsl::check(text, history.catalogue, history.options);
  return checked.ok ? checked.canonical : text;
}

}  // namespace

Outcome<SegmentVersions> Segments::versions(const std::string& name,
                                            std::optional<std::chrono::sys_days> as_of) {
  return store_.read([&](const Snapshot& snapshot) -> Outcome<SegmentVersions> {
    TAGLINE_ASSIGN_OR_RETURN(const History history, history_of(snapshot, name, as_of));
    const std::string reference = segment_reference(history.record.name);
    if (history.record.list != 0) {
      return tl::unexpected(Refusal(
          Error(ErrorCode::SchemaConflict,
                {reference + " is a list of ids, not a rule", reference + " 是静态名单，不是规则"},
                {"only rules have versions", "只有规则才有版本"})));
    }
    SegmentVersions versions;
    versions.name = history.record.name;
    versions.as_of = history.options.as_of;
    versions.dropped = history.rules.front().number - 1;
    versions.time_zone = snapshot.time_zone();
    TAGLINE_ASSIGN_OR_RETURN(versions.population, snapshot.population());
    for (const RuleRecord& rule : history.rules) {
      RuleVersion version;
      version.record = rule;
      dsl::Checked checked = dsl::check(rule.expression, history.catalogue, history.options);
      version.canonical = std::move(checked.canonical);
      version.faults = std::move(checked.errors);
      if (checked.ok) {
        TAGLINE_ASSIGN_OR_RETURN(version.count, count_of(checked.bound, snapshot, execute_));
      }
      versions.versions.push_back(std::move(version));
    }
    return versions;
  });
}

Outcome<SegmentDiff> Segments::diff(const std::string& name, const DiffRequest& request) {
  return store_.read([&](const Snapshot& snapshot) -> Outcome<SegmentDiff> {
    TAGLINE_ASSIGN_OR_RETURN(const History history, history_of(snapshot, name, request.as_of));
    SegmentDiff diff;
    diff.name = history.record.name;
    diff.from_name = request.from;
    diff.to_name = request.to;
    diff.as_of = history.options.as_of;
    TAGLINE_ASSIGN_OR_RETURN(diff.population, snapshot.population());
    engine::Plan plan;
    auto from = understood(history, diff.from_name, plan);
    if (!from.has_value()) {
      return tl::unexpected(std::move(from).error());
    }
    auto to = understood(history, diff.to_name, plan);
    if (!to.has_value()) {
      return tl::unexpected(std::move(to).error());
    }
    engine::Node both;
    both.op = engine::Op::And;
    both.operands = {from->root, to->root};
    const engine::NodeId both_root = plan.add(std::move(both));
    TAGLINE_ASSIGN_OR_RETURN(diff.from.count, engine::count(plan, from->root, snapshot, execute_));
    TAGLINE_ASSIGN_OR_RETURN(diff.to.count, engine::count(plan, to->root, snapshot, execute_));
    TAGLINE_ASSIGN_OR_RETURN(diff.both.count, engine::count(plan, both_root, snapshot, execute_));
    diff.only_from.count = diff.from.count - diff.both.count;
    diff.only_to.count = diff.to.count - diff.both.count;
    const std::string a = "(" + from->canonical + ")";
    const std::string b = "(" + to->canonical + ")";
    diff.from.expression = std::move(from->canonical);
    diff.to.expression = std::move(to->canonical);
    diff.both.expression = printed(a + " AND " + b, history);
    diff.only_from.expression = printed(a + " AND NOT " + b, history);
    diff.only_to.expression = printed(b + " AND NOT " + a, history);
    return diff;
  });
}

}  // namespace tagline::server
