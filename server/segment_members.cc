#include "server/segment_members.h"

#include "dsl/check.h"
#include "dsl/lower.h"
#include "server/as_of.h"
#include "server/segment_names.h"
#include "server/vocabulary.h"

#include <utility>

namespace tagline::server {

Outcome<SegmentMembers> segment_members(const storage::Snapshot& snapshot, const std::string& name,
                                        std::optional<std::chrono::sys_days> as_of,
                                        const Edit& edit, const engine::ExecuteOptions& execute) {
  SegmentMembers members;
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
  storage::OriginRecord& origin = members.origin;
  TAGLINE_ASSIGN_OR_RETURN(origin.source, stored_segment_name(catalogue, name));
  TAGLINE_ASSIGN_OR_RETURN(const auto record, snapshot.segment(origin.source));
  if (auto refusal = refuse_segment_changed(edit, record, origin.source); refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  origin.expression = record->expression;
  TAGLINE_ASSIGN_OR_RETURN(const auto rules, snapshot.rules(origin.source));
  origin.rule = rules.empty() ? 0 : rules.back().number;
  dsl::CheckOptions options;
  TAGLINE_ASSIGN_OR_RETURN(options.as_of, as_of_day(as_of, snapshot));
  origin.as_of = options.as_of.time_since_epoch().count();
  origin.data_version = snapshot.version();
  TAGLINE_ASSIGN_OR_RETURN(origin.population, snapshot.population());
  const std::string text = segment_reference(origin.source);
  dsl::Checked checked = dsl::check(text, catalogue, options);
  if (!checked.ok) {
    Refusal refusal(std::move(checked.errors));
    refusal.text = text;
    return tl::unexpected(std::move(refusal));
  }
  engine::Plan plan;
  const engine::NodeId root = dsl::lower(checked.bound, plan);
  TAGLINE_ASSIGN_OR_RETURN(members.users, engine::select(plan, root, snapshot, execute));
  return members;
}

}  // namespace tagline::server
