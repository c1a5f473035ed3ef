// Service: everything Tagline can be asked, as functions from plain structs to plain structs. The
// command line and the HTTP routes are thin faces over it; neither opens a database or plans a
// query itself.
#pragma once

#include "dsl/check.h"
#include "dsl/diagnostic.h"
#include "engine/budget.h"
#include "engine/cached_count.h"
#include "engine/execute.h"
#include "engine/result.h"
#include "ingest/load.h"
#include "server/freshness.h"
#include "server/kept_catalogue.h"
#include "server/what_if.h"
#include "storage/store.h"
#include "storage/verify.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {

/// Why a request was not answered: the expression is at fault (its diagnostics), or something else
/// is (`error`).
struct Refusal {
  // Both convert on purpose, so that a failing step leaves an Outcome function like any other.
  Refusal(Error cause) : error(std::move(cause)) {}  // NOLINT(google-explicit-constructor)
  Refusal(std::vector<dsl::Diagnostic> faults)
      : diagnostics(std::move(faults)) {}  // NOLINT(google-explicit-constructor)
  std::vector<dsl::Diagnostic> diagnostics;
  std::optional<std::string> text;  ///< what they are of, when not of the request's expression
  std::optional<Error> error;
  bool changed = false;  ///< what was to be edited is not what the editor has seen (server/edit.h)
};

template <class T>
using Outcome = tl::expected<T, Refusal>;

struct QueryRequest {
  std::string expression;
  std::optional<std::chrono::sys_days> as_of;  ///< default: today in the database's zone
  bool explain = false;
  unsigned threads = 0;  ///< as engine::ExecuteOptions
  const engine::Budget* budget = nullptr;
  KeptCatalogue* names = nullptr;  ///< where names are kept; null: they are read for this request
  engine::AnswerCache* answers = nullptr;  ///< where counts are kept; null: they are counted anew
};

/// The exact counts at one node of the expression. In an AND each clause is asked about those whom
/// the clauses before it kept; elsewhere a node is asked about those its group is asked about.
struct NodeCount {
  std::string text;  ///< the node as the user wrote it; below a segment, as its rule says
  unsigned depth = 0;
  std::uint64_t count = 0;    ///< people it selects, taken alone
  std::uint64_t entered = 0;  ///< people it was asked about
  std::uint64_t kept = 0;     ///< of those, the ones it selects; the others are dropped
  /// People in every clause but this one, for the clauses of the outermost AND: how many its
  /// removal would leave.
  std::optional<std::uint64_t> without;
  std::string dates;  ///< what its relative dates came to: "2024-05-17..2024-06-15"
};

struct Explanation {
  Text sentence;                 ///< what the expression selects, in words
  std::vector<NodeCount> nodes;  ///< the expression's tree, depth first
  std::string plan_written;
  std::string plan_rewritten;
  std::vector<std::pair<std::string, std::chrono::nanoseconds>>
      passes;  ///< those that changed something
  std::string program;
  engine::ExecuteStats stats;
  /// What kept answers saved, and what is kept now; nothing when the service keeps none.
  struct Cache {
    engine::CacheUse use;
    engine::AnswerCache::Usage usage;
  };
  std::optional<Cache> cache;
};

/// One node of an expression as it stands for one user.
struct WhyNode {
  std::string text;
  unsigned depth = 0;
  bool holds = false;
  bool decides = false;  ///< with the other deciding clauses it settles the outcome
};

struct Why {
  std::string id;
  std::string expression;  ///< canonical
  std::chrono::sys_days as_of;
  bool member = false;
  std::vector<WhyNode> nodes;         ///< depth first
  std::vector<std::string> deciding;  ///< the clauses that settle it
  WaysOut changes;                    ///< what would have to change for the opposite outcome
  std::vector<dsl::Diagnostic> warnings;
};

struct KeySummary {
  std::string name;
  std::vector<std::string> aliases;
};

/// An event and what is stored of it.
struct EventSummary {
  storage::TagRecord record;
  std::vector<KeySummary> keys;
  std::uint64_t people = 0;  ///< who did it at least once
  std::size_t days = 0;      ///< days with any
  std::optional<std::chrono::sys_days> first;
  std::optional<std::chrono::sys_days> last;
};

struct EventList {
  std::vector<EventSummary> events;
  std::vector<storage::LoadRecord> loads;  ///< oldest first
  std::uint64_t population = 0;
  std::string time_zone;
};

struct Answer {
  std::string expression;  ///< canonical
  std::uint64_t count = 0;
  std::uint64_t population = 0;
  std::chrono::sys_days as_of;
  std::string time_zone;
  std::chrono::microseconds elapsed{};  ///< check, plan and run; not opening the database
  std::uint64_t version = 0;            ///< of the data
  std::uint64_t database = 0;           ///< key_of its seed (server/cursor.h)
  /// Methods behind what no formula of the expression says: engine::kLookalikeMethod. Mostly none.
  std::vector<std::string> methods;
  std::vector<dsl::Diagnostic> warnings;
  std::optional<Explanation> explanation;
};

/// Called with the place of each expression and its answer or refusal, in order.
using BatchSink = std::function<void(std::size_t, Outcome<Answer>)>;

/// What a batch took.
struct BatchStats {
  // What all answers are of.
  std::chrono::sys_days as_of;
  std::uint64_t version = 0;
  std::uint64_t population = 0;
  std::string time_zone;
  std::uint64_t whole = 0;  ///< expressions looked up among the kept answers
  std::uint64_t run = 0;    ///< expressions counted, also those that failed then
  engine::ExecuteStats stats;
  std::optional<engine::AnswerCache::Usage> cache;  ///< afterwards; nothing when none are kept
};

struct ValueCount {
  std::string name;
  std::vector<std::string> aliases;
  std::uint64_t count = 0;
};

struct TagSummary {
  storage::TagRecord record;
  std::string replacement;         ///< name of the tag to use instead; empty: none is named
  std::uint64_t coverage = 0;      ///< users with a value; for a flag, users with the flag
  std::vector<ValueCount> values;  ///< category and set: most users first, then by name
  std::optional<std::int64_t>
      lowest;  ///< number (scaled) and date (days since 1970) present in the data
  std::optional<std::int64_t> highest;
  std::optional<Freshness> freshness;  ///< of a tag that is shown alone, if its times are kept
};

struct Catalog {
  std::uint64_t population = 0;
  std::uint64_t version = 0;
  std::string time_zone;
  std::vector<TagSummary> tags;
};

/// Which state of which data this is.
struct Standing {
  std::uint64_t population = 0;
  std::uint64_t version = 0;
  std::string time_zone;
};

/// What `verify` found, and who the users are: report.users is every index that was given out.
struct Verified : storage::VerifyReport {
  std::uint64_t population = 0;  ///< people, as of a standing
  std::uint64_t merged = 0;      ///< users who are part of another now
  std::uint64_t erased = 0;      ///< users of whom nothing is left
};

/// One tag of one user. `values` as text; a flag the user has is {"yes"}; a tag without a value is
/// left out.
struct UserTag {
  std::string name;
  engine::TagKind kind;
  std::vector<std::string> values;
};

/// What one user did of one event, over all stored days.
struct UserEvent {
  std::string name;
  std::uint64_t count = 0;  ///< at least 1
  std::size_t days = 0;
  std::chrono::sys_days first;
  std::chrono::sys_days last;
  std::optional<std::string> amount;  ///< the total, as text; nothing for events without amounts
};

struct UserProfile {
  std::string id;
  engine::UserIndex index = 0;
  std::vector<UserTag> tags;
  std::vector<UserEvent> events;   ///< those the user did
  std::vector<std::string> lists;  ///< static lists the user is on
};

/// Threads: thread-safe.
class Service {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Service>> open(const std::string& folder,
                                                             const storage::OpenOptions& options);

  /// From now on answers of query() and batch() and costly parts of them are kept, in so many bytes
  /// at most (engine/cached_count.h); 0: no longer. For processes that are asked more than once.
  /// Not while another thread asks.
  void keep_answers(std::size_t bytes);
  [[nodiscard]] std::optional<engine::AnswerCache::Usage> kept_answers() const;

  [[nodiscard]] Outcome<Answer> query(const QueryRequest& request);
  /// The counts of many expressions over one state of the data (server/batch.h).
  [[nodiscard]] Result<BatchStats> batch(std::span<const std::string> expressions,
                                         const QueryRequest& how, const BatchSink& sink);
  /// Lends `fn` the names of one snapshot, and the day and the counts of people to check with.
  /// These read the snapshot, so they must not outlive the call.
  using NameReader = std::function<void(const dsl::Catalogue&, const dsl::CheckOptions&)>;
  [[nodiscard]] Status with_catalogue(std::optional<std::chrono::sys_days> as_of,
                                      const NameReader& fn);

  /// Why one user is in a segment or out of it. NotFound when no user has this id.
  [[nodiscard]] Outcome<Why> why(std::string_view external_id, const QueryRequest& request);

  [[nodiscard]] Result<EventList> events();
  /// Forgets events of days before `before`.
  [[nodiscard]] Result<storage::WriteTxn::Trimmed> trim_events(std::chrono::sys_days before);

  [[nodiscard]] Result<Standing> standing();
  [[nodiscard]] Result<Catalog> tags();
  /// NotFound when no user has this id.
  [[nodiscard]] Result<UserProfile> user(std::string_view external_id);
  [[nodiscard]] Result<Verified> verify(
      const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  /// Without a schema it is inferred; the schema used goes to options.on_schema first.
  [[nodiscard]] Result<ingest::LoadReport> load(const std::optional<ingest::Schema>& schema,
                                                const std::vector<std::string>& files,
                                                const ingest::LoadOptions& options);

  [[nodiscard]] storage::Store& store() { return *store_; }
  /// For requests to what is not a function of this class (QueryRequest::names).
  [[nodiscard]] KeptCatalogue& names() { return names_; }
  /// The same (QueryRequest::answers): null when none are kept.
  [[nodiscard]] engine::AnswerCache* answers() { return answers_.get(); }

 private:
  explicit Service(std::unique_ptr<storage::Store> store) : store_(std::move(store)) {}
  std::unique_ptr<storage::Store> store_;
  KeptCatalogue names_;
  std::unique_ptr<engine::AnswerCache> answers_;  ///< null: none are kept
};

}  // namespace tagline::server
