// Tags: finding, showing, making and editing tags of the catalogue, and events with their keys.
#pragma once

#include "engine/execute.h"
#include "engine/result.h"
#include "server/edit.h"
#include "server/service.h"
#include "storage/record.h"
#include "storage/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::server {

/// A tag as it is listed. `summary.values` are those wanted, of `values_found`.
struct TagEntry {
  TagSummary summary;
  std::vector<Text> value_titles;  ///< of summary.values
  std::uint64_t values_total = 0;  ///< values the tag has
  std::uint64_t values_found = 0;  ///< values that answer the search; all without one
  std::string revision;            ///< server/edit.h
};

struct TagSearch {
  std::string text;  ///< words of names, aliases, titles, texts and values in any language; "": all
  std::optional<std::string> layer;  ///< this layer and those below it: "base" holds "base/person"
  std::optional<engine::TagKind> kind;
  std::optional<bool> deprecated;
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
  std::uint64_t values = 0;  ///< values a tag: those found first, then most users first
};

struct TagList {
  std::vector<TagEntry> tags;  ///< best first, then in order of creation
  std::uint64_t total = 0;     ///< found, before offset and limit
  std::uint64_t population = 0;
  std::uint64_t version = 0;
  std::string time_zone;
};

/// Which values of a tag, or keys of an event.
struct ValueSearch {
  std::string text;  ///< "": all
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};

struct TagPage {
  TagEntry tag;
  std::uint64_t population = 0;
  std::uint64_t version = 0;
};

struct ValueEdit {
  std::string value;  ///< by name
  std::optional<std::string> title_en;
  std::optional<std::string> title_zh;
  std::optional<std::vector<std::string>> aliases;
};

/// What is given is changed, the rest stays.
struct TagEdit {
  std::optional<std::string> title_en;
  std::optional<std::string> title_zh;
  std::optional<std::vector<std::string>> aliases;
  std::optional<std::string> description;
  std::optional<std::string> layer;
  std::optional<std::string> source;
  std::optional<std::string> owner;
  std::optional<std::string> unit;
  std::optional<std::int64_t> min;  ///< scaled
  std::optional<std::int64_t> max;
  bool no_min = false;  ///< the bound goes
  bool no_max = false;
  /// Values expire so many seconds after they were written; 0: never. It needs `track`, which is
  /// then as if given.
  std::optional<std::int64_t> ttl_s;
  std::optional<bool> track;  ///< whether it is kept when each value was written
  std::optional<bool> deprecated;
  /// Name of the tag to use instead, of a deprecated one; "": none. It goes with the deprecation.
  std::optional<std::string> replacement;
  std::vector<ValueEdit> values;
};

struct TagDraft {
  std::string name;
  engine::TagKind kind = engine::TagKind::Flag;
  unsigned scale = 0;  ///< number: digits after the point
  TagEdit card;        ///< of a category or set, `values` are made too
};

struct TagUsers {
  std::string tag;
  engine::FieldId field = 0;
  bool deprecated = false;
  std::string replacement;            ///< as TagSummary
  std::vector<std::string> direct;    ///< segments whose rules name the tag
  std::vector<std::string> indirect;  ///< segments that use those
  std::uint64_t coverage = 0;
  std::uint64_t population = 0;
  std::int64_t updated_s = 0;  ///< the last load that wrote the tag; 0: none has
};

struct EventKey {
  storage::ValueRecord record;
  std::uint64_t people = 0;  ///< who did the event with this key at least once
};

struct EventPage {
  EventSummary event;
  std::vector<EventKey> keys;
  std::uint64_t keys_total = 0;
  std::uint64_t keys_found = 0;
  std::uint64_t population = 0;
  std::uint64_t version = 0;
};

/// Threads: thread-safe. Borrows the service. Names are found as expressions find them.
class Tags {
 public:
  explicit Tags(Service& service, const engine::ExecuteOptions& execute = {})
      : service_(service), execute_(execute) {}

  /// Cost: reads the values of every tag when there is something to search, and counts every value
  /// of the tags listed.
  [[nodiscard]] Result<TagList> list(const TagSearch& search);
  /// NotFound, with the nearest names.
  [[nodiscard]] Result<TagPage> show(const std::string& name, const ValueSearch& values);
  /// The record alone, for who needs its kind and scale.
  [[nodiscard]] Result<storage::TagRecord> record(const std::string& name);
  /// A new tag that nobody has. BadInput: a name that is none, bounds or values the kind has not.
  /// SchemaConflict: a name or other spelling that is another tag's or event's, or of two values.
  [[nodiscard]] Outcome<TagPage> create(const TagDraft& draft, const Edit& edit);
  /// One transaction. As `create`; NotFound: no such tag or value, and no tag of
  /// the replacement's name. BadInput: a replacement that is the tag itself, deprecated too, or of
  /// a tag in use; a time to live under a minute or above 100 years, or of values whose times are
  /// not to be kept. What a load wrote (updated_s) stays.
  [[nodiscard]] Outcome<TagPage> change(const std::string& name, const TagEdit& change,
                                        const Edit& edit);
  [[nodiscard]] Result<TagUsers> users(const std::string& name);
  /// NotFound. Cost: every event's days, and one count a key of the page.
  [[nodiscard]] Result<EventPage> event(const std::string& name, const ValueSearch& keys);

 private:
  Service& service_;
  engine::ExecuteOptions execute_;
};

}  // namespace tagline::server
