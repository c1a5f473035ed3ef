// Events as did(...) and sequence(...) name them: `view`, `view:beauty`, `view:(a, b)`.
#include "dsl/checker.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

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
  std::vector<std::string> list = near;
  if (near.empty()) {
    for (const Event& event : events) {
      list.emplace_back(has_wide_script(name) ? chinese_name(event) : std::string_view(event.name));
    }
    constexpr std::size_t kListedMax = 6;
    list.resize(std::min(list.size(), kListedMax));
  }
  words.hint =
      near.empty() ? "unknown-event+list" : (near.size() == 1 ? "+closest" : "+closest-some");
  words.slots.push_back(slot(near.empty() ? "list" : "closest", list));
  for (const std::string& better : near) {
    words.fixes.push_back(change_to(argument.name.span, write_name(better)));
  }
  return words;
}

void report_no_event(Checking& checking, const Tree& argument, const Function& function) {
  checking.report.error(
      "expected-event", argument.span, [&checking, &argument, name = std::string(function.en)] {
        std::vector<std::string> list;
        for (const Event& event : checking.names.catalogue().events) {
          list.emplace_back(event.name);
        }
        constexpr std::size_t kListedMax = 6;
        list.resize(std::min(list.size(), kListedMax));
        const bool is_tag = argument.kind == TreeKind::Term;
        return Wording{is_tag ? "expected-event/tag" : "",
                       list.empty() ? "unknown-event+none" : "expected-event+list",
                       {slot("function", name),
                        slot("found", is_tag ? argument.name.text : checking.source(argument.span)),
                        slot("list", list)},
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
