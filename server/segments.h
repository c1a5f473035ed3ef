// Segments: saving, listing, renaming and deleting saved segments, and lists of ids under a name.
//
// A rule is stored as its author typed it and checked whenever it is used, so a change of the
// catalogue can break it but never changes silently what it means. Whatever would break another
// segment is refused here, unless forced.
#pragma once

#include "dsl/diagnostic.h"
#include "engine/result.h"
#include "server/service.h"
#include "storage/record.h"
#include "storage/store.h"

#include <chrono>
#include <cstdint>
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
  bool created = false;   ///< false: it was there and has been changed
  std::uint64_t count = 0;
  std::uint64_t population = 0;
  std::vector<dsl::Diagnostic> warnings;
};

struct SegmentSummary {
  storage::SegmentRecord record;
  std::string canonical;               ///< of a rule that parses
  std::optional<std::uint64_t> count;  ///< nothing when it is broken
  std::vector<dsl::Diagnostic> faults;
  std::vector<std::string> uses;     ///< segments its rule names
  std::vector<std::string> used_by;  ///< segments whose rules name it
};

struct SegmentList {
  std::vector<SegmentSummary> segments;  ///< by name
  std::uint64_t population = 0;
};

struct ImportedList {
  SavedSegment saved;
  std::uint64_t lines = 0;  ///< ids read, without blank lines
  std::uint64_t unknown = 0;
  std::uint64_t repeated = 0;
  std::vector<std::string> first_unknown;  ///< at most 10
};

struct RenamedSegment {
  storage::SegmentRecord record;
  std::vector<std::string> rewritten;  ///< segments whose rules now say the new name
};

/// Threads: thread-safe. Borrows the store.
class Segments {
 public:
  explicit Segments(storage::Store& store) : store_(store) {}

  /// Saves a rule under a new name, or replaces the rule of that name. Refused: a text with errors,
  /// a cycle, nesting too deep, a rule that would break a segment that uses this name, the name of
  /// a static list (SchemaConflict), a name that is no name (BadInput).
  [[nodiscard]] Outcome<SavedSegment> save(const std::string& name, const std::string& expression,
                                           const SegmentCard& card,
                                           std::optional<std::chrono::sys_days> as_of);
  /// Every segment with its count now.
  [[nodiscard]] Outcome<SegmentList> list(std::optional<std::chrono::sys_days> as_of);
  /// NotFound, with the nearest names.
  [[nodiscard]] Outcome<SegmentSummary> show(const std::string& name,
                                             std::optional<std::chrono::sys_days> as_of);
  /// Renames, and rewrites the rules that name it, in one transaction. Refused as a save under the
  /// new name would be: rules may name it already, so a cycle or too deep a nesting could close.
  [[nodiscard]] Outcome<RenamedSegment> rename(const std::string& from, const std::string& to);
  /// InUse names the segments that would break; with `force` it is removed all the same. Returns
  /// those that are broken now.
  [[nodiscard]] Result<std::vector<std::string>> remove(const std::string& name, bool force);
  /// Segments that use `name`, directly first, then through others.
  struct Dependents {
    std::vector<std::string> direct;
    std::vector<std::string> indirect;
  };
  [[nodiscard]] Result<Dependents> dependents(const std::string& name);
  /// Makes or replaces a static list from a file of ids, one a line (quotes around an id and a
  /// header line "id" are understood; gzip, xz and zstd too; "-" is standard input). Ids nobody has
  /// are counted and left out; BadInput when none is known.
  [[nodiscard]] Result<ImportedList> import_list(const std::string& name, const std::string& file,
                                                 const SegmentCard& card);

 private:
  storage::Store& store_;
};

}  // namespace tagline::server
