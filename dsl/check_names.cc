// Category and set tags, and the keys of events: values are names, taken as they are, or wildcards.
#include "dsl/checker.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <unordered_set>

namespace tagline::dsl {
namespace {

using engine::RowId;

[[nodiscard]] bool is_wildcard(const TermValue& value) {
  return !value.word.quoted && !value.period.has_value() &&
         value.word.text.find('*') != std::string::npos;
}

[[nodiscard]] bool is_any(const TermValue& value) {
  return is_wildcard(value) && value.word.text.find_first_not_of('*') == std::string::npos;
}

// Greedy with one way back: the last `*` takes one more character whenever the rest does not fit.
// No recursion, and never more than pattern * text steps; a pattern whose letters outnumber the
// text fails at once.
[[nodiscard]] bool key_matches(std::string_view p, std::string_view t) {
  const auto letters =
      static_cast<std::size_t>(std::count_if(p.begin(), p.end(), [](char c) { return c != '*'; }));
  if (letters > t.size()) {
    return false;
  }
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  for (std::size_t i = 0; i < t.size();) {
    if (at < p.size() && p[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < p.size() && p[at] == t[i]) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  return p.find_first_not_of('*', at) == std::string_view::npos;
}

[[nodiscard]] std::vector<const Value*> expand(const std::string& pattern,
                                               const std::vector<Value>& values) {
  std::vector<const Value*> found;
  const std::string key = match_key(pattern);
  const auto matches_key = [&key](const std::string& name) {
    return key_matches(key, match_key(name));
  };
  for (const Value& value : values) {
    const bool matches = matches_key(value.name) ||
                         std::any_of(value.aliases.begin(), value.aliases.end(), matches_key);
    if (matches) {
      found.push_back(&value);
    }
  }
  return found;
}

/// 城市:一线且会员: a keyword swallowed by a value, where what stands before it is one.
[[nodiscard]] std::optional<Wording> swallowed_keyword(Names& names, const Word& word,
                                                       const std::vector<Value>& values) {
  for (const std::string_view keyword : {"且", "或"}) {
    const auto at = word.quoted ? std::string::npos : word.text.find(keyword);
    const bool inside = at != std::string::npos && at > 0 && at + keyword.size() < word.text.size();
    if (inside && names.value(values, word.text.substr(0, at)) != nullptr) {
      std::string better = word.text;
      better.insert(at + keyword.size(), " ").insert(at, " ");
      return Wording{"",
                     "unknown-tag+keyword",
                     {slot("operator", keyword), slot("better", better)},
                     {change_to(word.span, better)}};
    }
  }
  return std::nullopt;
}

[[nodiscard]] Slot people_slot(Checking& checking, const Tag* tag, const Value& value) {
  const auto people = tag == nullptr ? std::nullopt : checking.names.people(*tag, value.row);
  return people.has_value() ? slot("people", " (" + with_separators(*people) + " people)",
                                   "（" + with_separators(*people) + " 人）")
                            : slot("people", "");
}

/// What was typed is how values are shown, not how they are written.
void add_titled(Checking& checking, const TermValue& value, const std::string& owner,
                const Tag* tag, const std::vector<Names::Titled>& titled, Wording& words) {
  const std::string& text = value.word.text;
  std::vector<std::string> list;
  for (const Names::Titled& each : titled) {
    const std::string written = write_value(name_like(*each.value, text));
    list.push_back(written);
    words.fixes.push_back(change_to(value.span, written));
  }
  if (titled.size() > 1) {
    words.hint = "+closest-values";
    words.slots.push_back(slot("closest", list));
    return;
  }
  words.hint = "unknown-value+titled";
  words.slots.push_back(slot("title", titled.front().title));
  words.slots.push_back(slot("better", write_name(owner) + ":" + list.front()));
  words.slots.push_back(people_slot(checking, tag, *titled.front().value));
}

[[nodiscard]] Wording unknown_value(Checking& checking, const TermValue& value,
                                    const std::string& owner, const Tag* tag,
                                    const std::vector<Value>& values) {
  const std::string& text = value.word.text;
  Wording words;
  words.slots = {slot("tag", owner), slot("value", shown(text))};
  if (values.empty()) {
    words.hint = tag == nullptr ? "unknown-value+no-keys" : "unknown-value+no-values";
    return words;
  }
  if (auto swallowed = swallowed_keyword(checking.names, value.word, values)) {
    words.hint = swallowed->hint;
    words.fixes = swallowed->fixes;
    words.slots.insert(words.slots.end(), swallowed->slots.begin(), swallowed->slots.end());
    return words;
  }
  const auto near = checking.names.near_values(tag, values, text);
  const auto titled = Names::titled_values(values, text);
  if (!titled.empty() && (near.empty() || titled.front().is_whole)) {
    add_titled(checking, value, owner, tag, titled, words);
    return words;
  }
  std::vector<std::string> list;
  for (const Candidate& candidate : near) {
    list.emplace_back(candidate.text);
    words.fixes.push_back(change_to(value.span, write_value(candidate.text)));
  }
  if (near.size() == 1) {
    words.hint = "unknown-value+closest";
    words.slots.push_back(people_slot(checking, tag, values[near.front().owner]));
    words.slots.push_back(slot("closest", list));
  } else if (!near.empty()) {
    words.hint = "+closest-values";
    words.slots.push_back(slot("closest", list));
  } else if (const Tag* other = checking.names.tag_with_value(text);
             other != nullptr && other != tag) {
    const std::string better = std::string(name_like(*other, text)) + ":" + write_value(text);
    words.hint = "unknown-value+elsewhere";
    words.slots.push_back(slot("other", name_like(*other, text)));
    words.slots.push_back(slot("better", better));
  } else {
    words.hint = "unknown-value+list";
    words.slots.push_back(value_list("list", values));
  }
  return words;
}

void report_unknown(Checking& checking, const TermValue& value, const std::string& owner,
                    const Tag* tag, const std::vector<Value>& values) {
  if (is_wildcard(value)) {
    checking.report.error("unknown-value", value.span, [&value, owner, tag, &values] {
      return Wording{
          "unknown-value/wildcard",
          values.empty() ? (tag == nullptr ? "unknown-value+no-keys" : "unknown-value+no-values")
                         : "unknown-value+list",
          {slot("tag", owner), slot("value", value.word.text), value_list("list", values)},
          {}};
    });
    return;
  }
  checking.report.error("unknown-value", value.span, [&checking, &value, owner, tag, &values] {
    return unknown_value(checking, value, owner, tag, values);
  });
}

void report_period(Checking& checking, const TermValue& value, const std::string& owner) {
  checking.report.error("type-mismatch", value.span, [&value, owner] {
    const std::string better = "\"" + value.word.text + "\"";
    return Wording{"type-mismatch/period-name",
                   "type-mismatch+quote",
                   {slot("value", value.word.text), slot("tag", owner), slot("better", better)},
                   {change_to(value.span, better)}};
  });
}

/// The rows of one value; empty when it was wrong.
[[nodiscard]] std::vector<RowId> rows_of(Checking& checking, const TermValue& value,
                                         const std::string& owner, const Tag* tag,
                                         const std::vector<Value>& values) {
  std::vector<RowId> rows;
  if (value.period.has_value()) {
    report_period(checking, value, owner);
  } else if (is_any(value) && tag != nullptr) {
    rows.push_back(engine::kExistsRow);
  } else if (is_any(value) && !values.empty()) {
    // Of keys: all of them, which is not the event's own series, for that counts what has no key
    // too. Like city:*, it is under no limit of wildcards.
    std::transform(values.begin(), values.end(), std::back_inserter(rows),
                   [](const Value& entry) { return entry.row; });
  } else if (is_wildcard(value)) {
    const std::uint32_t limit = checking.options.limits.wildcard_values;
    checking.wildcard_tests += values.size();
    const bool affordable = checking.wildcard_tests <= checking.options.limits.wildcard_tests;
    const auto found = affordable ? expand(value.word.text, values) : std::vector<const Value*>();
    if (!affordable) {
      checking.report.error("too-many-values", value.span, [] {
        return Wording{"too-many-values/wildcards", "too-many-values+wildcard", {}, {}};
      });
    } else if (found.empty()) {
      report_unknown(checking, value, owner, tag, values);
    } else if (found.size() > limit) {
      checking.report.error("too-many-values", value.span, [&value, count = found.size(), limit] {
        return Wording{"too-many-values/wildcard",
                       "too-many-values+wildcard",
                       {slot("value", value.word.text), slot("count", with_separators(count)),
                        slot("limit", with_separators(limit))},
                       {}};
      });
    } else {
      std::transform(found.begin(), found.end(), std::back_inserter(rows),
                     [](const Value* entry) { return entry->row; });
    }
  } else if (const Value* found = checking.names.value(values, value.word.text)) {
    rows.push_back(found->row);
  } else {
    report_unknown(checking, value, owner, tag, values);
  }
  return rows;
}

/// A value that stands in its list twice, under whatever names.
void warn_repeated(Checking& checking, const TermValue& value, const std::vector<RowId>& rows,
                   std::unordered_set<RowId>& seen) {
  if (rows.size() == 1 && !is_wildcard(value) && !seen.insert(rows.front()).second) {
    checking.report.warning("duplicate", value.span, [&value] {
      return Wording{"duplicate/value", "+delete", {slot("text", value.word.text)}, {}};
    });
  }
}

void report_comparison(Checking& checking, const Tree& term) {
  const TermValue& value = term.values.front();
  checking.report.error("type-mismatch", value.span, [&term, &value] {
    const std::string is = term.name.text + ":" + value.word.text;
    const std::string is_not = term.name.text + " != " + value.word.text;
    return Wording{"",
                   "type-mismatch+names",
                   {slot("tag", term.name.text), slot("operator", operator_text(term.comparison)),
                    slot("is", is), slot("is_not", is_not)},
                   {change_to(term.span, is), change_to(term.span, is_not)}};
  });
}

}  // namespace

bool wildcard_matches(std::string_view pattern, std::string_view text) {
  return key_matches(match_key(pattern), match_key(text));
}

engine::SeriesSet check_keys(Checking& checking, const Tree& term, const Event& event) {
  engine::SeriesSet series;
  bool sound = true;
  std::unordered_set<RowId> seen;
  for (const TermValue& value : term.values) {
    const auto rows = rows_of(checking, value, term.name.text, nullptr, event.keys);
    sound = sound && !rows.empty();
    warn_repeated(checking, value, rows, seen);
    series.insert(series.end(), rows.begin(), rows.end());
  }
  std::sort(series.begin(), series.end());
  series.erase(std::unique(series.begin(), series.end()), series.end());
  return sound ? series : engine::SeriesSet{};
}

Bound check_names(Checking& checking, const Tree& term, const Tag& tag) {
  Bound bound;
  bound.span = term.span;
  bound.field = tag.field;
  if (term.comparison != Comparison::Is && term.comparison != Comparison::IsNot) {
    report_comparison(checking, term);
    return bound;
  }
  bool sound = true;
  std::unordered_set<RowId> seen;
  for (const TermValue& value : term.values) {
    const auto rows = rows_of(checking, value, term.name.text, &tag, tag.values);
    sound = sound && !rows.empty();
    warn_repeated(checking, value, rows, seen);
    bound.rows.insert(bound.rows.end(), rows.begin(), rows.end());
  }
  if (!sound) {
    bound.rows.clear();
    return bound;
  }
  std::sort(bound.rows.begin(), bound.rows.end());
  bound.rows.erase(std::unique(bound.rows.begin(), bound.rows.end()), bound.rows.end());
  bound.differs = term.comparison == Comparison::IsNot;
  bound.kind = BoundKind::Rows;
  if (bound.rows.front() == engine::kExistsRow) {  // `*` among the values: all of them
    bound.rows = {engine::kExistsRow};
    if (bound.differs) {
      bound = Bound{};
      bound.span = term.span;
      checking.report.warning("never-true", term.span, [&term] {
        return Wording{"never-true/not-any", "", {slot("tag", term.name.text)}, {}};
      });
    }
  }
  return bound;
}

}  // namespace tagline::dsl
