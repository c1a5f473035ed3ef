#include "dsl/names.h"

#include "dsl/search_key.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

constexpr std::size_t kWalkLookups = 8;   // look-ups in one list before an index pays
constexpr std::size_t kWalkEntries = 16;  // lists this short are always walked
constexpr std::size_t kValuesSearched =
    200'000;  // bound of the search for a value in all tags, for a hint only

constexpr std::size_t kTitlesSearched = 50'000;  // as many as names are compared with

constexpr std::string_view kBreaks = " \t\r\n-_/.,;:()&";

[[nodiscard]] std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    if (end > at) {
      words.push_back(text.substr(at, end - at));
    }
    at = end + 1;
  }
  return words;
}

/// Every word begins one of the text's; in Chinese, which has no blanks, it stands somewhere in it.
[[nodiscard]] bool has_words(std::string_view text, const std::vector<std::string_view>& words) {
  return std::all_of(words.begin(), words.end(), [&](std::string_view word) {
    if (has_wide_script(word)) {
      return text.find(word) != std::string_view::npos;
    }
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + 1)) {
      if (at == 0 || kBreaks.find(text[at - 1]) != std::string_view::npos) {
        return true;
      }
    }
    return false;
  });
}

/// match_key(text) == key, without building it.
[[nodiscard]] bool has_key(std::string_view text, std::string_view key) {
  if (!is_composed(text)) {
    return match_key(text) == key;
  }
  std::size_t matched = 0;
  std::string point;
  for (std::size_t at = 0; at < text.size();) {
    const Decoded next = decode_at(text, at);
    at += next.bytes;
    point.clear();
    append_utf8(point, ascii_lower(fold(next.point)));
    if (key.compare(matched, point.size(), point) != 0) {
      return false;
    }
    matched += point.size();
  }
  return matched == key.size();
}

template <class Entry>
[[nodiscard]] bool is_called(const Entry& entry, std::string_view key) {
  return has_key(entry.name, key) ||
         std::any_of(entry.aliases.begin(), entry.aliases.end(),
                     [&](const std::string& alias) { return has_key(alias, key); });
}

template <class Entry>
[[nodiscard]] std::vector<Candidate> spellings(const std::vector<Entry>& entries) {
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    all.push_back({entries[i].name, i});
    for (const std::string& alias : entries[i].aliases) {
      all.push_back({alias, i});
    }
  }
  return all;
}

[[nodiscard]] std::vector<std::string> texts(const std::vector<Candidate>& candidates) {
  std::vector<std::string> list;
  for (const Candidate& candidate : candidates) {
    list.emplace_back(candidate.text);
  }
  return list;
}

[[nodiscard]] std::uint64_t nobody(std::size_t /*owner*/) {
  return 0;
}

}  // namespace

template <class Entry>
const Entry* NameList<Entry>::walk(std::string_view name) const {
  for (const Entry& entry : *entries_) {
    if (entry.name == name) {
      return &entry;
    }
  }
  for (const Entry& entry : *entries_) {
    if (std::find(entry.aliases.begin(), entry.aliases.end(), name) != entry.aliases.end()) {
      return &entry;
    }
  }
  const std::string key = match_key(name);
  const Entry* found = nullptr;
  for (const Entry& entry : *entries_) {
    if (is_called(entry, key)) {
      if (found != nullptr) {
        return nullptr;
      }
      found = &entry;
    }
  }
  return found;
}

template <class Entry>
void NameList<Entry>::index() {
  for (const Entry& entry : *entries_) {
    exact_.emplace(entry.name, &entry);
  }
  for (const Entry& entry : *entries_) {
    for (const std::string& alias : entry.aliases) {
      exact_.emplace(alias, &entry);
    }
  }
  const auto add = [this](std::string_view text, const Entry* entry) {
    const auto [place, is_new] = folded_.emplace(match_key(text), entry);
    if (!is_new && place->second != entry) {
      place->second = nullptr;
    }
  };
  for (const Entry& entry : *entries_) {
    add(entry.name, &entry);
    for (const std::string& alias : entry.aliases) {
      add(alias, &entry);
    }
  }
}

template <class Entry>
const Entry* NameList<Entry>::find(std::string_view name) {
  if (entries_->size() <= kWalkEntries || ++lookups_ <= kWalkLookups) {
    return walk(name);
  }
  if (exact_.empty()) {
    index();
  }
  if (const auto found = exact_.find(name); found != exact_.end()) {
    return found->second;
  }
  const auto found = folded_.find(match_key(name));
  return found == folded_.end() ? nullptr : found->second;
}

template class NameList<Tag>;
template class NameList<Event>;
template class NameList<Value>;

Names::Names(const Catalogue& catalogue, const Segment* definition)
    : Names(catalogue, catalogue.people, definition) {}

Names::Names(const Catalogue& catalogue, const PeopleOf& people, const Segment* definition)
    : catalogue_(catalogue),
      people_(people ? people : catalogue.people),
      definition_(definition),
      tags_(catalogue.tags),
      events_(catalogue.events) {}

const Value* Names::value(const std::vector<Value>& values, std::string_view name) {
  return values_.try_emplace(&values, values).first->second.find(name);
}

void Names::index_segments() {
  if (definition_ != nullptr) {
    segments_.emplace(definition_->name, definition_);  // first come: in place of another
  }
  for (const Segment& segment : catalogue_.segments) {
    segments_.emplace(segment.name, &segment);
  }
  for (const auto& [name, segment] : segments_) {
    const auto [place, is_new] = folded_segments_.emplace(match_key(name), segment);
    if (!is_new) {
      place->second = nullptr;
    }
  }
}

const Segment* Names::segment(std::string_view name) {
  if (segments_.empty()) {
    index_segments();
  }
  if (const auto exact = segments_.find(name); exact != segments_.end()) {
    return exact->second;
  }
  const auto folded = folded_segments_.find(match_key(name));
  return folded == folded_segments_.end() ? nullptr : folded->second;
}

const Tag* Names::tag_with_value(std::string_view value) {
  std::size_t searched = 0;
  const std::string key = match_key(value);
  for (const Tag& tag : catalogue_.tags) {
    searched += tag.values.size();
    if (searched > kValuesSearched) {
      return nullptr;
    }
    if (std::any_of(tag.values.begin(), tag.values.end(),
                    [&](const Value& entry) { return is_called(entry, key); })) {
      return &tag;
    }
  }
  return nullptr;
}

std::vector<std::string> Names::near_tags(std::string_view typed) const {
  return texts(closest(typed, spellings(catalogue_.tags), [this](std::size_t owner) {
    const Tag& tag = catalogue_.tags[owner];
    return people(tag, engine::kExistsRow).value_or(0);
  }));
}

std::vector<std::string> Names::near_events(std::string_view typed) const {
  return texts(closest(typed, spellings(catalogue_.events), nobody));
}

std::vector<std::string> Names::near_segments(std::string_view typed) const {
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < catalogue_.segments.size(); ++i) {
    all.push_back({catalogue_.segments[i].name, i});
  }
  return texts(closest(typed, all, nobody));
}

std::vector<Candidate> Names::near_values(const Tag* tag, const std::vector<Value>& values,
                                          std::string_view typed) const {
  return closest(typed, spellings(values), [&](std::size_t owner) {
    return tag == nullptr ? 0 : people(*tag, values[owner].row).value_or(0);
  });
}

std::vector<Names::Titled> Names::titled_values(const std::vector<Value>& values,
                                                std::string_view typed) {
  constexpr std::size_t kTypedMax = 256;  // bytes
  constexpr std::size_t kFound = 3;
  const std::string key = search_key(typed.substr(0, kTypedMax));
  const std::vector<std::string_view> words = words_of(key);
  std::vector<Titled> whole;
  std::vector<Titled> partly;
  if (words.empty() || typed.size() > kTypedMax) {
    return whole;
  }
  for (std::size_t i = 0; i < std::min(values.size(), kTitlesSearched); ++i) {
    bool is_known = false;
    for (const std::string& title : values[i].titles) {
      const std::string title_key = search_key(title);
      const bool is_whole = title_key == key;
      if (is_known || !(is_whole || has_words(title_key, words))) {
        continue;
      }
      is_known = true;
      std::vector<Titled>& found = is_whole ? whole : partly;
      if (found.size() < kFound) {
        found.push_back({&values[i], title, is_whole});
      }
    }
  }
  return whole.empty() ? partly : whole;
}

std::optional<std::uint64_t> Names::people(const Tag& tag, engine::RowId row) const {
  return people({tag.field, row});
}

std::optional<std::uint64_t> Names::people(engine::RowKey row) const {
  return people_ ? people_(row) : std::nullopt;
}

template <class Entry>
std::string_view chinese_name(const Entry& entry) {
  if (has_wide_script(entry.name)) {
    return entry.name;
  }
  const auto found = std::find_if(entry.aliases.begin(), entry.aliases.end(),
                                  [](const std::string& alias) { return has_wide_script(alias); });
  return found == entry.aliases.end() ? std::string_view(entry.name) : std::string_view(*found);
}
template std::string_view chinese_name(const Tag&);
template std::string_view chinese_name(const Event&);
template std::string_view chinese_name(const Value&);

template <class Entry>
std::string_view name_like(const Entry& entry, std::string_view like) {
  return has_wide_script(like) ? chinese_name(entry) : std::string_view(entry.name);
}
template std::string_view name_like(const Tag&, std::string_view);
template std::string_view name_like(const Value&, std::string_view);

}  // namespace tagline::dsl
