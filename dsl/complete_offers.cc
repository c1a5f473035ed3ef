#include "dsl/complete_offers.h"

#include "dsl/complete_call.h"
#include "dsl/display.h"
#include "dsl/names.h"
#include "dsl/suggest.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

using engine::TagKind;

constexpr std::uint8_t kFirst = 0;
constexpr std::uint8_t kSecond = 1;
constexpr std::uint8_t kThird = 2;
constexpr std::uint8_t kFourth = 3;

class Collector {
 public:
  Collector(const Place& place, const Catalogue& catalogue, const CompleteOptions& options)
      : place_(place),
        catalogue_(catalogue),
        options_(options),
        names_(catalogue, options.people),
        typed_(place.typed) {}

  [[nodiscard]] std::vector<Offer> collect() {
    at_place();
    if (offers_.empty() && !typed_.empty()) {
      near_ = true;
      at_place();
    }
    return std::move(offers_);
  }

 private:
  [[nodiscard]] bool takes_events() const {
    return place_.call.has_value() && place_.call->function != nullptr &&
           (place_.call->function->id == FunctionId::Did ||
            place_.call->function->id == FunctionId::Sequence);
  }

  void at_place() {
    switch (place_.kind) {
      case PlaceKind::None:
        return;
      case PlaceKind::Condition:
        // The arguments of did and sequence are events, never conditions.
        if (place_.bracket != BracketKind::Call || !takes_events()) {
          conditions();
        }
        return;
      case PlaceKind::Argument:
        arguments();
        return;
      case PlaceKind::Value:
        values();
        return;
      case PlaceKind::Segment:
        segments(kFirst, false);
        return;
      case PlaceKind::After:
        after();
        return;
    }
  }

  void conditions() {
    names(catalogue_.tags, CompletionKind::Tag, kFirst, {.offers_people = true});
    functions();
    segments(kThird, true);
    word("NOT ", "非 ", CompletionKind::Keyword, kFourth, {"everyone but", "排除"});
    // Behind an operator it would say nothing.
    if (typed_.empty() && place_.replace.begin == 0) {
      text("*", CompletionKind::Snippet, kFourth, {"everyone", "所有人"});
    }
  }

  void arguments() {
    if (!place_.call.has_value() || place_.call->function == nullptr) {
      conditions();
      return;
    }
    const OpenCall& call = *place_.call;
    const Function& function = *call.function;
    const std::size_t ahead = call.positional;
    switch (function.id) {
      case FunctionId::Did:
        if (ahead == 0) {
          names(catalogue_.events, CompletionKind::Event, kFirst, {});
        } else {
          options_of(call);
        }
        return;
      case FunctionId::Sequence:
        names(catalogue_.events, CompletionKind::Event, kFirst, {});
        if (ahead >= 2) {
          options_of(call);
        }
        return;
      case FunctionId::AtLeast:
      case FunctionId::Top:
      case FunctionId::Bottom:
      case FunctionId::Sample:
      case FunctionId::Lookalike:
        break;
    }
    if (ahead == 0) {
      for (const ValueWords& words : leading_words(function.id)) {
        text(words.text + (place_.next == U',' ? "" : ", "), words.kind, kFirst, words.detail,
             words.text);
      }
      return;
    }
    options_of(call);
    if (ahead == 1 || function.id == FunctionId::AtLeast) {
      conditions();
    }
  }

  void options_of(const OpenCall& call) {
    const Event* event = takes_events() ? names_.event(call.first) : nullptr;
    for (const OptionId id : call.function->options) {
      const bool used = std::find(call.used.begin(), call.used.end(), id) != call.used.end();
      const bool has_no_sum = id == OptionId::Sum && event != nullptr && !event->has_amount;
      if (used || has_no_sum) {
        continue;
      }
      const Option& entry = option(id);
      const bool is_measure = id == OptionId::Count || id == OptionId::Days ||
                              id == OptionId::Streak || id == OptionId::Sum;
      const std::string_view end = is_operator_next() ? "" : (is_measure ? " >= " : ":");
      word(std::string(entry.en) + std::string(end), std::string(entry.zh) + std::string(end),
           CompletionKind::Option, kSecond, {}, entry.en, entry.zh);
    }
  }

  void functions() {
    for (const Function& function : functions_()) {
      const std::string_view end = place_.next == U'(' && !place_.blank_after ? "" : "(";
      word(std::string(function.en) + std::string(end), std::string(function.zh) + std::string(end),
           CompletionKind::Function, kSecond,
           {std::string(function.example_en), std::string(function.example_zh)}, function.en,
           function.zh);
    }
  }
  [[nodiscard]] static std::span<const Function> functions_() { return dsl::functions(); }

  void segments(std::uint8_t rank, bool with_at) {
    std::vector<Candidate> spellings;
    for (std::size_t i = 0; i < catalogue_.segments.size(); ++i) {
      const Segment& segment = catalogue_.segments[i];
      spellings.push_back({segment.name, i});
      const auto match = near_ ? std::nullopt : typed_.match(segment.name);
      if (match.has_value()) {
        add_segment(segment, *match, rank, with_at);
      }
    }
    if (near_) {
      for (const Candidate& candidate : closest(place_.typed, spellings, nobody)) {
        add_segment(catalogue_.segments[candidate.owner], Match::Near, rank, with_at);
      }
    }
  }

  void add_segment(const Segment& segment, Match match, std::uint8_t rank, bool with_at) {
    Offer offer = offer_of(match, CompletionKind::Segment, rank);
    offer.spelling = segment.name;
    offer.operator_after = with_at ? '@' : '\0';
    if (!segment.expression.has_value() && segment.list != 0) {
      offer.people = people({segment.list, engine::kFlagRow});
    }
    offers_.push_back(std::move(offer));
  }

  void values() {
    const bool is_set =
        place_.comparison == Comparison::Is || place_.comparison == Comparison::IsNot;
    if (place_.is_option) {
      option_values(find_option(place_.name)->id, !is_set);
      return;
    }
    if (takes_events() && names_.event(place_.name) != nullptr) {
      if (is_set) {
        listed_values(names_.event(place_.name)->keys, CompletionKind::Key, nullptr);
      }
      return;
    }
    const Tag* tag = names_.tag(place_.name);
    if (tag == nullptr) {
      return;
    }
    switch (tag->kind) {
      case TagKind::Category:
      case TagKind::Set:
        if (is_set) {
          listed_values(tag->values, CompletionKind::Value, tag);
        }
        return;
      case TagKind::Number:
        texts(number_words(*tag, !is_set || is_plain_only()));
        return;
      case TagKind::Date:
        dates(!is_set);
        return;
      case TagKind::Flag:
      case TagKind::Event:
        return;
    }
  }

  /// Inside a list, and after !=, a comparison cannot follow the operator that is there.
  [[nodiscard]] bool is_plain_only() const {
    return place_.bracket == BracketKind::List || place_.comparison == Comparison::IsNot;
  }

  void option_values(OptionId id, bool ordered) {
    switch (id) {
      case OptionId::Count:
      case OptionId::Days:
      case OptionId::Streak:
        texts(count_words(ordered));
        return;
      case OptionId::Sum:
        texts(sum_words(ordered));
        return;
      case OptionId::In:
        dates(ordered);
        return;
      case OptionId::Within:
        texts(length_words(place_.chinese));
        return;
      case OptionId::By:
        names(catalogue_.tags, CompletionKind::Tag, kFirst,
              {.offers_people = true, .only_ordered = true, .is_value = true});
        return;
      case OptionId::Seed:
        return;
    }
  }

  void dates(bool ordered) {
    const auto dots = place_.typed.find("..");
    if (dots == std::string::npos) {
      texts(date_words({options_.as_of, place_.chinese, ordered, place_.typed}));
    } else if (!ordered) {  // the end of a range: what could stand after >=
      const std::string head = place_.typed.substr(0, dots + 2);
      for (const ValueWords& end : date_words({options_.as_of, place_.chinese, true, ""})) {
        text(head + end.text, end.kind, kFirst, end.detail, end.text);
      }
    }
  }

  void listed_values(const std::vector<Value>& values, CompletionKind kind, const Tag* tag) {
    names(values, kind, kFirst, {.offers_people = tag != nullptr, .tag = tag, .is_value = true});
    if (place_.comparison == Comparison::Is && place_.bracket != BracketKind::List &&
        typed_.empty()) {
      text("*", CompletionKind::Snippet, kFourth, {"has a value", "有取值"});
    }
  }

  void after() {
    if (place_.bracket == BracketKind::List) {
      text(comma(), CompletionKind::Snippet, kFirst, {"another value", "再加一个取值"}, ",");
      text(")", CompletionKind::Snippet, kSecond, {"end of the list", "列表结束"});
      return;
    }
    const bool in_call = place_.bracket == BracketKind::Call;
    if (in_call && place_.call.has_value() && place_.call->bare.has_value()) {
      option_operators(*place_.call->bare);
      return;
    }
    const bool is_condition =
        !(in_call && (takes_events() || (place_.call.has_value() &&
                                         (place_.call->in_option || place_.call->in_literal))));
    if (is_condition && operators()) {
      return;
    }
    if (is_condition) {
      word("AND ", "且 ", CompletionKind::Keyword, kFirst, {"both", "并且"});
      word("OR ", "或 ", CompletionKind::Keyword, kFirst, {"either", "或者"});
    }
    const bool known = in_call && place_.call.has_value() && place_.call->function != nullptr;
    if (known && lacks_by(*place_.call)) {
      word(comma() + "by:", comma() + "按:", CompletionKind::Option, kFirst, {}, "by", "按");
    }
    if (in_call && (!known || takes_more(*place_.call))) {
      text(comma(), CompletionKind::Snippet, kSecond, {"another argument", "再加一个参数"}, ",");
    }
    if (place_.bracket != BracketKind::None && (!known || is_whole(*place_.call))) {
      text(")", CompletionKind::Snippet, kThird, {"close the bracket", "右括号"});
    }
  }

  /// `count ` in did(purchase, count ).
  void option_operators(OptionId id) {
    const bool is_measure = id == OptionId::Count || id == OptionId::Days ||
                            id == OptionId::Streak || id == OptionId::Sum;
    if (is_measure) {
      text(">= ", CompletionKind::Snippet, kFirst, {"at least", "至少"}, ">=");
      text("<= ", CompletionKind::Snippet, kFirst, {"at most", "最多"}, "<=");
    }
    text(":", CompletionKind::Snippet, kFirst, {"is", "是"});
    if (is_measure) {
      text("!= ", CompletionKind::Snippet, kFirst, {"is not", "不是"}, "!=");
    }
  }

  /// `city ` alone is no condition yet. False: whatever ends here is one.
  [[nodiscard]] bool operators() {
    const Tag* tag = place_.name.empty() ? nullptr : names_.tag(place_.name);
    if (tag == nullptr || tag->kind == TagKind::Flag) {
      return false;
    }
    const bool has_names = tag->kind == TagKind::Category || tag->kind == TagKind::Set;
    text(":", CompletionKind::Snippet, kFirst, {"is", "是"});
    if (!has_names) {
      text(">= ", CompletionKind::Snippet, kFirst, {"at least", "至少"}, ">=");
      text("<= ", CompletionKind::Snippet, kFirst, {"at most", "最多"}, "<=");
    }
    text("!= ", CompletionKind::Snippet, kFirst, {"is known, and is not", "已知且不是"}, "!=");
    return true;
  }

  [[nodiscard]] std::string comma() const { return place_.blank_after ? "," : ", "; }
  [[nodiscard]] bool is_operator_next() const {
    return place_.next != 0 &&
           std::u32string_view(U":=<>!≥≤≠").find(place_.next) != std::u32string_view::npos;
  }

  struct NameRules {
    bool offers_people = false;
    const Tag* tag = nullptr;   ///< whose values they are
    bool only_ordered = false;  ///< number and date tags
    bool is_value = false;      ///< nothing has to follow
  };

  template <class Entry>
  void names(const std::vector<Entry>& entries, CompletionKind kind, std::uint8_t rank,
             const NameRules& rules) {
    std::vector<Candidate> spellings;
    const std::size_t before = offers_.size();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      prune(before);
      const Entry& entry = entries[i];
      if (is_left_out(entry, rules)) {
        continue;
      }
      if (near_) {
        spellings.push_back({entry.name, i});
        for (const std::string& alias : entry.aliases) {
          spellings.push_back({alias, i});
        }
      } else {
        add_if_matched(entry, kind, rank, rules);
      }
    }
    if (near_) {
      for (const Candidate& candidate : closest(place_.typed, spellings, nobody)) {
        add_name(entries[candidate.owner], candidate.text, Match::Near, kind, rank, rules);
      }
    }
  }

  /// A tag may have a million values that match: never more than twice what can be shown is kept.
  void prune(std::size_t from) {
    const std::size_t most = options_.candidates_max + 1;
    if (offers_.size() - from < 2 * most) {
      return;
    }
    const auto begin = offers_.begin() + static_cast<std::ptrdiff_t>(from);
    std::nth_element(begin, begin + static_cast<std::ptrdiff_t>(most), offers_.end(), comes_before);
    offers_.erase(begin + static_cast<std::ptrdiff_t>(most), offers_.end());
  }

  template <class Entry>
  void add_if_matched(const Entry& entry, CompletionKind kind, std::uint8_t rank,
                      const NameRules& rules) {
    std::optional<Match> best = typed_.match(entry.name);
    std::string_view spelling = entry.name;
    for (const std::string& alias : entry.aliases) {
      const auto match = typed_.match(alias);
      if (match.has_value() && (!best.has_value() || *match < *best)) {
        best = match;
        spelling = alias;
      }
    }
    if (best.has_value()) {
      add_name(entry, spelling, *best, kind, rank, rules);
    }
  }

  template <class Entry>
  void add_name(const Entry& entry, std::string_view matched, Match match, CompletionKind kind,
                std::uint8_t rank, const NameRules& rules) {
    // The script that is being typed: what matched, if it is of that script, else the entry's own
    // spelling in it.
    std::string_view spelling = name_in(entry, Language::English);
    if (place_.chinese) {
      spelling = !typed_.empty() && has_wide_script(matched) ? matched : chinese_name(entry);
    }
    Offer offer = offer_of(match, kind, rank);
    offer.spelling = answers_to(entry, spelling, rules) ? spelling : std::string_view(entry.name);
    const std::string_view other =
        name_in(entry, has_wide_script(offer.spelling) ? Language::English : Language::Chinese);
    offer.other = other == offer.spelling ? std::string_view() : other;
    offer.by_name = kind == CompletionKind::Value || kind == CompletionKind::Key;
    offer.operator_after = needs_value(entry) && !rules.is_value ? ':' : '\0';
    offer.deprecated = is_deprecated(entry);
    if (rules.offers_people && counted_ < kCountedMax) {
      ++counted_;
      offer.people = people(row_of(entry, rules));
    }
    offers_.push_back(std::move(offer));
  }

  [[nodiscard]] static bool is_deprecated(const Tag& tag) { return tag.deprecated; }
  template <class Entry>
  [[nodiscard]] static bool is_deprecated(const Entry& /*entry*/) {
    return false;
  }

  [[nodiscard]] bool is_left_out(const Tag& tag, const NameRules& rules) const {
    return rules.only_ordered && tag.kind != TagKind::Number && tag.kind != TagKind::Date;
  }
  [[nodiscard]] static bool is_left_out(const Event& /*event*/, const NameRules& /*rules*/) {
    return false;
  }
  /// A value that stands in the list already.
  [[nodiscard]] bool is_left_out(const Value& value, const NameRules& /*rules*/) const {
    const auto is_listed = [this](std::string_view spelling) {
      return std::any_of(place_.listed.begin(), place_.listed.end(),
                         [&](const std::string& listed) { return listed == spelling; });
    };
    return !place_.listed.empty() &&
           (is_listed(value.name) ||
            std::any_of(value.aliases.begin(), value.aliases.end(), is_listed));
  }

  [[nodiscard]] bool answers_to(const Tag& tag, std::string_view spelling, const NameRules&) {
    return spelling == tag.name || names_.tag(spelling) == &tag;
  }
  [[nodiscard]] bool answers_to(const Event& event, std::string_view spelling, const NameRules&) {
    return spelling == event.name || names_.event(spelling) == &event;
  }
  [[nodiscard]] bool answers_to(const Value& value, std::string_view spelling,
                                const NameRules& rules) {
    return spelling == value.name || rules.tag == nullptr ||
           names_.value(rules.tag->values, spelling) == &value;
  }

  [[nodiscard]] bool needs_value(const Tag& tag) const {
    return tag.kind != TagKind::Flag && !is_operator_next();
  }
  [[nodiscard]] static bool needs_value(const Event& /*event*/) { return false; }
  [[nodiscard]] static bool needs_value(const Value& /*value*/) { return false; }

  [[nodiscard]] static engine::RowKey row_of(const Tag& tag, const NameRules& /*rules*/) {
    return {tag.field, engine::kExistsRow};
  }
  [[nodiscard]] static engine::RowKey row_of(const Event& event, const NameRules& /*rules*/) {
    return {event.field, 0};
  }
  [[nodiscard]] static engine::RowKey row_of(const Value& value, const NameRules& rules) {
    return {rules.tag->field, value.row};
  }
  [[nodiscard]] std::optional<std::uint64_t> people(engine::RowKey row) const {
    return names_.people(row);
  }
  [[nodiscard]] static std::uint64_t nobody(std::size_t /*owner*/) { return 0; }

  [[nodiscard]] Offer offer_of(Match match, CompletionKind kind, std::uint8_t rank) {
    Offer offer;
    offer.match = match;
    offer.kind = kind;
    offer.rank = rank;
    offer.order = order_++;
    return offer;
  }

  void texts(const std::vector<ValueWords>& words) {
    for (const ValueWords& entry : words) {
      const bool is_comparison = entry.text.starts_with('<') || entry.text.starts_with('>');
      const bool fits = !is_plain_only() || (!is_comparison && entry.text != "*");
      if (fits) {
        text(entry.text, entry.kind, kFirst, entry.detail);
      }
    }
  }

  /// A text that has no spelling in two languages.
  void text(std::string insert, CompletionKind kind, std::uint8_t rank, const Text& detail,
            std::string_view label = {}) {
    const auto match = near_ ? std::nullopt : typed_.match(insert);
    if (!match.has_value()) {
      return;
    }
    Offer offer = offer_of(*match, kind, rank);
    offer.label = label.empty() ? insert : std::string(label);
    offer.text = std::move(insert);
    offer.detail = detail;
    offers_.push_back(std::move(offer));
  }

  /// A word of the language, found under both spellings. Labels: without what follows.
  void word(const std::string& en, const std::string& zh, CompletionKind kind, std::uint8_t rank,
            const Text& detail, std::string_view label_en = {}, std::string_view label_zh = {}) {
    const auto trimmed = [](std::string_view text) {
      return text.ends_with(' ') ? text.substr(0, text.size() - 1) : text;
    };
    const std::string_view in_en = label_en.empty() ? trimmed(en) : label_en;
    const std::string_view in_zh = label_zh.empty() ? trimmed(zh) : label_zh;
    auto match = near_ ? std::nullopt : typed_.match(in_en);
    const auto match_zh = near_ ? std::nullopt : typed_.match(in_zh);
    if (match_zh.has_value() && (!match.has_value() || *match_zh < *match)) {
      match = match_zh;
    }
    if (!match.has_value() && near_) {
      const std::vector<Candidate> both = {{in_en, 0}, {in_zh, 0}};
      match =
          closest(place_.typed, both, nobody).empty() ? std::nullopt : std::optional(Match::Near);
    }
    if (!match.has_value()) {
      return;
    }
    Offer offer = offer_of(*match, kind, rank);
    offer.text = place_.chinese ? zh : en;
    offer.label = place_.chinese ? in_zh : in_en;
    offer.detail = detail.empty() ? Text{std::string(in_zh), std::string(in_en)} : detail;
    offers_.push_back(std::move(offer));
  }

  const Place& place_;
  const Catalogue& catalogue_;
  const CompleteOptions& options_;
  Names names_;
  Typed typed_;
  bool near_ = false;  ///< nothing matched: look for slips
  std::size_t counted_ = 0;
  std::uint32_t order_ = 0;
  std::vector<Offer> offers_;
};

}  // namespace

std::vector<Offer> offers_at(const Place& place, const Catalogue& catalogue,
                             const CompleteOptions& options) {
  return Collector(place, catalogue, options).collect();
}

}  // namespace tagline::dsl
