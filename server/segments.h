// Segments: saving, listing, renaming and deleting saved segments, the rules they have had, and
// lists of ids under a name: given, or frozen from a segment.
//
// A rule is stored as its author typed it and checked whenever it is used, so a change of the
// catalogue can break it but never changes silently what it means. Whatever would break another
// segment is refused here, unless forced.
#pragma once

#include "dsl/diagnostic.h"
#include "engine/execute.h"
#include "engine/result.h"
#include "server/edit.h"
#include "server/id_list.h"
#include "server/listed_users.h"
#include "server/service.h"
#include "storage/record.h"
#include "storage/store.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

/// What of a segment's card is given; what is not given stays as it is.
struct SegmentCard {
  std::optional<std::string> title_en;
  std::optional<std::string> title_zh;
  std::optional<std::string> description;
  std::optional<std::string> owner;
  std::optional<std::vector<std::string>> labels;
};

struct SavedSegment {
  storage::SegmentRecord record;
  std::string canonical;  ///< of a rule
  std::string revision;
  std::uint32_t rule = 0;           ///< the number of its rule; 0: a list
  std::uint32_t rules_dropped = 0;  ///< older rules that are no longer kept, for this one
  bool created = false;             ///< false: it was there and has been changed
  std::uint64_t count = 0;
  std::uint64_t population = 0;
  std::vector<dsl::Diagnostic> warnings;
};

struct SegmentSummary {
  storage::SegmentRecord record;
  std::string revision;
  std::optional<storage::OriginRecord> origin;  ///< of a list that was frozen from a segment
  std::string canonical;                        ///< of a rule that parses
  std::optional<std::uint64_t> count;           ///< nothing when it is broken
  std::vector<dsl::Diagnostic> faults;
  std::vector<dsl::Diagnostic> warnings;  ///< of a rule
  std::vector<std::string> uses;          ///< segments its rule names
  std::vector<std::string> used_by;       ///< segments whose rules name it
  std::string time_zone;                  ///< of the database, for people who read times
};

struct SegmentSearch {
  /// Words of names, titles, labels, owners, descriptions and rules, as they are written and as
  /// readers of each language would write them; "": all.
  std::string text;
  std::uint64_t offset = 0;
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
};

struct SegmentList {
  std::vector<SegmentSummary> segments;  ///< best first, then by name
  std::uint64_t total = 0;               ///< found, before offset and limit
  std::uint64_t population = 0;
};

struct ImportedList {
  SavedSegment saved;
  ListedUsers listed;
};

struct RenamedSegment {
  storage::SegmentRecord record;
  std::string revision;
  std::vector<std::string> rewritten;  ///< segments whose rules now say the new name
};

/// One rule a segment has had, as it is today.
struct RuleVersion {
  storage::RuleRecord record;
  std::string canonical;               ///< of a rule that parses
  std::optional<std::uint64_t> count;  ///< now; nothing when it cannot be computed any more
  std::vector<dsl::Diagnostic> faults;
};

struct SegmentVersions {
  std::string name;
  std::vector<RuleVersion> versions;  ///< the last is its rule
  std::uint32_t dropped = 0;          ///< older ones that are no longer kept
  std::string time_zone;              ///< of the database, for people who read times
  std::uint64_t population = 0;
  std::chrono::sys_days as_of;
};

/// What is compared: a version of the segment by number ("2"), or any segment ("@name").
struct DiffRequest {
  std::string from;
  std::string to;  ///< empty: the rule it has now
  std::optional<std::chrono::sys_days> as_of;
};

struct SegmentDiff {
  struct Part {
    std::string expression;  ///< selects exactly these
    std::uint64_t count = 0;
  };
  std::string name;
  std::string from_name;  ///< as asked, or the number it came to
  std::string to_name;
  Part from;
  Part to;
  Part both;
  Part only_from;
  Part only_to;
  std::uint64_t population = 0;
  std::chrono::sys_days as_of;
};

struct FreezeRequest {
  std::optional<std::string> name;  ///< of the list; default: the segment's and the day
  /// Of who was in it then, by what is kept of it (server/segment_history.h), and not of who is
  /// now. As HistoryRequest::since; as_of then says nothing.
  std::optional<std::chrono::sys_days> recorded;
  SegmentCard card;
  std::optional<std::chrono::sys_days> as_of;
};

struct FrozenSegment {
  SavedSegment saved;
  storage::OriginRecord origin;
};

/// Why an edit of a segment may not go on: refuse_changed of its revision.
[[nodiscard]] std::optional<Refusal> refuse_segment_changed(
    const Edit& edit, const std::optional<storage::SegmentRecord>& stored, const std::string& name);

/// Threads: thread-safe. Borrows the store and the budget of `execute`, with which everything is
/// counted. What takes long is read before the transaction of an edit, on a snapshot of the same
/// state (server/drafted_write.h). Every edit is one transaction, and refused when it is not of
/// what the editor has seen (Edit::seen, Refusal::changed).
class Segments {
 public:
  explicit Segments(storage::Store& store, const engine::ExecuteOptions& execute = {})
      : store_(store), execute_(execute) {}

  /// Saves a rule under a new name, or replaces the rule of that name. Refused: a text with errors,
  /// a cycle, nesting too deep, a rule that would break a segment that uses this name, the name of
  /// a static list (SchemaConflict), a name that is no name (BadInput). Here and below BadInput: a
  /// text of the card with a character that cannot be seen. A rule other than the one
  /// it had is kept as its next version; of more than 1,000, and of more than 4 MiB of text, the
  /// oldest are dropped.
  [[nodiscard]] Outcome<SavedSegment> save(const std::string& name, const std::string& expression,
                                           const SegmentCard& card,
                                           std::optional<std::chrono::sys_days> as_of,
                                           const Edit& edit = {});
  /// The segments that are found, each with its count now.
  [[nodiscard]] Outcome<SegmentList> list(std::optional<std::chrono::sys_days> as_of,
                                          const SegmentSearch& how = {});
  /// NotFound, with the nearest names.
  [[nodiscard]] Outcome<SegmentSummary> show(const std::string& name,
                                             std::optional<std::chrono::sys_days> as_of);
  /// Renames, and rewrites the rules that name it (also those segments had before). Refused as a
  /// save under the new name would be: rules may name it already, so a cycle or too deep a nesting
  /// could close.
  [[nodiscard]] Outcome<RenamedSegment> rename(const std::string& from, const std::string& to,
                                               const Edit& edit = {});
  /// What the card gives, and as `rename` when there is a new name, at once.
  [[nodiscard]] Outcome<RenamedSegment> change(const std::string& from,
                                               const std::optional<std::string>& to,
                                               const SegmentCard& card, const Edit& edit = {});
  /// InUse names the segments that would break; with `force` it is removed all the same. Returns
  /// those that are broken now. Its versions go with it; lists frozen from it stay.
  [[nodiscard]] Outcome<std::vector<std::string>> remove(const std::string& name, bool force,
                                                         const Edit& edit = {});
  /// Segments that use `name`, directly first, then through others.
  struct Dependents {
    std::vector<std::string> direct;
    std::vector<std::string> indirect;
  };
  [[nodiscard]] Result<Dependents> dependents(const std::string& name);
  /// Makes or replaces a static list from a file of ids, one a line (quotes around an id and a
  /// header line "id" are understood; gzip, xz and zstd too; "-" is standard input). Ids nobody has
  /// are counted and left out; BadInput when none is known. `progress`: as that of read_ids.
  [[nodiscard]] Outcome<ImportedList> import_list(const std::string& name, const std::string& file,
                                                  const SegmentCard& card, const Edit& edit = {},
                                                  const ReadProgress& progress = {});
  /// As import_list of those who were found; `where` their ids came from is for the message.
  [[nodiscard]] Outcome<ImportedList> put_list(const std::string& name, ListedUsers listed,
                                               const Text& where, const SegmentCard& card,
                                               const Edit& edit = {});

  /// Every rule it has had and that is kept, counted now. SchemaConflict: a list has none.
  [[nodiscard]] Outcome<SegmentVersions> versions(const std::string& name,
                                                  std::optional<std::chrono::sys_days> as_of);
  /// Who is in both of two rules, and who in one only. NotFound: no such version. NotKept: it was
  /// dropped.
  [[nodiscard]] Outcome<SegmentDiff> diff(const std::string& name, const DiffRequest& request);
  /// Makes a new static list of those who are in it now, which keeps knowing what it was made from.
  /// `as_of` fixes relative dates; tags and events are those stored now. SchemaConflict: the name
  /// is taken.
  [[nodiscard]] Outcome<FrozenSegment> freeze(const std::string& name, const FreezeRequest& request,
                                              const Edit& edit = {});
  /// The lists frozen from it, oldest first.
  [[nodiscard]] Outcome<SegmentList> frozen(const std::string& name);

 private:
  storage::Store& store_;
  engine::ExecuteOptions execute_;
};

}  // namespace tagline::server
