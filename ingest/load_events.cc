// Exactly once: a file is known by its digest. Files on disk are digested before anything is read,
// so that a command repeated over a folder costs one pass over the bytes; what comes through a pipe
// (and a file that changed in between) is digested while it is read, and its events are taken back
// when it turns out to be known. The digest taken while reading is the one that is kept.

#include "ingest/load_events.h"

#include "ingest/column_map.h"
#include "ingest/digest.h"
#include "ingest/event_commit.h"
#include "ingest/event_convert.h"
#include "ingest/event_plan.h"
#include "ingest/field_plan.h"
#include "ingest/intake.h"
#include "ingest/rejects.h"
#include "ingest/row_source.h"
#include "ingest/staged_event.h"
#include "ingest/text.h"
#include "ingest/user_index.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

namespace tagline::ingest {
namespace {

using Clock = std::chrono::steady_clock;

/// Events of one load: they are numbered in 32 bits. At 24 bytes each, memory ends first.
constexpr std::size_t kStagedMax = std::numeric_limits<std::uint32_t>::max();

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// What a file was read as, as part of its id: another schema for the same event is the same load.
std::string identity_of(const EventPlans& plans) {
  const EventColumns& columns = plans.columns();
  return columns.event_column.empty() ? "event:" + plans.at(0).record.name
                                      : "column:" + std::string(trim(columns.event_column));
}

/// The loads that are there, and those this one adds.
class KnownLoads {
 public:
  explicit KnownLoads(const storage::Snapshot& snapshot) : snapshot_(snapshot) {}

  [[nodiscard]] Result<std::optional<storage::LoadRecord>> find(const std::string& id) const {
    if (const auto found = added_.find(id); found != added_.end()) {
      return std::optional(found->second);
    }
    return snapshot_.find_load(id);
  }
  void add(const storage::LoadRecord& load) { added_[load.id] = load; }

 private:
  const storage::Snapshot& snapshot_;
  std::map<std::string, storage::LoadRecord> added_;
};

/// Takes batches in, holds their events.
class EventIntake final : public Intake {
 public:
  EventIntake(EventConverter converter, RowLinks links, const storage::Snapshot& snapshot,
              Rejects& rejects, std::string load_id, std::int64_t now_s)
      : converter_(std::move(converter)),
        links_(std::move(links)),
        users_(snapshot),
        known_(snapshot),
        rejects_(rejects),
        load_id_(std::move(load_id)),
        now_s_(now_s) {}

  [[nodiscard]] Status take(const RowBatch& batch) override {
    std::vector<BadRow> bad = batch.bad;
    rows_ += batch.rows.size() + bad.size();
    std::optional<Text> reason;
    for (std::size_t row = 0; row < batch.rows.size(); ++row) {
      reason = links_.reason(batch, row);
      StagedEvent event;
      if (!reason.has_value()) {
        TAGLINE_ASSIGN_OR_RETURN(event, converter_.convert(batch, row, reason));
      }
      if (reason.has_value()) {
        bad.push_back({batch.rows[row], std::move(*reason)});
        continue;
      }
      TAGLINE_ASSIGN_OR_RETURN(event.user,
                               users_.find_or_add(trim(batch.text(batch.cell(row, 0)))));
      if (events_.size() >= kStagedMax) {
        return failure(
            ErrorCode::TooLarge,
            {"more than 4,294,967,295 events in one load", "一次装入的行为超过 4,294,967,295 条"},
            {"load the files in several commands", "请分多次装入"});
      }
      events_.push_back(event);
      links_.take(batch, row, event.user);
    }
    TAGLINE_RETURN_IF_ERROR(rejects_.add_rows(batch, std::move(bad)));
    return batch.digest.has_value() ? end_file(batch) : Status();
  }
  [[nodiscard]] std::uint64_t rows() const override { return rows_; }

  /// Brings the events into the order that commit_events wants.
  void sort() {
    std::sort(events_.begin(), events_.end(), [](const StagedEvent& a, const StagedEvent& b) {
      return std::pair(a.place, a.user) < std::pair(b.place, b.user);
    });
  }

  /// Ids of the users that are new and did something. When files were taken back, the users only
  /// they named are left out, and the others numbered without gaps.
  [[nodiscard]] std::vector<std::string_view> new_ids() {
    std::vector<std::string_view> ids = users_.new_ids();
    if (!took_back_) {
      return ids;
    }
    constexpr std::uint32_t kUnused = 0xFFFF'FFFFU;
    const std::uint32_t first = users_.first_new();
    std::vector<std::uint32_t> numbers(ids.size(), kUnused);
    for (const StagedEvent& event : events_) {
      if (event.user >= first) {
        numbers[event.user - first] = 0;
      }
    }
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (numbers[i] != kUnused) {
        ids[next] = ids[i];
        numbers[i] = next++;
      }
    }
    ids.resize(next);
    for (StagedEvent& event : events_) {
      event.user = event.user < first ? event.user : first + numbers[event.user - first];
    }
    for (std::uint32_t& number : numbers) {
      number += first;  // of those who are left out, nothing that is used
    }
    links_.renumber(first, numbers);
    return ids;
  }

  [[nodiscard]] const std::vector<StagedEvent>& events() const { return events_; }
  [[nodiscard]] const UserIndex& users() const { return users_; }
  [[nodiscard]] const RowLinks& links() const { return links_; }
  [[nodiscard]] const std::vector<storage::LoadRecord>& loads() const { return loads_; }
  [[nodiscard]] std::vector<SkippedFile>& skipped() { return skipped_; }
  [[nodiscard]] KnownLoads& known() { return known_; }

 private:
  [[nodiscard]] Status end_file(const RowBatch& batch) {
    const std::string& id = load_id_.empty() ? *batch.digest : load_id_;
    TAGLINE_ASSIGN_OR_RETURN(const auto known, known_.find(id));
    if (known.has_value()) {
      events_.resize(file_begin_);
      links_.take_back(file_links_);
      rows_ = file_rows_;
      rejects_.take_back(file_rejects_);
      took_back_ = true;
      skipped_.push_back({batch.file, *known});
      return {};
    }
    storage::LoadRecord load{id, batch.file, rows_ - file_rows_, 0, now_s_};
    for (std::size_t i = file_begin_; i < events_.size(); ++i) {
      load.events += events_[i].count;
    }
    known_.add(load);
    loads_.push_back(std::move(load));
    file_begin_ = events_.size();
    file_links_ = links_.size();
    file_rows_ = rows_;
    file_rejects_ = rejects_.count();
    return {};
  }

  EventConverter converter_;
  RowLinks links_;
  UserIndex users_;
  KnownLoads known_;
  Rejects& rejects_;
  std::string load_id_;
  std::int64_t now_s_;
  std::vector<StagedEvent> events_;
  std::vector<storage::LoadRecord> loads_;
  std::vector<SkippedFile> skipped_;
  std::uint64_t rows_ = 0;
  std::size_t file_begin_ = 0;   ///< in events_, of the file that is being read
  std::size_t file_links_ = 0;   ///< in links_
  std::uint64_t file_rows_ = 0;  ///< rows before it
  std::uint64_t file_rejects_ = 0;
  bool took_back_ = false;
};

/// The files that are still to be read; those known already are skipped.
Result<std::vector<std::string>> new_files(const std::vector<std::string>& files,
                                           const LoadOptions& options, const std::string& identity,
                                           EventIntake& intake) {
  std::vector<std::string> left;
  for (const std::string& file : files) {
    std::error_code error;
    std::string id = options.load_id;
    if (id.empty() && file != "-" && !options.source &&
        std::filesystem::is_regular_file(file, error)) {
      TAGLINE_ASSIGN_OR_RETURN(id, digest_of_file(file, identity));
    }
    std::optional<storage::LoadRecord> known;
    if (!id.empty()) {
      TAGLINE_ASSIGN_OR_RETURN(known, intake.known().find(id));
    }
    if (known.has_value()) {
      intake.skipped().push_back({options.shown_name.empty() ? file : options.shown_name, *known});
    } else {
      left.push_back(file);
    }
  }
  return left;
}

/// What users, days and numbers the events are.
void describe(const EventIntake& intake, LoadReport& report) {
  const std::uint32_t first_new = intake.users().first_new();
  std::vector<std::uint32_t> users;
  users.reserve(intake.events().size());
  for (const StagedEvent& event : intake.events()) {
    const engine::Day day = event.day();
    const engine::DayWindow days = report.days.value_or(engine::DayWindow{day, day});
    report.days = engine::DayWindow{std::min(days.first, day), std::max(days.last, day)};
    report.events += event.count;
    if (event.user < first_new) {
      users.push_back(event.user);
    }
  }
  report.users_known = engine::Bitmap::of(users).cardinality();
}

Status check_options(const Schema& schema, const std::vector<std::string>& files,
                     const LoadOptions& options) {
  if (options.load_id.empty()) {
    return check_schema(schema);
  }
  if (files.size() > 1) {
    return failure(ErrorCode::BadInput,
                   {"one load id for " + std::to_string(files.size()) + " files",
                    "一个装载标识对应了 " + std::to_string(files.size()) + " 个文件"},
                   {"load the files one by one, each with an id of its own, or leave --load-id out",
                    "请逐个装入并各用不同的标识，或去掉 --load-id"});
  }
  if (options.load_id.size() > storage::kNameBytesMax || !is_utf8(options.load_id)) {
    const std::string limit = std::to_string(storage::kNameBytesMax);
    return failure(ErrorCode::BadInput, {"a load id is UTF-8 text of at most " + limit + " bytes",
                                         "装载标识应为不超过 " + limit + " 字节的 UTF-8 文本"});
  }
  return check_schema(schema);
}

}  // namespace

Result<LoadReport> load_events(storage::Store& store, const Schema& schema,
                               const std::vector<std::string>& files, const LoadOptions& options) {
  const Clock::time_point start = Clock::now();
  TAGLINE_RETURN_IF_ERROR(check_options(schema, files, options));
  TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const std::uint64_t all_bytes,
                           total_bytes(files, options));
  if (options.on_schema) {
    options.on_schema(schema);
  }
  TAGLINE_ASSIGN_OR_RETURN(Rejects rejects, Rejects::open(options.rejects_path));
  const std::int64_t now_s = std::chrono::duration_cast<std::chrono::seconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count();
  std::optional<EventPlans> plans;
  std::optional<EventIntake> intake;
  std::optional<Meter> meter;
  std::uint64_t bytes_read = 0;
  std::uint64_t people = 0;
  const Status read = store.read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(people, snapshot.people_version());
    TAGLINE_ASSIGN_OR_RETURN(auto made, EventPlans::make(*schema.events, snapshot, now_s));
    plans.emplace(std::move(made));
    TAGLINE_ASSIGN_OR_RETURN(auto converter, EventConverter::make(*plans, snapshot.time_zone()));
    TAGLINE_ASSIGN_OR_RETURN(auto types, IdentityTypes::read(snapshot));
    TAGLINE_ASSIGN_OR_RETURN(
        auto links,
        RowLinks::make(schema.events->links, slot_columns(schema).size(), std::move(types)));
    intake.emplace(std::move(converter), std::move(links), snapshot, rejects, options.load_id,
                   now_s);
    const std::string identity = identity_of(*plans);
    TAGLINE_ASSIGN_OR_RETURN(auto left, new_files(files, options, identity, *intake));
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t bytes_total, total_bytes(left, options));
    meter.emplace(options, bytes_total);
    TAGLINE_ASSIGN_OR_RETURN(auto first, given_input(files, options));
    RowSource source(schema, std::move(left), std::move(first), identity);
    source.show_as(options.shown_name);
    const Status status = take_all(source, *intake, rejects, options, *meter);
    bytes_read = source.bytes_read();
    TAGLINE_RETURN_IF_ERROR(rejects.close());
    return status;
  });
  TAGLINE_RETURN_IF_ERROR(read);
  TAGLINE_RETURN_IF_ERROR(check_cancelled(options));
  LoadReport report;
  report.of_events = true;
  report.event = schema.events->event_column.empty() ? plans->at(0).record.name : "";
  report.skipped = std::move(intake->skipped());
  report.rows = intake->rows();
  report.rejected = rejects.count();
  report.first_rejects = rejects.first();
  if (!intake->loads().empty()) {
    const Clock::time_point commit_start = Clock::now();
    const auto tell = [&] { meter->tell(intake->rows(), bytes_read, true); };
    tell();
    const std::vector<std::string_view> new_ids = intake->new_ids();
    intake->sort();
    const EventChange change{*plans, intake->events(), new_ids,         intake->users().first_new(),
                             people, intake->links(),  intake->loads(), now_s,
                             tell};
    TAGLINE_ASSIGN_OR_RETURN(const EventsCommitted committed, commit_events(store, change));
    describe(*intake, report);
    report.users_new = committed.users_new;
    report.users_known += new_ids.size() - committed.users_new;  // others have added them meanwhile
    report.event_names_new = committed.events_new;
    report.keys_new = committed.keys_new;
    report.fragments_written = committed.fragments_written;
    report.links = committed.links;
    report.commit_seconds = seconds_since(commit_start);
  }
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace tagline::ingest
