#include "ingest/expiry.h"

#include "engine/execute.h"
#include "engine/plan.h"
#include "ingest/operation_value.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tagline::ingest {
namespace {

using engine::UserIndex;
using storage::CellShape;
using storage::Change;
using storage::Snapshot;
using storage::TagRecord;

Result<std::vector<TagRecord>> tags_that_expire(const Snapshot& snapshot) {
  TAGLINE_ASSIGN_OR_RETURN(auto tags, snapshot.tags());
  std::erase_if(tags, [](const TagRecord& tag) { return tag.ttl_s == 0; });
  return tags;
}

engine::NodeId written_until(engine::Plan& plan, const TagRecord& tag, std::int64_t until_s) {
  return until_s < 0 ? plan.nothing() : plan.range(tag.times, 0, until_s);
}

/// What makes the users' values of a tag go.
Status take_away(const Snapshot& snapshot, const TagRecord& tag,
                 const std::vector<UserIndex>& users, std::vector<Change>& changes) {
  if (tag.kind == engine::TagKind::Set) {
    TAGLINE_ASSIGN_OR_RETURN(const auto values, snapshot.values(tag.field));
    for (const storage::ValueRecord& value : values) {
      TAGLINE_ASSIGN_OR_RETURN(const auto having, snapshot.among({tag.field, value.row}, users));
      for (const UserIndex user : having) {
        changes.push_back({tag.field, CellShape::Bit, value.row, user, std::nullopt});
      }
    }
  }
  for (const UserIndex user : users) {
    changes.push_back({tag.field, cell_shape(tag.kind), engine::kExistsRow, user, std::nullopt});
    changes.push_back({tag.times, CellShape::Number, 0, user, std::nullopt});
  }
  return {};
}

/// The changes of a step; `step.unfolded` is not set.
Result<std::vector<Change>> changes_due(const Snapshot& snapshot, std::int64_t now_s,
                                        std::size_t most, ExpiryStep& step) {
  step = {};
  std::vector<Change> changes;
  TAGLINE_ASSIGN_OR_RETURN(const auto tags, tags_that_expire(snapshot));
  for (const TagRecord& tag : tags) {
    if (step.values == most) {
      step.more = true;
      break;
    }
    engine::Plan plan;
    const engine::NodeId old = written_until(plan, tag, now_s - tag.ttl_s);
    const std::uint64_t room = most - step.values;
    TAGLINE_ASSIGN_OR_RETURN(const engine::Bitmap users,
                             engine::select(plan, old, snapshot, {.threads = 1}, room));
    TAGLINE_RETURN_IF_ERROR(take_away(snapshot, tag, users.to_vector(), changes));
    step.values += users.cardinality();
    step.more = users.cardinality() == room;
  }
  return changes;
}

}  // namespace

Result<ExpiryStep> expire_some(storage::Store& store, std::int64_t now_s, std::size_t most) {
  ExpiryStep step;
  // Beforehand without the writer's lock: mostly there is nothing to do.
  TAGLINE_ASSIGN_OR_RETURN(
      const bool any, store.read([&](const Snapshot& snapshot) -> Result<bool> {
        TAGLINE_ASSIGN_OR_RETURN(const auto due, changes_due(snapshot, now_s, 1, step));
        return !due.empty();
      }));
  step = {};
  if (!any) {
    return step;
  }
  const Status done = store.write([&](storage::WriteTxn& txn) -> Status {
    // What is committed is the state that this changes: there is one writer.
    TAGLINE_ASSIGN_OR_RETURN(auto changes, store.read([&](const Snapshot& snapshot) {
      return changes_due(snapshot, now_s, most, step);
    }));
    TAGLINE_RETURN_IF_ERROR(txn.change(std::move(changes)));
    step.unfolded = txn.unfolded();
    return {};
  });
  TAGLINE_RETURN_IF_ERROR(done);
  return step;
}

}  // namespace tagline::ingest
