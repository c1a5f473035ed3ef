#include "server/tags.h"

#include "dsl/catalogue.h"
#include "dsl/check.h"
#include "dsl/names.h"
#include "ingest/text.h"
#include "server/as_of.h"
#include "server/number_range.h"
#include "server/prepared.h"
#include "server/segment_graph.h"
#include "server/segment_names.h"
#include "server/tag_check.h"
#include "server/tag_fields.h"
#include "server/tag_summary.h"
#include "server/text_search.h"
#include "server/vocabulary.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;
using storage::Snapshot;
using storage::TagRecord;
using storage::ValueRecord;
using storage::WriteTxn;

bool has_values(const TagRecord& record) {
  return record.kind == TagKind::Category || record.kind == TagKind::Set;
}

Result<std::vector<ValueRecord>> values_of(const Snapshot& snapshot, const TagRecord& record) {
  return has_values(record) ? snapshot.values(record.field)
                            : Result<std::vector<ValueRecord>>(std::vector<ValueRecord>());
}

std::vector<TextSearch::Place> places_of(const ValueRecord& value, unsigned weight) {
  std::vector<TextSearch::Place> places = {
      {value.name, weight}, {value.title.en, weight + 1}, {value.title.zh, weight + 1}};
  for (const std::string& alias : value.aliases) {
    places.push_back({alias, weight});
  }
  return places;
}

std::optional<std::uint64_t> rank_of(const TagRecord& record,
                                     const std::vector<ValueRecord>& values,
                                     const TextSearch& search) {
  std::vector<TextSearch::Place> places = {
      {record.name, 0},        {record.title.en, 1}, {record.title.zh, 1}, {record.layer, 4},
      {record.description, 5}, {record.owner, 5},    {record.source, 5}};
  for (const std::string& alias : record.aliases) {
    places.push_back({alias, 0});
  }
  for (const ValueRecord& value : values) {
    const auto more = places_of(value, 2);
    places.insert(places.end(), more.begin(), more.end());
  }
  return search.rank(places);
}

bool in_layer(const std::string& layer, const std::string& wanted) {
  return layer.compare(0, wanted.size(), wanted) == 0 &&
         (layer.size() == wanted.size() || wanted.empty() || layer[wanted.size()] == '/');
}

/// Values that answer the search before those that do not (which are left out with `only`), best
/// and most users first.
Status add_values(const Snapshot& snapshot, const std::vector<ValueRecord>& values,
                  const ValueSearch& wanted, bool only, TagEntry& entry) {
  struct Found {
    std::uint64_t rank = 0;
    std::uint64_t count = 0;
    const ValueRecord* value = nullptr;
  };
  constexpr std::uint64_t kNotFound = ~std::uint64_t{0};
  const TextSearch search(wanted.text);
  std::vector<Found> found;
  for (const ValueRecord& value : values) {
    const auto rank = search.rank(places_of(value, 0));
    if (rank.has_value()) {
      ++entry.values_found;
    }
    if (rank.has_value() || !only) {
      found.push_back({rank.value_or(kNotFound), 0, &value});
    }
  }
  entry.values_total = values.size();
  if (wanted.limit == 0) {
    return {};
  }
  for (Found& each : found) {
    TAGLINE_ASSIGN_OR_RETURN(each.count,
                             snapshot.cardinality({entry.summary.record.field, each.value->row}));
  }
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.rank != b.rank     ? a.rank < b.rank
           : a.count != b.count ? a.count > b.count
                                : a.value->name < b.value->name;
  });
  const std::size_t begin = std::min<std::uint64_t>(wanted.offset, found.size());
  const std::size_t end = begin + std::min<std::uint64_t>(wanted.limit, found.size() - begin);
  for (std::size_t at = begin; at < end; ++at) {
    const ValueRecord& value = *found[at].value;
    entry.summary.values.push_back({value.name, value.aliases, found[at].count});
    entry.value_titles.push_back(value.title);
  }
  return {};
}

Result<TagEntry> entry_of(const Snapshot& snapshot, const TagRecord& record,
                          const std::vector<ValueRecord>& values, const ValueSearch& wanted,
                          bool only) {
  TagEntry entry;
  TAGLINE_ASSIGN_OR_RETURN(entry.summary, summary_without_values(snapshot, record));
  entry.revision = revision_of(record, values);
  TAGLINE_RETURN_IF_ERROR(add_values(snapshot, values, wanted, only, entry));
  return entry;
}

Result<TagRecord> record_called(const Snapshot& snapshot, const std::string& name) {
  TAGLINE_ASSIGN_OR_RETURN(auto records, snapshot.tags());
  const auto found = std::find_if(records.begin(), records.end(),
                                  [&](const TagRecord& record) { return record.name == name; });
  if (found != records.end()) {
    return std::move(*found);
  }
  // By alias or in another case, as expressions find it.
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Tag* tag, tag_called(catalogue, name));
  for (TagRecord& record : records) {
    if (record.field == tag->field) {
      return std::move(record);
    }
  }
  return failure(ErrorCode::NotFound, {"there is no tag " + name, "没有标签 " + name});
}

Result<TagPage> page_of(const Snapshot& snapshot, const TagRecord& record,
                        const ValueSearch& wanted) {
  TagPage page;
  TAGLINE_ASSIGN_OR_RETURN(const auto values, values_of(snapshot, record));
  TAGLINE_ASSIGN_OR_RETURN(page.tag, entry_of(snapshot, record, values, wanted, true));
  TAGLINE_ASSIGN_OR_RETURN(page.population, snapshot.population());
  page.version = snapshot.version();
  return page;
}

/// Tags and events, whose names are one space.
Result<std::vector<TagRecord>> named_records(const WriteTxn& txn) {
  TAGLINE_ASSIGN_OR_RETURN(auto records, txn.tags());
  TAGLINE_ASSIGN_OR_RETURN(auto events, txn.events());
  records.insert(records.end(), events.begin(), events.end());
  return records;
}

/// Bounds say what values there may be, to whoever asks for others: they may not leave out any that
/// there are.
Status check_bounds(storage::Store& store, const TagRecord& record) {
  TAGLINE_ASSIGN_OR_RETURN(const auto range, store.read([&](const Snapshot& snapshot) {
    return number_range(snapshot, record.field);
  }));
  if (!range.has_value() || (range->lowest >= record.min.value_or(range->lowest) &&
                             range->highest <= record.max.value_or(range->highest))) {
    return {};
  }
  const std::string lowest = value_text(record.kind, range->lowest, record.scale);
  const std::string highest = value_text(record.kind, range->highest, record.scale);
  return failure(ErrorCode::BadInput,
                 {record.name + " has values from " + lowest + " to " + highest +
                      ", some of them outside the bounds",
                  record.name + " 的取值为 " + lowest + " 到 " + highest + "，部分超出所给范围"},
                 {"give a min of " + lowest + " or less and a max of " + highest + " or more",
                  "请使 min 不大于 " + lowest + "，max 不小于 " + highest});
}

}  // namespace

Result<TagList> Tags::list(const TagSearch& search) {
  return service_.store().read([&](const Snapshot& snapshot) -> Result<TagList> {
    TagList list;
    list.version = snapshot.version();
    list.time_zone = snapshot.time_zone();
    TAGLINE_ASSIGN_OR_RETURN(list.population, snapshot.population());
    TAGLINE_ASSIGN_OR_RETURN(const auto records, snapshot.tags());
    const TextSearch text(search.text);
    std::vector<std::pair<std::uint64_t, const TagRecord*>> found;
    for (const TagRecord& record : records) {
      if ((search.kind.has_value() && record.kind != *search.kind) ||
          (search.deprecated.has_value() && record.deprecated != *search.deprecated) ||
          (search.layer.has_value() && !in_layer(record.layer, *search.layer))) {
        continue;
      }
      std::vector<ValueRecord> values;
      if (!text.empty()) {
        TAGLINE_ASSIGN_OR_RETURN(values, values_of(snapshot, record));
      }
      if (const auto rank = rank_of(record, values, text); rank.has_value()) {
        found.emplace_back(*rank, &record);
      }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    list.total = found.size();
    const std::size_t begin = std::min<std::uint64_t>(search.offset, found.size());
    const std::size_t end = begin + std::min<std::uint64_t>(search.limit, found.size() - begin);
    for (std::size_t at = begin; at < end; ++at) {
      TAGLINE_ASSIGN_OR_RETURN(const auto values, values_of(snapshot, *found[at].second));
      TAGLINE_ASSIGN_OR_RETURN(auto entry, entry_of(snapshot, *found[at].second, values,
                                                    {search.text, 0, search.values}, false));
      list.tags.push_back(std::move(entry));
    }
    return list;
  });
}

Result<TagPage> Tags::show(const std::string& name, const ValueSearch& values) {
  return service_.store().read([&](const Snapshot& snapshot) -> Result<TagPage> {
    TAGLINE_ASSIGN_OR_RETURN(const TagRecord record, record_called(snapshot, name));
    TAGLINE_ASSIGN_OR_RETURN(TagPage page, page_of(snapshot, record, values));
    TAGLINE_ASSIGN_OR_RETURN(page.tag.summary.freshness, freshness_of(snapshot, record, now_s()));
    return page;
  });
}

Result<TagRecord> Tags::record(const std::string& name) {
  return service_.store().read(
      [&](const Snapshot& snapshot) { return record_called(snapshot, name); });
}

Outcome<TagPage> Tags::create(const TagDraft& draft, const Edit& edit) {
  TagRecord record;
  TAGLINE_ASSIGN_OR_RETURN(record.name, normal_spelling(draft.name, {"tag", "标签"}));
  TAGLINE_RETURN_IF_ERROR(
      ingest::check_addressable(record.name, ErrorCode::BadInput, {"tag", "标签"}));
  record.kind = draft.kind;
  record.scale = draft.scale;
  TAGLINE_RETURN_IF_ERROR(apply(draft.card, record));
  const Text what{"tag " + record.name, "标签 " + record.name};
  if (!draft.card.values.empty() && !has_values(record)) {
    return tl::unexpected(Refusal(Error(
        ErrorCode::BadInput,
        {what.en + ": only a category or set has values", what.zh + "：只有分类和集合才有取值"},
        {"leave them out", "请去掉它们"})));
  }
  std::vector<ValueRecord> values;
  for (const ValueEdit& each : draft.card.values) {
    ValueRecord value;
    TAGLINE_ASSIGN_OR_RETURN(value.name, normal_spelling(each.value, what));
    value.row = engine::kFirstValueRow + static_cast<engine::RowId>(values.size());
    values.push_back(std::move(value));
  }
  TAGLINE_ASSIGN_OR_RETURN(values, changed_values(draft.card, record, values));
  TAGLINE_RETURN_IF_ERROR(check_value_spellings(record, values, values));
  std::optional<Refusal> refusal;
  const Status written = service_.store().write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto others, named_records(txn));
    TAGLINE_RETURN_IF_ERROR(check_spellings(record, {}, others));
    refusal = refuse_changed(edit, std::nullopt, what.en);
    if (refusal.has_value()) {
      return {};
    }
    TagRecord made = record;
    made.created_s = now_s();
    TAGLINE_ASSIGN_OR_RETURN(const auto life, changed_life(draft.card, made));
    TAGLINE_ASSIGN_OR_RETURN(const engine::FieldId field, txn.put_tag(std::move(made)));
    if (life.has_value()) {
      TAGLINE_RETURN_IF_ERROR(txn.set_life(field, *life, now_s()));
    }
    return values.empty() ? Status() : txn.put_values(field, values);
  });
  TAGLINE_RETURN_IF_ERROR(written);
  if (refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  TAGLINE_ASSIGN_OR_RETURN(auto page, show(record.name, ValueSearch{}));
  return page;
}

Outcome<TagPage> Tags::change(const std::string& name, const TagEdit& change, const Edit& edit) {
  std::optional<Refusal> refusal;
  std::string stored;
  const Status written = service_.store().write([&](WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const TagRecord before, this->record(name));
    stored = before.name;
    std::vector<ValueRecord> values;
    if (has_values(before)) {
      TAGLINE_ASSIGN_OR_RETURN(values, txn.values(before.field));
    }
    refusal = refuse_changed(edit, revision_of(before, values), "tag " + before.name);
    if (refusal.has_value()) {
      return {};
    }
    TagRecord after = before;
    TAGLINE_RETURN_IF_ERROR(apply(change, after));
    if (change.min.has_value() || change.max.has_value()) {
      TAGLINE_RETURN_IF_ERROR(check_bounds(service_.store(), after));
    }
    if (change.replacement.has_value()) {
      after.replacement = 0;
      if (!change.replacement->empty()) {
        TAGLINE_ASSIGN_OR_RETURN(const TagRecord other, this->record(*change.replacement));
        TAGLINE_RETURN_IF_ERROR(check_replacement(after, other));
        after.replacement = other.field;
      }
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto others, named_records(txn));
    TAGLINE_RETURN_IF_ERROR(check_spellings(after, before, others));
    TAGLINE_ASSIGN_OR_RETURN(const auto changed, changed_values(change, before, values));
    TAGLINE_RETURN_IF_ERROR(check_value_spellings(before, values, changed));
    TAGLINE_ASSIGN_OR_RETURN(const auto life, changed_life(change, before));
    TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const auto field, txn.put_tag(std::move(after)));
    if (life.has_value()) {
      TAGLINE_RETURN_IF_ERROR(txn.set_life(before.field, *life, now_s()));
    }
    return changed.empty() ? Status() : txn.put_values(before.field, changed);
  });
  TAGLINE_RETURN_IF_ERROR(written);
  if (refusal.has_value()) {
    return tl::unexpected(std::move(*refusal));
  }
  TAGLINE_ASSIGN_OR_RETURN(auto page, show(stored, ValueSearch{}));
  return page;
}

Result<TagUsers> Tags::users(const std::string& name) {
  return service_.store().read([&](const Snapshot& snapshot) -> Result<TagUsers> {
    TAGLINE_ASSIGN_OR_RETURN(const TagRecord record, record_called(snapshot, name));
    TagUsers users;
    users.tag = record.name;
    users.field = record.field;
    users.updated_s = record.updated_s;
    users.deprecated = record.deprecated;
    if (record.replacement != 0) {
      TAGLINE_ASSIGN_OR_RETURN(const auto other, snapshot.tag(record.replacement));
      users.replacement = other.has_value() ? other->name : std::string();
    }
    TAGLINE_ASSIGN_OR_RETURN(users.population, snapshot.population());
    TAGLINE_ASSIGN_OR_RETURN(users.coverage,
                             snapshot.cardinality({record.field, engine::kExistsRow}));
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
    TAGLINE_ASSIGN_OR_RETURN(const auto named, segments_by_field(snapshot, catalogue));
    const SegmentGraph graph(catalogue);
    std::set<std::string> indirect;
    if (const auto found = named.find(record.field); found != named.end()) {
      users.direct = found->second;
    }
    for (const std::string& direct : users.direct) {
      for (std::string& user : graph.all_users_of(direct)) {
        indirect.insert(std::move(user));
      }
    }
    for (const std::string& direct : users.direct) {
      indirect.erase(direct);
    }
    users.indirect.assign(indirect.begin(), indirect.end());
    return users;
  });
}

}  // namespace tagline::server
