#include "server/tag_spread.h"

#include "engine/number_summary.h"
#include "engine/plan.h"
#include "engine/sweep.h"
#include "server/number_range.h"
#include "storage/time_zone.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;
using std::chrono::sys_days;
using storage::Snapshot;
using storage::Spread;
using storage::SpreadRecord;
using storage::TagRecord;

/// The part of values that are not told apart: no value has the existence row.
constexpr std::uint32_t kOthers = 0;
constexpr std::array<std::uint32_t, 9> kDeciles{100'000, 200'000, 300'000, 400'000, 500'000,
                                                600'000, 700'000, 800'000, 900'000};

bool is_measured(TagKind kind) {
  return kind == TagKind::Number || kind == TagKind::Date;
}

/// Where numbers are cut: at their deciles, each once. None where nobody has one.
Result<std::vector<std::int64_t>> bounds_of(const Snapshot& snapshot, engine::FieldId field,
                                            const engine::ExecuteOptions& execute) {
  engine::Plan plan;
  const std::array roots{plan.row({field, engine::kExistsRow})};
  TAGLINE_ASSIGN_OR_RETURN(const auto sweep, engine::Sweep::prepare(plan, roots, snapshot, execute,
                                                                    engine::Answers::Together));
  TAGLINE_ASSIGN_OR_RETURN(const auto summary, engine::number_summary(sweep, field, kDeciles));
  std::set<std::int64_t> bounds;
  for (const auto& quantile : summary.quantiles) {
    if (quantile.has_value()) {
      bounds.insert(*quantile);
    }
  }
  return std::vector<std::int64_t>(bounds.begin(), bounds.end());
}

Status add_stretches(const Snapshot& snapshot, engine::FieldId field,
                     const std::vector<std::int64_t>& bounds, const engine::ExecuteOptions& execute,
                     Spread& spread) {
  for (std::size_t part = 0; part <= bounds.size(); ++part) {
    const std::int64_t low =
        part == 0 ? std::numeric_limits<std::int64_t>::min() : bounds[part - 1];
    const std::int64_t high =
        part == bounds.size() ? std::numeric_limits<std::int64_t>::max() : bounds[part] - 1;
    engine::Plan plan;
    const engine::NodeId root = plan.range(field, low, high);
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t count,
                             engine::count(plan, root, snapshot, execute));
    if (count != 0) {
      spread.parts.emplace_back(static_cast<std::uint32_t>(part), count);
    }
  }
  return {};
}

Status add_values(const Snapshot& snapshot, const TagRecord& tag, Spread& spread) {
  TAGLINE_ASSIGN_OR_RETURN(const auto values, snapshot.values(tag.field));
  std::vector<std::pair<std::uint32_t, std::uint64_t>> counts;
  for (const storage::ValueRecord& value : values) {
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t count,
                             snapshot.cardinality({tag.field, value.row}));
    if (count != 0) {
      counts.emplace_back(value.row, count);
    }
  }
  if (counts.size() > kSpreadParts) {
    std::nth_element(counts.begin(), counts.begin() + kSpreadParts, counts.end(),
                     [](const auto& a, const auto& b) {
                       return a.second != b.second ? a.second > b.second : a.first < b.first;
                     });
    std::uint64_t others = 0;
    for (std::size_t i = kSpreadParts; i < counts.size(); ++i) {
      others += counts[i].second;
    }
    counts.resize(kSpreadParts);
    counts.emplace_back(kOthers, others);
  }
  std::sort(counts.begin(), counts.end());
  spread.parts = std::move(counts);
  return {};
}

/// The spread of a tag as it is now. `bounds` are made out where there are none yet.
Result<Spread> spread_now(const Snapshot& snapshot, const TagRecord& tag,
                          const engine::ExecuteOptions& execute,
                          std::vector<std::int64_t>& bounds) {
  Spread spread;
  TAGLINE_ASSIGN_OR_RETURN(spread.population, snapshot.population());
  const engine::RowId has = tag.kind == TagKind::Flag ? engine::kFlagRow : engine::kExistsRow;
  TAGLINE_ASSIGN_OR_RETURN(spread.known, snapshot.cardinality({tag.field, has}));
  if (is_measured(tag.kind)) {
    if (bounds.empty() && spread.known != 0) {
      TAGLINE_ASSIGN_OR_RETURN(bounds, bounds_of(snapshot, tag.field, execute));
    }
    TAGLINE_RETURN_IF_ERROR(add_stretches(snapshot, tag.field, bounds, execute, spread));
  } else if (tag.kind != TagKind::Flag) {
    TAGLINE_RETURN_IF_ERROR(add_values(snapshot, tag, spread));
  } else if (spread.known != 0) {
    spread.parts.emplace_back(1, spread.known);
  }
  return spread;
}

/// Counts of each part on both sides, those without a value last.
struct Sides {
  std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> parts;
  std::pair<std::uint64_t, std::uint64_t> none;
};

Sides sides_of(const Spread& before, const Spread& after) {
  Sides sides;
  for (const auto& [part, count] : before.parts) {
    sides.parts[part].first = count;
  }
  for (const auto& [part, count] : after.parts) {
    sides.parts[part].second = count;
  }
  sides.none = {before.population - std::min(before.known, before.population),
                after.population - std::min(after.known, after.population)};
  return sides;
}

Result<std::string> part_name(const Snapshot& snapshot, const TagRecord& tag,
                              const std::vector<std::int64_t>& bounds, std::uint32_t part) {
  if (is_measured(tag.kind)) {
    const auto text = [&](std::size_t i) { return value_text(tag.kind, bounds[i], tag.scale); };
    if (bounds.empty() || part > bounds.size()) {
      return std::string("*");
    }
    return part == 0               ? "< " + text(0)
           : part == bounds.size() ? ">= " + text(part - 1)
                                   : text(part - 1) + ".." + text(part);
  }
  if (tag.kind == TagKind::Flag) {
    return tag.name;
  }
  if (part == kOthers) {
    return std::string("(others)");
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto values, snapshot.values(tag.field));
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const auto& value) { return value.row == part; });
  return found == values.end() ? std::to_string(part) : found->name;
}

/// REQUIRES: somebody on both days.
Result<std::vector<TagDrift::Part>> moved_between(const Snapshot& snapshot, const TagRecord& tag,
                                                  const std::vector<std::int64_t>& bounds,
                                                  const Spread& before, const Spread& after) {
  constexpr std::size_t kMovedMost = 10;
  std::vector<TagDrift::Part> moved;
  const auto add = [&](std::string name, std::pair<std::uint64_t, std::uint64_t> counts) {
    moved.push_back({std::move(name),
                     static_cast<double>(counts.first) / static_cast<double>(before.population),
                     static_cast<double>(counts.second) / static_cast<double>(after.population)});
  };
  const Sides sides = sides_of(before, after);
  for (const auto& [part, counts] : sides.parts) {
    TAGLINE_ASSIGN_OR_RETURN(std::string name, part_name(snapshot, tag, bounds, part));
    add(std::move(name), counts);
  }
  add("(none)", sides.none);
  std::erase_if(moved, [](const TagDrift::Part& part) { return part.before == part.after; });
  std::stable_sort(moved.begin(), moved.end(), [](const auto& a, const auto& b) {
    return std::abs(a.after - a.before) > std::abs(b.after - b.before);
  });
  moved.resize(std::min(moved.size(), kMovedMost));
  return moved;
}

}  // namespace

Result<std::uint64_t> record_spreads(storage::Store& store, const engine::ExecuteOptions& execute,
                                     std::chrono::system_clock::time_point now,
                                     std::uint64_t keep_days) {
  std::vector<SpreadRecord> fresh;
  std::int64_t oldest = 0;
  const Status made = store.read([&](const Snapshot& snapshot) -> Status {
    fresh.clear();
    TAGLINE_ASSIGN_OR_RETURN(const sys_days today, storage::day_in_zone(now, snapshot.time_zone()));
    const std::int64_t day = (today - std::chrono::days(1)).time_since_epoch().count();
    oldest = day - static_cast<std::int64_t>(keep_days);
    TAGLINE_ASSIGN_OR_RETURN(const auto tags, snapshot.tags());
    for (const TagRecord& tag : tags) {
      const std::chrono::sys_seconds created{std::chrono::seconds(tag.created_s)};
      TAGLINE_ASSIGN_OR_RETURN(const sys_days born,
                               storage::day_in_zone(created, snapshot.time_zone()));
      TAGLINE_ASSIGN_OR_RETURN(auto record, snapshot.spread(tag.field));
      if (!record) {
        record.emplace().field = tag.field;
      }
      if (born >= today || (!record->days.empty() && record->days.back().day >= day)) {
        continue;
      }
      TAGLINE_ASSIGN_OR_RETURN(Spread spread, spread_now(snapshot, tag, execute, record->bounds));
      spread.day = day;
      spread.taken_s = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
      record->days.push_back(std::move(spread));
      std::erase_if(record->days, [&](const Spread& each) { return each.day < oldest; });
      fresh.push_back(std::move(*record));
    }
    return {};
  });
  TAGLINE_RETURN_IF_ERROR(made);
  if (fresh.empty()) {
    return 0;
  }
  const Status written = store.write([&](storage::WriteTxn& txn) -> Status {
    for (const SpreadRecord& record : fresh) {
      TAGLINE_RETURN_IF_ERROR(txn.put_spread(record));
    }
    return {};
  });
  TAGLINE_RETURN_IF_ERROR(written);
  return fresh.size();
}

std::optional<double> stability_index(const Spread& before, const Spread& after) {
  if (before.population == 0 || after.population == 0) {
    return std::nullopt;
  }
  constexpr double kHalf = 0.5;
  double index = 0;
  const auto add = [&](std::pair<std::uint64_t, std::uint64_t> counts) {
    if (counts.first == 0 && counts.second == 0) {
      return;
    }
    const auto share = [](std::uint64_t count, std::uint64_t of) {
      return (count == 0 ? kHalf : static_cast<double>(count)) / static_cast<double>(of);
    };
    const double p = share(counts.first, before.population);
    const double q = share(counts.second, after.population);
    index += (q - p) * std::log(q / p);
  };
  const Sides sides = sides_of(before, after);
  for (const auto& [part, counts] : sides.parts) {
    add(counts);
  }
  add(sides.none);
  return index;
}

Result<std::optional<LastDrift>> last_drift(const Snapshot& snapshot, const TagRecord& tag) {
  TAGLINE_ASSIGN_OR_RETURN(const auto record, snapshot.spread(tag.field));
  if (!record || record->days.size() < 2) {
    return std::optional<LastDrift>();
  }
  const Spread& after = record->days.back();
  const Spread& before = record->days[record->days.size() - 2];
  const auto index = stability_index(before, after);
  if (!index.has_value()) {
    return std::optional<LastDrift>();
  }
  LastDrift drift{
      sys_days(std::chrono::days(before.day)), sys_days(std::chrono::days(after.day)), *index, {}};
  TAGLINE_ASSIGN_OR_RETURN(drift.moved,
                           moved_between(snapshot, tag, record->bounds, before, after));
  return std::optional(std::move(drift));
}

Result<TagDrift> tag_drift(const Snapshot& snapshot, const TagRecord& tag, std::uint64_t days,
                           sys_days today) {
  TagDrift drift;
  drift.name = tag.name;
  drift.kind = tag.kind;
  drift.time_zone = snapshot.time_zone();
  if (tag.kind == TagKind::Event) {
    return failure(ErrorCode::BadInput,
                   {tag.name + " is an event; only tags have values that are spread",
                    tag.name + " 是行为事件；只有标签才有取值分布"},
                   {"name a tag", "请给出标签"});
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto record, snapshot.spread(tag.field));
  if (!record) {
    return drift;
  }
  const std::int64_t before = today.time_since_epoch().count() - static_cast<std::int64_t>(days);
  const Spread* last = nullptr;
  const Spread* last_but_one = nullptr;
  for (const Spread& spread : record->days) {
    if (spread.day < before) {
      continue;
    }
    drift.days.push_back({sys_days(std::chrono::days(spread.day)), spread.population, spread.known,
                          last == nullptr ? std::nullopt : stability_index(*last, spread)});
    last_but_one = std::exchange(last, &spread);
  }
  if (last_but_one == nullptr || last_but_one->population == 0 || last->population == 0) {
    return drift;
  }
  TAGLINE_ASSIGN_OR_RETURN(drift.moved,
                           moved_between(snapshot, tag, record->bounds, *last_but_one, *last));
  return drift;
}

}  // namespace tagline::server
