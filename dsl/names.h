// Names: the catalogue as the checker asks it. Exact spellings first (names before aliases), then
// any ASCII case and width, if that is unique.
#pragma once

#include "dsl/catalogue.h"
#include "dsl/suggest.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tagline::dsl {

/// Finds entries of one list. Walks the list for the first few look-ups, then indexes it: most
/// expressions ask a tag for one value of many, some for thousands.
template <class Entry>
class NameList {
 public:
  explicit NameList(const std::vector<Entry>& entries) : entries_(&entries) {}
  /// Null when there is none, or when only case or width tells several apart.
  [[nodiscard]] const Entry* find(std::string_view name);
  [[nodiscard]] const std::vector<Entry>& entries() const { return *entries_; }

 private:
  [[nodiscard]] const Entry* walk(std::string_view name) const;
  void index();

  const std::vector<Entry>* entries_;
  std::size_t lookups_ = 0;
  std::unordered_map<std::string_view, const Entry*> exact_;
  std::unordered_map<std::string, const Entry*> folded_;  ///< null: ambiguous
};

/// REQUIRES: the catalogue outlives it. One thread.
class Names {
 public:
  /// `definition`: a segment that is to be there, in place of one of the same name; null: none.
  /// `people`: in place of catalogue.people; empty: that. Both outlive it too.
  explicit Names(const Catalogue& catalogue, const Segment* definition = nullptr);
  Names(const Catalogue& catalogue, const PeopleOf& people, const Segment* definition = nullptr);

  [[nodiscard]] const Catalogue& catalogue() const { return catalogue_; }
  [[nodiscard]] const Tag* tag(std::string_view name) { return tags_.find(name); }
  [[nodiscard]] const Event* event(std::string_view name) { return events_.find(name); }
  [[nodiscard]] const Value* value(const std::vector<Value>& values, std::string_view name);
  [[nodiscard]] const Segment* segment(std::string_view name);
  [[nodiscard]] const Segment* definition() const { return definition_; }
  /// A tag one of whose values is called so, and the value.
  [[nodiscard]] const Tag* tag_with_value(std::string_view value);

  [[nodiscard]] std::vector<std::string> near_tags(std::string_view typed) const;
  [[nodiscard]] std::vector<std::string> near_events(std::string_view typed) const;
  [[nodiscard]] std::vector<std::string> near_segments(std::string_view typed) const;
  /// `tag` null: the keys of an event.
  [[nodiscard]] std::vector<Candidate> near_values(const Tag* tag, const std::vector<Value>& values,
                                                   std::string_view typed) const;

  /// A value that is called so by its title alone.
  struct Titled {
    const Value* value = nullptr;
    std::string_view title;
    bool is_whole = false;  ///< `typed` is the title, not a part of it
  };
  /// At most three, those that are so called before those whose titles have all words of `typed`.
  [[nodiscard]] static std::vector<Titled> titled_values(const std::vector<Value>& values,
                                                         std::string_view typed);

  /// Users of a row, when the catalogue can tell.
  [[nodiscard]] std::optional<std::uint64_t> people(const Tag& tag, engine::RowId row) const;
  [[nodiscard]] std::optional<std::uint64_t> people(engine::RowKey row) const;

 private:
  void index_segments();

  const Catalogue& catalogue_;
  const PeopleOf& people_;
  const Segment* definition_;
  NameList<Tag> tags_;
  NameList<Event> events_;
  std::unordered_map<const std::vector<Value>*, NameList<Value>> values_;
  std::unordered_map<std::string_view, const Segment*> segments_;    ///< empty: not indexed yet
  std::unordered_map<std::string, const Segment*> folded_segments_;  ///< null: ambiguous
};

/// How people who write Chinese call it: the first alias that is not ASCII, else the name.
template <class Entry>
[[nodiscard]] std::string_view chinese_name(const Entry& entry);
/// The spelling in the script of `like`.
template <class Entry>
[[nodiscard]] std::string_view name_like(const Entry& entry, std::string_view like);

}  // namespace tagline::dsl
