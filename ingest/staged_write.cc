#include "ingest/staged_write.h"

#include "engine/layout.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::ingest {
namespace {

/// `timed`: Vocabulary::times.
Status note_times(storage::WriteTxn& txn, const std::map<engine::FieldId, engine::FieldId>& timed,
                  std::vector<storage::Change>& changes, std::int64_t now_s) {
  std::set<engine::UserIndex> users;
  std::vector<storage::Change> times;
  for (const storage::Change& change : changes) {
    const bool event =
        change.shape == storage::CellShape::Count || change.shape == storage::CellShape::Amount;
    if (!event) {
      users.insert(change.user);
    }
    // Whatever is written of a tag, whether the user has a value then is in the cell of row 0.
    const auto own = change.cell == engine::kExistsRow ? timed.find(change.field) : timed.end();
    if (own != timed.end()) {
      times.push_back({own->second, storage::CellShape::Number, 0, change.user,
                       change.value.has_value() ? std::optional(now_s) : std::nullopt});
    }
  }
  changes.insert(changes.end(), times.begin(), times.end());
  if (users.empty()) {
    return {};
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::FieldId updated, txn.updated_field());
  for (const engine::UserIndex user : users) {
    changes.push_back({updated, storage::CellShape::Number, 0, user, now_s});
  }
  return {};
}

}  // namespace

Result<bool> write_staged(const StagedChanges& staged, Vocabulary& names, std::int64_t now_s,
                          storage::WriteTxn& txn) {
  const std::vector<std::string_view> ids(staged.new_users().begin(), staged.new_users().end());
  TAGLINE_RETURN_IF_ERROR(txn.add_users(ids));
  std::vector<storage::Change> changes = staged.changes();
  std::set<engine::FieldId> fields;
  for (const storage::Change& change : changes) {
    fields.insert(change.field);
  }
  TAGLINE_RETURN_IF_ERROR(names.touch(fields, now_s, txn));
  TAGLINE_RETURN_IF_ERROR(note_times(txn, names.times(), changes, now_s));
  const bool any = !ids.empty() || !changes.empty();
  TAGLINE_RETURN_IF_ERROR(txn.change(std::move(changes)));
  return any;
}

}  // namespace tagline::ingest
