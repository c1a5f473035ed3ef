// A stage is put in user order once; then each field is cut into shards, and each shard's values
// are turned into rows: names by a counting sort on their codes, numbers by slicing (slices.h). New
// users arrive in order, so most stages need no sorting.

#include "ingest/delta.h"

#include "ingest/slices.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

namespace tagline::ingest {
namespace {

using engine::Bitmap;
using engine::RowId;
using engine::TagKind;

/// Users (within one shard, ascending, distinct) and the stage rows that state their values.
struct ShardRows {
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> rows;
};

/// Adds the users of one value; a set may name a value twice for one user.
void unite_value(Rows& rows, std::uint32_t code, std::span<std::uint32_t> users) {
  const auto end = std::unique(users.begin(), users.end());
  const auto count = static_cast<std::size_t>(end - users.begin());
  unite_row(rows, engine::kFirstValueRow + code, bitmap_of(users.first(count)));
}

/// Adds (code, user) pairs to the rows of values. `users` ascending; counting sort when codes are
/// few.
void add_values(Rows& rows, std::span<const std::uint32_t> codes,
                std::span<const std::uint32_t> users) {
  if (codes.empty()) {
    return;
  }
  const std::uint32_t codes_end = *std::max_element(codes.begin(), codes.end()) + 1;
  if (codes_end > 4 * codes.size() + 1024) {
    std::vector<std::uint64_t> pairs(codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      pairs[i] = std::uint64_t{codes[i]} << 32U | users[i];
    }
    std::sort(pairs.begin(), pairs.end());
    std::vector<std::uint32_t> members;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      members.push_back(static_cast<std::uint32_t>(pairs[i]));
      if (i + 1 == pairs.size() || pairs[i + 1] >> 32U != pairs[i] >> 32U) {
        unite_value(rows, static_cast<std::uint32_t>(pairs[i] >> 32U), members);
        members.clear();
      }
    }
    return;
  }
  std::vector<std::size_t> ends(codes_end + 1);
  for (const std::uint32_t code : codes) {
    ++ends[code + 1];
  }
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<std::uint32_t> sorted(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    sorted[ends[codes[i]]++] = users[i];
  }
  std::size_t begin = 0;
  for (std::uint32_t code = 0; code < codes_end; ++code) {
    if (ends[code] > begin) {
      unite_value(rows, code, std::span(sorted).subspan(begin, ends[code] - begin));
      begin = ends[code];
    }
  }
}

/// Existence, sign and slices of (user, number) pairs of one shard.
void add_numbers(Rows& rows, std::span<const std::uint32_t> users,
                 std::span<const std::int64_t> numbers) {
  unite_row(rows, engine::kExistsRow, bitmap_of(users));
  std::vector<std::uint32_t> negative;
  std::vector<std::uint64_t> magnitudes(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    magnitudes[i] = static_cast<std::uint64_t>(numbers[i] < 0 ? -numbers[i] : numbers[i]);
    if (numbers[i] < 0) {
      negative.push_back(users[i]);
    }
  }
  unite_row(rows, engine::kSignRow, Bitmap::of(negative));
  add_slices(rows, engine::kFirstBitRow, users, magnitudes);
}

/// Users, and what is said of each.
template <class T>
struct Pairs {
  std::vector<std::uint32_t> users;
  std::vector<T> values;
};

/// Of the rows that state a value: user and value. Written without branches, since whether a cell
/// is blank is not to be guessed.
template <class T>
Pairs<T> stated(const ShardRows& shard, const std::vector<CellState>& states,
                const std::vector<T>& values) {
  Pairs<T> pairs{std::vector<std::uint32_t>(shard.users.size()),
                 std::vector<T>(shard.users.size())};
  std::size_t count = 0;
  for (std::size_t i = 0; i < shard.users.size(); ++i) {
    const std::uint32_t row = shard.rows[i];
    pairs.users[count] = shard.users[i];
    pairs.values[count] = values[row];
    count += states[row] == CellState::Value ? 1U : 0U;
  }
  pairs.users.resize(count);
  pairs.values.resize(count);
  return pairs;
}

Rows flag_rows(const ShardRows& shard, const StagedField& field) {
  std::vector<std::uint32_t> users(shard.users.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < shard.users.size(); ++i) {
    const std::uint32_t row = shard.rows[i];
    users[count] = shard.users[i];
    count += field.states[row] == CellState::Value && field.codes[row] == 1 ? 1U : 0U;
  }
  Rows rows;
  unite_row(rows, engine::kFlagRow, bitmap_of(std::span(users).first(count)));
  return rows;
}

Rows set_rows(const ShardRows& shard, const StagedField& field) {
  Pairs<std::uint32_t> pairs;
  std::vector<std::uint32_t> present;
  for (std::size_t i = 0; i < shard.users.size(); ++i) {
    const std::uint32_t row = shard.rows[i];
    if (field.states[row] != CellState::Value) {
      continue;
    }
    if (present.empty() || present.back() != shard.users[i]) {
      present.push_back(shard.users[i]);
    }
    const auto begin = field.list.begin() + static_cast<std::ptrdiff_t>(field.list_begin(row));
    const auto end = field.list.begin() + static_cast<std::ptrdiff_t>(field.list_ends[row]);
    pairs.users.insert(pairs.users.end(), static_cast<std::size_t>(end - begin), shard.users[i]);
    pairs.values.insert(pairs.values.end(), begin, end);
  }
  Rows rows;
  unite_row(rows, engine::kExistsRow, bitmap_of(present));
  add_values(rows, pairs.values, pairs.users);
  return rows;
}

/// What the rows of one shard say about one field.
Rows rows_of(const ShardRows& shard, const StagedField& field, TagKind kind) {
  Rows rows;
  switch (kind) {
    case TagKind::Flag:
      return flag_rows(shard, field);
    case TagKind::Category: {
      const auto pairs = stated(shard, field.states, field.codes);
      unite_row(rows, engine::kExistsRow, bitmap_of(pairs.users));
      add_values(rows, pairs.values, pairs.users);
      break;
    }
    case TagKind::Set:
      return set_rows(shard, field);
    case TagKind::Number:
    case TagKind::Date: {
      const auto pairs = stated(shard, field.states, field.numbers);
      add_numbers(rows, pairs.users, pairs.values);
      break;
    }
    case TagKind::Event:  // never a column of a user file
      break;
  }
  return rows;
}

void merge(ShardDelta& delta, Bitmap mask, Rows rows) {
  if (delta.mask.intersects(mask)) {
    for (auto row = delta.added.begin(); row != delta.added.end();) {
      row->second.subtract(mask);
      row = row->second.empty() ? delta.added.erase(row) : std::next(row);
    }
  }
  delta.mask.unite(mask);
  for (auto& [row, members] : rows) {
    unite_row(delta.added, row, std::move(members));
  }
}

/// Stage rows by user, rows of one user in order of arrival.
std::vector<std::uint32_t> order_of(const std::vector<engine::UserIndex>& users) {
  std::vector<std::uint32_t> order(users.size());
  std::iota(order.begin(), order.end(), 0U);
  if (!std::is_sorted(users.begin(), users.end())) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return users[a] < users[b]; });
  }
  return order;
}

/// Cuts the ordered rows into shards. `states` leaves out rows that say nothing; of several rows of
/// one user the last stays, or all when `every`.
std::map<engine::ShardId, ShardRows> cut(const std::vector<engine::UserIndex>& users,
                                         const std::vector<std::uint32_t>& order,
                                         const std::vector<CellState>* states, bool every) {
  std::map<engine::ShardId, ShardRows> shards;
  ShardRows* shard = nullptr;
  engine::ShardId current = 0;
  for (const std::uint32_t row : order) {
    if (states != nullptr && (*states)[row] == CellState::Absent) {
      continue;
    }
    const engine::UserIndex user = users[row];
    if (shard == nullptr || engine::shard_of(user) != current) {
      current = engine::shard_of(user);
      shard = &shards[current];
    }
    const std::uint32_t within = engine::within_shard(user);
    if (!every && !shard->users.empty() && shard->users.back() == within) {
      shard->rows.back() = row;
    } else {
      shard->users.push_back(within);
      shard->rows.push_back(row);
    }
  }
  return shards;
}

}  // namespace

void Delta::apply(const Stage& stage, const std::vector<FieldPlan>& plans) {
  const std::vector<std::uint32_t> order = order_of(stage.users);
  const auto common = cut(stage.users, order, nullptr, false);
  std::map<engine::ShardId, Bitmap> masks;
  for (const auto& [shard, rows] : common) {
    masks.emplace(shard, bitmap_of(rows.users));
  }
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const StagedField& field = stage.fields[i];
    const TagKind kind = plans[i].column.kind;
    if (!plans[i].replaces()) {
      for (const auto& [shard, rows] : cut(stage.users, order, &field.states, true)) {
        merge(fields_[i][shard], Bitmap(), rows_of(rows, field, kind));
      }
    } else if (field.all_stated) {
      for (const auto& [shard, rows] : common) {
        merge(fields_[i][shard], masks.at(shard).clone(), rows_of(rows, field, kind));
      }
    } else {
      for (const auto& [shard, rows] : cut(stage.users, order, &field.states, false)) {
        merge(fields_[i][shard], bitmap_of(rows.users), rows_of(rows, field, kind));
      }
    }
  }
}

Delta Delta::renumbered(engine::UserIndex first, const std::vector<engine::UserIndex>& to) const {
  const auto scatter = [&](const Bitmap& members, engine::ShardId shard, const auto& place) {
    std::map<engine::ShardId, std::vector<std::uint32_t>> parts;
    for (const std::uint32_t member : members.to_vector()) {
      engine::UserIndex user = (shard << engine::kShardBits) + member;
      user = user < first ? user : to[user - first];
      parts[engine::shard_of(user)].push_back(engine::within_shard(user));
    }
    for (auto& [into, users] : parts) {
      std::sort(users.begin(), users.end());
      place(into).unite(Bitmap::of(users));
    }
  };
  Delta moved(fields_.size());
  for (std::size_t field = 0; field < fields_.size(); ++field) {
    FieldDelta& shards = moved.fields_[field];
    for (const auto& [shard, delta] : fields_[field]) {
      scatter(delta.mask, shard,
              [&](engine::ShardId into) -> Bitmap& { return shards[into].mask; });
      for (const auto& [row, members] : delta.added) {
        scatter(members, shard,
                [&, of = row](engine::ShardId into) -> Bitmap& { return shards[into].added[of]; });
      }
    }
  }
  return moved;
}

}  // namespace tagline::ingest
