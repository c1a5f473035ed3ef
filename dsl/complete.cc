#include "dsl/complete.h"

#include "dsl/complete_match.h"
#include "dsl/complete_offers.h"
#include "dsl/complete_place.h"
#include "dsl/grammar.h"
#include "dsl/literal.h"
#include "dsl/print.h"
#include "dsl/scan.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::dsl {
namespace {

constexpr std::array<std::string_view, 10> kKindNames = {"tag",      "value",  "event",   "key",
                                                         "function", "option", "segment", "keyword",
                                                         "period",   "snippet"};

/// However many tags there are, a few of every kind are shown.
constexpr std::size_t kOfEachKind = 5;

[[nodiscard]] bool is_name(CompletionKind kind) {
  switch (kind) {
    case CompletionKind::Tag:
    case CompletionKind::Value:
    case CompletionKind::Event:
    case CompletionKind::Key:
    case CompletionKind::Segment:
      return true;
    case CompletionKind::Function:
    case CompletionKind::Option:
    case CompletionKind::Keyword:
    case CompletionKind::Period:
    case CompletionKind::Snippet:
      break;
  }
  return false;
}

/// As it must stand in the text.
[[nodiscard]] std::string written(const Offer& offer, const Place& place) {
  if (offer.kind == CompletionKind::Segment) {
    const std::string name(offer.spelling);
    return (offer.operator_after == '@' ? "@" : "") +
           (is_keyword(decode(name)) ? name : write_name(name));
  }
  if (is_name(offer.kind)) {
    const bool is_value = place.kind == PlaceKind::Value;
    std::string text = is_value ? write_value(offer.spelling) : write_name(offer.spelling);
    if (offer.operator_after != '\0') {
      text += offer.operator_after;
    }
    return text;
  }
  std::string text = offer.text;
  if (offer.kind == CompletionKind::Keyword) {
    if (place.blank_after && text.ends_with(' ')) {
      text.pop_back();
    }
    const bool joins = place.kind == PlaceKind::After;
    text = (joins && !place.blank_before ? " " : "") + text;
  }
  return text;
}

[[nodiscard]] Completion completion_of(const Offer& offer, const Place& place) {
  Completion completion;
  completion.insert = written(offer, place);
  completion.kind = offer.kind;
  completion.people = offer.people;
  completion.deprecated = offer.deprecated;
  if (is_name(offer.kind)) {
    completion.label = std::string(offer.spelling);
    completion.detail = {std::string(offer.other), std::string(offer.other)};
  } else {
    completion.label = offer.label;
    completion.detail = offer.detail;
  }
  return completion;
}

/// Puts candidates into the text and reads it: what is behind the cursor may turn a sound word into
/// something else (`25` in front of `>= age`).
class Trial {
 public:
  Trial(std::string_view text, Span replace, const Limits& limits) : limits_(limits) {
    const std::u32string points = decode(text);
    begin_ = replace.begin;
    head_ = encode(std::u32string_view(points).substr(0, replace.begin));
    tail_ = encode(std::u32string_view(points).substr(replace.end));
  }

  [[nodiscard]] bool holds(const std::string& insert) const {
    const Scanned scanned = scan(head_ + insert + tail_, limits_);
    const std::size_t end = begin_ + count_points(insert);
    if (scanned.fault.has_value()) {
      // A scan that stops behind it has said nothing about it yet.
      return scanned.fault->span.begin >= end && holds_alone(insert, end);
    }
    return is_behind(parse(scanned, limits_), end);
  }

 private:
  [[nodiscard]] bool holds_alone(const std::string& insert, std::size_t end) const {
    const Scanned scanned = scan(head_ + insert, limits_);
    return !scanned.fault.has_value() && is_behind(parse(scanned, limits_), end);
  }
  [[nodiscard]] static bool is_behind(const Parsed& parsed, std::size_t end) {
    return !parsed.fault.has_value() || parsed.fault->code == "unclosed-paren" ||
           parsed.fault->span.begin >= end;
  }

  const Limits& limits_;
  std::size_t begin_ = 0;
  std::string head_;
  std::string tail_;
};

/// The first `most` in order, with a few of every kind among them.
void keep_best(std::vector<Offer>& offers, std::size_t most) {
  std::sort(offers.begin(), offers.end(), comes_before);
  if (offers.size() <= most) {
    return;
  }
  std::array<std::size_t, kKindNames.size()> of_kind{};
  std::vector<Offer> kept;
  std::vector<Offer> others;
  for (Offer& offer : offers) {
    const bool is_early = of_kind.at(static_cast<std::size_t>(offer.kind))++ < kOfEachKind;
    (is_early ? kept : others).push_back(std::move(offer));
  }
  kept.resize(std::min(kept.size(), most));
  for (std::size_t i = 0; i < others.size() && kept.size() < most; ++i) {
    kept.push_back(std::move(others[i]));
  }
  std::sort(kept.begin(), kept.end(), comes_before);
  offers = std::move(kept);
}

}  // namespace

std::string_view wire_name(CompletionKind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind));
}

Completions complete(std::string_view text, std::uint32_t cursor, const Catalogue& catalogue,
                     const CompleteOptions& options) {
  const Place place = find_place(text, cursor, options.limits);
  Completions found;
  found.replace = place.replace;
  if (place.kind == PlaceKind::None) {
    return found;
  }
  std::vector<Offer> offers = offers_at(place, catalogue, options);
  keep_best(offers, options.candidates_max);
  const Trial trial(text, place.replace, options.limits);
  for (const Offer& offer : offers) {
    Completion completion = completion_of(offer, place);
    if (trial.holds(completion.insert)) {
      found.candidates.push_back(std::move(completion));
    }
  }
  return found;
}

}  // namespace tagline::dsl
