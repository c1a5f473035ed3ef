#include "ingest/staged_changes.h"

namespace tagline::ingest {

Result<std::optional<engine::UserIndex>> StagedChanges::user(const std::string& given,
                                                             bool create) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, stored_ids_.respelled(given));
  const std::string& id = stored.has_value() ? *stored : given;
  if (const auto found = new_indexes_.find(id); found != new_indexes_.end()) {
    return std::optional(found->second);
  }
  TAGLINE_ASSIGN_OR_RETURN(auto known, txn_.find_user(id));
  if (!known.has_value() && create) {
    known = users_before_ + static_cast<engine::UserIndex>(new_users_.size());
    new_indexes_.emplace(id, *known);
    new_users_.push_back(id);
  }
  return known;
}

Result<StagedChanges::Value> StagedChanges::value(engine::FieldId field, storage::CellShape shape,
                                                  engine::RowId cell,
                                                  engine::UserIndex user) const {
  if (const auto found = cells_.find({field, cell, user}); found != cells_.end()) {
    return found->second.value;
  }
  return user < users_before_ ? txn_.value_of(field, shape, cell, user) : Value();
}

void StagedChanges::set(const storage::Change& change) {
  const Place place{change.field, change.cell, change.user};
  const auto found = cells_.find(place);
  log_.emplace_back(place, found == cells_.end() ? std::nullopt : std::optional(found->second));
  cells_[place] = {change.shape, change.value};
}

void StagedChanges::take_back(const Mark& mark) {
  for (; log_.size() > mark.changes; log_.pop_back()) {
    const auto& [place, before] = log_.back();
    if (before.has_value()) {
      cells_[place] = *before;
    } else {
      cells_.erase(place);
    }
  }
  for (; new_users_.size() > mark.users; new_users_.pop_back()) {
    new_indexes_.erase(new_users_.back());
  }
}

void StagedChanges::restart() {
  users_before_ = txn_.user_limit();
  new_users_.clear();
  new_indexes_.clear();
  cells_.clear();
  log_.clear();
}

std::vector<storage::Change> StagedChanges::changes() const {
  std::vector<storage::Change> changes;
  changes.reserve(cells_.size());
  for (const auto& [place, cell] : cells_) {
    const auto& [field, row, user] = place;
    changes.push_back({field, cell.shape, row, user, cell.value});
  }
  return changes;
}

}  // namespace tagline::ingest
