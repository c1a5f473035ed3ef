// Events as did(...) and sequence(...) name them: `view`, `view:beauty`, `view:(a, b)`.
#include "dsl/checker.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

constexpr std::size_t kListedMax = 6;

/// The first events of a list, for a sentence: those whose names have the word in them, then those
/// that are paid for, which people ask about most.
[[nodiscard]] Slot first_events(const std::vector<Event>& events, const std::string& word) {
  const auto rank = [&word](const Event& event) {
    const auto has = [&word](const std::string& name) {
      return !word.empty() && name.find(word) != std::string::npos;
    };
    const bool is_like =
        has(event.name) || std::any_of(event.aliases.begin(), event.aliases.end(), has);
    return is_like ? 0 : event.has_amount ? 1 : 2;
  };
  std::vector<const Event*> order;
  for (const Event& event : events) {
    order.push_back(&event);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](const Event* a, const Event* b) { return rank(*a) < rank(*b); });
  order.resize(std::min(order.size(), kListedMax));
  std::vector<std::string> en;
  std::vector<std::string> zh;
  for (const Event* event : order) {
    en.push_back(event->name);
    zh.emplace_back(chinese_name(*event));
  }
  return slot("list", slot("", en).value.en, slot("", zh).value.zh);
}

[[nodiscard]] Wording event_unknown(Checking& checking, const Tree& argument) {
  const auto& events = checking.names.catalogue().events;
  const std::string& name = argument.name.text;
  Wording words;
  words.slots = {slot("name", name)};
  if (events.empty()) {
    words.message = "unknown-event/none";
    words.hint = "unknown-event+none";
    return words;
  }
  const auto near = checking.names.near_events(name);
  words.hint =
      near.empty() ? "unknown-event+list" : (near.size() == 1 ? "+closest" : "+closest-some");
  words.slots.push_back(near.empty() ? first_events(events, name) : slot("closest", near));
  for (const std::string& better : near) {
    words.fixes.push_back(change_to(argument.name.span, write_name(better)));
  }
  return words;
}

void report_no_event(Checking& checking, const Tree& argument, const Function& function) {
  checking.report.error(
      "expected-event", argument.span, [&checking, &argument, name = std::string(function.en)] {
        const auto& events = checking.names.catalogue().events;
        const bool is_tag = argument.kind == TreeKind::Term;
        return Wording{is_tag ? "expected-event/tag" : "",
                       events.empty() ? "unknown-event+none" : "expected-event+list",
                       {slot("function", name),
                        slot("found", is_tag ? argument.name.text : checking.source(argument.span)),
                        first_events(events, "")},
                       {}};
      });
}

}  // namespace

std::optional<BoundEvent> check_event(Checking& checking, const Tree& argument,
                                      const Function& function) {
  if (argument.kind != TreeKind::Term) {
    report_no_event(checking, argument, function);
    return std::nullopt;
  }
  const Event* event = checking.names.event(argument.name.text);
  if (event == nullptr && checking.names.tag(argument.name.text) != nullptr &&
      !checking.names.catalogue().events.empty()) {
    report_no_event(checking, argument, function);
    return std::nullopt;
  }
  if (event == nullptr) {
    checking.report.error("unknown-event", argument.name.span,
                          [&checking, &argument] { return event_unknown(checking, argument); });
    return std::nullopt;
  }
  if (argument.comparison != Comparison::None && argument.comparison != Comparison::Is) {
    const TermValue& value = argument.values.front();
    checking.report.error("type-mismatch", value.span, [&argument, &value] {
      const std::string op(operator_text(argument.comparison));
      const bool is_number = read_decimal(value.word.text).has_value();
      return Wording{"type-mismatch/event",
                     is_number ? "type-mismatch+event-count" : "type-mismatch+event-key",
                     {slot("event", argument.name.text), slot("operator", op),
                      slot("count", "count " + op + " " + value.word.text,
                           "次数 " + op + " " + value.word.text),
                      slot("key", argument.name.text + ":" + value.word.text)},
                     {}};
    });
    return std::nullopt;
  }
  if (argument.values.empty()) {
    return BoundEvent{event->field, {event->field}};
  }
  BoundEvent bound{event->field, check_keys(checking, argument, *event)};
  return bound.series.empty() ? std::nullopt : std::optional<BoundEvent>(std::move(bound));
}

}  // namespace tagline::dsl
