// Options of calls, and the events of did(...) and sequence(...). Options read as terms of tags do:
// count as a whole number, in as a date, by as a name.
#include "dsl/checker.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

[[nodiscard]] bool is_chinese(const Tree& call) {
  return has_wide_script(call.name.text);
}

void report_bad_option(Checking& checking, const Tree& term, std::string_view variant) {
  checking.report.error("bad-option", term.span, [&term, key = std::string(variant)] {
    return Wording{"bad-option/" + key, "bad-option+" + key, {slot("option", term.name.text)}, {}};
  });
}

/// `name:value`, one value: what in, within, by and seed take. Reports otherwise.
[[nodiscard]] bool is_single(Checking& checking, const Tree& term, std::string_view variant) {
  if (term.comparison == Comparison::Is && term.values.size() == 1) {
    return true;
  }
  report_bad_option(checking, term, variant);
  return false;
}

void check_count(Checking& checking, const Tree& term, const Tree& call) {
  NumberDomain domain;
  domain.name = term.name.text;
  domain.min = 1;
  domain.call = bare_call(checking, call);
  static_cast<void>(read_numbers(checking, term, domain));
}

void check_sum(Checking& checking, const Tree& term, const Tree& call, const Event* event) {
  if (event != nullptr && !event->has_amount) {
    checking.report.error("no-amount", term.name.span, [&checking, &term, &call, event] {
      std::vector<std::string> others;
      for (const Event& other : checking.names.catalogue().events) {
        if (other.has_amount) {
          others.emplace_back(is_chinese(call) ? chinese_name(other)
                                               : std::string_view(other.name));
        }
      }
      const std::string rest = checking.source({term.comparison_span.begin, term.span.end});
      const bool touches = term.comparison == Comparison::Is;
      const std::string count =
          std::string(is_chinese(call) ? "次数" : "count") + (touches ? "" : " ") + rest;
      return Wording{
          "",
          others.empty() ? "no-amount+count" : "no-amount+count-or",
          {slot("event", is_chinese(call) ? chinese_name(*event) : std::string_view(event->name)),
           slot("option", term.name.text), slot("count", count), slot("others", others)},
          {}};
    });
    return;
  }
  // Nine digits after the point are more than any currency has; the event's own scale is not known
  // here.
  NumberDomain domain;
  domain.name = term.name.text;
  domain.scale = 9;
  domain.fractions_allowed = true;
  static_cast<void>(read_numbers(checking, term, domain));
}

void check_in(Checking& checking, const Tree& term) {
  if (term.comparison == Comparison::IsNot || term.values.size() != 1) {
    report_bad_option(checking, term, "in");
    return;
  }
  static_cast<void>(read_dates(checking, term));
}

/// For telling whether 3d..1d is reversed: months as 30 days.
[[nodiscard]] std::uint64_t about_days(const Length& length) {
  constexpr std::array<std::uint64_t, 5> kDays = {1, 7, 30, 91, 365};
  return length.count * kDays.at(static_cast<std::size_t>(length.unit));
}

void report_duration(Checking& checking, const Tree& term, std::string_view code) {
  const TermValue& value = term.values.front();
  checking.report.error(code, value.span, [&term, &value, code] {
    Wording words;
    words.slots = {slot("option", term.name.text), slot("value", value.word.text)};
    if (code == "unit-error") {
      words.message = "unit-error/hours";
      words.hint = "unit-error+length";
      return words;
    }
    words.hint = "bad-duration+example";
    if (value.period.has_value() && value.period->kind == Period::Kind::Rolling) {
      const std::string better = to_text(value.period->length);
      words.hint = "bad-duration+period";
      words.slots.push_back(slot("better", better));
      words.fixes = {change_to(value.span, better)};
    }
    return words;
  });
}

void check_within(Checking& checking, const Tree& term) {
  if (!is_single(checking, term, "within")) {
    return;
  }
  const TermValue& value = term.values.front();
  if (value.period.has_value() || value.word.quoted) {
    report_duration(checking, term, "bad-duration");
    return;
  }
  const std::u32string word = decode(value.word.text);
  const auto dots = word.find(U"..");
  const auto low = read_length(std::u32string_view(word).substr(0, dots));
  const auto high =
      dots == std::u32string::npos ? low : read_length(std::u32string_view(word).substr(dots + 2));
  if (!low.has_value() || !high.has_value()) {
    report_duration(checking, term, "bad-duration");
  } else if (low->unit > Unit::Year || high->unit > Unit::Year) {
    report_duration(checking, term, "unit-error");
  } else if (low->count == kCountMax || high->count == kCountMax) {
    checking.report.error("out-of-range", value.span, [&value] {
      return Wording{"out-of-range/far", "", {slot("value", value.word.text)}, {}};
    });
  } else if (about_days(*low) > about_days(*high)) {
    checking.report.error(
        "empty-range", value.span, [&value, low = to_text(*low), high = to_text(*high)] {
          return Wording{"",
                         "empty-range+swap",
                         {slot("low", low), slot("high", high), slot("better", high + ".." + low)},
                         {change_to(value.span, high + ".." + low)}};
        });
  }
}

void check_by(Checking& checking, const Tree& term) {
  if (!is_single(checking, term, "by")) {
    return;
  }
  const TermValue& value = term.values.front();
  if (value.period.has_value()) {
    report_bad_option(checking, term, "by");
    return;
  }
  const Tag* tag = checking.names.tag(value.word.text);
  if (tag == nullptr) {
    checking.report.error("unknown-tag", value.span, [&checking, &value] {
      const auto near = checking.names.near_tags(value.word.text);
      Wording words{
          "",
          near.empty() ? "unknown-tag+by" : (near.size() == 1 ? "+closest" : "+closest-some"),
          {slot("name", value.word.text), slot("closest", near)},
          {}};
      for (const std::string& better : near) {
        words.fixes.push_back(change_to(value.span, write_value(better)));
      }
      return words;
    });
  } else if (tag->kind != engine::TagKind::Number && tag->kind != engine::TagKind::Date) {
    checking.report.error("type-mismatch", value.span, [&value] {
      return Wording{"type-mismatch/by", "type-mismatch+by", {slot("tag", value.word.text)}, {}};
    });
  }
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

std::string bare_call(const Checking& checking, const Tree& call) {
  std::string text = call.name.text + "(";
  bool first = true;
  for (const Tree& argument : call.operands) {
    const bool is_option = argument.kind == TreeKind::Term &&
                           argument.comparison != Comparison::None && !argument.name.quoted &&
                           find_option(argument.name.text) != nullptr;
    if (!is_option) {
      text += (first ? "" : ", ") + checking.source(argument.span);
      first = false;
    }
  }
  return text + ")";
}

void check_event(Checking& checking, const Tree& argument, const Function& function) {
  if (argument.kind != TreeKind::Term) {
    report_no_event(checking, argument, function);
    return;
  }
  const Event* event = checking.names.event(argument.name.text);
  if (event == nullptr && checking.names.tag(argument.name.text) != nullptr &&
      !checking.names.catalogue().events.empty()) {
    report_no_event(checking, argument, function);
    return;
  }
  if (event == nullptr) {
    checking.report.error("unknown-event", argument.name.span,
                          [&checking, &argument] { return event_unknown(checking, argument); });
    return;
  }
  if (argument.comparison != Comparison::None && argument.comparison != Comparison::Is) {
    const TermValue& value = argument.values.front();
    checking.report.error("type-mismatch", value.span, [&argument, &value] {
      const std::string op(operator_text(argument.comparison));
      const bool is_number = read_decimal(value.word.text).has_value();
      return Wording{"type-mismatch/event",
                     is_number ? "type-mismatch+event-count" : "type-mismatch+event-key",
                     {slot("event", argument.name.text), slot("operator", op),
                      slot("count", "count " + op + " " + value.word.text),
                      slot("key", argument.name.text + ":" + value.word.text)},
                     {}};
    });
    return;
  }
  for (const TermValue& value : argument.values) {
    check_key(checking, value, *event);
  }
}

void check_option(Checking& checking, const Tree& term, const Option& option, const Tree& call,
                  const Event* event) {
  switch (option.id) {
    case OptionId::Count:
    case OptionId::Days:
    case OptionId::Streak:
      check_count(checking, term, call);
      return;
    case OptionId::Sum:
      check_sum(checking, term, call, event);
      return;
    case OptionId::In:
      check_in(checking, term);
      return;
    case OptionId::Within:
      check_within(checking, term);
      return;
    case OptionId::By:
      check_by(checking, term);
      return;
    case OptionId::Seed:
      break;
  }
  if (is_single(checking, term, "seed") && term.values.front().period.has_value()) {
    report_bad_option(checking, term, "seed");
  }
}

}  // namespace tagline::dsl
