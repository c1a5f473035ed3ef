#include "dsl/message.h"

#include "dsl/text_table.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

[[nodiscard]] bool ends_bare(std::string_view text) {
  constexpr std::string_view kMarks[] = {" ", "，", "；", "：", "“", "（", "、"};
  return text.empty() || std::any_of(std::begin(kMarks), std::end(kMarks),
                                     [&](std::string_view mark) { return text.ends_with(mark); });
}

[[nodiscard]] bool starts_bare(std::string_view text) {
  constexpr std::string_view kMarks[] = {" ", "，", "；", "：", "”", "）", "、", ":", ")"};
  return text.empty() || std::any_of(std::begin(kMarks), std::end(kMarks),
                                     [&](std::string_view mark) { return text.starts_with(mark); });
}

/// The Chinese form of `{~name}`.
void append_set_off(std::string& out, std::string_view value, std::string_view rest) {
  if (has_wide_script(value)) {
    out += "“" + std::string(value) + "”";
    return;
  }
  out += ends_bare(out) ? "" : " ";
  out += value;
  out += starts_bare(rest) ? "" : " ";
}

// A message quotes what was typed, not all of it: the span does the pointing.
constexpr std::size_t kQuotedMax = 200;  // code points of one slot

[[nodiscard]] std::string shortened(const std::string& value) {
  if (value.size() <= kQuotedMax || count_points(value) <= kQuotedMax) {
    return value;
  }
  return encode(decode(value).substr(0, kQuotedMax - 1)) + "…";
}

// One pass: what a slot brings in is not looked at again, so braces in the user's text are
// harmless.
[[nodiscard]] std::string fill_one(std::string_view text, const std::vector<Slot>& slots,
                                   std::string Text::*language) {
  std::string out;
  for (;;) {
    const auto open = text.find('{');
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    out += text.substr(0, open);
    if (close == std::string_view::npos) {
      return out;
    }
    std::string_view name = text.substr(open + 1, close - open - 1);
    const bool set_off = name.starts_with('~');
    name.remove_prefix(set_off ? 1 : 0);
    text.remove_prefix(close + 1);
    const auto found = std::find_if(slots.begin(), slots.end(),
                                    [&](const Slot& entry) { return entry.name == name; });
    if (found == slots.end()) {
      continue;
    }
    const std::string value = shortened(found->value.*language);
    if (set_off && language == &Text::zh) {
      append_set_off(out, value, text);
    } else {
      out += value;
    }
  }
}

[[nodiscard]] std::string join(const std::vector<std::string>& list, std::string_view separator) {
  std::string out;
  for (const std::string& entry : list) {
    out += out.empty() ? "" : separator;
    out += entry;
  }
  return out;
}

}  // namespace

Slot slot(std::string_view name, std::string_view both) {
  return slot(name, both, both);
}

Slot slot(std::string_view name, std::string_view en, std::string_view zh) {
  return {name, {std::string(en), std::string(zh)}};
}

Slot slot(std::string_view name, const std::vector<std::string>& list) {
  return {name, {join(list, ", "), join(list, "、")}};
}

Text fill(std::string_view key, const std::vector<Slot>& slots) {
  const TextRow& row = text_row(key);
  return {fill_one(row.en, slots, &Text::en), fill_one(row.zh, slots, &Text::zh)};
}

Diagnostic compose(std::string_view code, Severity severity, Span span, const Wording& wording) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.severity = severity;
  diagnostic.span = span;
  diagnostic.message =
      fill(wording.message.empty() ? code : std::string_view(wording.message), wording.slots);
  if (!wording.hint.empty()) {
    diagnostic.hint = fill(wording.hint, wording.slots);
  }
  diagnostic.fixes = wording.fixes;
  diagnostic.as_of = wording.as_of;
  return diagnostic;
}

Fix change_to(Span span, std::string_view text) {
  return {fill("fix+change", {slot("text", text)}), span, std::string(text)};
}

Fix insert_at(std::uint32_t at, std::string_view text) {
  return {fill("fix+insert", {slot("text", text)}), {at, at}, std::string(text)};
}

Fix remove(Span span) {
  return {fill("fix+remove", {}), span, ""};
}

}  // namespace tagline::dsl
