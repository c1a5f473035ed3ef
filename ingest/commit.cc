#include "ingest/commit.h"

#include "ingest/lay_over.h"
#include "ingest/renumbered_users.h"
#include "ingest/text.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace tagline::ingest {
namespace {

using engine::Bitmap;
using engine::FieldId;
using engine::RowId;
using engine::ShardId;
using engine::TagKind;

/// A tag as the catalogue has it in the transaction that writes the load.
struct StoredTag {
  std::optional<storage::TagRecord> record;  ///< nothing: it is new
  std::vector<storage::ValueRecord> values;
};

/// Writes one field. May run several times with the same outcome: it changes nothing but the
/// transaction.
class FieldWriter {
 public:
  FieldWriter(storage::WriteTxn& txn, const FieldPlan& plan, const StoredTag& now,
              const FieldDelta& delta, const Change& change, Committed& done)
      : txn_(txn),
        plan_(plan),
        now_(now),
        delta_(delta),
        change_(change),
        done_(done),
        field_(plan.record.field) {}

  [[nodiscard]] Status run() {
    if (field_ == 0) {
      TAGLINE_RETURN_IF_ERROR(put_record());
      ++done_.tags_new;
    }
    TAGLINE_RETURN_IF_ERROR(put_values());
    const std::uint64_t before = done_.fragments_written;
    TAGLINE_RETURN_IF_ERROR(put_rows());
    TAGLINE_ASSIGN_OR_RETURN(const bool timed, put_times());
    if (plan_.record.field != 0 &&
        (plan_.record_changed || done_.fragments_written > before || timed)) {
      TAGLINE_RETURN_IF_ERROR(put_record());
    }
    return put_life();
  }

 private:
  [[nodiscard]] Status put_record() {
    storage::TagRecord record = plan_.record;
    if (now_.record.has_value() && plan_.was.has_value()) {
      record = lay_over(*now_.record, *plan_.was, plan_.record);
    }
    record.field = field_;
    record.updated_s = change_.now_s;
    TAGLINE_ASSIGN_OR_RETURN(field_, txn_.put_tag(std::move(record)));
    return {};
  }

  /// A value that the files state once more is as new as one that they change. Whether any was.
  [[nodiscard]] Result<bool> put_times() {
    const FieldId times = now_.record.has_value() ? now_.record->times : 0;
    if (times == 0) {
      return false;
    }
    const Bitmap nobody;
    for (const auto& [shard, delta] : delta_) {
      const auto any = delta.added.find(engine::kExistsRow);
      TAGLINE_RETURN_IF_ERROR(txn_.put_times(times, shard, delta.mask,
                                             any == delta.added.end() ? nobody : any->second,
                                             change_.now_s));
    }
    return !delta_.empty();
  }

  /// What the schema says of the life of values, once all are there.
  [[nodiscard]] Status put_life() {
    const Column& column = plan_.column;
    if (!column.ttl_s.has_value() && !column.track.has_value()) {
      return {};
    }
    const storage::TagRecord& was = now_.record.value_or(storage::TagRecord{});
    storage::TagLife life{was.times != 0, was.ttl_s};
    life.ttl_s = column.ttl_s.value_or(life.ttl_s);
    life.track = column.track.value_or(life.track) || life.ttl_s != 0;
    return txn_.set_life(field_, life, change_.now_s);
  }

  /// Gives rows to the values that users have at the end of the load, in order of their codes.
  [[nodiscard]] Status put_values() {
    if (plan_.column.kind != TagKind::Category && plan_.column.kind != TagKind::Set) {
      return {};
    }
    const std::vector<std::string>& names = plan_.dictionary.names();
    std::vector<bool> used(names.size());
    for (const auto& [shard, delta] : delta_) {
      for (const auto& [row, members] : delta.added) {
        if (row >= engine::kFirstValueRow) {
          used[row - engine::kFirstValueRow] = true;
        }
      }
    }
    RowId next = now_.values.empty() ? engine::kFirstValueRow : now_.values.back().row + 1;
    // Values that others have brought since the plans were made.
    std::map<std::string, const storage::ValueRecord*, std::less<>> others;
    for (std::size_t i = plan_.values.size(); i < now_.values.size(); ++i) {
      others.emplace(now_.values[i].name, &now_.values[i]);
    }
    std::vector<storage::ValueRecord> changed;
    value_rows_.resize(names.size());
    for (std::size_t code = 0; code < names.size(); ++code) {
      const auto other = others.find(names[code]);
      const bool known = code < plan_.values.size() || other != others.end();
      if (!known && !used[code]) {
        continue;
      }
      storage::ValueRecord record = code < plan_.values.size() ? now_.values[code]
                                    : other != others.end()
                                        ? *other->second
                                        : storage::ValueRecord{next, names[code], {}, {}};
      if (other != others.end()) {
        others_rows_.push_back(engine::kFirstValueRow + static_cast<RowId>(code));
        others.erase(other);
      }
      next = std::max(next, record.row + 1);
      value_rows_[code] = record.row;
      TAGLINE_ASSIGN_OR_RETURN(const bool aliases, add_aliases(record));
      if (!known || aliases) {
        changed.push_back(std::move(record));
      }
    }
    for (const auto& [name, record] : others) {  // of no code, but users may have them
      others_rows_.push_back(engine::kFirstValueRow + static_cast<RowId>(value_rows_.size()));
      value_rows_.push_back(record->row);
    }
    return changed.empty() ? Status() : txn_.put_values(field_, changed);
  }

  [[nodiscard]] Result<bool> add_aliases(storage::ValueRecord& record) const {
    bool changed = false;
    for (const auto& [value, aliases] : plan_.column.value_aliases) {
      TAGLINE_ASSIGN_OR_RETURN(const std::string name, to_nfc(trim(value)));
      if (name != record.name) {
        continue;
      }
      for (const std::string& alias : aliases) {
        TAGLINE_ASSIGN_OR_RETURN(std::string normal, to_nfc(trim(alias)));
        if (normal != name && std::find(record.aliases.begin(), record.aliases.end(), normal) ==
                                  record.aliases.end()) {
          record.aliases.push_back(std::move(normal));
          changed = true;
        }
      }
    }
    return changed;
  }

  [[nodiscard]] RowId stored_row(RowId row) const {
    const bool value =
        (plan_.column.kind == TagKind::Category || plan_.column.kind == TagKind::Set) &&
        row >= engine::kFirstValueRow;
    return value ? value_rows_[row - engine::kFirstValueRow] : row;
  }

  /// Rows (as the delta numbers them) that may hold users the database has.
  [[nodiscard]] RowId old_rows_end() const {
    switch (plan_.column.kind) {
      case TagKind::Flag:
        return engine::kFlagRow + 1;
      case TagKind::Category:
      case TagKind::Set:
        return engine::kFirstValueRow + static_cast<RowId>(plan_.values.size());
      case TagKind::Number:
      case TagKind::Date:
        return engine::kFirstBitRow + engine::kValueBitsMax;
      case TagKind::Event:  // never a column of a user file
        break;
    }
    return 0;
  }

  /// Whether the database has users of this shard, and among them some the load states anew.
  struct Old {
    bool any = false;
    bool masked = false;
  };
  [[nodiscard]] Result<Old> old_of(ShardId shard, const ShardDelta& delta) const {
    Old old;
    old.any =
        plan_.record.field != 0 && (std::uint64_t{shard} << engine::kShardBits) < change_.first_new;
    if (old.any) {
      TAGLINE_ASSIGN_OR_RETURN(const Bitmap known,
                               txn_.load_fragment({field_, engine::kExistsRow}, shard));
      old.masked = known.intersects(delta.mask);
    }
    return old;
  }

  /// Fragments in the order of their keys (row, then shard): LMDB is fastest when pages fill in
  /// order.
  [[nodiscard]] Status put_rows() {
    std::vector<std::pair<RowId, ShardId>> order;
    std::map<ShardId, bool> any_old;
    for (const auto& [shard, delta] : delta_) {
      TAGLINE_ASSIGN_OR_RETURN(const Old old, old_of(shard, delta));
      any_old[shard] = old.any;
      for (const auto& [row, members] : delta.added) {
        order.emplace_back(row, shard);
      }
      const auto add_old = [&, &added = delta.added, &in = shard](RowId row) {
        if (added.find(row) == added.end()) {
          order.emplace_back(row, in);
        }
      };
      for (RowId row = 0; old.masked && row < old_rows_end(); ++row) {
        add_old(row);
      }
      if (old.masked) {
        std::for_each(others_rows_.begin(), others_rows_.end(), add_old);
      }
    }
    std::sort(order.begin(), order.end(), [this](const auto& a, const auto& b) {
      return std::pair(stored_row(a.first), a.second) < std::pair(stored_row(b.first), b.second);
    });
    for (const auto& [row, shard] : order) {
      TAGLINE_RETURN_IF_ERROR(put_row(row, shard, any_old[shard]));
    }
    return {};
  }

  [[nodiscard]] Status put_row(RowId row, ShardId shard, bool any_old) {
    const ShardDelta& delta = delta_.at(shard);
    const engine::RowKey key{field_, stored_row(row)};
    const auto added = delta.added.find(row);
    if (!any_old) {
      ++done_.fragments_written;
      return txn_.put_fragment(key, shard, added->second.clone());
    }
    TAGLINE_ASSIGN_OR_RETURN(const Bitmap old, txn_.load_fragment(key, shard));
    Bitmap members = old.clone();
    members.subtract(delta.mask);
    if (added != delta.added.end()) {
      members.unite(added->second);
    }
    if (members == old) {
      return {};
    }
    ++done_.fragments_written;
    return txn_.put_fragment(key, shard, std::move(members));
  }

  storage::WriteTxn& txn_;
  const FieldPlan& plan_;
  const StoredTag& now_;
  const FieldDelta& delta_;
  const Change& change_;
  Committed& done_;
  FieldId field_;
  std::vector<RowId> value_rows_;  ///< the stored row of each code, and of those behind them
  /// Rows (as the delta numbers them) of values that others brought since the plans were made.
  std::vector<RowId> others_rows_;
};

tl::unexpected<Error> changed_meanwhile() {
  return failure(ErrorCode::Busy,
                 {"the database changed while the files were read; nothing was loaded",
                  "读取文件期间数据库发生了变化；未载入任何数据"},
                 {"load again", "请重新载入"});
}

/// When tags of the users of the load were last written (person.h): rows of a number. Users in a
/// row that come together are runs, so it costs little beside the tags themselves.
Status note_times(storage::WriteTxn& txn, const Change& change) {
  std::map<ShardId, Bitmap> users;
  for (const FieldDelta& field : change.delta.fields()) {
    for (const auto& [shard, delta] : field) {
      users[shard].unite(delta.mask);
      if (const auto any = delta.added.find(engine::kExistsRow); any != delta.added.end()) {
        users[shard].unite(any->second);
      }
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const FieldId updated, txn.updated_field());
  const Bitmap nobody;
  for (const auto& [shard, members] : users) {
    TAGLINE_RETURN_IF_ERROR(txn.put_times(updated, shard, nobody, members, change.now_s));
  }
  return {};
}

/// The tags of the plans as they are now. Busy when cells would be read otherwise than they were.
Result<std::vector<StoredTag>> stored_tags(const storage::WriteTxn& txn,
                                           const std::vector<FieldPlan>& plans) {
  std::vector<StoredTag> stored;
  TAGLINE_ASSIGN_OR_RETURN(const auto tags, txn.tags());
  for (const FieldPlan& plan : plans) {
    const auto tag = std::find_if(tags.begin(), tags.end(), [&](const auto& known) {
      return known.name == plan.record.name;
    });
    if ((tag == tags.end() ? 0 : tag->field) != plan.record.field) {
      return changed_meanwhile();
    }
    StoredTag& now = stored.emplace_back();
    if (tag != tags.end()) {
      now.record = *tag;
    }
    if (plan.record.field != 0 &&
        (plan.column.kind == TagKind::Category || plan.column.kind == TagKind::Set)) {
      TAGLINE_ASSIGN_OR_RETURN(now.values, txn.values(plan.record.field));
      // Values that were added since are other spellings of none that the files have.
      const auto added = now.values.begin() + static_cast<std::ptrdiff_t>(
                                                  std::min(now.values.size(), plan.values.size()));
      if (!read_alike({now.values.begin(), added}, plan.values) ||
          std::any_of(added, now.values.end(),
                      [](const auto& value) { return !value.aliases.empty(); })) {
        return changed_meanwhile();
      }
    }
  }
  return stored;
}

/// What a load changes, where others have added users since it was made.
struct Renumbered {
  Delta delta;
  std::vector<std::string_view> new_ids;
  RowLinks links;
};

Result<Renumbered> renumbered(const storage::WriteTxn& txn, const Change& change) {
  TAGLINE_ASSIGN_OR_RETURN(RenumberedUsers users, renumbered_users(txn, change.new_ids));
  RowLinks links = change.links;
  links.renumber(change.first_new, users.to);
  return Renumbered{change.delta.renumbered(change.first_new, users.to), std::move(users.new_ids),
                    std::move(links)};
}

Status write_load(storage::WriteTxn& txn, const Change& change, Committed& done) {
  TAGLINE_ASSIGN_OR_RETURN(const auto stored, stored_tags(txn, change.plans));
  if (!change.new_ids.empty()) {
    TAGLINE_RETURN_IF_ERROR(txn.add_users(change.new_ids));
  }
  done.users_new = change.new_ids.size();
  for (std::size_t i = 0; i < change.plans.size(); ++i) {
    TAGLINE_RETURN_IF_ERROR(
        FieldWriter(txn, change.plans[i], stored[i], change.delta.fields()[i], change, done).run());
  }
  if (done.fragments_written > 0) {
    TAGLINE_RETURN_IF_ERROR(note_times(txn, change));
  }
  TAGLINE_ASSIGN_OR_RETURN(done.links, change.links.write(txn, change.now_s, "load"));
  if (change.on_written) {
    change.on_written();
  }
  return {};
}

}  // namespace

Result<Committed> commit(storage::Store& store, const Change& change) {
  Committed done;
  const auto write = [&](storage::WriteTxn& txn) -> Status {
    done = Committed{};
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t people, txn.people_version());
    if (people != change.people_version) {
      return changed_meanwhile();
    }
    if (txn.user_limit() == change.first_new) {
      return write_load(txn, change, done);
    }
    TAGLINE_ASSIGN_OR_RETURN(const Renumbered now, renumbered(txn, change));
    return write_load(txn,
                      {change.plans, now.delta, now.new_ids, txn.user_limit(),
                       change.people_version, now.links, change.now_s, change.on_written},
                      done);
  };
  TAGLINE_RETURN_IF_ERROR(store.write(write));
  return done;
}

}  // namespace tagline::ingest
