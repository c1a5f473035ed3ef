#include "dsl/call_words.h"

#include "dsl/literal.h"
#include "dsl/print.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

[[nodiscard]] std::uint64_t nobody(std::size_t /*owner*/) {
  return 0;
}

/// `tms >= 3` as it would be with count.
[[nodiscard]] Slot as_count(const Tree& argument, const std::string& value) {
  const bool is_order =
      argument.comparison != Comparison::Is && argument.comparison != Comparison::IsNot;
  const std::string rest =
      is_order ? " " + std::string(operator_text(argument.comparison)) + " " + value : ":" + value;
  return slot("count", "count" + rest, "次数" + rest);
}

/// The tag people most likely rank by: money, that is, a number with decimals; else any number.
[[nodiscard]] const Tag* rank_tag(const Catalogue& catalogue) {
  const Tag* best = nullptr;
  for (const Tag& tag : catalogue.tags) {
    if (tag.kind == engine::TagKind::Number &&
        (best == nullptr || (best->scale == 0 && tag.scale > 0))) {
      best = &tag;
    }
  }
  return best;
}

}  // namespace

std::vector<Candidate> near_options(const Function& function, std::string_view name) {
  std::vector<Candidate> all;
  for (const OptionId id : function.options) {
    all.push_back({option(id).en, static_cast<std::size_t>(id)});
    all.push_back({option(id).zh, static_cast<std::size_t>(id)});
  }
  return closest(name, all, nobody);
}

Wording words_for_unknown_function(Checking& checking, const Tree& call) {
  const std::string& name = call.name.text;
  Wording words;
  words.slots = {slot("function", name)};
  std::vector<Candidate> all;
  std::vector<std::string> names;
  for (const Function& function : functions()) {
    all.push_back({function.en, all.size()});
    all.push_back({function.zh, all.size()});
    names.emplace_back(has_wide_script(name) ? function.zh : function.en);
  }
  if (const auto near = closest(name, all, nobody); !near.empty()) {
    words.hint = "+closest";
    words.slots.push_back(slot("closest", near.front().text));
    words.fixes = {change_to(call.name.span, near.front().text)};
  } else if (checking.names.tag(name) != nullptr) {
    words.hint = "unknown-function+tag";
  } else if (const Event* event = checking.names.event(name)) {
    words.hint = "unknown-function+event";
    words.slots.push_back(slot("call", "did(" + write_name(event->name) + ")",
                               "做过(" + write_name(chinese_name(*event)) + ")"));
  } else {
    words.hint = "unknown-function+list";
    words.slots.push_back(slot("list", names));
  }
  return words;
}

Wording words_for_unknown_option(const Function& function, const Tree& call, const Tree& argument) {
  const std::string& name = argument.name.text;
  std::vector<std::string> en;
  std::vector<std::string> zh;
  for (const OptionId id : function.options) {
    en.emplace_back(option(id).en);
    zh.emplace_back(option(id).zh);
  }
  const std::string value = argument.values.empty() ? "" : argument.values.front().word.text;
  const bool is_count =
      function.id == FunctionId::Did && literal_kind(decode(value)) == LiteralKind::Number;
  Wording words;
  words.hint = is_count ? "unknown-option+count" : "unknown-option+list";
  words.slots = {slot("function", call.name.text), slot("option", name),
                 slot("list", slot("", en).value.en, slot("", zh).value.zh),
                 as_count(argument, value)};
  if (argument.name.quoted && find_option(function, name) != nullptr) {
    words.hint = "unknown-option+unquote";
  } else if (const auto near = near_options(function, name);
             !near.empty() && near.front().text != ascii_lower(name)) {
    words.hint = "+closest";
    words.slots.push_back(slot("closest", near.front().text));
    words.fixes = {change_to(argument.name.span, near.front().text)};
  }
  return words;
}

Wording words_for_missing_by(const Checking& checking, const Tree& call, const Tree* bare) {
  const std::string& name = call.name.text;
  const Tag* tag = rank_tag(checking.names.catalogue());
  Wording words;
  words.slots = {slot("function", name)};
  if (tag == nullptr) {
    words.hint = "missing-option+no-number";
    return words;
  }
  const std::string option =
      std::string(has_wide_script(name) ? "按" : "by") + ":" + write_value(name_like(*tag, name));
  if (bare != nullptr) {
    words.hint = "missing-option+value";
    words.slots.push_back(slot("better", option));
    words.fixes = {change_to(bare->span, option)};
    return words;
  }
  const std::uint32_t close = call.span.end - 1;
  const std::string open = checking.source({call.span.begin, close});
  words.hint = "missing-option+by";
  words.slots.push_back(
      slot("better", open.substr(0, open.find_last_not_of(' ') + 1) + ", " + option + ")"));
  words.fixes = {insert_at(close, ", " + option)};
  return words;
}

}  // namespace tagline::dsl
