#include "server/service.h"

#include "dsl/lower.h"
#include "engine/lookalike.h"
#include "engine/plan.h"
#include "server/batch.h"
#include "server/explain.h"
#include "server/known_user.h"
#include "server/missing_database.h"
#include "server/number_range.h"
#include "server/prepared.h"
#include "server/tag_summary.h"
#include "server/verdict.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;
using storage::Snapshot;

Result<TagSummary> summarise(const Snapshot& snapshot, const storage::TagRecord& record) {
  TAGLINE_ASSIGN_OR_RETURN(TagSummary summary, summary_without_values(snapshot, record));
  if (record.kind == TagKind::Category || record.kind == TagKind::Set) {
    TAGLINE_ASSIGN_OR_RETURN(auto values, snapshot.values(record.field));
    summary.values.reserve(values.size());
    for (storage::ValueRecord& value : values) {
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t count,
                               snapshot.cardinality({record.field, value.row}));
      summary.values.push_back({std::move(value.name), std::move(value.aliases), count});
    }
    std::stable_sort(summary.values.begin(), summary.values.end(),
                     [](const ValueCount& a, const ValueCount& b) {
                       return a.count != b.count ? a.count > b.count : a.name < b.name;
                     });
  }
  return summary;
}

Result<std::vector<std::string>> values_of_user(const Snapshot& snapshot,
                                                const storage::TagRecord& tag,
                                                engine::UserIndex user) {
  std::vector<std::string> texts;
  TAGLINE_ASSIGN_OR_RETURN(const bool known, snapshot.holds({tag.field, engine::kExistsRow}, user));
  if (!known) {
    return texts;
  }
  switch (tag.kind) {
    case TagKind::Flag:
      texts.emplace_back("yes");
      break;
    case TagKind::Category:
    case TagKind::Set: {
      TAGLINE_ASSIGN_OR_RETURN(const auto values, snapshot.values(tag.field));
      for (const storage::ValueRecord& value : values) {
        TAGLINE_ASSIGN_OR_RETURN(const bool has, snapshot.holds({tag.field, value.row}, user));
        if (has) {
          texts.push_back(value.name);
        }
        if (has && tag.kind == TagKind::Category) {
          break;
        }
      }
      break;
    }
    case TagKind::Number:
    case TagKind::Date: {
      TAGLINE_ASSIGN_OR_RETURN(const auto number, snapshot.number_of(tag.field, user));
      if (number.has_value()) {
        texts.push_back(value_text(tag.kind, *number, tag.scale));
      }
      break;
    }
    case TagKind::Event:
      break;
  }
  return texts;
}

Result<std::optional<UserEvent>> event_of_user(const Snapshot& snapshot,
                                               const storage::TagRecord& event,
                                               engine::UserIndex user) {
  TAGLINE_ASSIGN_OR_RETURN(const auto history, snapshot.event_history(event.field, user, {}));
  if (history.empty()) {
    return std::nullopt;
  }
  UserEvent done;
  done.name = event.name;
  done.days = history.size();
  done.first = std::chrono::sys_days(std::chrono::days(history.front().day));
  done.last = std::chrono::sys_days(std::chrono::days(history.back().day));
  std::int64_t amount = 0;
  for (const storage::DayOfUser& day : history) {
    done.count += day.count;
    // Days stay below 2^53 (engine/events.h), so a thousand years of them fit.
    amount += day.amount;
  }
  if (event.has_amount) {
    done.amount = value_text(TagKind::Number, amount, event.scale);
  }
  return done;
}

Status add_events_and_lists(const Snapshot& snapshot, UserProfile& profile) {
  TAGLINE_ASSIGN_OR_RETURN(const auto events, snapshot.events());
  for (const storage::TagRecord& event : events) {
    TAGLINE_ASSIGN_OR_RETURN(auto done, event_of_user(snapshot, event, profile.index));
    if (done.has_value()) {
      profile.events.push_back(std::move(*done));
    }
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto segments, snapshot.segments());
  for (const storage::SegmentRecord& segment : segments) {
    if (segment.list != 0) {
      TAGLINE_ASSIGN_OR_RETURN(const bool on,
                               snapshot.holds({segment.list, engine::kFlagRow}, profile.index));
      if (on) {
        profile.lists.push_back(segment.name);
      }
    }
  }
  return {};
}

// Recursion is bounded as that of judge().
void add_nodes(const Verdict& verdict, unsigned depth, std::vector<WhyNode>& nodes) {
  nodes.push_back({verdict.text, depth, verdict.holds, verdict.decides});
  for (const Verdict& operand : verdict.operands) {
    add_nodes(operand, depth + 1, nodes);
  }
}

Result<EventSummary> summarise_event(const Snapshot& snapshot, const storage::TagRecord& record) {
  EventSummary summary;
  summary.record = record;
  TAGLINE_ASSIGN_OR_RETURN(const auto keys, snapshot.values(record.field));
  for (const storage::ValueRecord& key : keys) {
    summary.keys.push_back({key.name, key.aliases});
  }
  TAGLINE_ASSIGN_OR_RETURN(const auto days, snapshot.event_days(record.field, {}));
  summary.days = days.size();
  if (!days.empty()) {
    summary.first = std::chrono::sys_days(std::chrono::days(days.front().day));
    summary.last = std::chrono::sys_days(std::chrono::days(days.back().day));
  }
  engine::Plan plan;
  engine::Node node;
  node.op = engine::Op::Did;
  node.steps = {{record.field}};
  const engine::NodeId root = plan.add(std::move(node));
  TAGLINE_ASSIGN_OR_RETURN(summary.people, engine::count(plan, root, snapshot));
  return summary;
}

QueryRequest with_names(QueryRequest request, KeptCatalogue& names) {
  request.names = &names;
  return request;
}

}  // namespace

Result<std::unique_ptr<Service>> Service::open(const std::string& folder,
                                               const storage::OpenOptions& options) {
  auto store = storage::Store::open(folder, options);
  if (!store.has_value()) {
    return tl::unexpected(store.error().code() == ErrorCode::NotFound ? missing_database(folder)
                                                                      : store.error());
  }
  return std::unique_ptr<Service>(new Service(*std::move(store)));
}

void Service::keep_answers(std::size_t bytes) {
  answers_ = bytes == 0 ? nullptr : std::make_unique<engine::AnswerCache>(bytes);
}

std::optional<engine::AnswerCache::Usage> Service::kept_answers() const {
  return answers_ == nullptr ? std::nullopt : std::optional(answers_->usage());
}

Outcome<Answer> Service::query(const QueryRequest& request) {
  return store_->read([&](const Snapshot& snapshot) -> Outcome<Answer> {
    const auto start = Clock::now();
    auto prepared = prepare(with_names(request, names_), snapshot);
    if (!prepared.has_value()) {
      return tl::unexpected(std::move(prepared).error());
    }
    engine::ExecuteStats stats;
    engine::CacheUse use;
    if (answers_ == nullptr) {
      TAGLINE_ASSIGN_OR_RETURN(prepared->answer.count,
                               engine::count(prepared->plan, prepared->root, snapshot,
                                             execute_options(request), &stats));
    } else {
      TAGLINE_ASSIGN_OR_RETURN(
          const engine::CachedCount counted,
          engine::cached_count(*answers_, snapshot.data_version(), prepared->plan, prepared->root,
                               snapshot, execute_options(request), &stats));
      prepared->answer.count = counted.users;
      use = counted.use;
    }
    prepared->answer.elapsed = since(start);
    if (request.explain) {
      TAGLINE_ASSIGN_OR_RETURN(prepared->answer.explanation,
                               explain({request.expression, prepared->checked, prepared->catalogue},
                                       snapshot, execute_options(request), stats));
      if (answers_ != nullptr) {
        prepared->answer.explanation->cache = Explanation::Cache{use, answers_->usage()};
      }
    }
    return std::move(prepared->answer);
  });
}

Result<BatchStats> Service::batch(std::span<const std::string> expressions, const QueryRequest& how,
                                  const BatchSink& sink) {
  return store_->read([&](const Snapshot& snapshot) {
    return answer_batch(snapshot, expressions, with_names(how, names_), sink, answers_.get());
  });
}

Outcome<Why> Service::why(std::string_view external_id, const QueryRequest& request) {
  return store_->read([&](const Snapshot& snapshot) -> Outcome<Why> {
    TAGLINE_ASSIGN_OR_RETURN(const engine::UserIndex user, known_user(snapshot, external_id));
    auto prepared = prepare(with_names(request, names_), snapshot);
    if (!prepared.has_value()) {
      return tl::unexpected(std::move(prepared).error());
    }
    TAGLINE_ASSIGN_OR_RETURN(const Verdict verdict,
                             judge(prepared->checked.bound, request.expression, prepared->catalogue,
                                   snapshot, user, execute_options(request)));
    Why why;
    TAGLINE_ASSIGN_OR_RETURN(why.id, snapshot.external_id(user));
    why.expression = prepared->answer.expression;
    why.as_of = prepared->answer.as_of;
    why.warnings = std::move(prepared->answer.warnings);
    why.member = verdict.holds;
    add_nodes(verdict, 0, why.nodes);
    for (const Verdict* leaf : leaves_of(verdict)) {
      if (leaf->decides) {
        why.deciding.push_back(leaf->text);
      }
    }
    TAGLINE_ASSIGN_OR_RETURN(why.changes,
                             ways_to_turn(verdict, prepared->catalogue, snapshot, user));
    return why;
  });
}

Result<EventList> Service::events() {
  return store_->read([](const Snapshot& snapshot) -> Result<EventList> {
    EventList list;
    TAGLINE_ASSIGN_OR_RETURN(list.population, snapshot.population());
    list.time_zone = snapshot.time_zone();
    TAGLINE_ASSIGN_OR_RETURN(list.loads, snapshot.loads());
    TAGLINE_ASSIGN_OR_RETURN(const auto records, snapshot.events());
    for (const storage::TagRecord& record : records) {
      TAGLINE_ASSIGN_OR_RETURN(auto summary, summarise_event(snapshot, record));
      list.events.push_back(std::move(summary));
    }
    return list;
  });
}

Result<storage::WriteTxn::Trimmed> Service::trim_events(std::chrono::sys_days before) {
  storage::WriteTxn::Trimmed trimmed;
  const std::int64_t day = std::clamp<std::int64_t>(before.time_since_epoch().count(),
                                                    engine::kFirstDay, engine::kLastDay);
  const Status written = store_->write([&](storage::WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(trimmed, txn.trim_events(static_cast<engine::Day>(day)));
    return {};
  });
  TAGLINE_RETURN_IF_ERROR(written);
  return trimmed;
}

Status Service::with_catalogue(std::optional<std::chrono::sys_days> as_of, const NameReader& fn) {
  return store_->read([&](const Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const Ground named, ground(snapshot, as_of, &names_));
    fn(*named.catalogue, named.options);
    return {};
  });
}

Result<Standing> Service::standing() {
  return store_->read([](const Snapshot& snapshot) -> Result<Standing> {
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t population, snapshot.population());
    return Standing{population, snapshot.version(), snapshot.time_zone()};
  });
}

Result<Catalog> Service::tags() {
  return store_->read([](const Snapshot& snapshot) -> Result<Catalog> {
    Catalog catalog;
    TAGLINE_ASSIGN_OR_RETURN(catalog.population, snapshot.population());
    catalog.version = snapshot.version();
    catalog.time_zone = snapshot.time_zone();
    TAGLINE_ASSIGN_OR_RETURN(const auto records, snapshot.tags());
    for (const storage::TagRecord& record : records) {
      TAGLINE_ASSIGN_OR_RETURN(auto summary, summarise(snapshot, record));
      catalog.tags.push_back(std::move(summary));
    }
    return catalog;
  });
}

Result<UserProfile> Service::user(std::string_view external_id) {
  return store_->read([&](const Snapshot& snapshot) -> Result<UserProfile> {
    TAGLINE_ASSIGN_OR_RETURN(const engine::UserIndex index, known_user(snapshot, external_id));
    UserProfile profile;
    TAGLINE_ASSIGN_OR_RETURN(profile.id, snapshot.external_id(index));
    profile.index = index;
    TAGLINE_ASSIGN_OR_RETURN(const auto records, snapshot.tags());
    for (const storage::TagRecord& record : records) {
      TAGLINE_ASSIGN_OR_RETURN(auto values, values_of_user(snapshot, record, index));
      if (!values.empty()) {
        profile.tags.push_back({record.name, record.kind, std::move(values)});
      }
    }
    TAGLINE_RETURN_IF_ERROR(add_events_and_lists(snapshot, profile));
    return profile;
  });
}

Result<Verified> Service::verify(
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  TAGLINE_ASSIGN_OR_RETURN(storage::VerifyReport report, store_->verify(progress));
  Verified verified{std::move(report)};
  if (!verified.clean()) {
    return verified;  // what is damaged may not be counted
  }
  return store_->read([&](const Snapshot& snapshot) -> Result<Verified> {
    constexpr std::size_t kRead = 1'000;
    TAGLINE_ASSIGN_OR_RETURN(verified.population, snapshot.population());
    for (std::uint32_t before = 0;;) {
      TAGLINE_ASSIGN_OR_RETURN(const auto erasures, snapshot.erasures(before, kRead));
      for (const storage::ErasureRecord& erasure : erasures) {
        verified.erased += erasure.users;
      }
      if (erasures.size() < kRead) {
        break;
      }
      before = erasures.back().number;
    }
    // Whoever is neither known nor erased is known as another.
    const std::uint64_t known = verified.population + verified.erased;
    verified.merged = snapshot.user_limit() - std::min<std::uint64_t>(known, snapshot.user_limit());
    return verified;
  });
}

Result<ingest::LoadReport> Service::load(const std::optional<ingest::Schema>& schema,
                                         const std::vector<std::string>& files,
                                         const ingest::LoadOptions& options) {
  return ingest::load(*store_, schema, files, options);
}

}  // namespace tagline::server
